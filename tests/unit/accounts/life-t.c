/* SPDX-License-Identifier: Apache-2.0 */
/*
 * accounts/cache_read: a mapping lives a minute at most, and as long as
 * somebody reads it. The clock is the test's, by the linker's --wrap.
 */
#include "tests/unit/accounts/support.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "accounts/cache_read.h"
#include "accounts/cache_record.h"

#define ALICE 1900000001U

static time_t now_s;
static unsigned asked;
static bool broken;

int __real_clock_gettime(clockid_t clock, struct timespec *now);
int __wrap_clock_gettime(clockid_t clock, struct timespec *now);
int
__wrap_clock_gettime(clockid_t clock, struct timespec *now)
{
    if (clock != CLOCK_MONOTONIC_COARSE)
        return __real_clock_gettime(clock, now);
    asked++;
    if (broken)
        return -1;
    *now = (struct timespec){.tv_sec = now_s};
    return 0;
}

static struct cog_cache_reader
mapping_reader(const struct room *room)
{
    struct cog_cache_reader reader = COG_CACHE_READER(room->accounts);

    atomic_store(&reader.lookups, 100);
    return reader;
}

static void
assert_found(struct cog_cache_reader *reader)
{
    struct cog_account account;

    assert_int_equal(cog_cache_find_name(reader, "alice", &account), 0);
    assert_int_equal(account.uid, ALICE);
}

/* The file at the path, as another one that no word tells of. */
static void
replace_silently(const struct room *room)
{
    size_t len = 0;
    unsigned char *bytes =
        read_bytes(path_in(room->accounts, "recent.cdb"), &len);
    char other[4400];

    (void) snprintf(other, sizeof other, "%s/other", room->accounts);
    write_bytes(other, bytes, len, 0644);
    assert_int_equal(rename(other, path_in(room->accounts, "recent.cdb")), 0);
    free(bytes);
}

/* A file replaced unseen is answered from the old mapping up to then. */
static void
assert_renewed_at(const struct room *room, struct cog_cache_reader *reader,
                  time_t when_s)
{
    uint64_t mapped = reader->recent.inode;

    replace_silently(room);
    now_s = when_s - 1;
    assert_found(reader);
    assert_true(reader->recent.inode == mapped);
    now_s = when_s;
    assert_found(reader);
    assert_true(reader->recent.inode != mapped);
}

static void
a_mapping_is_renewed_after_a_minute_of_hits(void **state)
{
    struct room *room = *state;
    struct cog_cache_reader reader = mapping_reader(room);

    now_s = 1000;
    assert_int_equal(put(room, "alice", ALICE, 0), 0);
    assert_found(&reader);
    assert_renewed_at(room, &reader, 1060);
    cog_cache_close(&reader);
}

static void
the_life_begins_anew_with_each_mapping(void **state)
{
    struct room *room = *state;
    struct cog_cache_reader reader = mapping_reader(room);

    now_s = 1000;
    assert_int_equal(put(room, "alice", ALICE, 0), 0);
    assert_found(&reader);
    now_s = 1070;
    assert_found(&reader);
    assert_renewed_at(room, &reader, 1130);
    cog_cache_close(&reader);
}

/* A clock that steps back or fails makes look-ups slower, never stale. */
static void
a_clock_that_is_off_keeps_no_mapping(void **state)
{
    struct room *room = *state;
    struct cog_cache_reader reader = mapping_reader(room);
    uint64_t first;

    now_s = 1000;
    assert_int_equal(put(room, "alice", ALICE, 0), 0);
    assert_found(&reader);
    first = reader.recent.inode;
    replace_silently(room);
    now_s = 999;
    assert_found(&reader);
    assert_true(reader.recent.inode != first);
    replace_silently(room);
    first = reader.recent.inode;
    broken = true;
    assert_found(&reader);
    broken = false;
    assert_true(reader.recent.inode != first);
    cog_cache_close(&reader);
}

/* The first look-ups do not map, and pay for no clock. */
static void
reading_asks_no_clock(void **state)
{
    struct room *room = *state;
    struct cog_cache_reader reader = COG_CACHE_READER(room->accounts);

    now_s = 1000;
    assert_int_equal(put(room, "alice", ALICE, 0), 0);
    asked = 0;
    assert_found(&reader);
    assert_int_equal(asked, 0);
    cog_cache_close(&reader);
}

/* ---- while somebody reads */

struct inside {
    const struct room *room;
    struct cog_cache_reader *reader;
};

/*
 * The file is replaced under a look-up, and others come that see it: they
 * read the new one, and leave the mapping to whoever is inside.
 */
static int
look_on(const struct cog_cache_record *record, void *context)
{
    const struct inside *inside = context;
    const uint64_t mapped = inside->reader->recent.inode;
    struct cog_account account;

    assert_non_null(inside->reader->recent.file.bytes);
    assert_int_equal(put(inside->room, "carol", ALICE + 1, 1), 0);
    for (int i = 0; i < 3; i++) {
        assert_int_equal(
            cog_cache_find_name(inside->reader, "carol", &account), 0);
        assert_true(inside->reader->recent.inode == mapped);
    }
    return cog_cache_parse_account(record, &account);
}

static void
p69_a_mapping_stays_while_somebody_reads_it(void **state)
{
    struct room *room = *state;
    struct cog_cache_reader reader = mapping_reader(room);
    struct inside inside = {room, &reader};
    struct cog_account account;

    assert_int_equal(put(room, "alice", ALICE, 1), 0);
    assert_int_equal(cog_cache_use_name(&reader, "alice", look_on, &inside),
                     0);
    /* And whoever comes next has the new one. */
    assert_int_equal(cog_cache_find_name(&reader, "carol", &account), 0);
    assert_non_null(reader.recent.file.bytes);
    assert_true(reader.recent.file.accounts == 2);
    cog_cache_close(&reader);
}

#define IN_ROOM(test)                                                         \
    cmocka_unit_test_setup_teardown(test, room_make, room_remove)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        IN_ROOM(a_mapping_is_renewed_after_a_minute_of_hits),
        IN_ROOM(the_life_begins_anew_with_each_mapping),
        IN_ROOM(a_clock_that_is_off_keeps_no_mapping),
        IN_ROOM(reading_asks_no_clock),
        IN_ROOM(p69_a_mapping_stays_while_somebody_reads_it),
    };

    if (!become_root())
        return skip_program("needs uid 0 or a user namespace");
    return cmocka_run_group_tests_name("accounts/life", tests, NULL, NULL);
}
