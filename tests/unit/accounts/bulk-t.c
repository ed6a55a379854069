/* SPDX-License-Identifier: Apache-2.0 */
/* accounts/cache_bulk: a whole listing written at once. */
#include "tests/unit/accounts/support.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "accounts/cache_bulk.h"
#include "accounts/cache_levels.h"
#include "accounts/cache_read.h"
#include "accounts/cache_write.h"
#include "base/clock.h"

#define ALICE 1900000001U
#define CAROL 1900000002U
#define DAVE  1900000003U
#define NOW_S 1700000000

static const struct cog_id_key key = {{7}};

/* A listing in the making, with the lock. */
struct listing {
    const struct room *room;
    struct cog_cache_lock lock;
    struct cog_settings settings;
    struct cog_cache_bulk *bulk;
};

static struct listing *
begin_with(const struct room *room, const struct cog_settings *settings)
{
    struct listing *listing = calloc(1, sizeof *listing);

    assert_non_null(listing);
    listing->room = room;
    listing->lock = take_lock(room);
    listing->settings = *settings;
    assert_int_equal(cog_cache_bulk_begin(&room->places, &listing->lock,
                                          &listing->settings, &key,
                                          &listing->bulk, NULL),
                     0);
    return listing;
}

static struct listing *
begin(const struct room *room)
{
    const struct cog_settings settings = sample_settings();

    return begin_with(room, &settings);
}

static void
abandon(struct listing *listing)
{
    cog_cache_bulk_free(&listing->bulk);
    assert_null(listing->bulk);
    cog_cache_lock_release(&listing->lock);
    free(listing);
}

/* Both files are sound from end to end, whatever was written. */
static void
assert_sound(const struct room *room)
{
    struct cog_cache_levels levels = COG_CACHE_LEVELS_EMPTY;

    assert_int_equal(cog_cache_levels_open(room->accounts, &levels), 0);
    assert_int_equal(cog_cache_level_check(&levels.base), 0);
    cog_cache_levels_close(&levels);
    assert_false(file_exists(path_in(room->accounts, "base.cdb.new")));
    assert_false(file_exists(path_in(room->accounts, "recent.cdb.new")));
}

static void
finish(struct listing *listing)
{
    const struct room *room = listing->room;

    assert_int_equal(cog_cache_bulk_finish(listing->bulk, NOW_S), 0);
    abandon(listing);
    assert_sound(room);
}

/* groups: the first so many of the samples. */
static int
add_bound(struct listing *listing, const char *name, uint32_t uid,
          uint64_t sub_tag, size_t groups, struct cog_write_refusal *refusal)
{
    struct cog_account account = sample_account(name, uid);
    struct cog_groups list = sample_groups(groups);

    account.sub_tag = sub_tag;
    return cog_cache_bulk_add(listing->bulk, &account, &list, refusal);
}

static int
add(struct listing *listing, const char *name, uint32_t uid, size_t groups)
{
    return add_bound(listing, name, uid, 1000, groups, NULL);
}

static bool
has(const struct room *room, const char *name, struct cog_account *account)
{
    struct cog_cache_reader reader = COG_CACHE_READER(room->accounts);
    int error = cog_cache_find_name(&reader, name, account);

    assert_true(error == 0 || error == ENOENT);
    return error == 0;
}

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

static int
forget(const struct room *room, const char *name, bool same_person)
{
    struct cog_cache_lock lock = take_lock(room);
    int error =
        cog_cache_remove_account(&room->places, &lock, name, same_person);

    cog_cache_lock_release(&lock);
    return error;
}

static void
p16_a_name_with_another_sub_stays_its_old_account_disabled(void **state)
{
    struct room *room = *state;
    struct cog_write_refusal refusal = {.fault = COG_FAULT_NONE};
    struct cog_cache_reader reader = COG_CACHE_READER(room->accounts);
    struct cog_bulk_counts counts;
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
put_login(const struct room *room, const char *name, uint32_t uid,
          int64_t last_s)
{
    struct cog_cache_lock lock = take_lock(room);
    struct cog_login_entry login = sample_login(name, uid);
    int error = cog_logins_create(room->logins, &lock);

    assert_true(error == 0 || error == EEXIST);
    login.last_login_s = last_s;
    assert_int_equal(cog_logins_put(room->logins, &lock, &login, NULL, NULL),
                     0);
    cog_cache_lock_release(&lock);
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

#define IN_ROOM(test)                                                         \
    cmocka_unit_test_setup_teardown(test, room_make, room_remove)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        IN_ROOM(what_is_listed_is_found_in_every_way),
        IN_ROOM(an_abandoned_listing_changes_nothing),
        IN_ROOM(p12_p17_p20_p25_who_is_refused_does_not_stop_the_others),
        IN_ROOM(p21_groups_collide_like_users),
        IN_ROOM(p21_two_names_of_one_id_are_never_both_written),
        IN_ROOM(p21_an_id_that_was_used_is_kept_for_its_name_and_sub),
        IN_ROOM(p16_a_name_with_another_sub_stays_its_old_account_disabled),
        IN_ROOM(p16_p21_the_login_store_has_its_say),
        IN_ROOM(who_signed_in_since_the_listing_began_is_kept),
        IN_ROOM(a_login_that_is_still_to_come_keeps_nobody),
        IN_ROOM(p13_names_and_ids_that_became_local_are_not_carried_on),
        IN_ROOM(what_will_change_is_told_before),
        IN_ROOM(members_are_written_with_enumerate_only_and_are_complete),
        IN_ROOM(members_survive_a_fold),
        IN_ROOM(p71_a_damaged_file_is_not_replaced),
        IN_ROOM(nothing_begins_without_lock_or_with_bad_settings),
        IN_ROOM(p20_an_unreadable_local_id_stops_the_listing),
    };

    if (!become_root())
        return skip_program("needs uid 0 or a user namespace");
    return cmocka_run_group_tests_name("accounts/bulk", tests, NULL, NULL);
}
