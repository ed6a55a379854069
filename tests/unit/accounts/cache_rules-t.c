/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cache_write: what is never written, and what is removed. Cites P12, P13,
 * P17, P19, P20, P21, P23.
 */
#include "tests/unit/accounts/support.h"

#include "accounts/cache_levels.h"
#include "accounts/cache_read.h"
#include "accounts/cache_write.h"
#include "accounts/id_check.h"
#include "tests/unit/accounts/cache.h"
#include "tests/unit/accounts/hostile_names.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

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

/* sudo takes names that differ in case only for one. */
static void
p12_p19_nor_are_names_that_are_local_in_another_case(void **state)
{
    struct room *room = *state;
    struct cog_groups none = {.count = 0}, one = sample_groups(1);
    struct cog_write_refusal refusal = {.fault = COG_FAULT_NONE};
    struct cog_account account = sample_account("snmp-er", ALICE);

    write_file(room->passwd, "Snmp-ER:x:120:120:::\n", 0644);
    assert_int_equal(put_account(room, &account, &none, &refusal), EEXIST);
    assert_int_equal(refusal.conflict.place, COG_ID_NAME_LOCAL);
    write_file(room->passwd, "bob:x:1000:1000:::\n", 0644);
    write_file(room->group, "Snmp-ER:x:120:\n", 0644);
    assert_int_equal(put_account(room, &account, &none, &refusal), EEXIST);
    assert_int_equal(refusal.conflict.place, COG_ID_NAME_LOCAL);
    write_file(room->group, "COGNITO-GROUP0:x:120:\n", 0644);
    assert_int_equal(put_account(room, &account, &one, &refusal), EEXIST);
    assert_int_equal(refusal.conflict.place, COG_ID_NAME_LOCAL);
    assert_int_equal(put_account(room, &account, &none, NULL), 0);
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
    /* A group of that name is somebody else. */
    assert_int_equal(cog_id_check_free(&room->places, COG_ID_GROUP, "alice",
                                       ALICE, &refusal.conflict),
                     EEXIST);
    assert_int_equal(refusal.conflict.place, COG_ID_GIVEN);
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

int
main(void)
{
    const struct CMUnitTest tests[] = {
        IN_ROOM(p12_local_names_are_never_written),
        IN_ROOM(p12_p19_nor_are_names_that_are_local_in_another_case),
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
        IN_ROOM(no_write_without_the_lock),
    };

    if (!become_root())
        return skip_program("needs uid 0 or a user namespace");
    return cmocka_run_group_tests_name("accounts/cache_rules", tests, NULL,
                                       NULL);
}
