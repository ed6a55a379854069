/* SPDX-License-Identifier: Apache-2.0 */
/*
 * nss_cognito: the groups of a user, the members of a group, listings,
 * accounts that do not exist yet.
 */
#include "tests/unit/nss_cognito/module.h"

#include <errno.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include "accounts/cache_write.h"
#include "accounts/ids.h"
#include "nss_cognito/place.h"

/* ---- the groups of a user */

static struct gids
make_gids(long size, gid_t first)
{
    struct gids gids = {.count = 1, .size = size};

    gids.list = malloc((size_t) size * sizeof(gid_t));
    assert_non_null(gids.list);
    gids.list[0] = first;
    return gids;
}

static void
p27_only_who_hands_in_the_records_gid_gets_its_groups(void **state)
{
    static const gid_t others[] = {0,      1000,  CAROL,      ALICE + 1,
                                   GROUP0, 65534, (gid_t) -2U};
    struct room *room = *state;
    struct cog_settings settings = sample_settings();

    sync_accounts(room, &settings);
    for (int way = WAY_READING; way <= WAY_MAPPED; way++) {
        module_begin((enum way) way);
        for (size_t i = 0; i < COUNT(others); i++) {
            struct gids gids = make_gids(1, others[i]);
            int error = 0;

            assert_int_equal(ask_gids("alice", others[i], 0, &gids, &error),
                             NSS_STATUS_NOTFOUND);
            assert_int_equal(error, ENOENT);
            assert_int_equal(gids.count, 1);
            assert_int_equal(gids.size, 1);
            free(gids.list);
        }
    }
}

/* nscd has no gid to hand in, and keeps what it hears under the name. */
static void
p27_without_a_gid_the_name_must_not_be_a_local_users(void **state)
{
    static const char *const locals[] = {
        "root:x:0:0:::\nalice:x:1000:1000:::\n", "alice:x:1000x:1000:::\n",
        "alice\n"};
    struct room *room = *state;
    struct cog_settings settings = sample_settings();
    struct gids gids = make_gids(1, (gid_t) -1);
    int error = 0;

    sync_accounts(room, &settings);
    assert_int_equal(ask_gids("alice", (gid_t) -1, 0, &gids, &error),
                     NSS_STATUS_SUCCESS);
    assert_int_equal(gids.count, 3);
    gids.count = 1;
    for (size_t i = 0; i < COUNT(locals); i++) {
        write_file(room->passwd, locals[i], 0644);
        assert_int_equal(ask_gids("alice", (gid_t) -1, 0, &gids, &error),
                         NSS_STATUS_NOTFOUND);
    }
    /* Nobody knows who is local. */
    write_file(room->passwd, "root:x:0:0:::\n", 0666);
    assert_int_equal(ask_gids("alice", (gid_t) -1, 0, &gids, &error),
                     NSS_STATUS_NOTFOUND);
    assert_int_equal(gids.count, 1);
    free(gids.list);
}

/* Writes alice again, with so many groups. */
static void
give_groups(const struct room *room, size_t count)
{
    assert_int_equal(put(room, "alice", ALICE, count), 0);
}

static void
the_array_grows_as_far_as_the_groups_need(void **state)
{
    static const size_t counts[] = {0, 1, 2, 15, 16, 17, 99, 100};
    struct room *room = *state;

    for (size_t i = 0; i < COUNT(counts); i++) {
        give_groups(room, counts[i]);
        for (long size = 1; size <= 128; size = size * 2 + size % 3) {
            struct gids gids = make_gids(size, ALICE);
            int error = 0;

            assert_int_equal(ask_gids("alice", ALICE, 0, &gids, &error),
                             NSS_STATUS_SUCCESS);
            assert_int_equal(gids.count, counts[i] + 1);
            assert_true(gids.size >= gids.count);
            assert_int_equal(gids.list[0], ALICE);
            for (size_t j = 0; j < counts[i]; j++)
                assert_int_equal(gids.list[j + 1], GROUP0 + j);
            /* Grown no further than needed. */
            if ((size_t) size > counts[i])
                assert_int_equal(gids.size, size);
            free(gids.list);
        }
    }
}

static void
the_array_never_grows_beyond_its_limit(void **state)
{
    struct room *room = *state;

    give_groups(room, 100);
    for (long limit = 1; limit <= 110; limit++) {
        struct gids gids = make_gids(1, ALICE);
        int error = 0;

        assert_int_equal(ask_gids("alice", ALICE, limit, &gids, &error),
                         NSS_STATUS_SUCCESS);
        assert_int_equal(gids.count, limit < 101 ? limit : 101);
        assert_true(gids.size <= limit);
        for (long j = 1; j < gids.count; j++)
            assert_int_equal(gids.list[j], GROUP0 + (gid_t) j - 1);
        free(gids.list);
    }
}

static void
map_group(struct cog_settings *settings, gid_t gid, const char *local)
{
    struct cog_mapped_group *mapped =
        &settings->group_map[settings->group_map_count++];

    mapped->gid = gid;
    (void) snprintf(mapped->local, sizeof mapped->local, "%s", local);
}

/* alice's groups as text, without the first. */
static const char *
groups_of(const char *name, gid_t gid, long limit)
{
    static char text[256];
    struct gids gids = make_gids(1, gid);
    int error = 0;

    text[0] = '\0';
    assert_int_equal(ask_gids(name, gid, limit, &gids, &error),
                     NSS_STATUS_SUCCESS);
    for (long i = 1; i < gids.count; i++) {
        size_t len = strlen(text);

        (void) snprintf(text + len, sizeof text - len, "%u ",
                        (unsigned) gids.list[i]);
    }
    free(gids.list);
    return text;
}

static void
p26_a_local_group_is_reached_by_group_map_with_its_gid_of_now(void **state)
{
    struct room *room = *state;
    struct cog_settings settings = sample_settings();

    map_group(&settings, GROUP1, "sudo");
    map_group(&settings, GROUP0, "builders");
    map_group(&settings, GROUP0, "nosuch");
    map_group(&settings, GROUP0 + 7, "daemon"); /* nobody is in that one */
    sync_accounts(room, &settings);
    for (int way = WAY_READING; way <= WAY_MAPPED; way++) {
        module_begin((enum way) way);
        assert_string_equal(groups_of("alice", ALICE, 0),
                            "2000000000 2000000001 27 1879048300 ");
        assert_string_equal(groups_of("carol", CAROL, 0),
                            "2000000000 1879048300 ");
        assert_string_equal(groups_of("alice", ALICE, 4),
                            "2000000000 2000000001 27 ");
    }
    write_file(room->group, "sudo:x:28:\nbuilders:x:30:\n", 0644);
    assert_string_equal(groups_of("alice", ALICE, 0),
                        "2000000000 2000000001 28 30 ");
}

static void
p26_gid_0_and_groups_that_cannot_be_read_are_not_given(void **state)
{
    static const char *const files[] = {"sudo:x:0:\n",
                                        "sudo:x:\n",
                                        "sudo:x:27a:\n",
                                        "sudo:x:-1:\n",
                                        "sudo:x:4294967323:\n",
                                        "sudo:x:27:\nsudo:x:0:\n",
                                        ""};
    struct room *room = *state;
    struct cog_settings settings = sample_settings();

    map_group(&settings, GROUP1, "sudo");
    sync_accounts(room, &settings);
    for (size_t i = 0; i < COUNT(files); i++) {
        write_file(room->group, files[i], 0644);
        assert_string_equal(groups_of("alice", ALICE, 0),
                            "2000000000 2000000001 ");
    }
    write_file(room->group, "sudo:x:27:\n", 0666);
    assert_string_equal(groups_of("alice", ALICE, 0),
                        "2000000000 2000000001 ");
    assert_int_equal(unlink(room->group), 0);
    assert_string_equal(groups_of("alice", ALICE, 0),
                        "2000000000 2000000001 ");
}

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

_Static_assert(offsetof(struct passwd, pw_name) ==
                   offsetof(struct group, gr_name),
               "listing() reads both");

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

/* ---- accounts that do not exist yet */

/* What glibc calls the program; the module asks it for its host's name. */
static void
be_called(const char *name)
{
    static char called[32];

    (void) snprintf(called, sizeof called, "%s", name);
    program_invocation_short_name = called;
}

/*
 * Directories above the id key must be root's, up to "/": those of the build
 * may be anybody's. So the key lies in memory, where only this program sees
 * it.
 */
static char key_path[] = "/mnt/id_key";

static bool
make_key_place(void)
{
    return unshare(CLONE_NEWNS) == 0 &&
           mount("none", "/", "none", MS_REC | MS_PRIVATE, "") == 0 &&
           mount("none", "/mnt", "tmpfs", 0, "mode=0755") == 0;
}

static bool
is_key_trusted(void)
{
    struct cog_id_key key;

    return cog_id_key_load(key_path, &key, NULL) == 0;
}

static void
offer_provisional(const struct room *room)
{
    struct cog_settings settings = sample_settings();

    write_file(key_path, "00112233445566778899aabbccddeeff\n", 0600);
    cog_nss_id_key = key_path;
    settings.provisional = true;
    (void) snprintf(settings.provisional_match,
                    sizeof settings.provisional_match, "v*");
    sync_accounts(room, &settings);
    if (!is_key_trusted())
        skip_case("a file of root's in directories of root's is not to be "
                  "had here");
}

static void
sshd_is_told_what_a_first_login_will_make(void **state)
{
    static const char *const hosts[] = {"sshd", "sshd-session"};
    struct room *room = *state;
    struct answer answer;

    offer_provisional(room);
    for (size_t i = 0; i < COUNT(hosts); i++) {
        be_called(hosts[i]);
        ask_name("vera", &answer);
        assert_found(&answer);
        assert_string_equal(answer.passwd.pw_name, "vera");
        assert_string_equal(answer.passwd.pw_passwd, "*");
        assert_string_equal(answer.passwd.pw_gecos, "");
        assert_string_equal(answer.passwd.pw_dir, "/home/vera");
        assert_string_equal(answer.passwd.pw_shell, "/bin/bash");
        assert_int_equal(answer.passwd.pw_uid, answer.passwd.pw_gid);
        assert_in_range(answer.passwd.pw_uid, COG_ID_BASE_DEFAULT,
                        COG_ID_BASE_DEFAULT + COG_ID_RANGE_DEFAULT - 1);
        ask_name("alice", &answer);
        assert_is_alice(&answer);
        ask_name("wanda", &answer);
        assert_absent(&answer);
    }
}

static void
put_settings(const struct room *room, const struct cog_settings *settings)
{
    struct cog_cache_lock lock = take_lock(room);

    assert_int_equal(
        cog_cache_put_settings(&room->places, &lock, settings, NULL), 0);
    cog_cache_lock_release(&lock);
}

/* sshd goes on with its first answer; who judges the login must see that. */
static void
what_sshd_was_told_stays_what_it_is_told(void **state)
{
    struct room *room = *state;
    struct cog_settings settings = sample_settings();
    struct answer first, answer;

    offer_provisional(room);
    be_called("sshd");
    ask_name("vera", &first);
    assert_found(&first);
    /* Of other settings a first login would make another record. */
    settings.provisional = true;
    (void) snprintf(settings.provisional_match,
                    sizeof settings.provisional_match, "v*");
    (void) snprintf(settings.shell, sizeof settings.shell, "/bin/sh");
    sync_accounts(room, &settings);
    ask_name("vera", &answer);
    assert_found(&answer);
    assert_string_equal(answer.passwd.pw_shell, "/bin/bash");
    assert_int_equal(answer.passwd.pw_uid, first.passwd.pw_uid);
    /* One name only. */
    ask_name("vanja", &answer);
    assert_found(&answer);
    assert_string_equal(answer.passwd.pw_shell, "/bin/sh");
    /* Where the login would not be seen to be ours it is nobody's. */
    settings.id_base += first.passwd.pw_uid - settings.id_base + 1;
    settings.id_range = 10;
    put_settings(room, &settings);
    ask_name("vera", &answer);
    assert_absent(&answer);
    settings = sample_settings();
    put_settings(room, &settings);
    ask_name("vera", &answer);
    assert_absent(&answer);
    /* A record of another id, made meanwhile. */
    put_one(room, &settings, "vera", ALICE + 100);
    ask_name("vera", &answer);
    assert_int_equal(answer.passwd.pw_uid, first.passwd.pw_uid);
    /* Nobody else's programs are told. */
    be_called("groups-t");
    ask_name("vera", &answer);
    assert_int_equal(answer.passwd.pw_uid, ALICE + 100);
}

static void
other_programs_are_told_of_nobody_who_does_not_exist(void **state)
{
    static const char *const hosts[] = {"sudo", "su",    "login", "ssh",
                                        "ssh2", "sshd2", "SSHD",  ""};
    struct room *room = *state;
    struct answer answer;

    offer_provisional(room);
    for (size_t i = 0; i < COUNT(hosts); i++) {
        be_called(hosts[i]);
        ask_name("vera", &answer);
        assert_absent(&answer);
    }
}

static void
nobody_is_told_where_it_is_switched_off(void **state)
{
    struct room *room = *state;
    struct cog_settings settings = sample_settings();
    struct answer answer;

    offer_provisional(room);
    sync_accounts(room, &settings);
    be_called("sshd");
    ask_name("vera", &answer);
    assert_absent(&answer);
}

static void
without_the_id_key_there_is_no_answer(void **state)
{
    struct room *room = *state;
    struct answer answer;

    offer_provisional(room);
    be_called("sshd");
    assert_int_equal(chmod(cog_nss_id_key, 0640), 0);
    ask_name("vera", &answer);
    assert_int_not_equal(answer.status, NSS_STATUS_SUCCESS);
    assert_int_equal(unlink(cog_nss_id_key), 0);
    ask_name("vera", &answer);
    assert_int_not_equal(answer.status, NSS_STATUS_SUCCESS);
}

static int
groups_room_make(void **state)
{
    be_called("groups-t");
    return module_room_make(state);
}

int
main(void)
{
#define IN_ROOM(test)                                                         \
    cmocka_unit_test_setup_teardown(test, groups_room_make, module_room_remove)
    const struct CMUnitTest tests[] = {
        IN_ROOM(p27_only_who_hands_in_the_records_gid_gets_its_groups),
        IN_ROOM(p27_without_a_gid_the_name_must_not_be_a_local_users),
        IN_ROOM(the_array_grows_as_far_as_the_groups_need),
        IN_ROOM(the_array_never_grows_beyond_its_limit),
        IN_ROOM(p26_a_local_group_is_reached_by_group_map_with_its_gid_of_now),
        IN_ROOM(p26_gid_0_and_groups_that_cannot_be_read_are_not_given),
        IN_ROOM(group_entries_have_members_only_with_enumerate),
        IN_ROOM(p27_no_member_is_a_local_user_of_this_moment),
        IN_ROOM(nobody_is_listed_without_enumerate),
        IN_ROOM(with_enumerate_everybody_is_listed_once),
        IN_ROOM(a_listing_tells_one_state_of_the_files),
        IN_ROOM(p27_local_users_hide_their_namesakes_in_listings),
        IN_ROOM(p27_long_names_are_hidden_as_well),
        IN_ROOM(p27_a_local_user_whose_line_is_malformed_hides_namesakes_too),
        IN_ROOM(p13_a_user_of_this_moment_has_the_name_alone),
        IN_ROOM(p19_a_group_of_this_moment_has_its_name_to_itself),
        IN_ROOM(p19_local_groups_hide_their_namesakes_in_listings),
        IN_ROOM(p19_no_group_is_told_where_local_groups_are_not_known),
        IN_ROOM(p27_nobody_is_listed_where_local_users_are_not_known),
        IN_ROOM(sshd_is_told_what_a_first_login_will_make),
        IN_ROOM(what_sshd_was_told_stays_what_it_is_told),
        IN_ROOM(other_programs_are_told_of_nobody_who_does_not_exist),
        IN_ROOM(nobody_is_told_where_it_is_switched_off),
        IN_ROOM(without_the_id_key_there_is_no_answer),
    };

    if (!become_root())
        return skip_program("no uid 0 and no user namespaces here");
    if (!make_key_place())
        return skip_program("no private mounts here");
    return cmocka_run_group_tests(tests, NULL, NULL);
}
