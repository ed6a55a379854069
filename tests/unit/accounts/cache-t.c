/* SPDX-License-Identifier: Apache-2.0 */
/* accounts/cache_write and cache_read: what is written is found. */
#include "tests/unit/accounts/support.h"

#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "accounts/cache_levels.h"
#include "accounts/cache_read.h"
#include "accounts/cache_write.h"
#include "tests/unit/accounts/hostile_names.h"

#define ALICE 1900000001U
#define CAROL 1900000002U
#define DAVE  1900000003U

/* A reader that maps at its first look-up. */
static struct cog_cache_reader
mapping_reader(const struct room *room)
{
    struct cog_cache_reader reader = COG_CACHE_READER(room->accounts);

    atomic_store(&reader.lookups, 100);
    return reader;
}

/* Everything that can be asked about alice with two groups. */
static void
assert_alice(struct cog_cache_reader *reader)
{
    const struct cog_account alice = sample_account("alice", ALICE);
    struct cog_account account;
    struct cog_group group;
    struct cog_gids gids;

    assert_int_equal(cog_cache_find_name(reader, "alice", &account), 0);
    assert_same_account(&account, &alice);
    memset(&account, 0, sizeof account);
    assert_int_equal(cog_cache_find_uid(reader, ALICE, &account), 0);
    assert_same_account(&account, &alice);
    assert_int_equal(cog_cache_find_group(reader, "alice", &group), 0);
    assert_int_equal(group.gid, ALICE);
    assert_int_equal(cog_cache_find_gid(reader, ALICE, &group), 0);
    assert_string_equal(group.name, "alice");
    assert_int_equal(cog_cache_find_group(reader, "cognito-Group1", &group),
                     0);
    assert_int_equal(group.gid, 2000000001U);
    assert_int_equal(cog_cache_find_gid(reader, 2000000000U, &group), 0);
    assert_string_equal(group.name, "cognito-Group0");
    assert_int_equal(cog_cache_find_gids(reader, "alice", &gids), 0);
    assert_int_equal(gids.primary, ALICE);
    assert_int_equal(gids.count, 2);
    assert_int_equal(gids.list[0], 2000000000U);
    assert_int_equal(gids.list[1], 2000000001U);
}

static void
assert_absent(struct cog_cache_reader *reader)
{
    struct cog_account account = {.uid = 7};
    struct cog_group group = {.gid = 7};
    struct cog_gids gids = {.primary = 7};

    assert_int_equal(cog_cache_find_name(reader, "nosuch", &account), ENOENT);
    assert_int_equal(cog_cache_find_uid(reader, 1950000000, &account), ENOENT);
    assert_int_equal(cog_cache_find_group(reader, "nosuch", &group), ENOENT);
    assert_int_equal(cog_cache_find_gid(reader, 1950000000, &group), ENOENT);
    assert_int_equal(cog_cache_find_gids(reader, "nosuch", &gids), ENOENT);
    assert_int_equal(account.uid, 7);
    assert_int_equal(group.gid, 7);
    assert_int_equal(gids.primary, 7);
}

static void
what_is_put_is_found_in_every_way(void **state)
{
    struct room *room = *state;
    struct cog_cache_reader early = COG_CACHE_READER(room->accounts);
    struct cog_cache_reader mapping = mapping_reader(room);
    struct cog_settings settings, expected = sample_settings();

    assert_int_equal(put(room, "alice", ALICE, 2), 0);
    assert_alice(&early); /* the first four by reading, then mapped */
    assert_alice(&mapping);
    assert_non_null(mapping.recent.file.bytes);
    assert_absent(&early);
    assert_absent(&mapping);
    assert_int_equal(cog_cache_settings(&mapping, &settings), 0);
    assert_memory_equal(&settings, &expected, sizeof settings);
    cog_cache_close(&early);
    cog_cache_close(&mapping);
}

static void
the_first_four_lookups_map_nothing_and_the_fifth_does(void **state)
{
    struct room *room = *state;
    struct cog_cache_reader reader = COG_CACHE_READER(room->accounts);
    struct cog_account account;

    assert_int_equal(put(room, "alice", ALICE, 2), 0);
    for (int i = 0; i < 4; i++) {
        assert_int_equal(cog_cache_find_name(&reader, "alice", &account), 0);
        assert_null(reader.recent.file.bytes);
    }
    assert_int_equal(cog_cache_find_name(&reader, "alice", &account), 0);
    assert_non_null(reader.recent.file.bytes);
    cog_cache_close(&reader);
}

static void
p69_no_descriptor_is_kept_and_foreign_ones_are_left_alone(void **state)
{
    struct room *room = *state;
    struct cog_cache_reader reader = mapping_reader(room);
    int before, after;

    assert_int_equal(put(room, "alice", ALICE, 2), 0);
    before = dup(0);
    assert_true(before >= 0);
    assert_int_equal(close(before), 0);
    assert_alice(&reader);
    assert_absent(&reader);
    after = dup(0);
    assert_int_equal(after, before);
    assert_int_equal(close(after), 0);
    cog_cache_close(&reader);
}

static void
p17_hostile_names_are_absent_without_a_look_at_the_file(void **state)
{
    struct room *room = *state;
    /* There is no file, so a look at it would be ENODATA. */
    struct cog_cache_reader reader = COG_CACHE_READER(room->accounts);
    struct cog_account account;
    struct cog_gids gids;

    for (size_t i = 0; i < COUNT(hostile_names); i++) {
        assert_int_equal(
            cog_cache_find_name(&reader, hostile_names[i], &account), ENOENT);
        assert_int_equal(cog_cache_find_gids(&reader, hostile_names[i], &gids),
                         ENOENT);
    }
    assert_int_equal(cog_cache_find_uid(&reader, 0, &account), ENOENT);
    assert_int_equal(cog_cache_find_name(&reader, "alice", &account), ENODATA);
}

/* Whether or not a miss makes them look at the paths. */
static void
see_changes(const struct room *room, bool trusts_mark)
{
    struct cog_cache_reader reader = mapping_reader(room);
    struct cog_account account;
    struct cog_gids gids;

    reader.trusts_mark = trusts_mark;
    assert_int_equal(put(room, "alice", ALICE, 2), 0);
    assert_int_equal(cog_cache_find_name(&reader, "carol", &account), ENOENT);
    assert_int_equal(put(room, "carol", CAROL, 1), 0);
    assert_int_equal(cog_cache_find_name(&reader, "carol", &account), 0);
    assert_alice(&reader);
    /* Of one who is found, too: only the word in the old file tells. */
    assert_int_equal(put(room, "alice", ALICE, 1), 0);
    assert_int_equal(cog_cache_find_gids(&reader, "alice", &gids), 0);
    assert_int_equal(gids.count, 1);
    cog_cache_close(&reader);
}

static void
mapped_readers_see_a_change_at_once(void **state)
{
    see_changes(*state, false);
}

static void
readers_that_trust_the_mark_see_a_change_at_once(void **state)
{
    see_changes(*state, true);
}

/* Whoever renames a file without marking the old one: a miss looks again. */
static void
a_miss_checks_that_the_path_still_leads_to_the_mapped_file(void **state)
{
    struct room *room = *state;
    struct cog_cache_reader reader = mapping_reader(room);
    struct cog_account account;
    unsigned char *bytes;
    size_t len;
    char path[4400];

    assert_int_equal(put(room, "alice", ALICE, 0), 0);
    assert_int_equal(put(room, "carol", CAROL, 0), 0);
    bytes = read_bytes(path_in(room->accounts, "recent.cdb"), &len);
    (void) snprintf(path, sizeof path, "%s/recent.cdb", room->accounts);
    {
        struct cog_cache_lock lock = take_lock(room);

        assert_int_equal(
            cog_cache_remove_account(&room->places, &lock, "carol", true), 0);
        cog_cache_lock_release(&lock);
    }
    assert_int_equal(cog_cache_find_name(&reader, "carol", &account), ENOENT);
    write_bytes(path_in(room->accounts, "other"), bytes, len, 0644);
    assert_int_equal(rename(path_in(room->accounts, "other"), path), 0);
    assert_int_equal(cog_cache_find_name(&reader, "carol", &account), 0);
    free(bytes);
    cog_cache_close(&reader);
}

/* A writer that died between marking and renaming: slower, never stale. */
static void
p76_a_file_marked_but_not_replaced_still_answers(void **state)
{
    struct room *room = *state;
    struct cog_cache_reader reader = mapping_reader(room);
    unsigned char *bytes;
    size_t len;

    assert_int_equal(put(room, "alice", ALICE, 2), 0);
    bytes = read_bytes(path_in(room->accounts, "recent.cdb"), &len);
    bytes[COG_SUPERSEDED_AT] = 1;
    write_bytes(path_in(room->accounts, "recent.cdb"), bytes, len, 0644);
    assert_alice(&reader);
    assert_null(reader.recent.file.bytes);
    assert_absent(&reader);
    assert_int_equal(put(room, "carol", CAROL, 0), 0);
    assert_alice(&reader);
    assert_non_null(reader.recent.file.bytes);
    free(bytes);
    cog_cache_close(&reader);
}

static void
an_account_is_replaced_with_its_groups(void **state)
{
    struct room *room = *state;
    struct cog_cache_reader reader = mapping_reader(room);
    struct cog_group group;
    struct cog_gids gids;

    assert_int_equal(put(room, "alice", ALICE, 3), 0);
    assert_int_equal(put(room, "alice", ALICE, 1), 0);
    assert_int_equal(cog_cache_find_gids(&reader, "alice", &gids), 0);
    assert_int_equal(gids.count, 1);
    assert_int_equal(cog_cache_find_group(&reader, "cognito-Group2", &group),
                     ENOENT);
    cog_cache_close(&reader);
}

static void
nothing_is_written_when_nothing_changes(void **state)
{
    struct room *room = *state;
    struct stat before, after;

    assert_int_equal(put(room, "alice", ALICE, 2), 0);
    assert_int_equal(stat(path_in(room->accounts, "recent.cdb"), &before), 0);
    assert_int_equal(put(room, "alice", ALICE, 2), 0);
    assert_int_equal(stat(path_in(room->accounts, "recent.cdb"), &after), 0);
    assert_true(before.st_ino == after.st_ino);
}

static int
put_account(const struct room *room, const struct cog_account *account,
            const struct cog_groups *groups, struct cog_write_refusal *refusal)
{
    struct cog_cache_lock lock = take_lock(room);
    struct cog_settings settings = sample_settings();
    int error = cog_cache_put_account(&room->places, &lock, &settings, account,
                                      groups, refusal);

    cog_cache_lock_release(&lock);
    return error;
}

/* A token's list of groups has another order than a listing's. */
static void
groups_in_another_order_are_no_change(void **state)
{
    struct room *room = *state;
    struct cog_account alice = sample_account("alice", ALICE);
    struct cog_groups groups = sample_groups(3), turned = groups;
    struct stat before, after;

    assert_int_equal(put_account(room, &alice, &groups, NULL), 0);
    assert_int_equal(stat(path_in(room->accounts, "recent.cdb"), &before), 0);
    turned.list[0] = groups.list[2];
    turned.list[2] = groups.list[0];
    assert_int_equal(put_account(room, &alice, &turned, NULL), 0);
    assert_int_equal(stat(path_in(room->accounts, "recent.cdb"), &after), 0);
    assert_true(before.st_ino == after.st_ino);
    turned.list[2] = sample_groups(4).list[3];
    assert_int_equal(put_account(room, &alice, &turned, NULL), 0);
    assert_int_equal(stat(path_in(room->accounts, "recent.cdb"), &after), 0);
    assert_false(before.st_ino == after.st_ino);
}

static void
p12_local_names_are_never_written(void **state)
{
    static const char *const names[] = {"bob", "builders"};
    struct room *room = *state;
    struct cog_groups none = {.count = 0};

    for (size_t i = 0; i < COUNT(names); i++) {
        struct cog_account account = sample_account(names[i], ALICE);
        struct cog_write_refusal refusal = {.fault = COG_FAULT_NONE};

        assert_int_equal(put_account(room, &account, &none, &refusal), EEXIST);
        assert_int_equal(refusal.conflict.place, COG_ID_NAME_LOCAL);
        assert_string_equal(refusal.conflict.wanted_by, names[i]);
    }
    assert_false(file_exists(path_in(room->accounts, "recent.cdb")));
}

/* As long as a name may be, and one byte longer than ours are. */
static void
p12_long_local_names_are_never_written_either(void **state)
{
    static const char letters[] = "abcdefghijklmnopqrstuvwxyzabcdefg";
    struct room *room = *state;
    struct cog_groups none = {.count = 0}, one = sample_groups(1);
    char name[COG_NAME_MAX + 1], line[128];
    struct cog_account account;

    for (int len = 28; len <= COG_NAME_MAX; len++) {
        struct cog_write_refusal refusal = {.fault = COG_FAULT_NONE};

        (void) snprintf(name, sizeof name, "%.*s", len, letters);
        (void) snprintf(line, sizeof line, "%s:x:1001:1001:::\n", name);
        write_file(room->passwd, line, 0644);
        account = sample_account(name, ALICE);
        assert_int_equal(put_account(room, &account, &none, &refusal), EEXIST);
        assert_int_equal(refusal.conflict.place, COG_ID_NAME_LOCAL);
        (void) snprintf(one.list[0].name, sizeof one.list[0].name,
                        "cognito-%.*s", len - 8, letters);
        (void) snprintf(line, sizeof line, "%s:x:1005:\n", one.list[0].name);
        write_file(room->group, line, 0644);
        account = sample_account("alice", ALICE);
        assert_int_equal(put_account(room, &account, &one, &refusal), EEXIST);
        assert_int_equal(refusal.conflict.place, COG_ID_NAME_LOCAL);
    }
    /* The beginning of one that is longer is another name. */
    (void) snprintf(line, sizeof line, "%s:x:1001:1001:::\n", letters);
    write_file(room->passwd, line, 0644);
    account = sample_account(name, ALICE);
    assert_int_equal(put_account(room, &account, &none, NULL), 0);
}

/* A package or an administrator adds it after the record was written. */
static void
p13_a_name_or_id_that_became_local_is_refused_from_then_on(void **state)
{
    struct room *room = *state;
    struct cog_write_refusal refusal = {.fault = COG_FAULT_NONE};
    struct cog_account alice = sample_account("alice", ALICE);
    struct cog_groups none = {.count = 0}, one = sample_groups(1);

    assert_int_equal(put_account(room, &alice, &one, NULL), 0);
    write_file(room->group, "root:x:0:\ncognito-Group0:x:1005:\n", 0644);
    assert_int_equal(put_account(room, &alice, &one, &refusal), EEXIST);
    assert_int_equal(refusal.conflict.place, COG_ID_NAME_LOCAL);
    assert_string_equal(refusal.conflict.wanted_by, "cognito-Group0");
    write_file(room->group, "root:x:0:\nstrange:x:2000000000:\n", 0644);
    assert_int_equal(put_account(room, &alice, &one, &refusal), EEXIST);
    assert_int_equal(refusal.conflict.place, COG_ID_LOCAL);
    assert_string_equal(refusal.conflict.owner, "strange");
    write_file(room->group, "root:x:0:\nalice:x:1005:\n", 0644);
    assert_int_equal(put_account(room, &alice, &none, &refusal), EEXIST);
    assert_int_equal(refusal.conflict.place, COG_ID_NAME_LOCAL);
    write_file(room->group, "root:x:0:\n", 0644);
    write_file(room->passwd, "alice:x:1001:1001::/home/alice:/bin/sh\n", 0644);
    assert_int_equal(put_account(room, &alice, &none, &refusal), EEXIST);
    assert_int_equal(refusal.conflict.place, COG_ID_NAME_LOCAL);
}

static void
p13_a_broken_local_file_stops_every_write(void **state)
{
    struct room *room = *state;
    struct cog_groups none = {.count = 0};
    struct cog_account account = sample_account("alice", ALICE);

    assert_int_equal(chmod(room->group, 0666), 0);
    assert_int_equal(put_account(room, &account, &none, NULL), EPERM);
    assert_false(file_exists(path_in(room->accounts, "recent.cdb")));
}

static void
p17_p19_p20_p23_accounts_that_break_a_rule_are_never_written(void **state)
{
    struct room *room = *state;
    struct cog_groups none = {.count = 0};
    struct cog_write_refusal refusal;
    struct cog_account account;

    for (size_t i = 0; i < COUNT(hostile_names); i++) {
        account = sample_account("x", ALICE);
        if (strlen(hostile_names[i]) > COG_NAME_MAX)
            continue;
        strcpy(account.name, hostile_names[i]);
        assert_int_equal(put_account(room, &account, &none, &refusal), EINVAL);
    }
    account = sample_account("root", ALICE);
    assert_int_equal(put_account(room, &account, &none, &refusal), EINVAL);
    assert_int_equal(refusal.fault, COG_FAULT_NAME_RESERVED);
    account = sample_account("cognito-x", ALICE);
    assert_int_equal(put_account(room, &account, &none, &refusal), EINVAL);
    assert_int_equal(refusal.fault, COG_FAULT_NAME_PREFIX);
    account = sample_account("alice", 0);
    assert_int_equal(put_account(room, &account, &none, &refusal), EINVAL);
    assert_int_equal(refusal.fault, COG_FAULT_ID_FORBIDDEN);
    account = sample_account("alice", 1000);
    assert_int_equal(put_account(room, &account, &none, &refusal), EINVAL);
    assert_int_equal(refusal.fault, COG_FAULT_ID_OUTSIDE);
    account = sample_account("alice", ALICE);
    strcpy(account.gecos, "a:b");
    assert_int_equal(put_account(room, &account, &none, &refusal), EINVAL);
    assert_int_equal(refusal.fault, COG_FAULT_GECOS);
    assert_false(file_exists(path_in(room->accounts, "recent.cdb")));
}

/* P21: each way in which an id can be taken, and the log knows both. */
static void
p21_a_taken_id_is_refused_and_both_are_named(void **state)
{
    struct room *room = *state;
    struct cog_groups groups = sample_groups(1), none = {.count = 0};
    struct cog_write_refusal refusal;
    struct cog_account account;

    assert_int_equal(put(room, "alice", ALICE, 2), 0);
    account = sample_account("eve", ALICE);
    assert_int_equal(put_account(room, &account, &none, &refusal), EEXIST);
    assert_int_equal(refusal.conflict.place, COG_ID_ACCOUNT);
    assert_string_equal(refusal.conflict.wanted_by, "eve");
    assert_string_equal(refusal.conflict.owner, "alice");

    account = sample_account("eve", 2000000001U);
    assert_int_equal(put_account(room, &account, &none, &refusal), EEXIST);
    assert_int_equal(refusal.conflict.place, COG_ID_POOL_GROUP);
    assert_string_equal(refusal.conflict.owner, "cognito-Group1");

    account = sample_account("eve", 1879048300);
    assert_int_equal(put_account(room, &account, &none, &refusal), EEXIST);
    assert_int_equal(refusal.conflict.place, COG_ID_LOCAL);
    assert_string_equal(refusal.conflict.owner, "builders");

    account = sample_account("alice", CAROL);
    assert_int_equal(put_account(room, &account, &none, &refusal), EEXIST);
    assert_int_equal(refusal.conflict.place, COG_ID_OTHER);
    assert_int_equal(refusal.conflict.owner_id, ALICE);

    account = sample_account("eve", CAROL);
    groups.list[0].gid = ALICE;
    assert_int_equal(put_account(room, &account, &groups, &refusal), EEXIST);
    assert_int_equal(refusal.conflict.place, COG_ID_ACCOUNT);
    groups.list[0].gid = DAVE; /* cognito-Group0 has another gid */
    assert_int_equal(put_account(room, &account, &groups, &refusal), EEXIST);
    assert_int_equal(refusal.conflict.place, COG_ID_OTHER);
    groups.list[0].gid = CAROL; /* her own private gid */
    assert_int_equal(put_account(room, &account, &groups, &refusal), EEXIST);
}

static void
p21_an_id_of_the_login_store_is_refused(void **state)
{
    struct room *room = *state;
    struct cog_login_entry login = sample_login("alice", ALICE);
    struct cog_groups none = {.count = 0};
    struct cog_cache_lock lock = take_lock(room);
    struct cog_write_refusal refusal;
    struct cog_account account = sample_account("eve", ALICE);

    assert_int_equal(cog_logins_create(room->logins, &lock), 0);
    assert_int_equal(cog_logins_put(room->logins, &lock, &login, NULL, NULL),
                     0);
    cog_cache_lock_release(&lock);
    assert_int_equal(put_account(room, &account, &none, &refusal), EEXIST);
    assert_int_equal(refusal.conflict.place, COG_ID_GIVEN);
    assert_string_equal(refusal.conflict.owner, "alice");
    account = sample_account("alice", ALICE);
    assert_int_equal(put_account(room, &account, &none, &refusal), 0);
}

static void
p21_a_retired_id_is_refused_to_its_own_name(void **state)
{
    struct room *room = *state;
    struct cog_login_entry login = sample_login("alice", ALICE);
    struct cog_groups none = {.count = 0};
    struct cog_cache_lock lock = take_lock(room);
    struct cog_write_refusal refusal;
    struct cog_account account = sample_account("alice", ALICE);

    assert_int_equal(cog_logins_create(room->logins, &lock), 0);
    assert_int_equal(cog_logins_put(room->logins, &lock, &login, NULL, NULL),
                     0);
    assert_int_equal(cog_logins_forget(room->logins, &lock, "alice", false),
                     0);
    cog_cache_lock_release(&lock);
    assert_int_equal(put_account(room, &account, &none, &refusal), EEXIST);
    assert_int_equal(refusal.conflict.place, COG_ID_RETIRED);
}

static void
p21_an_unreadable_login_store_gives_no_ids(void **state)
{
    struct room *room = *state;
    struct cog_account account = sample_account("alice", ALICE);
    struct cog_groups none = {.count = 0};

    write_file(path_in(room->logins, "logins.cdb"), "garbage", 0600);
    assert_int_equal(put_account(room, &account, &none, NULL), EBADMSG);
}

static void
an_account_is_removed_from_both_files(void **state)
{
    struct room *room = *state;
    struct cog_cache_reader reader = mapping_reader(room);
    struct cog_account account;
    struct cog_cache_lock lock;
    char from[4400];

    assert_int_equal(put(room, "alice", ALICE, 2), 0);
    assert_int_equal(put(room, "carol", CAROL, 2), 0);
    /* As after a fold that was cut: both files have them. */
    (void) snprintf(from, sizeof from, "%s/recent.cdb", room->accounts);
    assert_int_equal(link(from, path_in(room->path, "copy")), 0);
    assert_int_equal(put(room, "dave", DAVE, 0), 0);
    (void) snprintf(from, sizeof from, "%s/copy", room->path);
    assert_int_equal(rename(from, path_in(room->accounts, "base.cdb")), 0);
    lock = take_lock(room);
    assert_int_equal(
        cog_cache_remove_account(&room->places, &lock, "carol", true), 0);
    assert_int_equal(
        cog_cache_remove_account(&room->places, &lock, "nosuch", true),
        ENOENT);
    cog_cache_lock_release(&lock);
    assert_int_equal(cog_cache_find_name(&reader, "carol", &account), ENOENT);
    assert_int_equal(cog_cache_find_uid(&reader, CAROL, &account), ENOENT);
    assert_int_equal(cog_cache_find_name(&reader, "dave", &account), 0);
    assert_alice(&reader);
    cog_cache_close(&reader);
}

/* The key of a name has room for 32 bytes: the rest would be cut. */
static void
p17_a_name_outside_the_grammar_is_not_there_for_writers(void **state)
{
    static const char longest[] = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";
    struct room *room = *state;
    cog_cleanup_cache_levels struct cog_cache_levels levels =
        COG_CACHE_LEVELS_EMPTY;
    struct cog_cache_reader reader = COG_CACHE_READER(room->accounts);
    struct cog_cache_lock lock = COG_CACHE_LOCK_NONE;
    struct cog_account account;
    struct stat before, after;

    assert_int_equal(put(room, longest, ALICE, 0), 0);
    assert_int_equal(stat(path_in(room->accounts, COG_RECENT_FILE), &before),
                     0);
    assert_int_equal(cog_cache_levels_open(room->accounts, &levels), 0);
    assert_int_equal(
        cog_cache_level_account(&levels.recent, longest, &account), 0);
    lock = take_lock(room);
    for (size_t i = 0; i <= COUNT(hostile_names); i++) {
        const char *name = i < COUNT(hostile_names)
                               ? hostile_names[i]
                               : "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaXYZ";

        assert_int_equal(
            cog_cache_level_account(&levels.recent, name, &account), ENOENT);
        assert_int_equal(
            cog_cache_remove_account(&room->places, &lock, name, true),
            ENOENT);
    }
    cog_cache_lock_release(&lock);
    assert_int_equal(stat(path_in(room->accounts, COG_RECENT_FILE), &after),
                     0);
    assert_true(before.st_ino == after.st_ino);
    assert_int_equal(cog_cache_find_name(&reader, longest, &account), 0);
    cog_cache_close(&reader);
}

static int
count_accounts(void *context, const struct cog_account *account,
               const struct cog_groups *groups)
{
    size_t *count = context;

    assert_int_equal(groups->count, 1);
    assert_int_equal(account->name[0], 'u');
    ++*count;
    return 0;
}

static void
recent_is_folded_into_base_and_all_are_found(void **state)
{
    struct room *room = *state;
    struct cog_cache_reader reader = mapping_reader(room);
    struct cog_account account;
    struct cog_gids gids;
    size_t count = 0;
    unsigned total = COG_FOLD_FROM + 40;

    for (unsigned i = 0; i < total; i++) {
        char name[16];

        (void) snprintf(name, sizeof name, "u%u", i);
        assert_int_equal(put(room, name, 1900000000U + i, 1), 0);
        assert_int_equal(cog_cache_find_name(&reader, name, &account), 0);
        assert_int_equal(cog_cache_find_name(&reader, "u0", &account), 0);
    }
    assert_true(file_exists(path_in(room->accounts, "base.cdb")));
    for (unsigned i = 0; i < total; i++) {
        char name[16];

        (void) snprintf(name, sizeof name, "u%u", i);
        assert_int_equal(
            cog_cache_find_uid(&reader, 1900000000U + i, &account), 0);
        assert_string_equal(account.name, name);
        assert_int_equal(cog_cache_find_gids(&reader, name, &gids), 0);
        assert_int_equal(gids.primary, 1900000000U + i);
    }
    assert_int_equal(cog_cache_walk(room->accounts, count_accounts, &count),
                     0);
    assert_int_equal(count, total);
    /* What a login changes hides what base has. */
    assert_int_equal(put(room, "u3", 1900000003U, 2), 0);
    assert_int_equal(cog_cache_find_gids(&reader, "u3", &gids), 0);
    assert_int_equal(gids.count, 2);
    cog_cache_close(&reader);
}

/* A number in base whose name has another number in recent is no answer. */
static void
an_older_number_in_base_is_hidden_by_recent(void **state)
{
    struct room *room = *state;
    struct cog_cache_reader reader = mapping_reader(room);
    struct cog_account account;
    struct cog_group group;
    char from[4400];

    assert_int_equal(put(room, "alice", CAROL, 0), 0);
    (void) snprintf(from, sizeof from, "%s/recent.cdb", room->accounts);
    assert_int_equal(rename(from, path_in(room->accounts, "kept")), 0);
    assert_int_equal(put(room, "alice", ALICE, 2), 0);
    (void) snprintf(from, sizeof from, "%s/kept", room->accounts);
    assert_int_equal(rename(from, path_in(room->accounts, "base.cdb")), 0);
    assert_alice(&reader);
    assert_int_equal(cog_cache_find_uid(&reader, CAROL, &account), ENOENT);
    assert_int_equal(cog_cache_find_gid(&reader, CAROL, &group), ENOENT);
    cog_cache_close(&reader);
}

static void
p71_a_lost_base_is_no_absence(void **state)
{
    struct room *room = *state;
    struct cog_cache_reader early = COG_CACHE_READER(room->accounts);
    struct cog_cache_reader mapping = mapping_reader(room);
    struct cog_account account;
    char from[4400];

    assert_int_equal(put(room, "alice", ALICE, 0), 0);
    (void) snprintf(from, sizeof from, "%s/recent.cdb", room->accounts);
    assert_int_equal(rename(from, path_in(room->accounts, "base.cdb")), 0);
    assert_int_equal(put(room, "carol", CAROL, 0), 0);
    assert_int_equal(cog_cache_find_name(&early, "nosuch", &account), ENOENT);
    assert_int_equal(unlink(path_in(room->accounts, "base.cdb")), 0);
    assert_int_equal(cog_cache_find_name(&early, "nosuch", &account), EBADMSG);
    assert_int_equal(cog_cache_find_name(&mapping, "nosuch", &account),
                     EBADMSG);
    assert_int_equal(cog_cache_find_name(&mapping, "carol", &account), 0);
    assert_int_equal(put(room, "dave", DAVE, 0), EBADMSG);
    cog_cache_close(&mapping);
}

static void
settings_are_kept_by_accounts_and_replaced_alone(void **state)
{
    struct room *room = *state;
    struct cog_cache_reader reader = mapping_reader(room);
    struct cog_settings settings = sample_settings(), found;
    struct cog_cache_lock lock;

    assert_int_equal(put(room, "alice", ALICE, 2), 0);
    settings.provisional = true;
    strcpy(settings.provisional_match, "a* b*");
    strcpy(settings.shell, "/bin/zsh");
    settings.enumerate = true;
    settings.group_map_count = COG_GROUP_MAP_MAX;
    for (uint32_t i = 0; i < COG_GROUP_MAP_MAX; i++) {
        settings.group_map[i].gid = COG_ID_BASE_DEFAULT + i;
        memset(settings.group_map[i].local, (int) ('a' + i), COG_NAME_MAX);
    }
    lock = take_lock(room);
    assert_int_equal(
        cog_cache_put_settings(&room->places, &lock, &settings, NULL), 0);
    assert_int_equal(cog_cache_settings(&reader, &found), 0);
    assert_memory_equal(&found, &settings, sizeof found);
    assert_alice(&reader);
    assert_int_equal(
        cog_cache_remove_account(&room->places, &lock, "alice", true), 0);
    assert_int_equal(cog_cache_settings(&reader, &found), 0);
    assert_string_equal(found.shell, "/bin/zsh");
    settings.id_base = 0;
    assert_int_equal(
        cog_cache_put_settings(&room->places, &lock, &settings, NULL), EINVAL);
    cog_cache_lock_release(&lock);
    cog_cache_close(&reader);
}

static void
no_write_without_the_lock(void **state)
{
    struct room *room = *state;
    struct cog_cache_lock none = COG_CACHE_LOCK_NONE;
    struct cog_settings settings = sample_settings();
    struct cog_account account = sample_account("alice", ALICE);
    struct cog_groups groups = sample_groups(1);
    struct cog_login_entry login = sample_login("alice", ALICE);

    assert_int_equal(
        cog_cache_put_settings(&room->places, &none, &settings, NULL), EBADF);
    assert_int_equal(cog_cache_put_account(&room->places, &none, &settings,
                                           &account, &groups, NULL),
                     EBADF);
    assert_int_equal(
        cog_cache_remove_account(&room->places, &none, "alice", true), EBADF);
    assert_int_equal(cog_logins_create(room->logins, &none), EBADF);
    assert_int_equal(cog_logins_put(room->logins, &none, &login, NULL, NULL),
                     EBADF);
    assert_int_equal(cog_logins_forget(room->logins, &none, "alice", false),
                     EBADF);
}

/* Debian's tinycdb is the second reader. */
static void
tinycdbs_tool_lists_our_file(void **state)
{
    struct room *room = *state;
    char line[8192];
    size_t lines = 0, names = 0;
    FILE *pipe;

    if (access("/usr/bin/cdb", X_OK) != 0)
        skip_case("tinycdb's cdb is not installed");
    assert_int_equal(put(room, "alice", ALICE, 2), 0);
    assert_int_equal(put(room, "carol", CAROL, 2), 0);
    assert_int_equal(chdir(room->accounts), 0);
    pipe = popen("/usr/bin/cdb -s recent.cdb > /dev/null && "
                 "/usr/bin/cdb -l recent.cdb | tr -cd '\\12\\40-\\176'",
                 "r");
    assert_int_equal(chdir("../.."), 0);
    assert_non_null(pipe);
    while (fgets(line, sizeof line, pipe) != NULL) {
        lines++;
        if (strstr(line, "Nalice") != NULL || strstr(line, "Ncarol") != NULL)
            names++;
    }
    assert_int_equal(pclose(pipe), 0);
    assert_int_equal(names, 2);
    /* stamp, settings, 3 an account, 2 a group (2 private, 2 of the pool) */
    assert_true(lines >= 1 + 1 + 2 * 3 + 4 * 2);
}

/* ---- threads and forks */

struct race {
    struct cog_cache_reader *reader;
    _Atomic bool end;
    _Atomic unsigned wrong, found;
};

static void *
keep_looking(void *context)
{
    struct race *race = context;

    while (!atomic_load(&race->end)) {
        struct cog_account account;
        struct cog_gids gids;

        /* alice is there all the time; mallory never is. */
        if (cog_cache_find_name(race->reader, "alice", &account) != 0 ||
            account.uid != ALICE || strcmp(account.name, "alice") != 0)
            atomic_fetch_add(&race->wrong, 1);
        if (cog_cache_find_name(race->reader, "mallory", &account) != ENOENT)
            atomic_fetch_add(&race->wrong, 1);
        if (cog_cache_find_gids(race->reader, "alice", &gids) != 0 ||
            gids.primary != ALICE)
            atomic_fetch_add(&race->wrong, 1);
        atomic_fetch_add(&race->found, 1);
    }
    return NULL;
}

/* A child that was forked while threads were inside answers rightly. */
static void
assert_child_is_right(struct cog_cache_reader *reader)
{
    int status = 0;
    pid_t child = fork();

    assert_true(child >= 0);
    if (child == 0) {
        struct cog_account account;
        int wrong = 0;

        for (int i = 0; i < 20; i++) {
            wrong += cog_cache_find_name(reader, "alice", &account) != 0;
            wrong +=
                cog_cache_find_name(reader, "mallory", &account) != ENOENT;
        }
        _exit(wrong != 0);
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(status, 0);
}

static void
p69_p71_threads_and_forks_never_see_a_wrong_answer(void **state)
{
    struct room *room = *state;
    struct cog_cache_reader reader = COG_CACHE_READER(room->accounts);
    struct race race = {.reader = &reader};
    pthread_t threads[8];

    assert_int_equal(put(room, "alice", ALICE, 2), 0);
    for (size_t i = 0; i < COUNT(threads); i++)
        assert_int_equal(
            pthread_create(&threads[i], NULL, keep_looking, &race), 0);
    for (unsigned i = 0; i < 60; i++) {
        char name[16];

        (void) snprintf(name, sizeof name, "w%u", i);
        assert_int_equal(put(room, name, 1950000000U + i, 1), 0);
        assert_child_is_right(&reader);
    }
    atomic_store(&race.end, true);
    for (size_t i = 0; i < COUNT(threads); i++)
        assert_int_equal(pthread_join(threads[i], NULL), 0);
    assert_int_equal(race.wrong, 0);
    assert_true(race.found > 0);
    cog_cache_close(&reader);
}

#define IN_ROOM(test)                                                         \
    cmocka_unit_test_setup_teardown(test, room_make, room_remove)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        IN_ROOM(what_is_put_is_found_in_every_way),
        IN_ROOM(the_first_four_lookups_map_nothing_and_the_fifth_does),
        IN_ROOM(p69_no_descriptor_is_kept_and_foreign_ones_are_left_alone),
        IN_ROOM(p17_hostile_names_are_absent_without_a_look_at_the_file),
        IN_ROOM(mapped_readers_see_a_change_at_once),
        IN_ROOM(readers_that_trust_the_mark_see_a_change_at_once),
        IN_ROOM(a_miss_checks_that_the_path_still_leads_to_the_mapped_file),
        IN_ROOM(p76_a_file_marked_but_not_replaced_still_answers),
        IN_ROOM(an_account_is_replaced_with_its_groups),
        IN_ROOM(nothing_is_written_when_nothing_changes),
        IN_ROOM(groups_in_another_order_are_no_change),
        IN_ROOM(p12_local_names_are_never_written),
        IN_ROOM(p12_long_local_names_are_never_written_either),
        IN_ROOM(p13_a_name_or_id_that_became_local_is_refused_from_then_on),
        IN_ROOM(p13_a_broken_local_file_stops_every_write),
        IN_ROOM(p17_p19_p20_p23_accounts_that_break_a_rule_are_never_written),
        IN_ROOM(p21_a_taken_id_is_refused_and_both_are_named),
        IN_ROOM(p21_an_id_of_the_login_store_is_refused),
        IN_ROOM(p21_a_retired_id_is_refused_to_its_own_name),
        IN_ROOM(p21_an_unreadable_login_store_gives_no_ids),
        IN_ROOM(an_account_is_removed_from_both_files),
        IN_ROOM(p17_a_name_outside_the_grammar_is_not_there_for_writers),
        IN_ROOM(recent_is_folded_into_base_and_all_are_found),
        IN_ROOM(an_older_number_in_base_is_hidden_by_recent),
        IN_ROOM(p71_a_lost_base_is_no_absence),
        IN_ROOM(settings_are_kept_by_accounts_and_replaced_alone),
        IN_ROOM(no_write_without_the_lock),
        IN_ROOM(tinycdbs_tool_lists_our_file),
        IN_ROOM(p69_p71_threads_and_forks_never_see_a_wrong_answer),
    };

    if (!become_root())
        return skip_program("needs uid 0 or a user namespace");
    return cmocka_run_group_tests_name("accounts/cache", tests, NULL, NULL);
}
