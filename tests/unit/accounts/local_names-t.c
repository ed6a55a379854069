/* SPDX-License-Identifier: Apache-2.0 */
/* accounts/local_names: /etc/passwd and /etc/group read as files. */
#include "tests/unit/accounts/support.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "accounts/local_names.h"

/* A file that somebody cuts between our open and our first read. */
static const char *cut;

ssize_t __real_pread(int fd, void *bytes, size_t len, off_t at);
ssize_t __wrap_pread(int fd, void *bytes, size_t len, off_t at);
ssize_t
__wrap_pread(int fd, void *bytes, size_t len, off_t at)
{
    if (cut != NULL)
        assert_int_equal(truncate(cut, 8), 0);
    cut = NULL;
    return __real_pread(fd, bytes, len, at);
}

static void
p13_a_file_cut_while_it_is_read_is_an_error(void **state)
{
    struct room *room = *state;
    const struct cog_local_files *files = &room->places.local;
    struct cog_local_user user = {7, 7};
    enum cog_trust why = COG_TRUST_FINE;
    char owner[COG_NAME_MAX + 1];
    uint32_t gid = 7;

    write_file(room->passwd, "eve:x:9:9:::\nbob:x:1000:1000:::\n", 0644);
    cut = room->passwd;
    assert_int_equal(cog_local_user_find(files, "bob", &user, &why), EIO);
    assert_int_equal(why, COG_TRUST_CHANGED);
    write_file(room->group, "eve:x:9:\nteam:x:1000:\n", 0644);
    cut = room->group;
    assert_int_equal(cog_local_group_find(files, "team", &gid, NULL), EIO);
    write_file(room->passwd, "eve:x:9:9:::\nbob:x:1000:1000:::\n", 0644);
    cut = room->passwd;
    assert_int_equal(cog_local_id_find(files, 1000, owner, NULL), EIO);
    assert_int_equal(user.uid, 7);
    assert_int_equal(gid, 7);
}

static void
p13_users_are_found_in_the_file(void **state)
{
    struct room *room = *state;
    struct cog_local_user user = {7, 7};
    enum cog_trust why = COG_TRUST_MALFORMED;

    assert_int_equal(
        cog_local_user_find(&room->places.local, "root", &user, &why), 0);
    assert_int_equal(user.uid, 0);
    assert_int_equal(why, COG_TRUST_FINE);
    assert_int_equal(
        cog_local_user_find(&room->places.local, "bob", &user, NULL), 0);
    assert_int_equal(user.uid, 1000);
    assert_int_equal(user.gid, 1000);
    user.uid = 7;
    assert_int_equal(
        cog_local_user_find(&room->places.local, "alice", &user, NULL),
        ENOENT);
    assert_int_equal(user.uid, 7);
}

/* sudo takes names that differ in case only for one. */
static void
p12_a_name_in_another_case_is_not_absent(void **state)
{
    struct room *room = *state;
    const struct cog_local_files *files = &room->places.local;
    struct cog_local_user user = {7, 7};
    uint32_t gid = 7;

    write_file(room->passwd,
               "Snmp-ER:x:120:121:::\nEve:x:1:1:::\neve:x:1002:1002:::\n"
               "Broken\n",
               0644);
    write_file(room->group, "Snmp-ER:x:120:eve\n", 0644);
    assert_int_equal(cog_local_user_find(files, "snmp-er", &user, NULL),
                     EEXIST);
    assert_int_equal(cog_local_user_find(files, "broken", &user, NULL),
                     EEXIST);
    assert_int_equal(cog_local_group_find(files, "snmp-er", &gid, NULL),
                     EEXIST);
    assert_int_equal(user.uid, 7);
    assert_int_equal(gid, 7);
    assert_int_equal(cog_local_user_find(files, "snmp-e", &user, NULL),
                     ENOENT);
    assert_int_equal(cog_local_user_find(files, "snmp@er", &user, NULL),
                     ENOENT);
    /* Who is there is not mistaken for the other. */
    assert_int_equal(cog_local_user_find(files, "eve", &user, NULL), 0);
    assert_int_equal(user.uid, 1002);
    assert_int_equal(cog_local_member_find(files, "eve", "Snmp-ER", NULL), 0);
    assert_int_equal(cog_local_member_find(files, "eve", "snmp-er", NULL),
                     ENOENT);
    assert_int_equal(cog_local_member_find(files, "snmp-er", "x", NULL),
                     EEXIST);
}

static void
p13_a_user_added_later_is_seen_at_once(void **state)
{
    struct room *room = *state;
    struct cog_local_user user;

    assert_int_equal(
        cog_local_user_find(&room->places.local, "dora", &user, NULL), ENOENT);
    write_file(room->passwd, "dora:x:1001:1001::/:/bin/sh", 0644);
    assert_int_equal(
        cog_local_user_find(&room->places.local, "dora", &user, NULL), 0);
    assert_int_equal(user.uid, 1001);
}

/* Each line, then whether "eve" is found (0), absent, or broken. */
static void
p13_a_malformed_line_hides_no_other_and_never_counts_as_absent(void **state)
{
    static const struct {
        const char *line;
        int error;
    } cases[] = {
        {"eve:x:1001:1001:::", 0},
        {"eve:x:1001:1001", 0},
        {"  eve:x:1001:1001:::", 0}, /* as glibc */
        {"\teve:x:1001:1001:::", 0},
        {"eve:x:01001:1001:::", 0},
        {"eve:x:1001:1001:::\neve:x:1001:1001:::", 0},
        {"eve", EBADMSG},
        {"eve:", EBADMSG},
        {"eve:x:1001", EBADMSG},
        {"eve:x::", EBADMSG},
        {"eve:x:1001:", EBADMSG},
        {"eve:x::1001:::", EBADMSG},
        {"eve:x:-1:1001:::", EBADMSG},
        {"eve:x:+1001:1001:::", EBADMSG},
        {"eve:x: 1001:1001:::", EBADMSG},
        {"eve:x:0x10:1001:::", EBADMSG},
        {"eve:x:4294967296:1001:::", EBADMSG},
        {"eve:x:99999999999999999999999:1001:::", EBADMSG},
        {"eve:x:1001:1001:::\neve:x:0:0:::", EBADMSG},
        {"eve:x:1001:1001:::\neve:x:broken:0:::", EBADMSG},
        {"", ENOENT},
        {"\n\n\n", ENOENT},
        {":::::::", ENOENT},
        {"+eve:x:1001:1001:::", ENOENT},
        {"-eve:x:1001:1001:::", ENOENT},
        {"+::::::", ENOENT},
        {"#eve:x:1001:1001:::", ENOENT},
        {"eve2:x:1001:1001:::", ENOENT},
        {"ev:x:1001:1001:::", ENOENT},
        {"Eve:x:1001:1001:::", EEXIST},
        {"x:eve:1001:1001:::", ENOENT},
    };
    struct room *room = *state;

    for (size_t i = 0; i < COUNT(cases); i++) {
        struct cog_local_user user;
        char text[1024];

        (void) snprintf(text, sizeof text,
                        "root:x:0:0:root:/root:/bin/sh\n%s\n"
                        "zoe:x:1002:1002:::\n",
                        cases[i].line);
        write_file(room->passwd, text, 0644);
        assert_int_equal(
            cog_local_user_find(&room->places.local, "eve", &user, NULL),
            cases[i].error);
        assert_int_equal(
            cog_local_user_find(&room->places.local, "zoe", &user, NULL), 0);
        assert_int_equal(user.uid, 1002);
    }
}

static void
p13_a_nul_in_a_line_hides_no_other(void **state)
{
    static const char text[] = "a\0b:x:1:1:::\neve:x:1001:1001:::\n";
    struct room *room = *state;
    struct cog_local_user user;

    write_bytes(room->passwd, text, sizeof text - 1, 0644);
    assert_int_equal(
        cog_local_user_find(&room->places.local, "eve", &user, NULL), 0);
    assert_int_equal(
        cog_local_user_find(&room->places.local, "a", &user, NULL), ENOENT);
}

static void
lines_and_fields_of_any_length_hide_no_other(void **state)
{
    struct room *room = *state;
    struct cog_local_user user;
    size_t len = 3000000;
    char *text = malloc(len + 100);

    assert_non_null(text);
    memset(text, 'a', len);
    strcpy(text + len, ":x:1:1:::\nzoe:x:1002:1002:::\n");
    write_file(room->passwd, text, 0644);
    assert_int_equal(
        cog_local_user_find(&room->places.local, "zoe", &user, NULL), 0);
    /* The first 63 bytes of the long name are nobody's name. */
    text[63] = '\0';
    assert_int_equal(
        cog_local_user_find(&room->places.local, text, &user, NULL), ENOENT);
    text[63] = 'a';
    memcpy(text, "big:x:1500:", 11);
    for (size_t i = 11; i + 1 < len; i += 2)
        memcpy(text + i, "m,", 2);
    strcpy(text + len - 1, ",last\nnext:x:1501:\n");
    write_file(room->group, text, 0644);
    write_file(room->passwd, "last:x:1001:1001:::\nm:x:1002:1002:::\n", 0644);
    assert_int_equal(
        cog_local_member_find(&room->places.local, "last", "big", NULL), 0);
    assert_int_equal(
        cog_local_member_find(&room->places.local, "m", "big", NULL), 0);
    assert_int_equal(
        cog_local_member_find(&room->places.local, "m", "next", NULL), ENOENT);
    free(text);
}

static void
p26_membership_is_the_list_or_the_primary_group(void **state)
{
    static const struct {
        const char *name, *group;
        int error;
    } cases[] = {
        {"bob", "cognito-users", 0},
        {"bob", "sudo", 0},
        {"bob", "bob", 0}, /* primary */
        {"bob", "daemon", ENOENT},
        {"bob", "nosuch", ENOENT},
        {"root", "cognito-users", ENOENT},
        {"carol", "cognito-users", ENOENT}, /* no such user */
        {"bo", "cognito-users", ENOENT},
        {"bob,carol", "cognito-users", ENOENT},
    };
    struct room *room = *state;

    for (size_t i = 0; i < COUNT(cases); i++)
        assert_int_equal(cog_local_member_find(&room->places.local,
                                               cases[i].name, cases[i].group,
                                               NULL),
                         cases[i].error);
}

static void
p26_two_lines_of_a_group_that_differ_are_an_error(void **state)
{
    struct room *room = *state;

    write_file(room->group, "g:x:50:bob\ng:x:50:\n", 0644);
    assert_int_equal(
        cog_local_member_find(&room->places.local, "bob", "g", NULL), EBADMSG);
    write_file(room->group, "g:x:50\n", 0644);
    assert_int_equal(
        cog_local_member_find(&room->places.local, "bob", "g", NULL), EBADMSG);
}

static void
p19_local_groups_are_found(void **state)
{
    struct room *room = *state;
    uint32_t gid = 7;

    assert_int_equal(
        cog_local_group_find(&room->places.local, "sudo", &gid, NULL), 0);
    assert_int_equal(gid, 27);
    assert_int_equal(
        cog_local_group_find(&room->places.local, "admin", &gid, NULL),
        ENOENT);
    assert_int_equal(gid, 27);
}

static void
p21_taken_ids_are_found_in_both_files(void **state)
{
    struct room *room = *state;
    char owner[COG_NAME_MAX + 1] = "untouched";

    assert_int_equal(cog_local_id_find(&room->places.local, 5000, owner, NULL),
                     ENOENT);
    assert_string_equal(owner, "untouched");
    assert_int_equal(cog_local_id_find(&room->places.local, 1000, owner, NULL),
                     0);
    assert_string_equal(owner, "bob");
    assert_int_equal(
        cog_local_id_find(&room->places.local, 1879048300, owner, NULL), 0);
    assert_string_equal(owner, "builders");
    write_file(room->passwd,
               "#old:x:1879048201:1:::\n+nis:x:1879048201:1:::\n"
               "-nis:x:1879048201:1:::\nx:x:1:1879048200:::\n",
               0644);
    assert_int_equal(
        cog_local_id_find(&room->places.local, 1879048201, owner, NULL),
        ENOENT);
    assert_int_equal(
        cog_local_id_find(&room->places.local, 1879048200, owner, NULL), 0);
    assert_string_equal(owner, "x");
}

/* glibc reads some of these as 1900000000, others as no user at all. */
static void
p21_an_id_is_not_free_beside_one_that_cannot_be_read(void **state)
{
    static const char *const unread[] = {
        " 1900000000",
        "+1900000000",
        "-2394967296",
        "0000000000000000000000000000000000000000000000000000001900000000",
        "1900000000 ",
        "4294967296",
        "x",
        "",
    };
    struct room *room = *state;
    enum cog_trust why = COG_TRUST_FINE;
    char owner[COG_NAME_MAX + 1] = "untouched";
    char text[1024];

    for (size_t i = 0; i < 3 * COUNT(unread); i++) {
        const char *id = unread[i / 3];
        bool group = i % 3 == 2;

        (void) snprintf(text, sizeof text,
                        i % 3 == 0   ? "eve:x:%s:1001:::\nzoe:x:7:8:::\n"
                        : i % 3 == 1 ? "eve:x:1001:%s:::\nzoe:x:7:8:::\n"
                                     : "eve:x:%s:\nzoe:x:7:\n",
                        id);
        write_file(room->passwd, group ? "zoe:x:7:8:::\n" : text, 0644);
        write_file(room->group, group ? text : "zoe:x:7:\n", 0644);
        assert_int_equal(
            cog_local_id_find(&room->places.local, 1900000000, owner, &why),
            EBADMSG);
        assert_int_equal(why, COG_TRUST_MALFORMED);
        assert_string_equal(owner, "untouched");
        assert_int_equal(
            cog_local_id_find(&room->places.local, 7, owner, &why), 0);
        assert_string_equal(owner, "zoe");
        assert_int_equal(why, COG_TRUST_FINE);
        strcpy(owner, "untouched");
    }
}

/* Lines for NIS have none, and a group's members are no ids. */
static void
p21_only_an_id_that_counts_must_be_readable(void **state)
{
    struct room *room = *state;
    char owner[COG_NAME_MAX + 1];

    write_file(room->passwd, "+::::::\n-x:::::\n#a:b:c:d\ngarbage\n", 0644);
    write_file(room->group, "+:::\nzoe:x:7:eve,bob\n", 0644);
    assert_int_equal(
        cog_local_id_find(&room->places.local, 1900000000, owner, NULL),
        ENOENT);
}

static void
p94_the_owner_of_an_id_is_printable(void **state)
{
    struct room *room = *state;
    char owner[COG_NAME_MAX + 1];

    write_file(room->passwd,
               "\x1b[2Jaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
               "aaaaaaaaaaaaaaaaaaaa:x:1900000000:1:::\n",
               0644);
    assert_int_equal(
        cog_local_id_find(&room->places.local, 1900000000, owner, NULL), 0);
    assert_string_equal(owner, "\\x1b[2Jaaaaaaaaaaaaaaaaaaaaaa...");
}

static void
p13_an_untrusted_or_missing_file_is_an_error_not_absence(void **state)
{
    struct room *room = *state;
    struct cog_local_user user;
    enum cog_trust why = COG_TRUST_FINE;

    assert_int_equal(chmod(room->passwd, 0666), 0);
    assert_int_equal(
        cog_local_user_find(&room->places.local, "alice", &user, &why), EPERM);
    assert_int_equal(why, COG_TRUST_WRITABLE);
    assert_int_equal(unlink(room->passwd), 0);
    assert_int_not_equal(
        cog_local_user_find(&room->places.local, "alice", &user, &why), 0);
    assert_int_equal(why, COG_TRUST_MISSING);
    assert_int_equal(symlink(room->group, room->passwd), 0);
    assert_int_equal(
        cog_local_user_find(&room->places.local, "alice", &user, &why), ELOOP);
    assert_int_equal(unlink(room->passwd), 0);
    assert_int_equal(mkfifo(room->passwd, 0644), 0);
    assert_int_equal(
        cog_local_user_find(&room->places.local, "alice", &user, &why), EPERM);
    assert_int_equal(why, COG_TRUST_NOT_REGULAR);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(p13_users_are_found_in_the_file,
                                        room_make, room_remove),
        cmocka_unit_test_setup_teardown(
            p13_a_file_cut_while_it_is_read_is_an_error, room_make,
            room_remove),
        cmocka_unit_test_setup_teardown(
            p12_a_name_in_another_case_is_not_absent, room_make, room_remove),
        cmocka_unit_test_setup_teardown(p13_a_user_added_later_is_seen_at_once,
                                        room_make, room_remove),
        cmocka_unit_test_setup_teardown(
            p13_a_malformed_line_hides_no_other_and_never_counts_as_absent,
            room_make, room_remove),
        cmocka_unit_test_setup_teardown(p13_a_nul_in_a_line_hides_no_other,
                                        room_make, room_remove),
        cmocka_unit_test_setup_teardown(
            lines_and_fields_of_any_length_hide_no_other, room_make,
            room_remove),
        cmocka_unit_test_setup_teardown(
            p26_membership_is_the_list_or_the_primary_group, room_make,
            room_remove),
        cmocka_unit_test_setup_teardown(
            p26_two_lines_of_a_group_that_differ_are_an_error, room_make,
            room_remove),
        cmocka_unit_test_setup_teardown(p19_local_groups_are_found, room_make,
                                        room_remove),
        cmocka_unit_test_setup_teardown(p21_taken_ids_are_found_in_both_files,
                                        room_make, room_remove),
        cmocka_unit_test_setup_teardown(
            p21_an_id_is_not_free_beside_one_that_cannot_be_read, room_make,
            room_remove),
        cmocka_unit_test_setup_teardown(
            p21_only_an_id_that_counts_must_be_readable, room_make,
            room_remove),
        cmocka_unit_test_setup_teardown(p94_the_owner_of_an_id_is_printable,
                                        room_make, room_remove),
        cmocka_unit_test_setup_teardown(
            p13_an_untrusted_or_missing_file_is_an_error_not_absence,
            room_make, room_remove),
    };

    if (!become_root())
        return skip_program("needs uid 0 or a user namespace");
    return cmocka_run_group_tests_name("accounts/local_names", tests, NULL,
                                       NULL);
}
