/* SPDX-License-Identifier: Apache-2.0 */
/* The writers of accounts/, and their readers, when a call fails. */
#include "tests/unit/accounts/changes.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "accounts/cache_read.h"
#include "base/clock.h"
#include "tests/unit/accounts/faults.h"

/*
 * Calls whose failure must be the caller's. (Not mmap's: a look-up that
 * cannot map reads.)
 */
static bool
matters(const char *name)
{
    static const char *const names[] = {"write",        "pwrite",   "fsync",
                                        "fchmod",       "malloc",   "calloc",
                                        "reallocarray", "renameat", "flock"};

    for (size_t i = 0; i < COUNT(names); i++) {
        if (strcmp(names[i], name) == 0)
            return true;
    }
    return false;
}

/* Run one change with its n-th call failing; false when it made fewer. */
static bool
run_failing(const struct room *room, const struct change *change,
            unsigned fail, int error)
{
    struct cog_cache_lock lock = COG_CACHE_LOCK_NONE;
    int result;

    fault.calls = 0;
    fault.fail = fail;
    fault.error = error;
    fault.hit = false;
    fault.unsynced = 0;
    fault.too_soon = 0;
    fault.armed = true;
    result = cog_cache_lock_take(room->logins, cog_clock_ms() + 5000, &lock);
    if (result == 0)
        result = change->make(room, &lock);
    cog_cache_lock_release(&lock);
    fault.armed = false;
    if (!fault.hit) {
        assert_int_equal(result, 0);
        assert_true(change->is_made(room));
        return false;
    }
    /* Success only if what failed did not matter, and then it is made. */
    if (result == 0) {
        assert_false(matters(fault.name));
        assert_true(change->is_made(room));
    } else if (!change->several && change->is_made(room)) {
        /* Made in spite of a failure: only the directory was not synced. */
        assert_string_equal(fault.name, "fsync");
    }
    fault.closes += result != 0 && strcmp(fault.name, "close") == 0;
    if (strcmp(fault.name, "unlinkat") != 0)
        assert_no_temporary(room);
    return true;
}

static void
fail_each_call(const struct room *room, const struct change *change, int error)
{
    struct kept kept;
    bool more = true;

    keep(room, &kept);
    fault.closes = 0;
    for (unsigned n = 1; more; n++) {
        bring_back(room, &kept);
        more = run_failing(room, change, n, error);
        assert_sound(room, change);
        if (n % 8 == 0)
            assert_next_writer_works(room);
    }
    /* One of them is the file's, which tells of a full disk. */
    assert_true(fault.closes > 0);
    bring_back(room, &kept);
    let_go(&kept);
}

static void
empty(const struct room *room)
{
    (void) unlink(path_in(room->accounts, "recent.cdb"));
    (void) unlink(path_in(room->accounts, "base.cdb"));
    (void) unlink(path_in(room->logins, "logins.cdb"));
}

static void
p74_any_failing_call_leaves_the_old_file_and_no_temporary(void **state)
{
    static const int errors[] = {ENOSPC, EIO, EDQUOT, EFBIG, ENOMEM, EMFILE};
    struct room *room = *state;

    prepare(room, &changes[CHANGE_PUT]);
    for (size_t i = 0; i < COUNT(errors); i++) {
        fail_each_call(room, &changes[CHANGE_PUT], errors[i]);
        fail_each_call(room, &changes[CHANGE_LOGIN], errors[i]);
    }
}

static void
p74_a_failing_removal_leaves_the_old_file(void **state)
{
    struct room *room = *state;

    prepare(room, &changes[CHANGE_REMOVE]);
    fail_each_call(room, &changes[CHANGE_REMOVE], ENOSPC);
}

static void
p74_a_failing_fold_loses_nothing(void **state)
{
    struct room *room = *state;

    prepare(room, &changes[CHANGE_FOLD]);
    fail_each_call(room, &changes[CHANGE_FOLD], EIO);
}

static void
p74_a_failing_listing_leaves_each_file_old_or_new(void **state)
{
    struct room *room = *state;

    prepare(room, &changes[CHANGE_LISTING]);
    fail_each_call(room, &changes[CHANGE_LISTING], ENOSPC);
}

static void
p74_a_failing_listing_over_an_older_one_loses_nothing(void **state)
{
    struct room *room = *state;

    prepare(room, &changes[CHANGE_LISTING_AGAIN]);
    fail_each_call(room, &changes[CHANGE_LISTING_AGAIN], EIO);
}

static void
p74_a_failing_listing_admits_nobody_it_refuses(void **state)
{
    struct room *room = *state;

    prepare(room, &changes[CHANGE_LISTING_DENIES]);
    fail_each_call(room, &changes[CHANGE_LISTING_DENIES], ENOSPC);
}

static void
p74_writes_that_take_one_byte_at_a_time_are_finished(void **state)
{
    struct room *room = *state;

    prepare(room, &changes[CHANGE_PUT]);
    fault.dribble = true;
    assert_false(run_failing(room, &changes[CHANGE_PUT], 0, 0));
    fault.dribble = false;
    assert_sound(room, &changes[CHANGE_PUT]);
}

/*
 * The power may fail at any moment: whatever gets a name is on the disk
 * before, each name before the next one, and all before success is told.
 */
static void
p74_a_change_is_on_the_disk_in_its_order(void **state)
{
    struct room *room = *state;

    for (int i = CHANGE_PUT; i <= CHANGE_LISTING_DENIES; i++) {
        const struct change *change = &changes[i];

        prepare(room, change);
        assert_false(run_failing(room, change, 0, 0));
        if (fault.too_soon != 0 || fault.unsynced != 0)
            fail_msg("%s: %u too soon, %zu not at all", change->name,
                     fault.too_soon, fault.unsynced);
        empty(room);
    }
}

/* A reader that has the old file mapped is never misled by a failure. */
static void
p74_a_mapped_reader_goes_on_after_a_failed_rename(void **state)
{
    struct room *room = *state;
    struct cog_cache_reader reader = COG_CACHE_READER_OF_MANY(room->accounts);
    struct cog_account account;
    struct kept kept;
    bool more = true;

    prepare(room, &changes[CHANGE_PUT]);
    keep(room, &kept);
    for (unsigned n = 1; more; n++) {
        bool made;

        bring_back(room, &kept);
        /* Which marks nothing, so the reader must begin anew. */
        cog_cache_close(&reader);
        assert_int_equal(cog_cache_find_name(&reader, "carol", &account),
                         ENOENT);
        more = run_failing(room, &changes[CHANGE_PUT], n, EIO);
        made = has_account(room, "carol");
        assert_int_equal(cog_cache_find_name(&reader, "alice", &account), 0);
        assert_int_equal(cog_cache_find_name(&reader, "carol", &account),
                         made ? 0 : ENOENT);
        assert_non_null(reader.recent.file.bytes);
    }
    let_go(&kept);
    cog_cache_close(&reader);
}

#define IN_ROOM(test)                                                         \
    cmocka_unit_test_setup_teardown(test, room_make, room_remove)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        IN_ROOM(p74_any_failing_call_leaves_the_old_file_and_no_temporary),
        IN_ROOM(p74_a_failing_removal_leaves_the_old_file),
        IN_ROOM(p74_a_failing_fold_loses_nothing),
        IN_ROOM(p74_a_failing_listing_leaves_each_file_old_or_new),
        IN_ROOM(p74_a_failing_listing_over_an_older_one_loses_nothing),
        IN_ROOM(p74_a_failing_listing_admits_nobody_it_refuses),
        IN_ROOM(p74_writes_that_take_one_byte_at_a_time_are_finished),
        IN_ROOM(p74_a_change_is_on_the_disk_in_its_order),
        IN_ROOM(p74_a_mapped_reader_goes_on_after_a_failed_rename),
    };

    if (!become_root())
        return skip_program("needs uid 0 or a user namespace");
    return cmocka_run_group_tests_name("accounts/writer", tests, NULL, NULL);
}
