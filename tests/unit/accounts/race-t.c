/* SPDX-License-Identifier: Apache-2.0 */
/*
 * accounts/cache_read under replacement: many threads and processes look up
 * while the files are replaced without pause, in every way there is. With
 * COGNITO_LONG=1 ten million look-ups.
 */
#include "tests/unit/accounts/support.h"
#include "tests/unit/sample.h"

#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "accounts/cache_bulk.h"
#include "accounts/cache_cursor.h"
#include "accounts/cache_read.h"
#include "accounts/cache_write.h"

#define ALICE   1900000001U
#define CAROL   1900000002U
#define READERS 8U
#define LEAST   16U /* replacements */
#define NOW_S   1700000000

/* What all share; in shared memory where readers are processes. */
struct race {
    const struct room *room;
    struct cog_cache_reader *reader; /* NULL: each has its own */
    unsigned long turns;             /* each makes so many, or more: */
    _Atomic unsigned replaced;       /* until the files were so often */
    _Atomic unsigned ended;
    _Atomic unsigned long wrong;
};

/* valgrind looks for other things. */
static unsigned long
count_turns(void)
{
    const char *wanted = getenv("COGNITO_LONG");

    if (is_valgrind())
        return 100;
    /* A turn is five look-ups, of eight readers. */
    return wanted != NULL && strcmp(wanted, "1") == 0 ? 250000 : 10000;
}

static bool
is_alice(const struct cog_account *account)
{
    const struct cog_account alice = sample_account("alice", ALICE);

    return strcmp(account->name, "alice") == 0 && account->uid == ALICE &&
           account->gid == ALICE && strcmp(account->home, alice.home) == 0 &&
           strcmp(account->shell, alice.shell) == 0;
}

/*
 * alice is there all the time with one group or two, carol now and then,
 * mallory never.
 */
static unsigned
look_five_times(struct cog_cache_reader *reader)
{
    struct cog_account account;
    struct cog_group group;
    struct cog_gids gids;
    unsigned wrong = 0;
    int error;

    wrong += cog_cache_find_name(reader, "alice", &account) != 0 ||
             !is_alice(&account);
    wrong += cog_cache_find_uid(reader, ALICE, &account) != 0 ||
             !is_alice(&account);
    wrong += cog_cache_find_gids(reader, "alice", &gids) != 0 ||
             gids.primary != ALICE || gids.count < 1 || gids.count > 2 ||
             gids.list[0] != 2000000000U;
    error = cog_cache_find_gid(reader, CAROL, &group);
    wrong += error == 0 ? strcmp(group.name, "carol") != 0 : error != ENOENT;
    wrong += cog_cache_find_name(reader, "mallory", &account) != ENOENT;
    return wrong;
}

static void *
read_on(void *context)
{
    struct race *race = context;
    struct cog_cache_reader own = COG_CACHE_READER(race->room->accounts);
    struct cog_cache_reader *reader =
        race->reader != NULL ? race->reader : &own;

    for (unsigned long i = 0;
         i < race->turns || atomic_load(&race->replaced) < LEAST; i++) {
        unsigned wrong = look_five_times(reader);

        if (wrong != 0)
            atomic_fetch_add(&race->wrong, wrong);
    }
    cog_cache_close(&own);
    atomic_fetch_add(&race->ended, 1);
    return NULL;
}

/* ---- the writer */

static int
list(const struct room *room, const struct cog_cache_lock *lock,
     bool with_carol)
{
    static const struct cog_id_key key = {{7}};
    cog_cleanup_cache_bulk struct cog_cache_bulk *bulk = NULL;
    const struct cog_settings settings = sample_settings();
    const struct cog_account alice = sample_account("alice", ALICE);
    const struct cog_account carol = sample_account("carol", CAROL);
    const struct cog_groups groups = sample_groups(2);
    int error = cog_cache_bulk_begin(&room->places, lock, &settings, &key,
                                     &bulk, NULL);

    if (error == 0)
        error = cog_cache_bulk_add(bulk, &alice, &groups, NULL);
    if (error == 0 && with_carol)
        error = cog_cache_bulk_add(bulk, &carol, &groups, NULL);
    return error != 0 ? error : cog_cache_bulk_finish(bulk, NOW_S);
}

/* All ways to replace the files, one after the other. */
static void
replace(const struct room *room, unsigned turn)
{
    struct cog_cache_lock lock;
    char name[16];
    int error;

    switch (turn % 4) {
    case 0:
        (void) snprintf(name, sizeof name, "w%u", turn % 1000);
        assert_int_equal(put(room, name, 1950000000U + turn % 1000, 1), 0);
        return;
    case 1:
        assert_int_equal(put(room, "alice", ALICE, 1 + turn / 4 % 2), 0);
        return;
    case 2:
        lock = take_lock(room);
        error = cog_cache_remove_account(&room->places, &lock, "carol", true);
        assert_true(error == 0 || error == ENOENT);
        break;
    default:
        lock = take_lock(room);
        assert_int_equal(list(room, &lock, turn / 4 % 2 != 0), 0);
        break;
    }
    cog_cache_lock_release(&lock);
}

static void
replace_until_all_ended(struct race *race)
{
    unsigned turn = 0;

    while (atomic_load(&race->ended) < READERS) {
        replace(race->room, turn++);
        atomic_store(&race->replaced, turn);
    }
}

static void
p71_threads_of_one_reader_never_see_a_wrong_answer(void **state)
{
    struct room *room = *state;
    struct cog_cache_reader reader = COG_CACHE_READER(room->accounts);
    struct race race = {
        .room = room, .reader = &reader, .turns = count_turns()};
    pthread_t threads[READERS];

    assert_int_equal(put(room, "alice", ALICE, 2), 0);
    for (size_t i = 0; i < READERS; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, read_on, &race), 0);
    replace_until_all_ended(&race);
    for (size_t i = 0; i < READERS; i++)
        assert_int_equal(pthread_join(threads[i], NULL), 0);
    assert_int_equal(race.wrong, 0);
    cog_cache_close(&reader);
}

static void
p71_processes_never_see_a_wrong_answer(void **state)
{
    struct room *room = *state;
    struct race *race = mmap(NULL, sizeof *race, PROT_READ | PROT_WRITE,
                             MAP_SHARED | MAP_ANONYMOUS, -1, 0);

    assert_true(race != MAP_FAILED);
    race->room = room;
    race->turns = count_turns();
    assert_int_equal(put(room, "alice", ALICE, 2), 0);
    for (size_t i = 0; i < READERS; i++) {
        pid_t child = fork();

        assert_true(child >= 0);
        if (child == 0) {
            (void) read_on(race);
            _exit(0);
        }
    }
    replace_until_all_ended(race);
    for (size_t i = 0; i < READERS; i++) {
        int status = 0;

        assert_true(wait(&status) > 0);
        assert_int_equal(status, 0);
    }
    assert_int_equal(race->wrong, 0);
    assert_int_equal(munmap(race, sizeof *race), 0);
}

/* Somebody lists all while the files are replaced: alice once, in each. */
static void *
list_on(void *context)
{
    struct race *race = context;

    for (unsigned long i = 0;
         i < race->turns / 10 || atomic_load(&race->replaced) < LEAST; i++) {
        cog_cleanup_cache_cursor struct cog_cache_cursor cursor =
            COG_CACHE_CURSOR_CLOSED;
        struct cog_account account;
        unsigned alices = 0;
        int error = cog_cache_cursor_open(race->room->accounts, &cursor);

        while (error == 0 &&
               (error = cog_cache_cursor_account(&cursor, &account)) == 0)
            alices += strcmp(account.name, "alice") == 0;
        if (error != ENOENT || alices != 1)
            atomic_fetch_add(&race->wrong, 1);
    }
    atomic_fetch_add(&race->ended, 1);
    return NULL;
}

static void
p71_walks_see_everybody_once_under_replacement(void **state)
{
    struct room *room = *state;
    struct race race = {.room = room, .turns = count_turns()};
    pthread_t threads[READERS];

    assert_int_equal(put(room, "alice", ALICE, 2), 0);
    for (size_t i = 0; i < READERS; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, list_on, &race), 0);
    replace_until_all_ended(&race);
    for (size_t i = 0; i < READERS; i++)
        assert_int_equal(pthread_join(threads[i], NULL), 0);
    assert_int_equal(race.wrong, 0);
}

#define IN_ROOM(test)                                                         \
    cmocka_unit_test_setup_teardown(test, room_make, room_remove)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        IN_ROOM(p71_threads_of_one_reader_never_see_a_wrong_answer),
        IN_ROOM(p71_processes_never_see_a_wrong_answer),
        IN_ROOM(p71_walks_see_everybody_once_under_replacement),
    };

    if (!become_root())
        return skip_program("needs uid 0 or a user namespace");
    return cmocka_run_group_tests_name("accounts/race", tests, NULL, NULL);
}
