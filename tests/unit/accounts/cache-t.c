/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cache_read and cache_write: what is put is found, in one file, in two, and
 * while it changes. Cites P17, P69, P71, P76.
 */
#include "tests/unit/accounts/support.h"

#include "accounts/cache_levels.h"
#include "accounts/cache_read.h"
#include "accounts/cache_write.h"
#include "tests/unit/accounts/cache.h"
#include "tests/unit/accounts/hostile_names.h"

#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static void
assert_absent(struct cog_cache_reader *reader)
{
    struct cog_account account = {.uid = 7};
    struct cog_group group = {.gid = 7};
    struct cog_gids gids = {.primary = 7};

    assert_int_equal(cog_cache_find_name(reader, "nosuch", &account), ENOENT);
    assert_int_equal(cog_cache_find_uid(reader, 1950000000, &account), ENOENT);
    assert_int_equal(cog_cache_find_group(reader, "nosuch", &group), ENOENT);
    assert_int_equal(cog_cache_find_gid(reader, 1950000000, &group), ENOENT);
    assert_int_equal(cog_cache_find_gids(reader, "nosuch", &gids), ENOENT);
    assert_int_equal(account.uid, 7);
    assert_int_equal(group.gid, 7);
    assert_int_equal(gids.primary, 7);
}

static void
what_is_put_is_found_in_every_way(void **state)
{
    struct room *room = *state;
    struct cog_cache_reader early = COG_CACHE_READER(room->accounts);
    struct cog_cache_reader mapping = mapping_reader(room);
    struct cog_settings settings, expected = sample_settings();

    assert_int_equal(put(room, "alice", ALICE, 2), 0);
    assert_alice(&early); /* the first four by reading, then mapped */
    assert_alice(&mapping);
    assert_non_null(mapping.recent.file.bytes);
    assert_absent(&early);
    assert_absent(&mapping);
    assert_int_equal(cog_cache_settings(&mapping, &settings), 0);
    assert_memory_equal(&settings, &expected, sizeof settings);
    cog_cache_close(&early);
    cog_cache_close(&mapping);
}

static void
the_first_four_lookups_map_nothing_and_the_fifth_does(void **state)
{
    struct room *room = *state;
    struct cog_cache_reader reader = COG_CACHE_READER(room->accounts);
    struct cog_account account;

    assert_int_equal(put(room, "alice", ALICE, 2), 0);
    for (int i = 0; i < 4; i++) {
        assert_int_equal(cog_cache_find_name(&reader, "alice", &account), 0);
        assert_null(reader.recent.file.bytes);
    }
    assert_int_equal(cog_cache_find_name(&reader, "alice", &account), 0);
    assert_non_null(reader.recent.file.bytes);
    cog_cache_close(&reader);
}

static void
p69_no_descriptor_is_kept_and_foreign_ones_are_left_alone(void **state)
{
    struct room *room = *state;
    struct cog_cache_reader reader = mapping_reader(room);
    int before, after;

    assert_int_equal(put(room, "alice", ALICE, 2), 0);
    before = dup(0);
    assert_true(before >= 0);
    assert_int_equal(close(before), 0);
    assert_alice(&reader);
    assert_absent(&reader);
    after = dup(0);
    assert_int_equal(after, before);
    assert_int_equal(close(after), 0);
    cog_cache_close(&reader);
}

static void
p17_hostile_names_are_absent_without_a_look_at_the_file(void **state)
{
    struct room *room = *state;
    /* There is no file, so a look at it would be ENODATA. */
    struct cog_cache_reader reader = COG_CACHE_READER(room->accounts);
    struct cog_account account;
    struct cog_gids gids;

    for (size_t i = 0; i < COUNT(hostile_names); i++) {
        assert_int_equal(
            cog_cache_find_name(&reader, hostile_names[i], &account), ENOENT);
        assert_int_equal(cog_cache_find_gids(&reader, hostile_names[i], &gids),
                         ENOENT);
    }
    assert_int_equal(cog_cache_find_uid(&reader, 0, &account), ENOENT);
    assert_int_equal(cog_cache_find_name(&reader, "alice", &account), ENODATA);
}

/* Whether or not a miss makes them look at the paths. */
static void
see_changes(const struct room *room, bool trusts_mark)
{
    struct cog_cache_reader reader = mapping_reader(room);
    struct cog_account account;
    struct cog_gids gids;

    reader.trusts_mark = trusts_mark;
    assert_int_equal(put(room, "alice", ALICE, 2), 0);
    assert_int_equal(cog_cache_find_name(&reader, "carol", &account), ENOENT);
    assert_int_equal(put(room, "carol", CAROL, 1), 0);
    assert_int_equal(cog_cache_find_name(&reader, "carol", &account), 0);
    assert_alice(&reader);
    /* Of one who is found, too: only the word in the old file tells. */
    assert_int_equal(put(room, "alice", ALICE, 1), 0);
    assert_int_equal(cog_cache_find_gids(&reader, "alice", &gids), 0);
    assert_int_equal(gids.count, 1);
    cog_cache_close(&reader);
}

static void
mapped_readers_see_a_change_at_once(void **state)
{
    see_changes(*state, false);
}

static void
readers_that_trust_the_mark_see_a_change_at_once(void **state)
{
    see_changes(*state, true);
}

/* Whoever renames a file without marking the old one: a miss looks again. */
static void
a_miss_checks_that_the_path_still_leads_to_the_mapped_file(void **state)
{
    struct room *room = *state;
    struct cog_cache_reader reader = mapping_reader(room);
    struct cog_account account;
    unsigned char *bytes;
    size_t len;
    char path[4400];

    assert_int_equal(put(room, "alice", ALICE, 0), 0);
    assert_int_equal(put(room, "carol", CAROL, 0), 0);
    bytes = read_bytes(path_in(room->accounts, "recent.cdb"), &len);
    (void) snprintf(path, sizeof path, "%s/recent.cdb", room->accounts);
    {
        struct cog_cache_lock lock = take_lock(room);

        assert_int_equal(
            cog_cache_remove_account(&room->places, &lock, "carol", true), 0);
        cog_cache_lock_release(&lock);
    }
    assert_int_equal(cog_cache_find_name(&reader, "carol", &account), ENOENT);
    write_bytes(path_in(room->accounts, "other"), bytes, len, 0644);
    assert_int_equal(rename(path_in(room->accounts, "other"), path), 0);
    assert_int_equal(cog_cache_find_name(&reader, "carol", &account), 0);
    free(bytes);
    cog_cache_close(&reader);
}

/* A writer that died between marking and renaming: slower, never stale. */
static void
p76_a_file_marked_but_not_replaced_still_answers(void **state)
{
    struct room *room = *state;
    struct cog_cache_reader reader = mapping_reader(room);
    unsigned char *bytes;
    size_t len;

    assert_int_equal(put(room, "alice", ALICE, 2), 0);
    bytes = read_bytes(path_in(room->accounts, "recent.cdb"), &len);
    bytes[COG_SUPERSEDED_AT] = 1;
    write_bytes(path_in(room->accounts, "recent.cdb"), bytes, len, 0644);
    assert_alice(&reader);
    assert_null(reader.recent.file.bytes);
    assert_absent(&reader);
    assert_int_equal(put(room, "carol", CAROL, 0), 0);
    assert_alice(&reader);
    assert_non_null(reader.recent.file.bytes);
    free(bytes);
    cog_cache_close(&reader);
}

static void
an_account_is_replaced_with_its_groups(void **state)
{
    struct room *room = *state;
    struct cog_cache_reader reader = mapping_reader(room);
    struct cog_group group;
    struct cog_gids gids;

    assert_int_equal(put(room, "alice", ALICE, 3), 0);
    assert_int_equal(put(room, "alice", ALICE, 1), 0);
    assert_int_equal(cog_cache_find_gids(&reader, "alice", &gids), 0);
    assert_int_equal(gids.count, 1);
    assert_int_equal(cog_cache_find_group(&reader, "cognito-Group2", &group),
                     ENOENT);
    cog_cache_close(&reader);
}

static void
nothing_is_written_when_nothing_changes(void **state)
{
    struct room *room = *state;
    struct stat before, after;

    assert_int_equal(put(room, "alice", ALICE, 2), 0);
    assert_int_equal(stat(path_in(room->accounts, "recent.cdb"), &before), 0);
    assert_int_equal(put(room, "alice", ALICE, 2), 0);
    assert_int_equal(stat(path_in(room->accounts, "recent.cdb"), &after), 0);
    assert_true(before.st_ino == after.st_ino);
}

/* A token's list of groups has another order than a listing's. */
static void
groups_in_another_order_are_no_change(void **state)
{
    struct room *room = *state;
    struct cog_account alice = sample_account("alice", ALICE);
    struct cog_groups groups = sample_groups(3), turned = groups;
    struct stat before, after;

    assert_int_equal(put_account(room, &alice, &groups, NULL), 0);
    assert_int_equal(stat(path_in(room->accounts, "recent.cdb"), &before), 0);
    turned.list[0] = groups.list[2];
    turned.list[2] = groups.list[0];
    assert_int_equal(put_account(room, &alice, &turned, NULL), 0);
    assert_int_equal(stat(path_in(room->accounts, "recent.cdb"), &after), 0);
    assert_true(before.st_ino == after.st_ino);
    turned.list[2] = sample_groups(4).list[3];
    assert_int_equal(put_account(room, &alice, &turned, NULL), 0);
    assert_int_equal(stat(path_in(room->accounts, "recent.cdb"), &after), 0);
    assert_false(before.st_ino == after.st_ino);
}

static int
count_accounts(void *context, const struct cog_account *account,
               const struct cog_groups *groups)
{
    size_t *count = context;

    assert_int_equal(groups->count, 1);
    assert_int_equal(account->name[0], 'u');
    ++*count;
    return 0;
}

static void
recent_is_folded_into_base_and_all_are_found(void **state)
{
    struct room *room = *state;
    struct cog_cache_reader reader = mapping_reader(room);
    struct cog_account account;
    struct cog_gids gids;
    size_t count = 0;
    unsigned total = COG_FOLD_FROM + 40;

    for (unsigned i = 0; i < total; i++) {
        char name[16];

        (void) snprintf(name, sizeof name, "u%u", i);
        assert_int_equal(put(room, name, 1900000000U + i, 1), 0);
        assert_int_equal(cog_cache_find_name(&reader, name, &account), 0);
        assert_int_equal(cog_cache_find_name(&reader, "u0", &account), 0);
    }
    assert_true(file_exists(path_in(room->accounts, "base.cdb")));
    for (unsigned i = 0; i < total; i++) {
        char name[16];

        (void) snprintf(name, sizeof name, "u%u", i);
        assert_int_equal(
            cog_cache_find_uid(&reader, 1900000000U + i, &account), 0);
        assert_string_equal(account.name, name);
        assert_int_equal(cog_cache_find_gids(&reader, name, &gids), 0);
        assert_int_equal(gids.primary, 1900000000U + i);
    }
    assert_int_equal(cog_cache_walk(room->accounts, count_accounts, &count),
                     0);
    assert_int_equal(count, total);
    /* What a login changes hides what base has. */
    assert_int_equal(put(room, "u3", 1900000003U, 2), 0);
    assert_int_equal(cog_cache_find_gids(&reader, "u3", &gids), 0);
    assert_int_equal(gids.count, 2);
    cog_cache_close(&reader);
}

/* A number in base whose name has another number in recent is no answer. */
static void
an_older_number_in_base_is_hidden_by_recent(void **state)
{
    struct room *room = *state;
    struct cog_cache_reader reader = mapping_reader(room);
    struct cog_account account;
    struct cog_group group;
    char from[4400];

    assert_int_equal(put(room, "alice", CAROL, 0), 0);
    (void) snprintf(from, sizeof from, "%s/recent.cdb", room->accounts);
    assert_int_equal(rename(from, path_in(room->accounts, "kept")), 0);
    assert_int_equal(put(room, "alice", ALICE, 2), 0);
    (void) snprintf(from, sizeof from, "%s/kept", room->accounts);
    assert_int_equal(rename(from, path_in(room->accounts, "base.cdb")), 0);
    assert_alice(&reader);
    assert_int_equal(cog_cache_find_uid(&reader, CAROL, &account), ENOENT);
    assert_int_equal(cog_cache_find_gid(&reader, CAROL, &group), ENOENT);
    cog_cache_close(&reader);
}

static void
p71_a_lost_base_is_no_absence(void **state)
{
    struct room *room = *state;
    struct cog_cache_reader early = COG_CACHE_READER(room->accounts);
    struct cog_cache_reader mapping = mapping_reader(room);
    struct cog_account account;
    char from[4400];

    assert_int_equal(put(room, "alice", ALICE, 0), 0);
    (void) snprintf(from, sizeof from, "%s/recent.cdb", room->accounts);
    assert_int_equal(rename(from, path_in(room->accounts, "base.cdb")), 0);
    assert_int_equal(put(room, "carol", CAROL, 0), 0);
    assert_int_equal(cog_cache_find_name(&early, "nosuch", &account), ENOENT);
    assert_int_equal(unlink(path_in(room->accounts, "base.cdb")), 0);
    assert_int_equal(cog_cache_find_name(&early, "nosuch", &account), EBADMSG);
    assert_int_equal(cog_cache_find_name(&mapping, "nosuch", &account),
                     EBADMSG);
    assert_int_equal(cog_cache_find_name(&mapping, "carol", &account), 0);
    assert_int_equal(put(room, "dave", DAVE, 0), EBADMSG);
    cog_cache_close(&mapping);
}

static void
settings_are_kept_by_accounts_and_replaced_alone(void **state)
{
    struct room *room = *state;
    struct cog_cache_reader reader = mapping_reader(room);
    struct cog_settings settings = sample_settings(), found;
    struct cog_cache_lock lock;

    assert_int_equal(put(room, "alice", ALICE, 2), 0);
    settings.provisional = true;
    strcpy(settings.provisional_match, "a* b*");
    strcpy(settings.shell, "/bin/zsh");
    settings.enumerate = true;
    settings.group_map_count = COG_GROUP_MAP_MAX;
    for (uint32_t i = 0; i < COG_GROUP_MAP_MAX; i++) {
        settings.group_map[i].gid = COG_ID_BASE_DEFAULT + i;
        memset(settings.group_map[i].local, (int) ('a' + i), COG_NAME_MAX);
    }
    lock = take_lock(room);
    assert_int_equal(
        cog_cache_put_settings(&room->places, &lock, &settings, NULL), 0);
    assert_int_equal(cog_cache_settings(&reader, &found), 0);
    assert_memory_equal(&found, &settings, sizeof found);
    assert_alice(&reader);
    assert_int_equal(
        cog_cache_remove_account(&room->places, &lock, "alice", true), 0);
    assert_int_equal(cog_cache_settings(&reader, &found), 0);
    assert_string_equal(found.shell, "/bin/zsh");
    settings.id_base = 0;
    assert_int_equal(
        cog_cache_put_settings(&room->places, &lock, &settings, NULL), EINVAL);
    cog_cache_lock_release(&lock);
    cog_cache_close(&reader);
}

/* A login by a configuration that is not the host's. */
static void
another_configuration_leaves_the_settings(void **state)
{
    struct room *room = *state;
    struct cog_cache_reader reader = mapping_reader(room);
    struct cog_settings host = sample_settings(), other = host, found;
    struct cog_account alice = sample_account("alice", ALICE),
                       carol = sample_account("carol", CAROL);
    struct cog_groups groups = sample_groups(2);
    struct cog_cache_lock lock = take_lock(room);
    struct stat before, after;

    other.provisional = true;
    strcpy(other.provisional_match, "*");
    strcpy(other.shell, "/bin/zsh");
    assert_int_equal(cog_cache_put_account_only(&room->places, &lock, &other,
                                                &alice, &groups, NULL),
                     0);
    assert_int_equal(cog_cache_settings(&reader, &found), ENOENT);
    assert_alice(&reader);
    assert_int_equal(cog_cache_put_settings(&room->places, &lock, &host, NULL),
                     0);
    assert_int_equal(cog_cache_put_account_only(&room->places, &lock, &other,
                                                &carol, &groups, NULL),
                     0);
    assert_int_equal(cog_cache_settings(&reader, &found), 0);
    assert_memory_equal(&found, &host, sizeof found);
    /* Nothing to write: no new file. */
    assert_int_equal(stat(path_in(room->accounts, "recent.cdb"), &before), 0);
    assert_int_equal(cog_cache_put_account_only(&room->places, &lock, &other,
                                                &carol, &groups, NULL),
                     0);
    assert_int_equal(stat(path_in(room->accounts, "recent.cdb"), &after), 0);
    assert_true(before.st_ino == after.st_ino);
    /* It is judged by its own rules. */
    other.id_base = CAROL + 1;
    assert_int_equal(cog_cache_put_account_only(&room->places, &lock, &other,
                                                &carol, &groups, NULL),
                     EINVAL);
    cog_cache_lock_release(&lock);
    cog_cache_close(&reader);
}

/* Debian's tinycdb is the second reader. */
static void
tinycdbs_tool_lists_our_file(void **state)
{
    struct room *room = *state;
    char line[8192];
    size_t lines = 0, names = 0;
    FILE *pipe;

    if (access("/usr/bin/cdb", X_OK) != 0)
        skip_case("tinycdb's cdb is not installed");
    assert_int_equal(put(room, "alice", ALICE, 2), 0);
    assert_int_equal(put(room, "carol", CAROL, 2), 0);
    assert_int_equal(chdir(room->accounts), 0);
    pipe = popen("/usr/bin/cdb -s recent.cdb > /dev/null && "
                 "/usr/bin/cdb -l recent.cdb | tr -cd '\\12\\40-\\176'",
                 "r");
    assert_int_equal(chdir("../.."), 0);
    assert_non_null(pipe);
    while (fgets(line, sizeof line, pipe) != NULL) {
        lines++;
        if (strstr(line, "Nalice") != NULL || strstr(line, "Ncarol") != NULL)
            names++;
    }
    assert_int_equal(pclose(pipe), 0);
    assert_int_equal(names, 2);
    /* stamp, settings, 3 an account, 2 a group (2 private, 2 of the pool) */
    assert_true(lines >= 1 + 1 + 2 * 3 + 4 * 2);
}

/* ---- threads and forks */

struct race {
    struct cog_cache_reader *reader;
    _Atomic bool end;
    _Atomic unsigned wrong, found;
};

static void *
keep_looking(void *context)
{
    struct race *race = context;

    while (!atomic_load(&race->end)) {
        struct cog_account account;
        struct cog_gids gids;

        /* alice is there all the time; mallory never is. */
        if (cog_cache_find_name(race->reader, "alice", &account) != 0 ||
            account.uid != ALICE || strcmp(account.name, "alice") != 0)
            atomic_fetch_add(&race->wrong, 1);
        if (cog_cache_find_name(race->reader, "mallory", &account) != ENOENT)
            atomic_fetch_add(&race->wrong, 1);
        if (cog_cache_find_gids(race->reader, "alice", &gids) != 0 ||
            gids.primary != ALICE)
            atomic_fetch_add(&race->wrong, 1);
        atomic_fetch_add(&race->found, 1);
    }
    return NULL;
}

/* A child that was forked while threads were inside answers rightly. */
static void
assert_child_is_right(struct cog_cache_reader *reader)
{
    int status = 0;
    pid_t child = fork();

    assert_true(child >= 0);
    if (child == 0) {
        struct cog_account account;
        int wrong = 0;

        for (int i = 0; i < 20; i++) {
            wrong += cog_cache_find_name(reader, "alice", &account) != 0;
            wrong +=
                cog_cache_find_name(reader, "mallory", &account) != ENOENT;
        }
        _exit(wrong != 0);
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(status, 0);
}

static void
p69_p71_threads_and_forks_never_see_a_wrong_answer(void **state)
{
    struct room *room = *state;
    struct cog_cache_reader reader = COG_CACHE_READER(room->accounts);
    struct race race = {.reader = &reader};
    pthread_t threads[8];

    assert_int_equal(put(room, "alice", ALICE, 2), 0);
    for (size_t i = 0; i < COUNT(threads); i++)
        assert_int_equal(
            pthread_create(&threads[i], NULL, keep_looking, &race), 0);
    for (unsigned i = 0; i < 60; i++) {
        char name[16];

        (void) snprintf(name, sizeof name, "w%u", i);
        assert_int_equal(put(room, name, 1950000000U + i, 1), 0);
        assert_child_is_right(&reader);
    }
    atomic_store(&race.end, true);
    for (size_t i = 0; i < COUNT(threads); i++)
        assert_int_equal(pthread_join(threads[i], NULL), 0);
    assert_int_equal(race.wrong, 0);
    assert_true(race.found > 0);
    cog_cache_close(&reader);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        IN_ROOM(what_is_put_is_found_in_every_way),
        IN_ROOM(the_first_four_lookups_map_nothing_and_the_fifth_does),
        IN_ROOM(p69_no_descriptor_is_kept_and_foreign_ones_are_left_alone),
        IN_ROOM(p17_hostile_names_are_absent_without_a_look_at_the_file),
        IN_ROOM(mapped_readers_see_a_change_at_once),
        IN_ROOM(readers_that_trust_the_mark_see_a_change_at_once),
        IN_ROOM(a_miss_checks_that_the_path_still_leads_to_the_mapped_file),
        IN_ROOM(p76_a_file_marked_but_not_replaced_still_answers),
        IN_ROOM(an_account_is_replaced_with_its_groups),
        IN_ROOM(nothing_is_written_when_nothing_changes),
        IN_ROOM(groups_in_another_order_are_no_change),
        IN_ROOM(recent_is_folded_into_base_and_all_are_found),
        IN_ROOM(an_older_number_in_base_is_hidden_by_recent),
        IN_ROOM(p71_a_lost_base_is_no_absence),
        IN_ROOM(settings_are_kept_by_accounts_and_replaced_alone),
        IN_ROOM(another_configuration_leaves_the_settings),
        IN_ROOM(tinycdbs_tool_lists_our_file),
        IN_ROOM(p69_p71_threads_and_forks_never_see_a_wrong_answer),
    };

    if (!become_root())
        return skip_program("needs uid 0 or a user namespace");
    return cmocka_run_group_tests_name("accounts/cache", tests, NULL, NULL);
}
