/* SPDX-License-Identifier: Apache-2.0 */
/* accounts/cache_cursor: every account and every group, each once. */
#include "tests/unit/accounts/support.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "accounts/cache_cursor.h"
#include "accounts/cache_write.h"

#define ALICE 1900000001U
#define USERS 300U

static uint32_t
uid_of(unsigned number)
{
    return 1950000000U + number;
}

/* More accounts than recent keeps, so that both files have some. */
static void
put_users(const struct room *room, unsigned from, unsigned to)
{
    for (unsigned i = from; i < to; i++) {
        char name[16];

        (void) snprintf(name, sizeof name, "u%u", i);
        assert_int_equal(put(room, name, uid_of(i), i % 3), 0);
    }
}

/* How often each user came along. */
static void
count_users(struct cog_cache_cursor *cursor, unsigned seen[USERS])
{
    struct cog_account account;
    int error;

    memset(seen, 0, USERS * sizeof *seen);
    while ((error = cog_cache_cursor_account(cursor, &account)) == 0) {
        unsigned number = account.uid - uid_of(0);

        assert_true(number < USERS);
        seen[number]++;
    }
    assert_int_equal(error, ENOENT);
}

static void
every_account_comes_once_from_both_files(void **state)
{
    struct room *room = *state;
    struct cog_cache_cursor cursor = COG_CACHE_CURSOR_CLOSED;
    struct cog_cache_lock lock;
    unsigned seen[USERS];

    put_users(room, 0, USERS);
    assert_true(file_exists(path_in(room->accounts, "base.cdb")));
    /* Some of base's are in recent, too, with other groups. */
    lock = take_lock(room);
    for (unsigned i = 0; i < 5; i++) {
        struct cog_settings settings = sample_settings();
        struct cog_account account;
        struct cog_groups groups = sample_groups(5);
        char name[16];

        (void) snprintf(name, sizeof name, "u%u", i);
        account = sample_account(name, uid_of(i));
        assert_int_equal(cog_cache_put_account(&room->places, &lock, &settings,
                                               &account, &groups, NULL),
                         0);
    }
    cog_cache_lock_release(&lock);
    assert_int_equal(cog_cache_cursor_open(room->accounts, &cursor), 0);
    for (int round = 0; round < 2; round++) {
        count_users(&cursor, seen);
        for (unsigned i = 0; i < USERS; i++)
            assert_int_equal(seen[i], 1);
        cog_cache_cursor_rewind(&cursor);
    }
    cog_cache_cursor_close(&cursor);
}

static void
every_group_comes_once_with_the_private_ones(void **state)
{
    struct room *room = *state;
    struct cog_cache_cursor cursor = COG_CACHE_CURSOR_CLOSED;
    struct cog_group group;
    unsigned private = 0, shared = 0;
    int error;

    put_users(room, 0, USERS);
    assert_int_equal(cog_cache_cursor_open(room->accounts, &cursor), 0);
    while ((error = cog_cache_cursor_group(&cursor, &group)) == 0) {
        private += group.gid < 2000000000U;
        shared += group.gid >= 2000000000U;
    }
    assert_int_equal(error, ENOENT);
    assert_int_equal(private, USERS);
    assert_int_equal(shared, 2);
    cog_cache_cursor_close(&cursor);
}

static void
p69_no_descriptor_is_kept_while_a_cursor_is_open(void **state)
{
    struct room *room = *state;
    struct cog_cache_cursor cursor = COG_CACHE_CURSOR_CLOSED;
    struct cog_account account;
    int before, after;

    put_users(room, 0, 3);
    before = dup(0);
    assert_int_equal(close(before), 0);
    assert_int_equal(cog_cache_cursor_open(room->accounts, &cursor), 0);
    assert_int_equal(cog_cache_cursor_account(&cursor, &account), 0);
    after = dup(0);
    assert_int_equal(after, before);
    assert_int_equal(close(after), 0);
    cog_cache_cursor_close(&cursor);
}

static void
a_walk_sees_the_files_of_its_beginning(void **state)
{
    struct room *room = *state;
    struct cog_cache_cursor cursor = COG_CACHE_CURSOR_CLOSED;
    unsigned seen[USERS];

    put_users(room, 0, 20);
    assert_int_equal(cog_cache_cursor_open(room->accounts, &cursor), 0);
    put_users(room, 20, USERS);
    count_users(&cursor, seen);
    for (unsigned i = 0; i < USERS; i++)
        assert_int_equal(seen[i], i < 20);
    cog_cache_cursor_close(&cursor);
}

/* A caller whose buffer was too small gets the same entry again. */
static void
a_cursor_goes_back_to_a_mark(void **state)
{
    struct room *room = *state;
    struct cog_cache_cursor cursor = COG_CACHE_CURSOR_CLOSED;
    struct cog_account first, again;
    unsigned count = 0;

    put_users(room, 0, USERS);
    assert_int_equal(cog_cache_cursor_open(room->accounts, &cursor), 0);
    for (;;) {
        struct cog_cache_mark mark = cog_cache_cursor_mark(&cursor);

        if (cog_cache_cursor_account(&cursor, &first) != 0)
            break;
        cog_cache_cursor_return(&cursor, mark);
        assert_int_equal(cog_cache_cursor_account(&cursor, &again), 0);
        assert_same_account(&first, &again);
        count++;
    }
    assert_int_equal(count, USERS);
    cog_cache_cursor_close(&cursor);
}

static void
a_closed_cursor_answers_nothing(void **state)
{
    struct room *room = *state;
    struct cog_cache_cursor cursor = COG_CACHE_CURSOR_CLOSED;
    struct cog_account account;
    struct cog_group group;

    assert_false(cog_cache_cursor_is_open(&cursor));
    assert_int_equal(cog_cache_cursor_account(&cursor, &account), EBADF);
    assert_int_equal(cog_cache_cursor_group(&cursor, &group), EBADF);
    assert_int_equal(cog_cache_cursor_open(room->accounts, &cursor), ENODATA);
    assert_false(cog_cache_cursor_is_open(&cursor));
    put_users(room, 0, 1);
    assert_int_equal(cog_cache_cursor_open(room->accounts, &cursor), 0);
    assert_true(cog_cache_cursor_is_open(&cursor));
    cog_cache_cursor_close(&cursor);
    cog_cache_cursor_close(&cursor);
    assert_int_equal(cog_cache_cursor_account(&cursor, &account), EBADF);
}

static void
p70_files_that_are_not_roots_are_not_walked(void **state)
{
    struct room *room = *state;
    struct cog_cache_cursor cursor = COG_CACHE_CURSOR_CLOSED;

    put_users(room, 0, USERS);
    assert_int_equal(chmod(path_in(room->accounts, "base.cdb"), 0666), 0);
    assert_int_equal(cog_cache_cursor_open(room->accounts, &cursor), EPERM);
    assert_int_equal(unlink(path_in(room->accounts, "base.cdb")), 0);
    assert_int_equal(cog_cache_cursor_open(room->accounts, &cursor), EBADMSG);
    assert_false(cog_cache_cursor_is_open(&cursor));
}

/* Each flipped bit: what comes is true, or the walk ends with an error. */
static void
p71_no_flipped_bit_gives_a_wrong_entry(void **state)
{
    struct room *room = *state;
    const struct cog_account u0 = sample_account("u0", uid_of(0));
    const struct cog_account u1 = sample_account("u1", uid_of(1));
    struct cog_cache_cursor cursor = COG_CACHE_CURSOR_CLOSED;
    size_t len = 0, unsound = 0;
    unsigned char *bytes;
    int fd;

    put_users(room, 0, 2);
    bytes = read_bytes(path_in(room->accounts, "recent.cdb"), &len);
    fd = open(path_in(room->accounts, "recent.cdb"), O_RDWR | O_CLOEXEC);
    assert_true(fd >= 0);
    for (size_t bit = 0; bit < 8 * len; bit++) {
        unsigned char flipped =
            (unsigned char) (bytes[bit / 8] ^ (1U << bit % 8));
        struct cog_account account;
        int error;

        assert_int_equal(pwrite(fd, &flipped, 1, (off_t) (bit / 8)), 1);
        error = cog_cache_cursor_open(room->accounts, &cursor);
        while (error == 0) {
            error = cog_cache_cursor_account(&cursor, &account);
            if (error == 0)
                assert_same_account(&account,
                                    account.uid == uid_of(0) ? &u0 : &u1);
        }
        unsound += error != ENOENT;
        /* And it stays so: a caller that goes on comes no further. */
        if (error != ENOENT)
            assert_int_not_equal(cog_cache_cursor_account(&cursor, &account),
                                 0);
        cog_cache_cursor_close(&cursor);
        assert_int_equal(pwrite(fd, &bytes[bit / 8], 1, (off_t) (bit / 8)), 1);
    }
    assert_true(unsound > 8 * (len - COG_CDB_HEADER) / 2);
    assert_int_equal(close(fd), 0);
    free(bytes);
}

#define IN_ROOM(test)                                                         \
    cmocka_unit_test_setup_teardown(test, room_make, room_remove)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        IN_ROOM(every_account_comes_once_from_both_files),
        IN_ROOM(every_group_comes_once_with_the_private_ones),
        IN_ROOM(p69_no_descriptor_is_kept_while_a_cursor_is_open),
        IN_ROOM(a_walk_sees_the_files_of_its_beginning),
        IN_ROOM(a_cursor_goes_back_to_a_mark),
        IN_ROOM(a_closed_cursor_answers_nothing),
        IN_ROOM(p70_files_that_are_not_roots_are_not_walked),
        IN_ROOM(p71_no_flipped_bit_gives_a_wrong_entry),
    };

    if (!become_root())
        return skip_program("needs uid 0 or a user namespace");
    return cmocka_run_group_tests_name("accounts/cursor", tests, NULL, NULL);
}
