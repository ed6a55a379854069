/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cache_bulk: who has which name and id in a listing, and who is left out.
 * Cites P12, P13, P16, P17, P20, P21, P25.
 */
#include "tests/unit/accounts/support.h"

#include "accounts/cache_bulk.h"
#include "accounts/id_table.h"
#include "accounts/cache_read.h"
#include "accounts/cache_write.h"
#include "tests/unit/accounts/bulk.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* Refused; why is in the refusal then. */
static void
refuse_add(struct listing *listing, const char *name, uint32_t uid,
           enum cog_id_place place, struct cog_write_refusal *refusal)
{
    assert_int_equal(add_bound(listing, name, uid, 1000, 0, refusal), EEXIST);
    assert_int_equal(refusal->conflict.place, place);
    assert_string_equal(refusal->conflict.wanted_by, name);
}

static void
refuse_broken_rules(struct listing *listing)
{
    struct cog_write_refusal refusal = {.fault = COG_FAULT_NONE};
    struct cog_groups groups = sample_groups(2);
    struct cog_account account = sample_account("carol", CAROL);

    assert_int_equal(add(listing, "Alice", CAROL, 0), EINVAL);
    assert_int_equal(add(listing, "root", CAROL, 0), EINVAL);
    assert_int_equal(add(listing, "cognito-x", CAROL, 0), EINVAL);
    assert_int_equal(add(listing, "carol", 0, 0), EINVAL);
    assert_int_equal(add(listing, "carol", 1000, 0), EINVAL);
    strcpy(account.gecos, "a:b");
    assert_int_equal(
        cog_cache_bulk_add(listing->bulk, &account, &groups, &refusal),
        EINVAL);
    assert_int_equal(refusal.fault, COG_FAULT_GECOS);
    account.gecos[0] = '\0';
    strcpy(groups.list[1].name, "sudo");
    assert_int_equal(
        cog_cache_bulk_add(listing->bulk, &account, &groups, &refusal),
        EINVAL);
    assert_int_equal(refusal.fault, COG_FAULT_GROUP_RESERVED);
}

static void
p12_p17_p20_p25_who_is_refused_does_not_stop_the_others(void **state)
{
    struct room *room = *state;
    struct cog_write_refusal refusal = {.fault = COG_FAULT_NONE};
    struct listing *listing = begin(room);
    struct cog_account account;

    assert_int_equal(add(listing, "alice", ALICE, 1), 0);
    refuse_broken_rules(listing);
    /* Local names and ids. */
    refuse_add(listing, "bob", CAROL, COG_ID_NAME_LOCAL, &refusal);
    refuse_add(listing, "builders", CAROL, COG_ID_NAME_LOCAL, &refusal);
    refuse_add(listing, "snmp-er", CAROL, COG_ID_NAME_LOCAL, &refusal);
    refuse_add(listing, "carol", 1879048300, COG_ID_LOCAL, &refusal);
    assert_string_equal(refusal.conflict.owner, "builders");
    /* Each other. */
    refuse_add(listing, "carol", ALICE, COG_ID_ACCOUNT, &refusal);
    assert_string_equal(refusal.conflict.owner, "alice");
    refuse_add(listing, "alice", ALICE, COG_ID_TWICE, &refusal);
    refuse_add(listing, "alice", CAROL, COG_ID_OTHER, &refusal);
    assert_int_equal(refusal.conflict.owner_id, ALICE);
    refuse_add(listing, "carol", 2000000000U, COG_ID_POOL_GROUP, &refusal);
    assert_string_equal(refusal.conflict.owner, "cognito-Group0");
    assert_int_equal(add(listing, "carol", CAROL, 1), 0);
    finish(listing);
    assert_true(has(room, "alice", &account));
    assert_true(has(room, "carol", &account));
    assert_false(has(room, "bob", &account));
}

static void
p21_groups_collide_like_users(void **state)
{
    struct room *room = *state;
    struct cog_account account = sample_account("carol", CAROL);
    struct cog_write_refusal refusal = {.fault = COG_FAULT_NONE};
    struct cog_groups groups = sample_groups(1);
    struct listing *listing = begin(room);

    assert_int_equal(add(listing, "alice", ALICE, 1), 0);
    groups.list[0].gid = ALICE;
    assert_int_equal(
        cog_cache_bulk_add(listing->bulk, &account, &groups, &refusal),
        EEXIST);
    assert_int_equal(refusal.conflict.place, COG_ID_OTHER);
    strcpy(groups.list[0].name, "cognito-New");
    assert_int_equal(
        cog_cache_bulk_add(listing->bulk, &account, &groups, &refusal),
        EEXIST);
    assert_int_equal(refusal.conflict.place, COG_ID_ACCOUNT);
    groups.list[0].gid = 2000000000U;
    assert_int_equal(
        cog_cache_bulk_add(listing->bulk, &account, &groups, &refusal),
        EEXIST);
    assert_int_equal(refusal.conflict.place, COG_ID_POOL_GROUP);
    assert_string_equal(refusal.conflict.wanted_by, "cognito-New");
    groups.list[0].gid = CAROL; /* her own private gid */
    assert_int_equal(
        cog_cache_bulk_add(listing->bulk, &account, &groups, &refusal),
        EINVAL);
    assert_int_equal(refusal.fault, COG_FAULT_GROUP_TWICE);
    groups = sample_groups(2);
    groups.list[1] = groups.list[0];
    assert_int_equal(
        cog_cache_bulk_add(listing->bulk, &account, &groups, &refusal),
        EINVAL);
    groups.count = COG_GROUPS_MAX + 1;
    assert_int_equal(
        cog_cache_bulk_add(listing->bulk, &account, &groups, &refusal),
        EINVAL);
    finish(listing);
    assert_false(has(room, "carol", &account));
}

static void
refuse_twice(struct listing *listing, const struct cog_account *account,
             const struct cog_groups *groups)
{
    struct cog_write_refusal refusal = {.fault = COG_FAULT_NONE};

    assert_int_equal(
        cog_cache_bulk_add(listing->bulk, account, groups, &refusal), EINVAL);
    assert_int_equal(refusal.fault, COG_FAULT_GROUP_TWICE);
}

/* Of a listing's groups some were met before, others are new. */
static void
p21_no_account_has_two_groups_of_one_name_or_gid(void **state)
{
    const struct room *room = *state;
    const struct cog_account account = sample_account("carol", CAROL);
    struct listing *listing = begin(room);

    assert_int_equal(add(listing, "alice", ALICE, 2), 0);
    for (size_t known = 0; known <= 2; known++) {
        struct cog_groups groups = sample_groups(4);

        /* Those at known and at 3: of one gid, then of one name. */
        groups.list[3].gid = groups.list[known].gid;
        refuse_twice(listing, &account, &groups);
        groups = sample_groups(4);
        strcpy(groups.list[3].name, groups.list[known].name);
        refuse_twice(listing, &account, &groups);
        strcpy(groups.list[3].name, account.name);
        refuse_twice(listing, &account, &groups);
        groups.list[3] = groups.list[known];
        refuse_twice(listing, &account, &groups);
    }
    finish(listing);
}

/* Whoever has the gid and the name: it is no group of the pool. */
static void
p25_a_private_group_is_nobody_elses(void **state)
{
    const struct cog_account carol = sample_account("carol", CAROL);
    struct cog_write_refusal refusal = {.fault = COG_FAULT_NONE};
    struct cog_groups groups = {1, {{ALICE, "alice"}}};
    struct listing *listing = begin(*state);

    assert_int_equal(add(listing, "alice", ALICE, 1), 0);
    assert_int_equal(
        cog_cache_bulk_add(listing->bulk, &carol, &groups, &refusal), EINVAL);
    assert_int_equal(refusal.fault, COG_FAULT_GROUP_PREFIX);
    abandon(listing);
}

/* groupadd after the last listing. */
static void
p13_p25_old_groups_are_checked_again_in_each_listing(void **state)
{
    const struct room *room = *state;
    struct cog_write_refusal refusal = {.fault = COG_FAULT_NONE};
    struct listing *listing = begin(room);

    assert_int_equal(add(listing, "alice", ALICE, 1), 0);
    finish(listing);
    write_file(room->group, "root:x:0:\ncognito-group0:x:3000:\n", 0644);
    listing = begin(room);
    assert_int_equal(add_bound(listing, "alice", ALICE, 1000, 1, &refusal),
                     EEXIST);
    assert_int_equal(refusal.conflict.place, COG_ID_NAME_LOCAL);
    assert_int_equal(add(listing, "alice", ALICE, 0), 0);
    finish(listing);
}

/*
 * A name with an id of the old files and another of the login store, among so
 * many others that the table has just grown. The answer is about the first of
 * them that was added, wherever in the table they lie.
 */
static enum cog_id_place
judge_among(unsigned others)
{
    cog_cleanup_id_table struct cog_id_table table = {.uses = NULL};
    struct cog_id_use use = {.kind = COG_ID_USER};
    struct cog_id_wish wish = {COG_ID_USER, use.name, CAROL, 3};
    struct cog_id_conflict conflict;
    struct cog_id_use *mine = NULL;

    for (unsigned i = 0; i < 257; i++) {
        snprintf(use.name, sizeof use.name, "u%u", others + i / 2);
        use.id = i % 2 == 0 ? ALICE + i : CAROL;
        use.source = i % 2 == 0 ? COG_USE_FILES : COG_USE_STORE;
        use.flags = i % 2 == 0 ? COG_USE_OLD : 0;
        use.sub_tag = 1 + i % 2;
        assert_int_equal(cog_id_table_add(&table, &use, NULL), 0);
    }
    /* Those before the growth: of each name two. */
    for (unsigned i = 0; i < 128; i++) {
        snprintf(use.name, sizeof use.name, "u%u", others + i);
        assert_int_equal(cog_id_table_check(&table, &wish, &mine, &conflict),
                         EEXIST);
        if (conflict.place != COG_ID_OTHER)
            return conflict.place;
    }
    return COG_ID_OTHER;
}

static void
p21_an_answer_does_not_depend_on_how_the_table_grew(void **state)
{
    (void) state;
    for (unsigned others = 0; others < 100000; others += 128)
        assert_int_equal(judge_among(others), COG_ID_OTHER);
}

/* Two names that the keyed function gives one id, found in a small range. */
static void
p21_two_names_of_one_id_are_never_both_written(void **state)
{
    struct room *room = *state;
    struct cog_settings settings = sample_settings();
    struct cog_write_refusal refusal = {.fault = COG_FAULT_NONE};
    char names[65][16], first[16] = "", second[16] = "";
    struct cog_account account;
    uint32_t id = 0;

    settings.id_range = 64;
    for (unsigned i = 0; i < 65 && second[0] == '\0'; i++) {
        (void) snprintf(names[i], sizeof names[i], "n%u", i);
        for (unsigned j = 0; j < i && second[0] == '\0'; j++) {
            id = cog_id_make(&key, &settings, COG_ID_USER, names[i]);
            if (cog_id_make(&key, &settings, COG_ID_USER, names[j]) != id)
                continue;
            strcpy(first, names[j]);
            strcpy(second, names[i]);
        }
    }
    assert_string_not_equal(second, "");
    for (int turned = 0; turned < 2; turned++) {
        struct listing *listing = begin_with(room, &settings);
        const char *one = turned ? second : first;
        const char *other = turned ? first : second;

        assert_int_equal(add(listing, one, id, 0), 0);
        assert_int_equal(add_bound(listing, other, id, 1, 0, &refusal),
                         EEXIST);
        assert_int_equal(refusal.conflict.place, COG_ID_ACCOUNT);
        assert_int_equal(refusal.conflict.id, id);
        assert_string_equal(refusal.conflict.wanted_by, other);
        assert_string_equal(refusal.conflict.owner, one);
        if (turned) {
            abandon(listing);
            break;
        }
        finish(listing);
        assert_true(has(room, one, &account));
        assert_false(has(room, other, &account));
        /* By another listing, and by a login: the first keeps it. */
        listing = begin_with(room, &settings);
        assert_int_equal(add_bound(listing, other, id, 1, 0, &refusal),
                         EEXIST);
        assert_string_equal(refusal.conflict.owner, one);
        abandon(listing);
        assert_int_equal(put(room, other, id, 0), EEXIST);
        assert_int_equal(unlink(path_in(room->accounts, "base.cdb")), 0);
        assert_int_equal(unlink(path_in(room->accounts, "recent.cdb")), 0);
    }
}

static void
p21_an_id_that_was_used_is_kept_for_its_name_and_sub(void **state)
{
    struct room *room = *state;
    struct cog_write_refusal refusal = {.fault = COG_FAULT_NONE};
    struct cog_account account;
    struct listing *listing = begin(room);

    assert_int_equal(add(listing, "alice", ALICE, 2), 0);
    assert_int_equal(add(listing, "dave", DAVE, 0), 0);
    finish(listing);
    /* Gone, for two listings. */
    for (int i = 0; i < 2; i++) {
        listing = begin(room);
        assert_int_equal(add(listing, "dave", DAVE, 0), 0);
        assert_int_equal(add_bound(listing, "eve", ALICE, 1, 0, &refusal),
                         EEXIST);
        assert_int_equal(refusal.conflict.place,
                         i == 0 ? COG_ID_ACCOUNT : COG_ID_GIVEN);
        assert_string_equal(refusal.conflict.owner, "alice");
        assert_int_equal(
            add_bound(listing, "eve", 2000000001U, 1, 0, &refusal), EEXIST);
        assert_string_equal(refusal.conflict.owner, "cognito-Group1");
        finish(listing);
        assert_false(has(room, "alice", &account));
        /* A login is refused like a listing. */
        assert_int_equal(put(room, "eve", ALICE, 0), EEXIST);
        assert_int_equal(put(room, "eve", 2000000001U, 0), EEXIST);
    }
    /* Another alice may not have it, the old one may. */
    listing = begin(room);
    assert_int_equal(add_bound(listing, "alice", ALICE, 2, 2, &refusal),
                     EEXIST);
    assert_int_equal(refusal.conflict.place, COG_ID_BOUND);
    assert_int_equal(add_bound(listing, "alice", ALICE, 1000, 2, &refusal), 0);
    finish(listing);
    assert_true(has(room, "alice", &account));
    assert_int_equal(put(room, "eve", ALICE, 0), EEXIST);
}

static void
p16_a_name_with_another_sub_stays_its_old_account_disabled(void **state)
{
    struct room *room = *state;
    struct cog_write_refusal refusal = {.fault = COG_FAULT_NONE};
    struct cog_cache_reader reader = COG_CACHE_READER(room->accounts);
    struct cog_bulk_counts counts;
    struct cog_tombstone tombstone;
    struct cog_account account;
    struct cog_gids gids;
    struct listing *listing = begin(room);

    assert_int_equal(add_bound(listing, "alice", ALICE, 1, 2, NULL), 0);
    finish(listing);
    /* Deleted and made again in the pool between two listings. */
    for (int i = 0; i < 2; i++) {
        listing = begin(room);
        assert_int_equal(add_bound(listing, "alice", ALICE, 2, 1, &refusal),
                         EEXIST);
        assert_int_equal(refusal.conflict.place, COG_ID_BOUND);
        assert_int_equal(cog_cache_bulk_count(listing->bulk, NOW_S, &counts),
                         0);
        assert_int_equal(counts.bound, 1);
        assert_int_equal(counts.lost, 0);
        finish(listing);
        assert_true(has(room, "alice", &account));
        assert_true(account.disabled);
        assert_true(account.sub_tag == 1);
        assert_int_equal(cog_cache_find_gids(&reader, "alice", &gids), 0);
        assert_int_equal(gids.count, 2);
        /* In use, and so not kept for anybody besides. */
        assert_int_equal(cog_cache_find_tombstone(&reader, ALICE, &tombstone),
                         ENOENT);
    }
    assert_int_equal(forget(room, "alice", true), 0);
    listing = begin(room);
    assert_int_equal(add_bound(listing, "alice", ALICE, 2, 1, &refusal), 0);
    finish(listing);
    assert_true(has(room, "alice", &account));
    assert_false(account.disabled);
    assert_true(account.sub_tag == 2);
    /* And forgotten for good: the id is nobody's. */
    assert_int_equal(forget(room, "alice", false), 0);
    listing = begin(room);
    assert_int_equal(add_bound(listing, "alice", ALICE, 2, 1, &refusal),
                     EEXIST);
    assert_int_equal(refusal.conflict.place, COG_ID_RETIRED);
    assert_int_equal(add_bound(listing, "alice", CAROL, 3, 1, &refusal), 0);
    finish(listing);
    listing = begin(room);
    assert_int_equal(add_bound(listing, "eve", ALICE, 2, 1, &refusal), EEXIST);
    assert_int_equal(refusal.conflict.place, COG_ID_RETIRED);
    abandon(listing);
    cog_cache_close(&reader);
}

static void
p16_p21_the_login_store_has_its_say(void **state)
{
    struct room *room = *state;
    struct cog_write_refusal refusal = {.fault = COG_FAULT_NONE};
    uint64_t tag = cog_sub_tag(&key, sample_login("alice", ALICE).sub);
    struct listing *listing;

    put_login(room, "alice", ALICE, 5);
    listing = begin(room);
    assert_int_equal(add_bound(listing, "eve", ALICE, 1, 0, &refusal), EEXIST);
    assert_int_equal(refusal.conflict.place, COG_ID_GIVEN);
    assert_string_equal(refusal.conflict.owner, "alice");
    assert_int_equal(add_bound(listing, "alice", ALICE, tag + 1, 0, &refusal),
                     EEXIST);
    assert_int_equal(refusal.conflict.place, COG_ID_BOUND);
    assert_int_equal(add_bound(listing, "alice", ALICE, tag, 0, &refusal), 0);
    finish(listing);
}

/* useradd and groupadd after the records were written. */
static void
p13_names_and_ids_that_became_local_are_not_carried_on(void **state)
{
    struct room *room = *state;
    struct cog_write_refusal refusal = {.fault = COG_FAULT_NONE};
    struct cog_account account;
    struct cog_bulk_counts counts;
    struct listing *listing = begin(room);

    assert_int_equal(add(listing, "alice", ALICE, 0), 0);
    assert_int_equal(add(listing, "carol", CAROL, 0), 0);
    finish(listing);
    put_login(room, "dave", DAVE, NOW_S + 1);
    assert_int_equal(put(room, "dave", DAVE, 0), 0);
    write_file(room->passwd,
               "root:x:0:0:root:/root:/bin/bash\n"
               "alice:x:1001:1001::/home/alice:/bin/bash\n"
               "other:x:1900000002:1002::/home/other:/bin/bash\n",
               0644);
    write_file(room->group, "root:x:0:\ndave:x:1003:\n", 0644);
    listing = begin(room);
    /* alice is bound to another sub besides; and dave signed in just now. */
    refuse_add(listing, "alice", ALICE, COG_ID_NAME_LOCAL, &refusal);
    assert_int_equal(add_bound(listing, "alice", ALICE, 5, 0, NULL), EEXIST);
    refuse_add(listing, "carol", CAROL, COG_ID_LOCAL, &refusal);
    assert_string_equal(refusal.conflict.owner, "other");
    assert_int_equal(add_bound(listing, "carol", CAROL, 5, 0, NULL), EEXIST);
    assert_int_equal(cog_cache_bulk_count(listing->bulk, NOW_S, &counts), 0);
    assert_int_equal(counts.lost, 3);
    assert_int_equal(counts.kept, 0);
    assert_int_equal(counts.bound, 0);
    finish(listing);
    assert_false(has(room, "alice", &account));
    assert_false(has(room, "carol", &account));
    assert_false(has(room, "dave", &account));
}

/* ---- what is wrong */

/* A local id that cannot be read may be any. */
static void
p20_an_unreadable_local_id_stops_the_listing(void **state)
{
    struct room *room = *state;
    struct listing *listing;

    write_file(room->passwd,
               "root:x:0:0::/root:/bin/sh\nodd:x:99x:99::/:/bin/sh\n", 0644);
    listing = begin(room);
    assert_int_equal(add(listing, "alice", ALICE, 0), EBADMSG);
    abandon(listing);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        IN_ROOM(p12_p17_p20_p25_who_is_refused_does_not_stop_the_others),
        IN_ROOM(p21_groups_collide_like_users),
        IN_ROOM(p21_no_account_has_two_groups_of_one_name_or_gid),
        IN_ROOM(p25_a_private_group_is_nobody_elses),
        IN_ROOM(p13_p25_old_groups_are_checked_again_in_each_listing),
        cmocka_unit_test(p21_an_answer_does_not_depend_on_how_the_table_grew),
        IN_ROOM(p21_two_names_of_one_id_are_never_both_written),
        IN_ROOM(p21_an_id_that_was_used_is_kept_for_its_name_and_sub),
        IN_ROOM(p16_a_name_with_another_sub_stays_its_old_account_disabled),
        IN_ROOM(p16_p21_the_login_store_has_its_say),
        IN_ROOM(p13_names_and_ids_that_became_local_are_not_carried_on),
        IN_ROOM(p20_an_unreadable_local_id_stops_the_listing),
    };

    if (!become_root())
        return skip_program("needs uid 0 or a user namespace");
    return cmocka_run_group_tests_name("accounts/bulk_rules", tests, NULL,
                                       NULL);
}
