/* SPDX-License-Identifier: Apache-2.0 */
/*
 * accounts/cache_write, cache_rewrite: what is remembered of accounts and
 * groups that are gone.
 */
#include "tests/unit/accounts/support.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "accounts/cache_levels.h"
#include "accounts/cache_read.h"
#include "accounts/cache_rewrite.h"
#include "accounts/cache_write.h"
#include "accounts/id_check.h"

#define ALICE 1900000001U
#define EVE   1900000002U

static int
put_account(const struct room *room, const struct cog_account *account,
            size_t groups, struct cog_write_refusal *refusal)
{
    struct cog_cache_lock lock = take_lock(room);
    struct cog_settings settings = sample_settings();
    struct cog_groups list = sample_groups(groups);
    int error = cog_cache_put_account(&room->places, &lock, &settings, account,
                                      &list, refusal);

    cog_cache_lock_release(&lock);
    return error;
}

static int
forget(const struct room *room, const char *name, bool same_person)
{
    struct cog_cache_lock lock = take_lock(room);
    int error =
        cog_cache_remove_account(&room->places, &lock, name, same_person);

    cog_cache_lock_release(&lock);
    return error;
}

/* Everything so far into base, as the 256th account in recent does it. */
static void
fold(const struct room *room)
{
    const struct cog_settings settings = sample_settings();
    const struct cog_cache_change change = {.settings = &settings};
    struct cog_cache_lock lock = take_lock(room);
    struct cog_cache_levels levels = COG_CACHE_LEVELS_EMPTY;

    assert_int_equal(cog_cache_levels_open(room->accounts, &levels), 0);
    assert_int_equal(
        cog_cache_rewrite_folded(room->accounts, &levels, &change), 0);
    cog_cache_levels_close(&levels);
    assert_int_equal(cog_cache_levels_open(room->accounts, &levels), 0);
    assert_int_equal(levels.recent.accounts, 0);
    cog_cache_levels_close(&levels);
    cog_cache_lock_release(&lock);
}

static void
assert_refused(const struct room *room, const char *name, uint32_t uid,
               uint64_t sub_tag, enum cog_id_place place)
{
    struct cog_account account = sample_account(name, uid);
    struct cog_write_refusal refusal = {.fault = COG_FAULT_NONE};

    account.sub_tag = sub_tag;
    assert_int_equal(put_account(room, &account, 0, &refusal), EEXIST);
    assert_int_equal(refusal.conflict.place, place);
    assert_string_equal(refusal.conflict.wanted_by, name);
    assert_string_not_equal(refusal.conflict.owner, "");
}

static void
assert_taken(const struct room *room, const char *name, uint32_t uid,
             uint64_t sub_tag)
{
    struct cog_account account = sample_account(name, uid);

    account.sub_tag = sub_tag;
    assert_int_equal(put_account(room, &account, 0, NULL), 0);
}

static void
p16_another_sub_is_refused_until_the_name_is_forgotten(void **state)
{
    struct room *room = *state;

    for (int round = 0; round < 2; round++) {
        uint64_t old = (uint64_t) (10 + round), new = old + 1;

        if (round == 0)
            assert_taken(room, "alice", ALICE, old);
        assert_refused(room, "alice", ALICE, new, COG_ID_BOUND);
        fold(room);
        assert_refused(room, "alice", ALICE, new, COG_ID_BOUND);
        assert_int_equal(forget(room, "alice", true), 0);
        assert_taken(room, "alice", ALICE, new);
        assert_refused(room, "alice", ALICE, old, COG_ID_BOUND);
    }
}

static void
p21_a_forgotten_id_is_given_to_nobody(void **state)
{
    struct room *room = *state;

    for (int folded = 0; folded < 2; folded++) {
        const char *name = folded == 0 ? "alice" : "alina";
        uint32_t uid = ALICE + 10 * (uint32_t) folded;

        assert_taken(room, name, uid, 1);
        if (folded == 1)
            fold(room);
        assert_int_equal(forget(room, name, false), 0);
        assert_refused(room, name, uid, 1, COG_ID_RETIRED);
        assert_refused(room, "eve", uid, 1, COG_ID_RETIRED);
        /* And not with another word later, nor after a fold. */
        assert_int_equal(forget(room, name, true), 0);
        assert_refused(room, name, uid, 1, COG_ID_RETIRED);
        /* Whatever is written afterwards: into recent, into base, again. */
        assert_taken(room, "bea", ALICE + 5, 1);
        assert_int_equal(forget(room, "bea", true), 0);
        assert_refused(room, name, uid, 1, COG_ID_RETIRED);
        for (int i = 0; i < 2; i++) {
            fold(room);
            assert_refused(room, name, uid, 1, COG_ID_RETIRED);
            assert_refused(room, "eve", uid, 1, COG_ID_RETIRED);
        }
        /* The name may have a new one. */
        assert_taken(room, name, uid + 1, 2);
    }
    assert_int_equal(forget(room, "nosuch", false), ENOENT);
}

static void
p21_the_same_person_has_the_id_again_and_nobody_else(void **state)
{
    struct room *room = *state;

    assert_taken(room, "alice", ALICE, 1);
    fold(room);
    assert_int_equal(forget(room, "alice", true), 0);
    assert_refused(room, "eve", ALICE, 1, COG_ID_GIVEN);
    /* Nor has a group of that name, which is not that person. */
    assert_int_equal(
        cog_id_check_free(&room->places, COG_ID_GROUP, "alice", ALICE, NULL),
        EEXIST);
    fold(room);
    assert_refused(room, "eve", ALICE, 1, COG_ID_GIVEN);
    assert_taken(room, "alice", ALICE, 2);
    fold(room);
    assert_refused(room, "eve", ALICE, 1, COG_ID_ACCOUNT);
}

/* A group of base alone, that nobody is in when base is written anew. */
static void
p21_the_gid_of_a_lost_group_is_given_to_no_other(void **state)
{
    struct room *room = *state;
    struct cog_account alice = sample_account("alice", ALICE);
    struct cog_cache_reader reader = COG_CACHE_READER(room->accounts);
    struct cog_group group;

    assert_int_equal(put_account(room, &alice, 2, NULL), 0);
    fold(room);
    assert_int_equal(put_account(room, &alice, 1, NULL), 0);
    fold(room);
    assert_int_equal(cog_cache_find_gid(&reader, 2000000000U, &group), 0);
    assert_int_equal(cog_cache_find_gid(&reader, 2000000001U, &group), ENOENT);
    assert_refused(room, "eve", 2000000001U, 1, COG_ID_GIVEN);
    /* It comes back as itself, and again after a fold. */
    assert_int_equal(put_account(room, &alice, 2, NULL), 0);
    fold(room);
    assert_int_equal(cog_cache_find_gid(&reader, 2000000001U, &group), 0);
    assert_refused(room, "eve", 2000000001U, 1, COG_ID_POOL_GROUP);
    cog_cache_close(&reader);
}

/* What is written with tombstones is sound from end to end. */
static void
p71_files_with_tombstones_are_sound(void **state)
{
    struct room *room = *state;
    struct cog_cache_levels levels = COG_CACHE_LEVELS_EMPTY;

    for (uint32_t i = 0; i < 20; i++) {
        char name[16];

        (void) snprintf(name, sizeof name, "p%u", (unsigned) i);
        assert_int_equal(put(room, name, EVE + i, i % 4), 0);
        if (i % 5 == 4)
            fold(room);
        if (i % 3 == 0)
            assert_int_equal(forget(room, name, i % 2 == 0), 0);
        assert_int_equal(cog_cache_levels_open(room->accounts, &levels), 0);
        assert_int_equal(cog_cache_level_check(&levels.base), 0);
        cog_cache_levels_close(&levels);
    }
}

#define IN_ROOM(test)                                                         \
    cmocka_unit_test_setup_teardown(test, room_make, room_remove)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        IN_ROOM(p16_another_sub_is_refused_until_the_name_is_forgotten),
        IN_ROOM(p21_a_forgotten_id_is_given_to_nobody),
        IN_ROOM(p21_the_same_person_has_the_id_again_and_nobody_else),
        IN_ROOM(p21_the_gid_of_a_lost_group_is_given_to_no_other),
        IN_ROOM(p71_files_with_tombstones_are_sound),
    };

    if (!become_root())
        return skip_program("needs uid 0 or a user namespace");
    return cmocka_run_group_tests_name("accounts/remember", tests, NULL, NULL);
}
