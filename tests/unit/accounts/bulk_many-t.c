/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cache_bulk with so many accounts that they are written by a thread: P74,
 * P76.
 */
#include "tests/unit/accounts/support.h"

#include "accounts/cache_bulk.h"
#include "accounts/cache_levels.h"
#include "base/clock.h"
#include "tests/unit/accounts/bulk.h"
#include "tests/unit/accounts/threads.h"
#include "tests/unit/sample.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

/* More than all batches of the writer hold, and some left over. */
#define MANY 2000U

/* ---- a write that fails, once */

static int fail_with; /* 0: none does */
static unsigned fail_at, writes;

ssize_t __real_write(int fd, const void *bytes, size_t len);
ssize_t __wrap_write(int fd, const void *bytes, size_t len);
ssize_t
__wrap_write(int fd, const void *bytes, size_t len)
{
    /* Those of accounts, not what cmocka prints. */
    if (fail_with != 0 && len > 60000 && ++writes == fail_at) {
        errno = fail_with;
        return -1;
    }
    return __real_write(fd, bytes, len);
}

/* ---- a listing of many */

/* The number of accounts that were added before an error. */
static unsigned
add_many(struct listing *listing, unsigned count, int *error)
{
    char name[16];

    for (unsigned i = 0; i < count; i++) {
        snprintf(name, sizeof name, "user%u", i);
        *error = add(listing, name, 1910000000U + i, i % 6);
        if (*error != 0)
            return i;
    }
    *error = 0;
    return count;
}

/* A whole one; what base.cdb is then. */
static unsigned char *
list_many(const struct room *room, unsigned count, size_t *len)
{
    struct listing *listing = begin(room);
    int error;

    assert_int_equal(cog_cache_bulk_expect(listing->bulk, count), 0);
    assert_int_equal(add_many(listing, count, &error), count);
    finish(listing);
    return read_bytes(path_in(room->accounts, "base.cdb"), len);
}

static void
a_thread_writes_what_would_be_written_without_one(void **state)
{
    static const unsigned counts[] = {1,   255, 256,  257,  511, 512,
                                      513, 769, 1024, 1025, MANY};
    const struct room *room = *state;

    for (size_t i = 0; i < COUNT(counts); i++) {
        unsigned char *with, *without;
        size_t with_len, without_len;

        allow_threads(true);
        with = list_many(room, counts[i], &with_len);
        /* One batch is written without. */
        assert_int_equal(threads.started, counts[i] < 256 ? 0 : 1);
        allow_threads(false);
        without = list_many(room, counts[i], &without_len);
        assert_int_equal(with_len, without_len);
        assert_memory_equal(with, without, with_len);
        free(with);
        free(without);
    }
}

/* Each account is found, and nobody else. */
static void
each_of_many_is_found(void **state)
{
    const struct room *room = *state;
    struct cog_cache_levels levels = COG_CACHE_LEVELS_EMPTY;
    size_t len;

    allow_threads(true);
    free(list_many(room, MANY, &len));
    assert_int_equal(cog_cache_levels_open(room->accounts, &levels), 0);
    assert_int_equal(levels.base.accounts, MANY);
    for (unsigned i = 0; i < MANY; i++) {
        struct cog_account account;
        struct cog_groups groups;
        char name[16];

        snprintf(name, sizeof name, "user%u", i);
        assert_int_equal(cog_cache_level_account(&levels.base, name, &account),
                         0);
        assert_int_equal(account.uid, 1910000000U + i);
        assert_int_equal(cog_cache_level_groups(&levels.base, name, &groups),
                         0);
        assert_int_equal(groups.count, i % 6);
    }
    cog_cache_levels_close(&levels);
}

/* ---- what cannot be written */

static void
limit_files(rlim_t bytes)
{
    const struct rlimit limit = {bytes, RLIM_INFINITY};

    /* Otherwise the first byte above it ends the process. */
    (void) signal(SIGXFSZ, SIG_IGN);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
}

/* With a limit of so many bytes a listing is made, or nothing is changed. */
static bool
list_within(const struct room *room, rlim_t bytes)
{
    struct listing *listing = begin(room);
    int error;

    limit_files(bytes);
    if (add_many(listing, MANY, &error) == MANY)
        error = cog_cache_bulk_finish(listing->bulk, NOW_S);
    limit_files(RLIM_INFINITY);
    assert_true(error == 0 || error == EFBIG);
    abandon(listing);
    assert_sound(room);
    return error == 0;
}

/* In the thread, in what is left over, in the tables. */
static void
p74_a_listing_that_has_no_room_changes_nothing(void **state)
{
    const struct room *room = *state;
    unsigned char *before, *after;
    size_t before_len, after_len, made = 0;

    for (int allowed = 0; allowed < 2; allowed++) {
        allow_threads(allowed == 1);
        before = list_many(room, 3, &before_len);
        for (rlim_t bytes = 4096; made == 0; bytes += 32768) {
            made += list_within(room, bytes);
            after =
                read_bytes(path_in(room->accounts, "base.cdb"), &after_len);
            assert_true(made != 0 || (before_len == after_len &&
                                      memcmp(before, after, after_len) == 0));
            assert_true(bytes < 4096 * MANY);
            free(after);
        }
        made = 0;
        free(before);
    }
}

/* What a thread could not write is not forgotten when it could again. */
static void
p74_what_failed_once_fails_the_listing(void **state)
{
    const struct room *room = *state;

    for (int allowed = 0; allowed < 2; allowed++) {
        struct listing *listing = begin(room);
        int error;

        allow_threads(allowed == 1);
        limit_files(4096);
        (void) add_many(listing, MANY, &error);
        limit_files(RLIM_INFINITY);
        if (error == 0)
            error = cog_cache_bulk_finish(listing->bulk, NOW_S);
        abandon(listing);
        assert_int_equal(error, EFBIG);
        assert_false(file_exists(path_in(room->accounts, "base.cdb")));
    }
}

/* As sync does: EINVAL and EEXIST are refusals of one account. */
static int
add_on(struct listing *listing, unsigned *refused)
{
    int error = 0;

    *refused = 0;
    for (unsigned i = 0; i < MANY; i++) {
        char name[16];

        snprintf(name, sizeof name, "user%u", i);
        error = add(listing, name, 1910000000U + i, i % 6);
        if (error == EINVAL || error == EEXIST)
            ++*refused;
        else if (error != 0)
            return error;
    }
    return cog_cache_bulk_finish(listing->bulk, NOW_S);
}

static void
p74_no_failed_write_is_taken_for_a_refusal(void **state)
{
    static const int errors[] = {EINVAL, EEXIST, EIO, ENOSPC};
    const struct room *room = *state;

    for (size_t i = 0; i < 2 * COUNT(errors); i++) {
        struct listing *listing = begin(room);
        unsigned refused;
        int error;

        allow_threads(i % 2 == 0);
        writes = 0;
        fail_at = 1 + (unsigned) i % 3;
        fail_with = errors[i / 2];
        error = add_on(listing, &refused);
        fail_with = 0;
        abandon(listing);
        /* Told by an add, EIO for the first two, or as it was at the end. */
        assert_true(error == errors[i / 2] || (i / 2 < 2 && error == EIO));
        assert_int_equal(refused, 0);
        assert_false(file_exists(path_in(room->accounts, "base.cdb")));
    }
}

static void
p74_many_may_be_abandoned_at_any_time(void **state)
{
    const struct room *room = *state;

    allow_threads(true);
    for (unsigned count = 200; count < MANY; count += 175) {
        struct listing *listing = begin(room);
        int error;

        assert_int_equal(add_many(listing, count, &error), count);
        abandon(listing);
        assert_false(file_exists(path_in(room->accounts, "base.cdb")));
        assert_false(file_exists(path_in(room->accounts, "base.cdb.new")));
    }
}

/* ---- killed */

static _Noreturn void
list_in_child(const struct room *room)
{
    struct listing *listing = begin(room);
    int error;

    (void) add_many(listing, MANY, &error);
    _exit(error != 0 || cog_cache_bulk_finish(listing->bulk, NOW_S) != 0);
}

/* Whether it was killed, and not done before. */
static bool
kill_after(const struct room *room, int64_t delay_us)
{
    const struct timespec delay = {delay_us / 1000000,
                                   (long) (delay_us % 1000000) * 1000};
    int status = 0;
    pid_t child = fork();

    assert_true(child >= 0);
    if (child == 0)
        list_in_child(room);
    (void) nanosleep(&delay, NULL);
    (void) kill(child, SIGKILL);
    assert_int_equal(waitpid(child, &status, 0), child);
    if (WIFEXITED(status))
        assert_int_equal(WEXITSTATUS(status), 0);
    return WIFSIGNALED(status);
}

static void
assert_old_or_new(const struct room *room)
{
    struct cog_cache_levels levels = COG_CACHE_LEVELS_EMPTY;

    assert_int_equal(cog_cache_levels_open(room->accounts, &levels), 0);
    assert_int_equal(cog_cache_level_check(&levels.base), 0);
    assert_true(levels.base.accounts == 3 || levels.base.accounts == MANY);
    cog_cache_levels_close(&levels);
}

/* From its beginning to a moment when it is done, in even steps. */
static void
p76_a_killed_listing_of_many_leaves_old_or_new(void **state)
{
    const struct room *room = *state;
    const int steps = takes_sample() ? 8 : 60;
    int64_t whole_ms = cog_clock_ms();
    int killed = 0;
    size_t len;

    allow_threads(true);
    free(list_many(room, MANY, &len));
    whole_ms = cog_clock_ms() - whole_ms + 1;
    for (int i = 0; i < steps; i++) {
        free(list_many(room, 3, &len));
        killed += kill_after(room, i * whole_ms * 1000 / steps);
        assert_old_or_new(room);
    }
    assert_true(killed > 0);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        IN_ROOM(a_thread_writes_what_would_be_written_without_one),
        IN_ROOM(each_of_many_is_found),
        IN_ROOM(p74_a_listing_that_has_no_room_changes_nothing),
        IN_ROOM(p74_what_failed_once_fails_the_listing),
        IN_ROOM(p74_no_failed_write_is_taken_for_a_refusal),
        IN_ROOM(p74_many_may_be_abandoned_at_any_time),
        IN_ROOM(p76_a_killed_listing_of_many_leaves_old_or_new),
    };

    if (!become_root())
        return skip_program("needs uid 0 or a user namespace");
    return cmocka_run_group_tests(tests, NULL, NULL);
}
