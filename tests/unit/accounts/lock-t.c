/* SPDX-License-Identifier: Apache-2.0 */
/* accounts/cache_build, cache_lock: modes, a hostile umask, the lock. */
#include "tests/unit/accounts/support.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"

#define ALICE 1900000001U

static void
p72_umask_077_does_not_hide_the_file_from_readers(void **state)
{
    struct room *room = *state;
    struct stat status;
    mode_t old = umask(0777);

    assert_int_equal(put(room, "alice", ALICE, 0), 0);
    (void) umask(old);
    assert_int_equal(stat(path_in(room->accounts, "recent.cdb"), &status), 0);
    assert_int_equal(status.st_mode & 07777, 0644);
}

static void
p72_a_directory_others_can_write_to_is_not_written_to(void **state)
{
    struct room *room = *state;

    assert_int_equal(chmod(room->accounts, 0777), 0);
    assert_int_equal(put(room, "alice", ALICE, 0), EPERM);
    assert_int_equal(chmod(room->accounts, 01777), 0);
    assert_int_equal(put(room, "alice", ALICE, 0), EPERM);
    assert_int_equal(chmod(room->accounts, 0775), 0);
    assert_int_equal(put(room, "alice", ALICE, 0), EPERM);
}

/* Somebody's link at the place of the temporary file is not followed. */
static void
p72_the_temporary_file_is_made_anew(void **state)
{
    struct room *room = *state;
    size_t len = 0;
    unsigned char *bytes;

    write_file(path_in(room->path, "victim"), "untouched", 0644);
    assert_int_equal(
        symlink("../victim", path_in(room->accounts, "recent.cdb.new")), 0);
    assert_int_equal(put(room, "alice", ALICE, 0), 0);
    bytes = read_bytes(path_in(room->path, "victim"), &len);
    assert_int_equal(len, 9);
    assert_memory_equal(bytes, "untouched", 9);
    free(bytes);
}

/* ---- the lock */

static int
try_lock(const struct room *room, int64_t wait_ms)
{
    struct cog_cache_lock lock = COG_CACHE_LOCK_NONE;
    int error =
        cog_cache_lock_take(room->logins, cog_clock_ms() + wait_ms, &lock);

    cog_cache_lock_release(&lock);
    return error;
}

static void
p35_a_lock_kept_by_a_stopped_process_has_a_deadline(void **state)
{
    struct room *room = *state;
    int status = 0;
    int64_t begin, took;
    pid_t child = fork();

    assert_true(child >= 0);
    if (child == 0) {
        struct cog_cache_lock lock = take_lock(room);

        (void) raise(SIGSTOP);
        _exit(lock.fd < 0);
    }
    assert_int_equal(waitpid(child, &status, WUNTRACED), child);
    assert_true(WIFSTOPPED(status));
    begin = cog_clock_ms();
    assert_int_equal(try_lock(room, 60), ETIMEDOUT);
    took = cog_clock_ms() - begin;
    assert_true(took >= 60 && took < 5000);
    assert_int_equal(try_lock(room, -1), ETIMEDOUT);
    /* It dies, and the lock is free. */
    assert_int_equal(kill(child, SIGKILL), 0);
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(try_lock(room, 0), 0);
}

static void
p75_the_lock_lies_where_only_root_can_open_it(void **state)
{
    struct room *room = *state;
    struct stat status;
    int result = 0;
    pid_t child;

    assert_int_equal(try_lock(room, 0), 0);
    assert_int_equal(stat(path_in(room->logins, "lock"), &status), 0);
    assert_int_equal(status.st_mode & 07777, 0600);
    child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        if (setgid(65534) != 0 || setuid(65534) != 0)
            _exit(2);
        _exit(open(path_in(room->logins, "lock"), O_RDONLY | O_CLOEXEC) >= 0);
    }
    assert_int_equal(waitpid(child, &result, 0), child);
    if (WEXITSTATUS(result) == 2)
        skip_case("cannot become another user here (needs real root)");
    assert_int_equal(result, 0);
}

static void
p75_a_lock_that_others_could_open_is_refused(void **state)
{
    static const mode_t modes[] = {0755, 0711, 0750, 0777, 0770};
    struct room *room = *state;

    for (size_t i = 0; i < COUNT(modes); i++) {
        assert_int_equal(chmod(room->logins, modes[i]), 0);
        assert_int_equal(try_lock(room, 0), EPERM);
    }
    assert_int_equal(chmod(room->logins, 0700), 0);
    assert_int_equal(try_lock(room, 0), 0);
    assert_int_equal(chmod(path_in(room->logins, "lock"), 0644), 0);
    assert_int_equal(try_lock(room, 0), EPERM);
    assert_int_equal(unlink(path_in(room->logins, "lock")), 0);
    assert_int_equal(symlink("logins.cdb", path_in(room->logins, "lock")), 0);
    assert_int_equal(try_lock(room, 0), ELOOP);
    assert_int_equal(unlink(path_in(room->logins, "lock")), 0);
    assert_int_equal(mkfifo(path_in(room->logins, "lock"), 0600), 0);
    assert_int_equal(try_lock(room, 0), EPERM);
    assert_int_equal(unlink(path_in(room->logins, "lock")), 0);
    if (chown(room->logins, 65534, 65534) == 0)
        assert_int_equal(try_lock(room, 0), EPERM);
}

static void
p37_the_lock_is_close_on_exec(void **state)
{
    struct room *room = *state;
    struct cog_cache_lock lock = take_lock(room);

    assert_int_equal(fcntl(lock.fd, F_GETFD), FD_CLOEXEC);
    cog_cache_lock_release(&lock);
    assert_int_equal(lock.fd, -1);
    cog_cache_lock_release(&lock);
}

#define IN_ROOM(test)                                                         \
    cmocka_unit_test_setup_teardown(test, room_make, room_remove)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        IN_ROOM(p72_umask_077_does_not_hide_the_file_from_readers),
        IN_ROOM(p72_a_directory_others_can_write_to_is_not_written_to),
        IN_ROOM(p72_the_temporary_file_is_made_anew),
        IN_ROOM(p35_a_lock_kept_by_a_stopped_process_has_a_deadline),
        IN_ROOM(p75_the_lock_lies_where_only_root_can_open_it),
        IN_ROOM(p75_a_lock_that_others_could_open_is_refused),
        IN_ROOM(p37_the_lock_is_close_on_exec),
    };

    if (!become_root())
        return skip_program("needs uid 0 or a user namespace");
    return cmocka_run_group_tests_name("accounts/lock", tests, NULL, NULL);
}
