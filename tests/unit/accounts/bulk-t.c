/* SPDX-License-Identifier: Apache-2.0 */
/* cache_bulk: a whole listing becomes the accounts file. Cites P71. */
#include "tests/unit/accounts/support.h"

#include "accounts/cache_build.h"
#include "accounts/cache_bulk.h"
#include "accounts/cache_compose.h"
#include "accounts/cache_levels.h"
#include "accounts/cache_read.h"
#include "accounts/cache_write.h"
#include "base/clock.h"
#include "tests/unit/accounts/bulk.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void
what_is_listed_is_found_in_every_way(void **state)
{
    struct room *room = *state;
    struct cog_cache_reader reader = COG_CACHE_READER_OF_MANY(room->accounts);
    const struct cog_account alice = sample_account("alice", ALICE);
    struct listing *listing = begin(room);
    struct cog_account account;
    struct cog_settings settings;
    struct cog_group group;
    struct cog_gids gids;

    assert_int_equal(add(listing, "alice", ALICE, 2), 0);
    assert_int_equal(add(listing, "carol", CAROL, 1), 0);
    assert_int_equal(add(listing, "dave", DAVE, 0), 0);
    finish(listing);
    assert_int_equal(cog_cache_find_name(&reader, "alice", &account), 0);
    assert_same_account(&account, &alice);
    assert_int_equal(cog_cache_find_uid(&reader, CAROL, &account), 0);
    assert_string_equal(account.name, "carol");
    assert_int_equal(cog_cache_find_group(&reader, "dave", &group), 0);
    assert_int_equal(group.gid, DAVE);
    assert_int_equal(cog_cache_find_gid(&reader, ALICE, &group), 0);
    assert_string_equal(group.name, "alice");
    assert_int_equal(cog_cache_find_group(&reader, "cognito-Group1", &group),
                     0);
    assert_int_equal(group.gid, 2000000001U);
    assert_int_equal(cog_cache_find_gid(&reader, 2000000000U, &group), 0);
    assert_string_equal(group.name, "cognito-Group0");
    assert_int_equal(cog_cache_find_gids(&reader, "alice", &gids), 0);
    assert_int_equal(gids.count, 2);
    assert_int_equal(cog_cache_settings(&reader, &settings), 0);
    assert_int_equal(cog_cache_find_name(&reader, "nosuch", &account), ENOENT);
    cog_cache_close(&reader);
}

static void
an_abandoned_listing_changes_nothing(void **state)
{
    struct room *room = *state;
    struct cog_account account;
    struct listing *listing;
    unsigned char *before, *after;
    size_t before_len, after_len;

    assert_int_equal(put(room, "alice", ALICE, 1), 0);
    before = read_bytes(path_in(room->accounts, "recent.cdb"), &before_len);
    listing = begin(room);
    assert_int_equal(add(listing, "carol", CAROL, 1), 0);
    abandon(listing);
    after = read_bytes(path_in(room->accounts, "recent.cdb"), &after_len);
    assert_int_equal(before_len, after_len);
    assert_memory_equal(before, after, after_len);
    assert_false(file_exists(path_in(room->accounts, "base.cdb")));
    assert_false(file_exists(path_in(room->accounts, "base.cdb.new")));
    assert_true(has(room, "alice", &account));
    free(before);
    free(after);
}

/* Who signed in while the pool was listed is not in the listing. */
static void
who_signed_in_since_the_listing_began_is_kept(void **state)
{
    struct room *room = *state;
    struct cog_account account;
    struct cog_bulk_counts counts;
    struct listing *listing;

    put_login(room, "early", ALICE, NOW_S - 1);
    put_login(room, "late", CAROL, NOW_S);
    put_login(room, "listed", DAVE, NOW_S + 5);
    assert_int_equal(put(room, "early", ALICE, 1), 0);
    assert_int_equal(put(room, "late", CAROL, 3), 0);
    assert_int_equal(put(room, "listed", DAVE, 1), 0);
    listing = begin(room);
    assert_int_equal(add_bound(listing, "listed", DAVE, 0, 0, NULL), 0);
    assert_int_equal(add(listing, "new", DAVE + 1, 1), 0);
    assert_int_equal(cog_cache_bulk_count(listing->bulk, NOW_S, &counts), 0);
    assert_int_equal(counts.before, 3);
    assert_int_equal(counts.added, 2);
    assert_int_equal(counts.kept, 1);
    assert_int_equal(counts.bound, 0);
    assert_int_equal(counts.lost, 1);
    finish(listing);
    assert_false(has(room, "early", &account));
    assert_true(has(room, "late", &account));
    assert_true(has(room, "listed", &account));
    assert_true(has(room, "new", &account));
    {
        struct cog_cache_reader reader = COG_CACHE_READER(room->accounts);
        struct cog_gids gids;
        struct cog_group group;

        assert_int_equal(cog_cache_find_gids(&reader, "late", &gids), 0);
        assert_int_equal(gids.count, 3);
        assert_int_equal(cog_cache_find_gid(&reader, 2000000002U, &group), 0);
        cog_cache_close(&reader);
    }
    /* In the next listing it is not new any more. */
    listing = begin(room);
    assert_int_equal(add_bound(listing, "listed", DAVE, 0, 0, NULL), 0);
    assert_int_equal(cog_cache_bulk_finish(listing->bulk, NOW_S + 1), 0);
    abandon(listing);
    assert_false(has(room, "late", &account));
    assert_false(has(room, "new", &account));
    assert_int_equal(put(room, "eve", CAROL, 0), EEXIST);
}

/* A clock that was ahead when they signed in; some difference is usual. */
static void
a_login_that_is_still_to_come_keeps_nobody(void **state)
{
    const int64_t now_s = cog_clock_unix_s();
    struct room *room = *state;
    struct cog_account account;
    struct listing *listing;

    put_login(room, "near", ALICE, now_s + 100);
    put_login(room, "ahead", CAROL, now_s + 1000);
    put_login(room, "never", DAVE, INT64_MAX);
    assert_int_equal(put(room, "near", ALICE, 1), 0);
    assert_int_equal(put(room, "ahead", CAROL, 1), 0);
    assert_int_equal(put(room, "never", DAVE, 1), 0);
    listing = begin(room);
    assert_int_equal(add(listing, "new", DAVE + 1, 1), 0);
    finish(listing);
    assert_true(has(room, "near", &account));
    assert_false(has(room, "ahead", &account));
    assert_false(has(room, "never", &account));
}

static int
note_name(void *context, const char *name, uint32_t uid)
{
    char *names = context;

    (void) snprintf(names + strlen(names), 64, "%s:%u ", name,
                    (unsigned) (uid - ALICE));
    return 0;
}

static void
what_will_change_is_told_before(void **state)
{
    struct room *room = *state;
    struct cog_account account = sample_account("alice", ALICE);
    struct cog_groups groups = sample_groups(2);
    enum cog_cache_difference difference = COG_CACHE_ABSENT;
    char names[256] = "";
    struct listing *listing = begin(room);

    assert_int_equal(add(listing, "alice", ALICE, 2), 0);
    assert_int_equal(add(listing, "carol", CAROL, 2), 0);
    assert_int_equal(add(listing, "dave", DAVE, 2), 0);
    finish(listing);
    listing = begin(room);
    assert_int_equal(
        cog_cache_bulk_compare(listing->bulk, &account, &groups, &difference),
        0);
    assert_int_equal(difference, COG_CACHE_SAME);
    groups.count = 1;
    assert_int_equal(
        cog_cache_bulk_compare(listing->bulk, &account, &groups, &difference),
        0);
    assert_int_equal(difference, COG_CACHE_DIFFERS);
    account = sample_account("eve", ALICE);
    assert_int_equal(
        cog_cache_bulk_compare(listing->bulk, &account, &groups, &difference),
        0);
    assert_int_equal(difference, COG_CACHE_ABSENT);
    assert_int_equal(add(listing, "carol", CAROL, 2), 0);
    assert_int_equal(
        cog_cache_bulk_walk_lost(listing->bulk, NOW_S, note_name, names), 0);
    assert_string_equal(names, "alice:0 dave:2 ");
    abandon(listing);
}

/* ---- members */

static void
count_members(struct cog_cache_reader *reader, uint32_t gid, unsigned total,
              unsigned char *seen)
{
    struct cog_members members;
    uint64_t listing = 0;
    uint32_t chunk = 0;
    int error;

    memset(seen, 0, total);
    while ((error = cog_cache_find_members(reader, gid, chunk, &members)) ==
           0) {
        assert_int_equal(members.gid, gid);
        assert_int_equal(members.chunk, chunk);
        assert_true(chunk == 0 || members.listing == listing);
        listing = members.listing;
        for (size_t at = 0; at < members.len;
             at += strlen(members.names + at) + 1) {
            unsigned number =
                (unsigned) strtoul(members.names + at + 5, NULL, 10);

            assert_true(number < total);
            seen[number]++;
        }
        chunk++;
    }
    assert_int_equal(error, ENOENT);
    if (chunk > 0)
        assert_int_equal(members.chunks, chunk);
}

#define MEMBERS 2000U

static struct listing *
begin_members(const struct room *room, bool enumerate)
{
    struct cog_settings settings = sample_settings();
    struct listing *listing;

    settings.enumerate = enumerate;
    listing = begin_with(room, &settings);
    for (unsigned i = 0; i < MEMBERS; i++) {
        char name[16];

        (void) snprintf(name, sizeof name, "user-%u", i);
        assert_int_equal(add(listing, name, ALICE + i, i % 2), 0);
    }
    return listing;
}

static void
members_are_written_with_enumerate_only_and_are_complete(void **state)
{
    static unsigned char seen[MEMBERS];
    struct room *room = *state;
    struct cog_cache_reader reader = COG_CACHE_READER_OF_MANY(room->accounts);
    struct cog_members members;

    finish(begin_members(room, false));
    assert_int_equal(cog_cache_find_members(&reader, 2000000000U, 0, &members),
                     ENOENT);
    finish(begin_members(room, true));
    count_members(&reader, 2000000000U, MEMBERS, seen);
    for (unsigned i = 0; i < MEMBERS; i++)
        assert_int_equal(seen[i], i % 2);
    assert_int_equal(cog_cache_find_members(&reader, ALICE, 0, &members),
                     ENOENT);
    /* Who is forgotten is no member any more. */
    assert_int_equal(forget(room, "user-7", true), 0);
    assert_sound(room);
    count_members(&reader, 2000000000U, MEMBERS, seen);
    for (unsigned i = 0; i < MEMBERS; i++)
        assert_int_equal(seen[i], i % 2 && i != 7);
    cog_cache_close(&reader);
}

/* A fold of logins into base keeps what the last listing said. */
static void
members_survive_a_fold(void **state)
{
    static unsigned char seen[MEMBERS];
    struct room *room = *state;
    struct cog_cache_reader reader = COG_CACHE_READER_OF_MANY(room->accounts);

    finish(begin_members(room, true));
    for (unsigned i = 0; i < COG_FOLD_FROM; i++) {
        char name[16];

        (void) snprintf(name, sizeof name, "late-%u", i);
        assert_int_equal(put(room, name, 1950000000U + i, 0), 0);
    }
    assert_sound(room);
    count_members(&reader, 2000000000U, MEMBERS, seen);
    for (unsigned i = 0; i < MEMBERS; i++)
        assert_int_equal(seen[i], i % 2);
    cog_cache_close(&reader);
}

/* ---- what is wrong */

static void
p71_a_damaged_file_is_not_replaced(void **state)
{
    static const char *const files[] = {"base.cdb", "recent.cdb"};
    struct room *room = *state;
    struct cog_settings settings = sample_settings();
    struct cog_cache_bulk *bulk = NULL;
    struct cog_cache_lock lock;
    struct listing *listing = begin(room);

    assert_int_equal(add(listing, "alice", ALICE, 2), 0);
    finish(listing);
    assert_int_equal(put(room, "carol", CAROL, 2), 0);
    lock = take_lock(room);
    for (size_t i = 0; i < COUNT(files); i++) {
        size_t len = 0;
        unsigned char *bytes =
            read_bytes(path_in(room->accounts, files[i]), &len);

        bytes[COG_RECORDS_AT + 60] ^= 4;
        write_bytes(path_in(room->accounts, files[i]), bytes, len, 0644);
        assert_int_equal(cog_cache_bulk_begin(&room->places, &lock, &settings,
                                              &key, &bulk, NULL),
                         EBADMSG);
        assert_null(bulk);
        bytes[COG_RECORDS_AT + 60] ^= 4;
        write_bytes(path_in(room->accounts, files[i]), bytes, len, 0644);
        free(bytes);
    }
    write_file(path_in(room->logins, "logins.cdb"), "garbage", 0600);
    assert_int_equal(cog_cache_bulk_begin(&room->places, &lock, &settings,
                                          &key, &bulk, NULL),
                     EBADMSG);
    cog_cache_lock_release(&lock);
}

/* Sound by its sums, which only root can make. */
static void
p17_a_forged_name_is_not_carried_into_a_listing(void **state)
{
    static const char *const names[] = {"-rf", "Alice", "a..b", "a\nb", "a b"};
    const struct room *room = *state;
    const struct cog_settings settings = sample_settings();
    const struct cog_groups none = {0};
    struct cog_cache_lock lock = take_lock(room);

    for (size_t i = 0; i < COUNT(names); i++) {
        const struct cog_account account = sample_account(names[i], ALICE);
        struct cog_cache_build build = COG_CACHE_BUILD_EMPTY;
        struct cog_cache_bulk *bulk = NULL;

        assert_int_equal(
            cog_cache_build_begin(room->accounts, COG_BASE_FILE, &build), 0);
        assert_int_equal(cog_compose_account(&build, &account, &none), 0);
        assert_int_equal(cog_cache_build_finish(&build, COG_ACCOUNTS_MODE, 0),
                         0);
        cog_cache_build_end(&build);
        assert_int_equal(cog_cache_bulk_begin(&room->places, &lock, &settings,
                                              &key, &bulk, NULL),
                         EBADMSG);
        assert_null(bulk);
    }
    cog_cache_lock_release(&lock);
}

static void
nothing_begins_without_lock_or_with_bad_settings(void **state)
{
    struct room *room = *state;
    struct cog_cache_lock none = COG_CACHE_LOCK_NONE, lock;
    struct cog_settings settings = sample_settings();
    struct cog_write_refusal refusal = {.fault = COG_FAULT_NONE};
    struct cog_cache_bulk *bulk = NULL;

    assert_int_equal(cog_cache_bulk_begin(&room->places, &none, &settings,
                                          &key, &bulk, NULL),
                     EBADF);
    lock = take_lock(room);
    settings.id_base = 0;
    assert_int_equal(cog_cache_bulk_begin(&room->places, &lock, &settings,
                                          &key, &bulk, &refusal),
                     EINVAL);
    assert_int_equal(refusal.fault, COG_FAULT_ID_RANGE);
    cog_cache_lock_release(&lock);
    assert_null(bulk);
    cog_cache_bulk_free(&bulk);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        IN_ROOM(what_is_listed_is_found_in_every_way),
        IN_ROOM(an_abandoned_listing_changes_nothing),
        IN_ROOM(who_signed_in_since_the_listing_began_is_kept),
        IN_ROOM(a_login_that_is_still_to_come_keeps_nobody),
        IN_ROOM(what_will_change_is_told_before),
        IN_ROOM(members_are_written_with_enumerate_only_and_are_complete),
        IN_ROOM(members_survive_a_fold),
        IN_ROOM(p71_a_damaged_file_is_not_replaced),
        IN_ROOM(p17_a_forged_name_is_not_carried_into_a_listing),
        IN_ROOM(nothing_begins_without_lock_or_with_bad_settings),
    };

    if (!become_root())
        return skip_program("needs uid 0 or a user namespace");
    return cmocka_run_group_tests_name("accounts/bulk", tests, NULL, NULL);
}
