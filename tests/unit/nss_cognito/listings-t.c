/* SPDX-License-Identifier: Apache-2.0 */
/* nss_cognito: members of groups, and listings. Cites P13, P19, P27. */
#include "tests/unit/nss_cognito/module.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <unistd.h>

#include "accounts/cache_build.h"
#include "accounts/cache_compose.h"
#include "accounts/cache_format.h"

/* ---- members and listings */

static void
enumerate(const struct room *room)
{
    struct cog_settings settings = sample_settings();

    settings.enumerate = true;
    sync_accounts(room, &settings);
}

/* The members of a group, which is there. */
static const char *
members_of(gid_t gid)
{
    static char text[8192];
    static struct answer answer;

    text[0] = '\0';
    ask_gid(gid, &answer);
    assert_found(&answer);
    for (char **member = answer.group.gr_mem; *member != NULL; member++) {
        strcat(text, *member);
        strcat(text, " ");
    }
    return text;
}

static void
group_entries_have_members_only_with_enumerate(void **state)
{
    struct room *room = *state;
    struct cog_settings settings = sample_settings();

    sync_accounts(room, &settings);
    assert_string_equal(members_of(GROUP0), "");
    enumerate(room);
    for (int way = WAY_READING; way <= WAY_MAPPED; way++) {
        module_begin((enum way) way);
        assert_string_equal(members_of(GROUP0), "alice carol ");
        assert_string_equal(members_of(GROUP1), "alice ");
        assert_string_equal(members_of(ALICE), "");
    }
    /* Switched off again by `cognitoctl apply`, before the next sync. */
    put_one(room, &settings, "dave", 1900000003);
    assert_string_equal(members_of(GROUP0), "");
}

/* A member list of two chunks in recent.cdb, beside the settings. */
static void
forge_members(const struct room *room, uint64_t first, uint64_t second)
{
    struct cog_cache_build build = COG_CACHE_BUILD_EMPTY;
    struct cog_settings settings = sample_settings();

    settings.enumerate = true;
    assert_int_equal(
        cog_cache_build_begin(room->accounts, COG_RECENT_FILE, &build), 0);
    assert_int_equal(cog_compose_settings(&build, &settings), 0);
    assert_int_equal(cog_compose_group(&build, "cognito-Group0", GROUP0), 0);
    for (uint32_t i = 0; i < 2; i++) {
        struct cog_members members = {.gid = GROUP0,
                                      .chunk = i,
                                      .chunks = 2,
                                      .listing = i == 0 ? first : second,
                                      .len = sizeof "alice"};

        memcpy(members.names, i == 0 ? "alice" : "carol", members.len);
        assert_int_equal(cog_compose_members(&build, &members), 0);
    }
    assert_int_equal(cog_cache_build_finish(&build, 0644, 0), 0);
    cog_cache_build_end(&build);
}

/* As it looks to who reads one chunk before a sync and one after it. */
static void
p71_members_of_two_listings_are_no_answer(void **state)
{
    struct room *room = *state;
    struct answer answer;

    forge_members(room, 7, 7);
    assert_string_equal(members_of(GROUP0), "alice carol ");
    forge_members(room, 7, 8);
    ask_gid(GROUP0, &answer);
    assert_unavailable(&answer, EIO);
}

static void
p27_no_member_is_a_local_user_of_this_moment(void **state)
{
    struct room *room = *state;

    enumerate(room);
    assert_string_equal(members_of(GROUP0), "alice carol ");
    write_file(room->passwd, "root:x:0:0:::\nalice:x:1000:1000::/:/bin/sh\n",
               0644);
    assert_string_equal(members_of(GROUP0), "carol ");
    assert_string_equal(members_of(GROUP1), "");
    write_file(room->passwd, "Carol:x:1000:1000::/:/bin/sh\n", 0644);
    assert_string_equal(members_of(GROUP0), "alice ");
    /* A line that glibc could still read somehow counts, too. */
    write_file(room->passwd, "carol:x:10x:1000\nalice:\n", 0644);
    assert_string_equal(members_of(GROUP0), "");
    /* One id that can be read makes it no line of group. */
    write_file(room->passwd, "carol:x:1000\n", 0644);
    assert_string_equal(members_of(GROUP0), "alice ");
    /* Nor is a group a user. */
    write_file(room->passwd, "root:x:0:0:::\n", 0644);
    write_file(room->group, "alice:x:1000:\ncarol:x:\n", 0644);
    assert_string_equal(members_of(GROUP0), "alice carol ");
    write_file(room->passwd, "+carol\n#alice\nroot:x:0:0:::\n", 0644);
    assert_string_equal(members_of(GROUP0), "alice carol ");
    /* Nobody knows who is local. */
    write_file(room->passwd, "root:x:0:0:::\n", 0666);
    assert_string_equal(members_of(GROUP0), "");
    assert_int_equal(unlink(room->passwd), 0);
    assert_string_equal(members_of(GROUP0), "");
}

_Static_assert(offsetof(struct passwd, pw_name) ==
                   offsetof(struct group, gr_name),
               "listing() reads both");

/* Everybody that getpwent or getgrent tells. */
static const char *
listing(void (*ask)(struct answer *))
{
    static char text[8192];
    static struct answer answer;

    text[0] = '\0';
    for (ask(&answer); answer.status == NSS_STATUS_SUCCESS; ask(&answer)) {
        strcat(text, answer.passwd.pw_name);
        strcat(text, " ");
    }
    assert_absent(&answer);
    return text;
}

static void
nobody_is_listed_without_enumerate(void **state)
{
    struct room *room = *state;
    struct cog_settings settings = sample_settings();

    sync_accounts(room, &settings);
    assert_int_equal(_nss_cognito_setpwent(0), NSS_STATUS_SUCCESS);
    assert_string_equal(listing(ask_passwd_entry), "");
    assert_int_equal(_nss_cognito_endpwent(), NSS_STATUS_SUCCESS);
    assert_int_equal(_nss_cognito_setgrent(0), NSS_STATUS_SUCCESS);
    assert_string_equal(listing(ask_group_entry), "");
    assert_int_equal(_nss_cognito_endgrent(), NSS_STATUS_SUCCESS);
}

static void
with_enumerate_everybody_is_listed_once(void **state)
{
    struct room *room = *state;
    struct cog_settings settings = sample_settings();

    enumerate(room);
    settings.enumerate = true;
    put_one(room, &settings, "dave", 1900000003);
    for (int round = 0; round < 2; round++) {
        assert_int_equal(_nss_cognito_setpwent(0), NSS_STATUS_SUCCESS);
        assert_string_equal(listing(ask_passwd_entry), "dave alice carol ");
        assert_string_equal(listing(ask_passwd_entry), "");
        assert_int_equal(_nss_cognito_setgrent(0), NSS_STATUS_SUCCESS);
        assert_string_equal(listing(ask_group_entry),
                            "dave cognito-Group0 alice carol "
                            "cognito-Group1 ");
    }
    assert_int_equal(_nss_cognito_endpwent(), NSS_STATUS_SUCCESS);
    assert_int_equal(_nss_cognito_endgrent(), NSS_STATUS_SUCCESS);
    /* Both begin anew without a set call, as glibc's first call does. */
    assert_string_equal(listing(ask_passwd_entry), "dave alice carol ");
}

static void
a_listing_tells_one_state_of_the_files(void **state)
{
    struct room *room = *state;
    struct cog_settings settings = sample_settings();
    struct answer answer;

    enumerate(room);
    settings.enumerate = true;
    ask_passwd_entry(&answer);
    assert_is_alice(&answer);
    put_one(room, &settings, "dave", 1900000003);
    assert_string_equal(listing(ask_passwd_entry), "carol ");
    (void) _nss_cognito_setpwent(0);
    assert_string_equal(listing(ask_passwd_entry), "dave alice carol ");
}

static void
p27_local_users_hide_their_namesakes_in_listings(void **state)
{
    struct room *room = *state;

    enumerate(room);
    write_file(room->passwd, "root:x:0:0:::\nalice:x:1000:1000:::\n", 0644);
    assert_string_equal(listing(ask_passwd_entry), "carol ");
    assert_string_equal(listing(ask_group_entry),
                        "carol cognito-Group0 cognito-Group1 ");
}

/* sudo takes names that differ in case only for one. */
static void
p27_names_in_another_case_are_hidden_as_well(void **state)
{
    struct room *room = *state;

    enumerate(room);
    write_file(room->passwd, "root:x:0:0:::\nAlice:x:1000:1000:::\n", 0644);
    write_file(room->group, "COGNITO-group0:x:120:\n", 0644);
    assert_string_equal(listing(ask_passwd_entry), "carol ");
    assert_string_equal(listing(ask_group_entry), "carol cognito-Group1 ");
}

static void
p27_long_names_are_hidden_as_well(void **state)
{
    static const char name[] = "abcdefghijklmnopqrstuvwxyzabcdef";
    struct room *room = *state;
    struct cog_settings settings = sample_settings();
    char lines[256] = "";

    enumerate(room);
    settings.enumerate = true;
    for (uint32_t skipped = 0; skipped < 4; skipped++)
        put_one(room, &settings, name + skipped, 1900000003 + skipped);
    for (size_t skipped = 0; skipped < 4; skipped++) {
        (void) snprintf(lines + strlen(lines), 64, "%s:x:1000:1000:::\n",
                        name + skipped);
    }
    write_file(room->passwd, lines, 0644);
    assert_string_equal(listing(ask_passwd_entry), "alice carol ");
}

static void
p27_a_local_user_whose_line_is_malformed_hides_namesakes_too(void **state)
{
    static const char *const lines[] = {"alice:x:1000\n", "alice\n",
                                        "alice:x:1:x:::\n", "alice:x::\n"};
    struct room *room = *state;

    enumerate(room);
    for (size_t i = 0; i < COUNT(lines); i++) {
        write_file(room->passwd, lines[i], 0644);
        (void) _nss_cognito_setpwent(0);
        assert_string_equal(listing(ask_passwd_entry), "carol ");
    }
}

static void
p13_a_user_of_this_moment_has_the_name_alone(void **state)
{
    static const char *const lines[] = {"alice:x:1000:1000:::\n", "alice\n",
                                        "alice:x:1000\n"};
    struct room *room = *state;
    struct cog_settings settings = sample_settings();
    struct answer answer;

    sync_accounts(room, &settings);
    for (int way = WAY_READING; way <= WAY_MAPPED; way++) {
        module_begin((enum way) way);
        for (size_t i = 0; i < COUNT(lines); i++) {
            write_file(room->passwd, "root:x:0:0:::\n", 0644);
            ask_uid(ALICE, &answer);
            assert_is_alice(&answer);
            write_file(room->passwd, lines[i], 0644);
            ask_uid(ALICE, &answer);
            assert_absent(&answer);
            ask_uid(CAROL, &answer);
            assert_found(&answer);
        }
        /* Nobody knows who is local. */
        write_file(room->passwd, "root:x:0:0:::\n", 0666);
        ask_uid(ALICE, &answer);
        assert_unavailable(&answer, EIO);
        ask_name("alice", &answer);
        assert_is_alice(&answer);
    }
}

/* A name that groupadd, or a package, made a local group of. */
static void
make_local_groups(const struct room *room)
{
    write_file(room->group, "root:x:0:\nalice:x:1500:\ncognito-Group0:x:\n",
               0644);
}

static void
p19_a_group_of_this_moment_has_its_name_to_itself(void **state)
{
    static const struct {
        const char *name;
        gid_t gid;
    } hidden[] = {{"alice", ALICE}, {"cognito-Group0", GROUP0}};
    struct room *room = *state;
    struct cog_settings settings = sample_settings();
    struct answer answer;

    for (int i = 0; i < 2; i++) { /* the entries are packed in two ways */
        settings.enumerate = i == 1;
        write_file(room->group, "root:x:0:\n", 0644);
        sync_accounts(room, &settings);
        for (int way = WAY_READING; way <= WAY_MAPPED; way++) {
            module_begin((enum way) way);
            write_file(room->group, "root:x:0:\n", 0644);
            for (size_t j = 0; j < COUNT(hidden); j++) {
                ask_gid(hidden[j].gid, &answer);
                assert_found(&answer);
                assert_string_equal(answer.group.gr_name, hidden[j].name);
            }
            make_local_groups(room);
            for (size_t j = 0; j < COUNT(hidden); j++) {
                ask_gid(hidden[j].gid, &answer);
                assert_absent(&answer);
                ask_group(hidden[j].name, &answer);
                assert_absent(&answer);
            }
            /* Whoever has another name is as before. */
            ask_gid(CAROL, &answer);
            assert_found(&answer);
            ask_group("cognito-Group1", &answer);
            assert_found(&answer);
            ask_name("alice", &answer);
            assert_is_alice(&answer);
        }
    }
}

static void
p19_local_groups_hide_their_namesakes_in_listings(void **state)
{
    struct room *room = *state;

    enumerate(room);
    make_local_groups(room);
    assert_string_equal(listing(ask_group_entry), "carol cognito-Group1 ");
    assert_string_equal(listing(ask_passwd_entry), "alice carol ");
}

static void
p19_no_group_is_told_where_local_groups_are_not_known(void **state)
{
    struct room *room = *state;
    struct cog_settings settings = sample_settings();
    struct answer answer;

    sync_accounts(room, &settings);
    write_file(room->group, "root:x:0:\n", 0666);
    ask_gid(ALICE, &answer);
    assert_int_equal(answer.status, NSS_STATUS_UNAVAIL);
    ask_group("cognito-Group0", &answer);
    assert_int_equal(answer.status, NSS_STATUS_UNAVAIL);
    /* Where there is no file there are no local groups. */
    assert_int_equal(unlink(room->group), 0);
    ask_gid(ALICE, &answer);
    assert_found(&answer);
}

static void
p27_nobody_is_listed_where_local_users_are_not_known(void **state)
{
    struct room *room = *state;
    struct answer answer;

    enumerate(room);
    assert_int_equal(unlink(room->passwd), 0);
    ask_passwd_entry(&answer);
    assert_unavailable(&answer, EIO);
    ask_group_entry(&answer);
    assert_unavailable(&answer, EIO);
}

int
main(void)
{
#define IN_ROOM(test)                                                         \
    cmocka_unit_test_setup_teardown(test, groups_room_make, module_room_remove)
    const struct CMUnitTest tests[] = {
        IN_ROOM(group_entries_have_members_only_with_enumerate),
        IN_ROOM(p71_members_of_two_listings_are_no_answer),
        IN_ROOM(p27_no_member_is_a_local_user_of_this_moment),
        IN_ROOM(nobody_is_listed_without_enumerate),
        IN_ROOM(with_enumerate_everybody_is_listed_once),
        IN_ROOM(a_listing_tells_one_state_of_the_files),
        IN_ROOM(p27_local_users_hide_their_namesakes_in_listings),
        IN_ROOM(p27_names_in_another_case_are_hidden_as_well),
        IN_ROOM(p27_long_names_are_hidden_as_well),
        IN_ROOM(p27_a_local_user_whose_line_is_malformed_hides_namesakes_too),
        IN_ROOM(p13_a_user_of_this_moment_has_the_name_alone),
        IN_ROOM(p19_a_group_of_this_moment_has_its_name_to_itself),
        IN_ROOM(p19_local_groups_hide_their_namesakes_in_listings),
        IN_ROOM(p19_no_group_is_told_where_local_groups_are_not_known),
        IN_ROOM(p27_nobody_is_listed_where_local_users_are_not_known),
    };

    if (!become_root())
        return skip_program("no uid 0 and no user namespaces here");
    if (!make_key_place())
        return skip_program("no private mounts here");
    return cmocka_run_group_tests(tests, NULL, NULL);
}
