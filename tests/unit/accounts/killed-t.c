/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The writers of accounts/ killed at each system call, while others read.
 */
#include "tests/unit/accounts/changes.h"
#include "tests/unit/sample.h"

#include <errno.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "accounts/cache_file.h"
#include "accounts/cache_read.h"

/* Called at each stop of the child; NULL: nothing is looked at. */
typedef void at_stop(const struct room *room);

static int
make_alone(const struct room *room, const struct change *change)
{
    struct cog_cache_lock lock = take_lock(room);
    int error = change->make(room, &lock);

    cog_cache_lock_release(&lock);
    return error;
}

/*
 * Run a change in a child and kill it at its n-th stop (each system call has
 * two: before and after). False when it made fewer. *allowed becomes false
 * where children may not be traced.
 */
static bool
run_killed(const struct room *room, const struct change *change,
           unsigned stops, at_stop *look, bool *allowed)
{
    int status = 0;
    pid_t child = fork();

    assert_true(child >= 0);
    if (child == 0) {
        if (ptrace(PTRACE_TRACEME, 0, NULL, NULL) != 0)
            _exit(99);
        (void) raise(SIGSTOP);
        _exit(make_alone(room, change) == 0 ? 0 : 1);
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    if (!WIFSTOPPED(status)) {
        *allowed = false;
        return false;
    }
    for (unsigned n = 0; n < stops; n++) {
        assert_int_equal(ptrace(PTRACE_SYSCALL, child, NULL, NULL), 0);
        assert_int_equal(waitpid(child, &status, 0), child);
        if (WIFEXITED(status)) {
            assert_int_equal(WEXITSTATUS(status), 0);
            return false;
        }
        assert_true(WIFSTOPPED(status));
        if (look != NULL)
            look(room);
    }
    assert_int_equal(kill(child, SIGKILL), 0);
    assert_int_equal(waitpid(child, &status, 0), child);
    return true;
}

/* Every how manieth stop a change is killed at. */
static unsigned
kill_step(void)
{
    return takes_sample() ? 7 : 1;
}

/* ---- somebody who looks up all the time */

/* Shared with the readers. */
struct watch {
    _Atomic unsigned turn; /* odd: the test itself replaces files */
    _Atomic bool end;
    _Atomic unsigned long looked, wrong;
    bool takes_alice;
    pid_t readers[2];
};

static bool
is_sample(const struct cog_account *account, const char *name, uint32_t uid)
{
    const struct cog_account sample = sample_account(name, uid);

    return strcmp(account->name, sample.name) == 0 &&
           account->uid == sample.uid && account->gid == sample.gid &&
           strcmp(account->home, sample.home) == 0 &&
           account->sub_tag == sample.sub_tag;
}

/* How many of these answers cannot be. */
static unsigned
count_wrong(const struct watch *watch, struct cog_cache_reader *reader)
{
    struct cog_account account;
    struct cog_group group;
    unsigned wrong = 0;
    int error = cog_cache_find_name(reader, "alice", &account);

    wrong += error == 0 ? !is_sample(&account, "alice", ALICE)
                        : !watch->takes_alice || error != ENOENT;
    error = cog_cache_find_uid(reader, ALICE, &account);
    wrong += error == 0 ? !is_sample(&account, "alice", ALICE)
                        : !watch->takes_alice || error != ENOENT;
    error = cog_cache_find_name(reader, "carol", &account);
    wrong +=
        error == 0 ? !is_sample(&account, "carol", CAROL) : error != ENOENT;
    error = cog_cache_find_gid(reader, ALICE, &group);
    wrong += error == 0 ? strcmp(group.name, "alice") != 0
                        : !watch->takes_alice || error != ENOENT;
    wrong += cog_cache_find_name(reader, "mallory", &account) != ENOENT;
    return wrong;
}

/* The files of the test's own restoring are nobody's business. */
static void
read_on(const struct room *room, struct watch *watch)
{
    struct cog_cache_reader mapping = COG_CACHE_READER_OF_MANY(room->accounts);

    /* A case that fails does not wait for us. */
    (void) prctl(PR_SET_PDEATHSIG, SIGKILL);
    for (unsigned i = 0; !atomic_load(&watch->end); i++) {
        struct cog_cache_reader reading = COG_CACHE_READER(room->accounts);
        unsigned before = atomic_load(&watch->turn), wrong;

        wrong = count_wrong(watch, i % 2 == 0 ? &mapping : &reading);
        cog_cache_close(&reading);
        if (before % 2 != 0 || atomic_load(&watch->turn) != before)
            continue;
        atomic_fetch_add(&watch->wrong, wrong);
        atomic_fetch_add(&watch->looked, 1);
    }
    cog_cache_close(&mapping);
    _exit(0);
}

static struct watch *
start_watch(const struct room *room, const struct change *change)
{
    struct watch *watch = mmap(NULL, sizeof *watch, PROT_READ | PROT_WRITE,
                               MAP_SHARED | MAP_ANONYMOUS, -1, 0);

    assert_true(watch != MAP_FAILED);
    watch->takes_alice = change->takes_alice;
    for (size_t i = 0; i < COUNT(watch->readers); i++) {
        pid_t child = fork();

        assert_true(child >= 0);
        if (child == 0)
            read_on(room, watch);
        watch->readers[i] = child;
    }
    return watch;
}

static void
end_watch(struct watch *watch)
{
    atomic_store(&watch->end, true);
    for (size_t i = 0; i < COUNT(watch->readers); i++) {
        int status = 0;

        assert_int_equal(waitpid(watch->readers[i], &status, 0),
                         watch->readers[i]);
        assert_int_equal(status, 0);
    }
    assert_int_equal(atomic_load(&watch->wrong), 0);
    assert_true(atomic_load(&watch->looked) > 0);
    assert_int_equal(munmap(watch, sizeof *watch), 0);
}

/*
 * By rename and without a mark, as no writer does it: readers that have the
 * newer files mapped may go on with these until they look for what is not
 * there, so these say the same of alice.
 */
static void
restore(const struct room *room, const struct kept *kept, struct watch *watch)
{
    atomic_fetch_add(&watch->turn, 1);
    bring_back(room, kept);
    atomic_fetch_add(&watch->turn, 1);
}

static void
kill_at_each_call(const struct room *room, const struct change *change)
{
    struct cog_cache_reader reader = COG_CACHE_READER_OF_MANY(room->accounts);
    struct cog_account account;
    struct watch *watch;
    struct kept kept;
    bool more = true, allowed = true;
    unsigned olds = 0, news = 0;

    if (is_valgrind())
        skip_case("valgrind traces children itself");
    prepare(room, change);
    keep(room, &kept);
    watch = start_watch(room, change);
    for (unsigned n = 1; more && allowed; n += kill_step()) {
        bool made;

        restore(room, &kept, watch);
        more = run_killed(room, change, n, NULL, &allowed);
        made = change->is_made(room);
        olds += !made;
        news += made;
        assert_sound(room, change);
        /* A reader of long ago sees what a fresh one sees. */
        assert_int_equal(cog_cache_find_name(&reader, "alice", &account) == 0,
                         has_account(room, "alice"));
        assert_int_equal(cog_cache_find_name(&reader, "carol", &account) == 0,
                         has_account(room, "carol"));
        assert_next_writer_works(room);
    }
    end_watch(watch);
    let_go(&kept);
    cog_cache_close(&reader);
    if (!allowed)
        skip_case("children may not be traced here");
    assert_true(olds * kill_step() > 10);
    assert_true(news * kill_step() > 1);
}

static void
p76_a_put_killed_at_any_call_is_made_or_not(void **state)
{
    kill_at_each_call(*state, &changes[CHANGE_PUT]);
}

static void
p76_a_removal_killed_at_any_call_is_made_or_not(void **state)
{
    kill_at_each_call(*state, &changes[CHANGE_REMOVE]);
}

static void
p76_a_fold_killed_at_any_call_is_made_or_not(void **state)
{
    kill_at_each_call(*state, &changes[CHANGE_FOLD]);
}

static void
p76_a_login_killed_at_any_call_is_made_or_not(void **state)
{
    kill_at_each_call(*state, &changes[CHANGE_LOGIN]);
}

static void
p76_a_listing_killed_at_any_call_loses_nobody(void **state)
{
    kill_at_each_call(*state, &changes[CHANGE_LISTING]);
}

static void
p76_a_listing_over_an_older_one_killed_at_any_call_loses_nobody(void **state)
{
    kill_at_each_call(*state, &changes[CHANGE_LISTING_AGAIN]);
}

static void
p76_a_listing_killed_at_any_call_admits_nobody_it_refuses(void **state)
{
    kill_at_each_call(*state, &changes[CHANGE_LISTING_DENIES]);
}

/* ---- modes */

static void
check_temporary(const char *path)
{
    struct cog_cache_file file;
    unsigned char *bytes;
    struct stat status;
    size_t len;

    if (lstat(path, &status) != 0)
        return;
    if ((status.st_mode & 07777) == 0600)
        return;
    /* Opened to readers: then it is finished. */
    assert_int_equal(status.st_mode & 07777, 0644);
    bytes = read_bytes(path, &len);
    assert_int_equal(cog_cache_file_from_bytes(bytes, len, &file), 0);
    assert_int_equal(cog_cache_file_check(&file), 0);
    free(bytes);
}

static void
look_at_modes(const struct room *room)
{
    struct stat status;

    check_temporary(path_in(room->accounts, "recent.cdb.new"));
    check_temporary(path_in(room->accounts, "base.cdb.new"));
    if (lstat(path_in(room->logins, "lock"), &status) == 0)
        assert_int_equal(status.st_mode & 07777, 0600);
    if (lstat(path_in(room->logins, "logins.cdb.new"), &status) == 0)
        assert_int_equal(status.st_mode & 07777, 0600);
}

static void
look_all_along(const struct room *room, const struct change *change)
{
    struct stat status;
    mode_t old = umask(0);
    bool allowed = true;

    if (is_valgrind())
        skip_case("valgrind traces children itself");
    prepare(room, change);
    assert_false(run_killed(room, change, 100000, look_at_modes, &allowed));
    (void) umask(old);
    if (!allowed)
        skip_case("children may not be traced here");
    assert_true(change->is_made(room));
    assert_int_equal(stat(path_in(room->accounts, "recent.cdb"), &status), 0);
    assert_int_equal(status.st_mode & 07777, 0644);
    assert_int_equal(stat(path_in(room->logins, "lock"), &status), 0);
    assert_int_equal(status.st_mode & 07777, 0600);
}

static void
p72_umask_0_never_opens_an_unfinished_file(void **state)
{
    look_all_along(*state, &changes[CHANGE_PUT]);
}

static void
p72_umask_0_never_opens_an_unfinished_store(void **state)
{
    look_all_along(*state, &changes[CHANGE_LOGIN]);
}

static void
p72_umask_0_never_opens_an_unfinished_listing(void **state)
{
    look_all_along(*state, &changes[CHANGE_LISTING_AGAIN]);
}

#define IN_ROOM(test)                                                         \
    cmocka_unit_test_setup_teardown(test, room_make, room_remove)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        IN_ROOM(p76_a_put_killed_at_any_call_is_made_or_not),
        IN_ROOM(p76_a_removal_killed_at_any_call_is_made_or_not),
        IN_ROOM(p76_a_fold_killed_at_any_call_is_made_or_not),
        IN_ROOM(p76_a_login_killed_at_any_call_is_made_or_not),
        IN_ROOM(p76_a_listing_killed_at_any_call_loses_nobody),
        IN_ROOM(
            p76_a_listing_over_an_older_one_killed_at_any_call_loses_nobody),
        IN_ROOM(p76_a_listing_killed_at_any_call_admits_nobody_it_refuses),
        IN_ROOM(p72_umask_0_never_opens_an_unfinished_file),
        IN_ROOM(p72_umask_0_never_opens_an_unfinished_store),
        IN_ROOM(p72_umask_0_never_opens_an_unfinished_listing),
    };

    if (!become_root())
        return skip_program("needs uid 0 or a user namespace");
    return cmocka_run_group_tests_name("accounts/killed", tests, NULL, NULL);
}
