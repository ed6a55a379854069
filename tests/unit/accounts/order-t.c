/* SPDX-License-Identifier: Apache-2.0 */
/*
 * accounts/cache_read, cache_cursor: nobody is lost to who opens one file
 * before a fold and the other one after it. The moment in between is the
 * test's, by the linker's --wrap.
 */
#include "tests/unit/accounts/support.h"

#include <errno.h>

#include "accounts/cache_cursor.h"
#include "accounts/cache_file.h"
#include "accounts/cache_levels.h"
#include "accounts/cache_read.h"
#include "accounts/cache_rewrite.h"

#define ALICE 1900000001U

/* The room whose files are folded before the second one is opened. */
static const struct room *folded;
static unsigned opened;

static void
fold(const struct room *room)
{
    const struct cog_settings settings = sample_settings();
    const struct cog_cache_change change = {.settings = &settings};
    struct cog_cache_lock lock = take_lock(room);
    cog_cleanup_cache_levels struct cog_cache_levels levels =
        COG_CACHE_LEVELS_EMPTY;

    assert_int_equal(cog_cache_levels_open(room->accounts, &levels), 0);
    assert_int_equal(
        cog_cache_rewrite_folded(room->accounts, &levels, &change), 0);
    cog_cache_lock_release(&lock);
}

/* Readers come here twice, and once more for each try that they repeat. */
static void
before_opening(void)
{
    const struct room *room = folded;

    if (room == NULL || ++opened != 2)
        return;
    folded = NULL;
    fold(room);
}

int __real_cog_cache_file_open(const char *directory, const char *name,
                               bool secret, int *fd, uint64_t *size);
int __wrap_cog_cache_file_open(const char *directory, const char *name,
                               bool secret, int *fd, uint64_t *size);
int
__wrap_cog_cache_file_open(const char *directory, const char *name,
                           bool secret, int *fd, uint64_t *size)
{
    before_opening();
    return __real_cog_cache_file_open(directory, name, secret, fd, size);
}

int __real_cog_cache_file_map(const char *directory, const char *name,
                              bool secret, struct cog_cache_file *file);
int __wrap_cog_cache_file_map(const char *directory, const char *name,
                              bool secret, struct cog_cache_file *file);
int
__wrap_cog_cache_file_map(const char *directory, const char *name, bool secret,
                          struct cog_cache_file *file)
{
    before_opening();
    return __real_cog_cache_file_map(directory, name, secret, file);
}

/* alice is in recent alone; beside a base that knows somebody else, or none.
 */
static void
begin(const struct room *room, bool base)
{
    folded = NULL;
    if (base) {
        assert_int_equal(put(room, "carol", ALICE + 1, 1), 0);
        fold(room);
    }
    assert_int_equal(put(room, "alice", ALICE, 2), 0);
    opened = 0;
    folded = room;
}

static void
look_up(const struct room *room, bool mapped)
{
    struct cog_cache_reader reader = COG_CACHE_READER(room->accounts);
    struct cog_account account;

    atomic_store(&reader.lookups, mapped ? 100U : 0U);
    assert_int_equal(cog_cache_find_name(&reader, "alice", &account), 0);
    assert_int_equal(account.uid, ALICE);
    cog_cache_close(&reader);
}

static void
p76_a_fold_between_two_opens_hides_nobody(void **state)
{
    begin(*state, true);
    look_up(*state, false);
    /* She was in recent, which is opened first. */
    assert_int_equal(opened, 1);
}

static void
p76_a_fold_between_two_mappings_hides_nobody(void **state)
{
    begin(*state, true);
    look_up(*state, true);
    assert_null(folded);
}

static void
list(const struct room *room, unsigned others)
{
    cog_cleanup_cache_cursor struct cog_cache_cursor cursor =
        COG_CACHE_CURSOR_CLOSED;
    struct cog_account account;
    unsigned alices = 0, all = 0;

    assert_int_equal(cog_cache_cursor_open(room->accounts, &cursor), 0);
    assert_null(folded);
    for (; cog_cache_cursor_account(&cursor, &account) == 0; all++)
        alices += account.uid == ALICE;
    assert_int_equal(alices, 1);
    assert_int_equal(all, 1 + others);
}

static void
p76_a_fold_while_a_listing_begins_hides_nobody(void **state)
{
    begin(*state, true);
    list(*state, 1);
}

static void
p76_the_first_fold_while_a_listing_begins_hides_nobody(void **state)
{
    begin(*state, false);
    list(*state, 0);
}

#define IN_ROOM(test)                                                         \
    cmocka_unit_test_setup_teardown(test, room_make, room_remove)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        IN_ROOM(p76_a_fold_between_two_opens_hides_nobody),
        IN_ROOM(p76_a_fold_between_two_mappings_hides_nobody),
        IN_ROOM(p76_a_fold_while_a_listing_begins_hides_nobody),
        IN_ROOM(p76_the_first_fold_while_a_listing_begins_hides_nobody),
    };

    if (!become_root())
        return skip_program("needs uid 0 or a user namespace");
    return cmocka_run_group_tests_name("accounts/order", tests, NULL, NULL);
}
