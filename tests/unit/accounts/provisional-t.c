/* SPDX-License-Identifier: Apache-2.0 */
/* accounts/provisional: what a first login will make, told before. */
#include "tests/unit/accounts/support.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "accounts/cache_write.h"
#include "accounts/ids.h"
#include "accounts/provisional.h"
#include "tests/unit/accounts/hostile_names.h"

static struct cog_settings
settings_for(const char *match)
{
    struct cog_settings settings = sample_settings();

    settings.provisional = true;
    strcpy(settings.provisional_match, match);
    return settings;
}

static void
only_names_that_match_are_offered(void **state)
{
    static const struct {
        const char *match, *name;
        bool matches;
    } cases[] = {
        {"*", "alice", true},        {"al*", "alice", true},
        {"alice*", "alice", true},   {"alice", "alice", true},
        {"alicex*", "alice", false}, {"alice", "alicex", false},
        {"al", "alice", false},      {"b*", "alice", false},
        {"", "alice", false},        {"*", "", false},
        {"*", "root", false},      /* P19 */
        {"*", "cognito-x", false}, /* P19 */
        {"*", "COGNITO-x", false},   {"r*", "root", false},
        {"a*e", "a*e", false}, /* no other "*" means anything */
    };

    (void) state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct cog_settings settings = settings_for(cases[i].match);

        assert_int_equal(cog_provisional_matches(&settings, cases[i].name),
                         cases[i].matches);
        settings.provisional = false;
        assert_false(cog_provisional_matches(&settings, cases[i].name));
    }
}

static void
p17_hostile_names_are_offered_nothing(void **state)
{
    struct cog_settings settings = settings_for("*");

    (void) state;
    for (size_t i = 0; i < COUNT(hostile_names); i++)
        assert_false(cog_provisional_matches(&settings, hostile_names[i]));
}

static const char key_file[] = TRUSTED_DIRECTORY "/id_key";
static const char key_text[] = "000102030405060708090a0b0c0d0e0f\n";

static int
make(const struct room *room, const char *name, struct cog_account *account)
{
    struct cog_settings settings = settings_for("*");

    return cog_provisional_make(&room->places, key_file, &settings, name,
                                account);
}

/* A key that can be trusted, once for all cases. */
static bool
has_key(void)
{
    static bool mounted;

    mounted = mounted || trusted_directory();
    if (mounted)
        write_file(key_file, key_text, 0600);
    return mounted;
}

static void
it_is_the_account_that_a_login_will_make(void **state)
{
    struct room *room = *state;
    struct cog_settings settings = sample_settings();
    struct cog_account account;
    struct cog_id_key key;

    if (!has_key())
        skip_case("needs real root, for a mount of its own");
    assert_int_equal(cog_id_key_load(key_file, &key, NULL), 0);
    assert_int_equal(make(room, "alice", &account), 0);
    assert_string_equal(account.name, "alice");
    assert_int_equal(account.uid,
                     cog_id_make(&key, &settings, COG_ID_USER, "alice"));
    assert_int_equal(account.gid, account.uid);
    assert_string_equal(account.gecos, "");
    assert_string_equal(account.home, "/home/alice");
    assert_string_equal(account.shell, "/bin/bash");
    assert_true(account.sub_tag == 0);
    assert_false(account.disabled);
}

static void
p21_nothing_is_offered_for_a_taken_name_or_id(void **state)
{
    struct room *room = *state;
    struct cog_account alice, account = {.uid = 7};
    struct cog_cache_lock lock;
    struct cog_login_entry login;
    char line[64];

    if (!has_key())
        skip_case("needs real root, for a mount of its own");
    assert_int_equal(make(room, "alice", &alice), 0);
    /* A local user, a local group (P12, P19). */
    assert_int_equal(make(room, "bob", &account), ENOENT);
    assert_int_equal(make(room, "builders", &account), ENOENT);
    /* A local user with her id, a local group (P13). */
    (void) snprintf(line, sizeof line, "eve:x:%u:100:::\n", alice.uid);
    write_file(room->passwd, line, 0644);
    assert_int_equal(make(room, "alice", &account), ENOENT);
    write_file(room->passwd, "root:x:0:0:::\n", 0644);
    (void) snprintf(line, sizeof line, "team:x:%u:\n", alice.uid);
    write_file(room->group, line, 0644);
    assert_int_equal(make(room, "alice", &account), ENOENT);
    write_file(room->group, "root:x:0:\n", 0644);
    assert_int_equal(make(room, "alice", &account), 0);
    /* Another account with her id. */
    assert_int_equal(put(room, "eve", alice.uid, 0), 0);
    assert_int_equal(make(room, "alice", &account), ENOENT);
    lock = take_lock(room);
    assert_int_equal(
        cog_cache_remove_account(&room->places, &lock, "eve", true), 0);
    /* Its id stays eve's. */
    assert_int_equal(make(room, "alice", &account), ENOENT);
    assert_int_equal(remove(path_in(room->accounts, "recent.cdb")), 0);
    assert_int_equal(make(room, "alice", &account), 0);
    /* Given once, by the login store. */
    login = sample_login("eve", alice.uid);
    assert_int_equal(cog_logins_create(room->logins, &lock), 0);
    assert_int_equal(cog_logins_put(room->logins, &lock, &login, NULL, NULL),
                     0);
    cog_cache_lock_release(&lock);
    account = (struct cog_account){.uid = 7};
    assert_int_equal(make(room, "alice", &account), ENOENT);
    assert_int_equal(account.uid, 7);
}

static void
p10_what_cannot_be_read_offers_nothing(void **state)
{
    struct room *room = *state;
    struct cog_account account = {.uid = 7};

    if (!has_key())
        skip_case("needs real root, for a mount of its own");
    assert_int_equal(chmod(key_file, 0644), 0);
    assert_int_equal(make(room, "alice", &account), EPERM);
    assert_int_equal(remove(key_file), 0);
    assert_int_equal(make(room, "alice", &account), ENOENT);
    write_file(key_file, key_text, 0600);
    write_file(path_in(room->accounts, "recent.cdb"), "garbage", 0644);
    assert_int_equal(make(room, "alice", &account), EBADMSG);
    assert_int_equal(remove(path_in(room->accounts, "recent.cdb")), 0);
    write_file(path_in(room->logins, "logins.cdb"), "garbage", 0600);
    assert_int_equal(make(room, "alice", &account), EBADMSG);
    assert_int_equal(remove(path_in(room->logins, "logins.cdb")), 0);
    assert_int_equal(chmod(room->passwd, 0666), 0);
    assert_int_equal(make(room, "alice", &account), EPERM);
    assert_int_equal(account.uid, 7);
}

#define IN_ROOM(test)                                                         \
    cmocka_unit_test_setup_teardown(test, room_make, room_remove)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(only_names_that_match_are_offered),
        cmocka_unit_test(p17_hostile_names_are_offered_nothing),
        IN_ROOM(it_is_the_account_that_a_login_will_make),
        IN_ROOM(p21_nothing_is_offered_for_a_taken_name_or_id),
        IN_ROOM(p10_what_cannot_be_read_offers_nothing),
    };

    if (!become_root())
        return skip_program("needs uid 0 or a user namespace");
    return cmocka_run_group_tests_name("accounts/provisional", tests, NULL,
                                       NULL);
}
