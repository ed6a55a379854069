/* SPDX-License-Identifier: Apache-2.0 */
/* nss_cognito: accounts that do not exist yet. */
#include "tests/unit/nss_cognito/module.h"

#include "accounts/cache_write.h"
#include "nss_cognito/place.h"
#include <stdio.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

/* ---- accounts that do not exist yet */

static void
offer_provisional(const struct room *room)
{
    struct cog_settings settings = sample_settings();

    settings.provisional = true;
    (void) snprintf(settings.provisional_match,
                    sizeof settings.provisional_match, "v*");
    sync_accounts(room, &settings);
    if (!make_key())
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

/* Whether vera is told to an sshd with these ids. */
static int
ask_as(uid_t real, uid_t effective)
{
    struct answer answer;

    if (setresuid(real, effective, effective) != 0)
        return 2;
    module_begin(WAY_READING);
    ask_name("vera", &answer);
    return answer.status == NSS_STATUS_SUCCESS ? 1 : 0;
}

static void
an_sshd_that_is_not_roots_is_told_of_nobody(void **state)
{
    static const struct {
        uid_t real, effective;
        int told;
    } cases[] = {{0, 0, 1}, {1234, 0, 0}, {0, 1234, 0}, {1234, 1234, 0}};
    struct room *room = *state;

    offer_provisional(room);
    be_called("sshd");
    for (size_t i = 0; i < COUNT(cases); i++) {
        int status = 0;
        pid_t child = fork();

        assert_true(child >= 0);
        if (child == 0)
            _exit(ask_as(cases[i].real, cases[i].effective));
        assert_int_equal(waitpid(child, &status, 0), child);
        if (WIFEXITED(status) && WEXITSTATUS(status) == 2)
            skip_case("cannot become another user here (needs real root)");
        assert_true(WIFEXITED(status));
        assert_int_equal(WEXITSTATUS(status), cases[i].told);
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

int
main(void)
{
#define IN_ROOM(test)                                                         \
    cmocka_unit_test_setup_teardown(test, groups_room_make, module_room_remove)
    const struct CMUnitTest tests[] = {
        IN_ROOM(sshd_is_told_what_a_first_login_will_make),
        IN_ROOM(what_sshd_was_told_stays_what_it_is_told),
        IN_ROOM(other_programs_are_told_of_nobody_who_does_not_exist),
        IN_ROOM(an_sshd_that_is_not_roots_is_told_of_nobody),
        IN_ROOM(nobody_is_told_where_it_is_switched_off),
        IN_ROOM(without_the_id_key_there_is_no_answer),
    };

    if (!become_root())
        return skip_program("no uid 0 and no user namespaces here");
    if (!make_key_place())
        return skip_program("no private mounts here");
    return cmocka_run_group_tests(tests, NULL, NULL);
}
