/* SPDX-License-Identifier: Apache-2.0 */
/* accounts/account: the rules of names, ids, gecos, home and shell. */
#include "tests/unit/accounts/support.h"

#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/unit/accounts/hostile_names.h"

static void
p17_hostile_names_are_refused(void **state)
{
    char *huge = malloc(60001);

    (void) state;
    for (size_t i = 0; i < COUNT(hostile_names); i++) {
        const char *name = hostile_names[i];

        assert_int_not_equal(cog_login_name_check(name, strlen(name)),
                             COG_FAULT_NONE);
        assert_int_not_equal(cog_login_name_admit(name, "cognito-"),
                             COG_FAULT_NONE);
    }
    assert_non_null(huge);
    memset(huge, 'a', 60000);
    huge[60000] = '\0';
    assert_int_equal(cog_login_name_admit(huge, ""), COG_FAULT_NAME_LONG);
    free(huge);
}

static void
p17_a_nul_inside_of_a_name_is_a_bad_byte(void **state)
{
    (void) state;
    assert_int_equal(cog_login_name_check("root\0evil", 9),
                     COG_FAULT_NAME_BYTE);
    assert_int_equal(cog_login_name_check("\0", 1), COG_FAULT_NAME_START);
}

/* Every byte at the first, a middle and the last place of a name. */
static void
p17_each_byte_is_admitted_as_the_grammar_says(void **state)
{
    static const char first[] = "abcdefghijklmnopqrstuvwxyz_";
    static const char other[] = "abcdefghijklmnopqrstuvwxyz_0123456789.-";

    (void) state;
    for (int byte = 1; byte < 256; byte++) {
        char name[4] = "aaa";

        name[0] = (char) byte;
        assert_int_equal(cog_login_name_check(name, 3) == COG_FAULT_NONE,
                         strchr(first, byte) != NULL);
        name[0] = 'a';
        name[1] = (char) byte;
        assert_int_equal(cog_login_name_check(name, 3) == COG_FAULT_NONE,
                         strchr(other, byte) != NULL);
        name[1] = 'a';
        name[2] = (char) byte;
        assert_int_equal(cog_login_name_check(name, 3) == COG_FAULT_NONE,
                         strchr(other, byte) != NULL && byte != '.' &&
                             byte != '-');
    }
}

static void
p17_names_of_1_to_32_bytes_are_admitted(void **state)
{
    static const char *const names[] = {
        "a",
        "_",
        "alice",
        "a1",
        "a.b",
        "a-b",
        "a_b",
        "_x",
        "a.b.c",
        "a--b",
        "x0123456789012345678901234567890",
    };

    (void) state;
    for (size_t i = 0; i < COUNT(names); i++)
        assert_int_equal(cog_login_name_admit(names[i], "cognito-"),
                         COG_FAULT_NONE);
    assert_int_equal(strlen(names[COUNT(names) - 1]), 32);
}

static void
p18_rules_are_the_same_in_every_locale(void **state)
{
    static const char *const locales[] = {"C.UTF-8", "tr_TR.UTF-8",
                                          "de_DE.UTF-8", "ar_SA.UTF-8",
                                          "de_DE.ISO-8859-1"};

    (void) state;
    for (size_t i = 0; i < COUNT(locales); i++) {
        if (setlocale(LC_ALL, locales[i]) == NULL)
            print_message("locale %s is not installed\n", locales[i]);
        p17_hostile_names_are_refused(NULL);
        p17_each_byte_is_admitted_as_the_grammar_says(NULL);
        assert_true(cog_name_is_reserved("ADMIN"));
        assert_true(cog_name_is_reserved("lIbvIrt"));
        assert_int_equal(cog_login_name_admit("cognito-i", "COGNITO-I"),
                         COG_FAULT_NAME_PREFIX);
    }
    (void) setlocale(LC_ALL, "C");
}

static void
p19_reserved_names_are_refused(void **state)
{
    static const char *const names[] = {
        "root",
        "sudo",
        "wheel",
        "admin",
        "adm",
        "docker",
        "lxd",
        "libvirt",
        "disk",
        "shadow",
        "staff",
        "nobody",
        "postgres",
        "_cognito",
        "cognito-users",
        "ubuntu",
        "sshd",
        "systemd-network",
        "systemd-x",
        "ec2-user",
        "ssm-user",
        "daemon",
        "www-data",
        "kvm",
        "lpadmin",
        "netdev",
        "polkitd",
        "zabbix",
        "_apt",
        "incus-admin",
        "google-sudoers",
    };

    (void) state;
    for (size_t i = 0; i < COUNT(names); i++) {
        char upper[64];
        size_t len = strlen(names[i]);

        assert_int_equal(cog_login_name_admit(names[i], ""),
                         COG_FAULT_NAME_RESERVED);
        for (size_t j = 0; j <= len; j++)
            upper[j] = names[i][j] >= 'a' && names[i][j] <= 'z'
                           ? (char) (names[i][j] - 32)
                           : names[i][j];
        assert_true(cog_name_is_reserved(upper));
    }
    assert_false(cog_name_is_reserved("alice"));
    assert_false(cog_name_is_reserved("sud"));
    assert_false(cog_name_is_reserved("sudoo"));
    assert_false(cog_name_is_reserved(""));
}

static void
p19_names_with_the_group_prefix_are_refused_in_any_case(void **state)
{
    (void) state;
    assert_int_equal(cog_login_name_admit("cognito-admins", "cognito-"),
                     COG_FAULT_NAME_PREFIX);
    assert_int_equal(cog_login_name_admit("cognito-admins", "Cognito-"),
                     COG_FAULT_NAME_PREFIX);
    assert_int_equal(cog_login_name_admit("pool.x", "pool."),
                     COG_FAULT_NAME_PREFIX);
    assert_int_equal(cog_login_name_admit("cognit", "cognito-"),
                     COG_FAULT_NONE);
    assert_int_equal(cog_login_name_admit("cognito-admins", ""),
                     COG_FAULT_NONE);
}

static void
p20_forbidden_ids_are_those_of_the_table(void **state)
{
    static const struct {
        uint32_t id;
        bool forbidden;
    } cases[] = {
        {0, true},           {1, true},           {27, true},
        {999, true},         {1000, false},       {59999, false},
        {60000, true},       {61184, true},       {65519, true},
        {65533, true},       {65534, true},       {65535, true},
        {65536, false},      {524288, false},     {1879048191, false},
        {1879048192, false}, {2147352575, false}, {2147352576, true},
        {2147483647, true},  {2147483648, true},  {4294967294, true},
        {4294967295, true},
    };

    (void) state;
    for (size_t i = 0; i < COUNT(cases); i++)
        assert_int_equal(cog_id_is_forbidden(cases[i].id), cases[i].forbidden);
}

static void
p20_ids_are_admitted_inside_of_the_range_only(void **state)
{
    static const struct {
        uint32_t base, range, id;
        enum cog_fault fault;
    } cases[] = {
        {2000, 10, 1999, COG_FAULT_ID_OUTSIDE},
        {2000, 10, 2000, COG_FAULT_NONE},
        {2000, 10, 2009, COG_FAULT_NONE},
        {2000, 10, 2010, COG_FAULT_ID_OUTSIDE},
        {2000, 10, 0, COG_FAULT_ID_FORBIDDEN},
        {2000, 10, 4294967295, COG_FAULT_ID_FORBIDDEN},
        {COG_ID_BASE_DEFAULT, COG_ID_RANGE_DEFAULT, 1879048191,
         COG_FAULT_ID_OUTSIDE},
        {COG_ID_BASE_DEFAULT, COG_ID_RANGE_DEFAULT, 1879048192,
         COG_FAULT_NONE},
        {COG_ID_BASE_DEFAULT, COG_ID_RANGE_DEFAULT, 2147352575,
         COG_FAULT_NONE},
        {COG_ID_BASE_DEFAULT, COG_ID_RANGE_DEFAULT, 2147352576,
         COG_FAULT_ID_FORBIDDEN},
    };

    (void) state;
    for (size_t i = 0; i < COUNT(cases); i++)
        assert_int_equal(
            cog_id_check(cases[i].id, cases[i].base, cases[i].range),
            cases[i].fault);
}

static void
p20_a_range_must_not_touch_a_forbidden_id(void **state)
{
    static const struct {
        uint32_t base, range;
        bool fine;
    } cases[] = {
        {COG_ID_BASE_DEFAULT, COG_ID_RANGE_DEFAULT, true},
        {COG_ID_BASE_DEFAULT, COG_ID_RANGE_DEFAULT + 1, false},
        {1000, 59000, true},
        {1000, 59001, false},
        {999, 10, false},
        {0, 1, false},
        {2000, 0, false},
        {2000, 1, true},
        {50000, 20000, false}, /* from below to above 60000-65535 */
        {65535, 10, false},
        {65536, 10, true},
        {4294967295, 1, false},
        {4294967295, 2, false},
        {1, 4294967295, false},
        {65536, 4294967295, false},
    };

    (void) state;
    for (size_t i = 0; i < COUNT(cases); i++)
        assert_int_equal(cog_id_range_check(cases[i].base, cases[i].range) ==
                             COG_FAULT_NONE,
                         cases[i].fine);
}

static void
p23_gecos_is_printable_ascii_without_colon_and_comma(void **state)
{
    static const struct {
        const char *text, *clean;
    } cases[] = {
        {"Alice Example", "Alice Example"},
        {"  Alice  ", "Alice"},
        {"", ""},
        {"   ", ""},
        {"a:b,c", "a?b?c"},
        {"x\nroot:x:0:0::/:/bin/sh", "x?root?x?0?0?\?/?/bin/sh"},
        {"\x1b[2Jclear", "?[2Jclear"},
        {"\x7f", "?"},
        {"Andr\xc3\xa9", "Andr?"},
        {"\xe6\x9d\x8e\xe5\x9b\x9b", "??"},
        {"\x80\x80", "?"},
    };
    char out[COG_GECOS_MAX + 1];
    char all[512];

    (void) state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        cog_gecos_clean(cases[i].text, strlen(cases[i].text), out);
        assert_string_equal(out, cases[i].clean);
    }
    memset(all, 'x', sizeof all);
    cog_gecos_clean(all, sizeof all, out);
    assert_int_equal(strlen(out), COG_GECOS_MAX);
    for (size_t i = 0; i < 256; i++)
        all[i] = (char) i;
    cog_gecos_clean(all, 256, out);
    for (const char *c = out; *c != '\0'; c++)
        assert_true(*c >= ' ' && *c <= '~' && *c != ':' && *c != ',');
}

static void
p23_homes_are_expanded_and_sane(void **state)
{
    static const struct {
        const char *template, *name, *home; /* NULL: refused */
    } cases[] = {
        {"/home/%u", "alice", "/home/alice"},
        {"/home/%u/%u", "a", "/home/a/a"},
        {"/srv/home.d/x-%u", "a.b", "/srv/home.d/x-a.b"},
        {"/nonexistent", "a", "/nonexistent"},
        {"home/%u", "a", NULL},
        {"", "a", NULL},
        {"/", "a", NULL},
        {"/home/%u/", "a", NULL},
        {"//home/%u", "a", NULL},
        {"/home//%u", "a", NULL},
        {"/home/../%u", "a", NULL},
        {"/home/./%u", "a", NULL},
        {"/home/%u/..", "a", NULL},
        {"/home/%n", "a", NULL},
        {"/home/%", "a", NULL},
        {"/home/%%u", "a", NULL},
        {"/home/%u:x", "a", NULL},
        {"/home/a b", "a", NULL},
        {"/home/\n%u", "a", NULL},
        {"/home/\xc3\xa9", "a", NULL},
        {"/home/%u", ".", NULL},
        {"/home/%u", "..", NULL},
        {"/home/.%u", ".", NULL},
        {"/home/%u", "", NULL},
        {"/home/%u", "a/../../etc", NULL},
    };
    char out[COG_HOME_MAX + 1], template[600];

    (void) state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        enum cog_fault fault;

        strcpy(out, "untouched");
        fault = cog_home_expand(cases[i].template, cases[i].name, out);
        assert_int_equal(fault, cases[i].home != NULL ? COG_FAULT_NONE
                                                      : COG_FAULT_HOME);
        assert_string_equal(out, cases[i].home != NULL ? cases[i].home
                                                       : "untouched");
    }
    memset(template, 'x', sizeof template);
    template[0] = '/';
    template[COG_HOME_MAX - 2] = '%';
    template[COG_HOME_MAX - 1] = 'u';
    template[COG_HOME_MAX] = '\0';
    assert_int_equal(cog_home_expand(template, "ab", out), COG_FAULT_NONE);
    assert_int_equal(strlen(out), COG_HOME_MAX);
    assert_int_equal(cog_home_expand(template, "abc", out), COG_FAULT_HOME);
}

static void
p23_shells_are_sane_absolute_paths(void **state)
{
    static const char *const bad[] = {"",        "bash",       "/",
                                      "/bin/",   "/bin/ba sh", "/bin:/sh",
                                      "/bin/%u", "/../bin/sh", "/bin/sh\n"};

    (void) state;
    for (size_t i = 0; i < COUNT(bad); i++)
        assert_int_equal(cog_shell_check(bad[i]), COG_FAULT_SHELL);
    assert_int_equal(cog_shell_check("/bin/bash"), COG_FAULT_NONE);
    assert_int_equal(cog_shell_check("/usr/sbin/nologin"), COG_FAULT_NONE);
}

/* Two functions know the grammar: one for explanations, one in a hurry. */
static void
p17_the_length_of_a_login_name_is_0_for_whatever_the_check_refuses(
    void **state)
{
    static const char bytes[] = "a0z_-..A:";
    char name[48];

    (void) state;
    for (size_t i = 0; i < COUNT(hostile_names); i++)
        assert_int_equal(cog_login_name_len(hostile_names[i]), 0);
    for (unsigned long i = 0, count = sizeof bytes - 1; i < 60000; i++) {
        unsigned long rest = i;
        size_t len = 0;

        for (; rest > 0; rest /= count)
            name[len++] = bytes[rest % count];
        name[len] = '\0';
        assert_int_equal(
            cog_login_name_len(name),
            cog_login_name_check(name, len) == COG_FAULT_NONE ? len : 0);
    }
    memset(name, 'a', sizeof name);
    for (size_t len = 1; len < sizeof name; len++) {
        name[len] = '\0';
        assert_int_equal(cog_login_name_len(name), len <= 32 ? len : 0);
        name[len] = 'a';
    }
}

static void
p25_group_names_are_prefix_and_grammar(void **state)
{
    static const struct {
        const char *prefix, *group, *name; /* NULL: refused */
    } cases[] = {
        {"cognito-", "Admins", "cognito-Admins"},
        {"cognito-", "sudo", "cognito-sudo"},
        {"cognito-", "0", "cognito-0"},
        {"cognito-", "a.b_c-d", "cognito-a.b_c-d"},
        {"cognito-", "123456789012345678901234",
         "cognito-123456789012345678901234"},
        {"cognito-", "1234567890123456789012345", NULL},
        {"cognito-", "", NULL},
        {"cognito-", "-x", NULL},
        {"cognito-", ".x", NULL},
        {"cognito-", "_x", NULL},
        {"cognito-", "a b", NULL},
        {"cognito-", "a:b", NULL},
        {"cognito-", "a,b", NULL},
        {"cognito-", "a\n", NULL},
        {"cognito-", "gr\xc3\xbcn", NULL},
        {"", "Admins", "Admins"},
        {"", "sudo", NULL},
        {"", "SUDO", NULL},
        {"", "root", NULL},
        {"", "wheel", NULL},
        {"", "docker", NULL},
        {"", "0", NULL},
        {"", "27", NULL},
        {"system", "d-journal", NULL},
        {"su", "do", NULL},
        {"a:b", "x", NULL},
        {"-", "x", NULL},
        {"0", "x", NULL},
        {"1234567890123456789012345678901x", "x", NULL},
    };
    char out[COG_NAME_MAX + 1];

    (void) state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        enum cog_fault fault;

        strcpy(out, "untouched");
        fault = cog_group_name_make(cases[i].prefix, cases[i].group,
                                    strlen(cases[i].group), out);
        assert_int_equal(fault == COG_FAULT_NONE, cases[i].name != NULL);
        assert_string_equal(out, cases[i].name != NULL ? cases[i].name
                                                       : "untouched");
    }
    assert_int_equal(cog_group_name_make("cognito-", "a\0b", 3, out),
                     COG_FAULT_GROUP_BYTE);
}

static void
subs_are_bounded_and_plain(void **state)
{
    (void) state;
    assert_int_equal(cog_sub_check("0b7a4e3c-91d4-4b8e-9c55-0a1b2c3d4e5f"),
                     COG_FAULT_NONE);
    assert_int_equal(cog_sub_check(""), COG_FAULT_SUB);
    assert_int_equal(cog_sub_check("0b7a4e3c-91d4-4b8e-9c55-0a1b2c3d4e5f0"),
                     COG_FAULT_SUB);
    assert_int_equal(cog_sub_check("a b"), COG_FAULT_SUB);
    assert_int_equal(cog_sub_check("a\n"), COG_FAULT_SUB);
}

static void
settings_are_checked_field_by_field(void **state)
{
    static const char *const bad_pools[] = {
        "", "eu-west-1", "_x", "eu-west-1_", "eu_x-1", "eu/1_x", "eu-1_x y",
    };
    struct cog_settings settings = sample_settings();

    (void) state;
    assert_int_equal(cog_settings_check(&settings), COG_FAULT_NONE);
    for (size_t i = 0; i < COUNT(bad_pools); i++) {
        settings = sample_settings();
        strcpy(settings.pool_id, bad_pools[i]);
        assert_int_equal(cog_settings_check(&settings), COG_FAULT_POOL_ID);
    }
    settings = sample_settings();
    settings.id_base = 0;
    assert_int_equal(cog_settings_check(&settings), COG_FAULT_ID_RANGE);
    settings = sample_settings();
    strcpy(settings.home, "%u");
    assert_int_equal(cog_settings_check(&settings), COG_FAULT_HOME);
    settings = sample_settings();
    strcpy(settings.shell, "sh");
    assert_int_equal(cog_settings_check(&settings), COG_FAULT_SHELL);
    settings = sample_settings();
    strcpy(settings.group_prefix, ":");
    assert_int_equal(cog_settings_check(&settings), COG_FAULT_GROUP_PREFIX);
    settings = sample_settings();
    strcpy(settings.provisional_match, "a\n");
    assert_int_equal(cog_settings_check(&settings), COG_FAULT_MATCH);
}

static void
p26_a_group_map_is_checked_entry_by_entry(void **state)
{
    const struct cog_mapped_group fine = {COG_ID_BASE_DEFAULT, "docker"};
    struct cog_settings settings = sample_settings();

    (void) state;
    for (size_t i = 0; i < COG_GROUP_MAP_MAX; i++)
        settings.group_map[i] = fine;
    settings.group_map_count = COG_GROUP_MAP_MAX;
    assert_int_equal(cog_settings_check(&settings), COG_FAULT_NONE);
    settings.group_map[15].gid = 0;
    assert_int_equal(cog_settings_check(&settings), COG_FAULT_GROUP_MAP);
    settings.group_map[15] = fine;
    settings.group_map[0].local[0] = '\0';
    assert_int_equal(cog_settings_check(&settings), COG_FAULT_GROUP_MAP);
    memset(settings.group_map[0].local, 'a', COG_NAME_MAX + 1);
    assert_int_equal(cog_settings_check(&settings), COG_FAULT_GROUP_MAP);
    settings.group_map[0] = fine;
    settings.group_map_count = COG_GROUP_MAP_MAX + 1;
    assert_int_equal(cog_settings_check(&settings), COG_FAULT_GROUP_MAP);
}

static void
accounts_and_groups_are_checked_field_by_field(void **state)
{
    const struct cog_settings settings = sample_settings();
    const struct cog_account fine = sample_account("alice", 1900000000);
    struct cog_account account = fine;
    struct cog_groups groups = sample_groups(3);

    (void) state;
    assert_int_equal(cog_account_check(&account, &settings), COG_FAULT_NONE);
    account.uid = account.gid = 0;
    assert_int_equal(cog_account_check(&account, &settings),
                     COG_FAULT_ID_FORBIDDEN);
    account = fine;
    account.gid = 27;
    assert_int_equal(cog_account_check(&account, &settings), COG_FAULT_ID_GID);
    account = fine;
    strcpy(account.gecos, "a:b");
    assert_int_equal(cog_account_check(&account, &settings), COG_FAULT_GECOS);
    account = fine;
    strcpy(account.name, "root");
    assert_int_equal(cog_account_check(&account, &settings),
                     COG_FAULT_NAME_RESERVED);
    assert_int_equal(cog_groups_check(&groups, &settings), COG_FAULT_NONE);
    groups.list[1] = groups.list[0];
    assert_int_equal(cog_groups_check(&groups, &settings),
                     COG_FAULT_GROUP_TWICE);
    groups = sample_groups(1);
    groups.list[0].gid = 27;
    assert_int_equal(cog_groups_check(&groups, &settings),
                     COG_FAULT_ID_FORBIDDEN);
    groups = sample_groups(1);
    strcpy(groups.list[0].name, "wizards");
    assert_int_equal(cog_groups_check(&groups, &settings),
                     COG_FAULT_GROUP_PREFIX);
    groups.count = COG_GROUPS_MAX + 1;
    assert_int_not_equal(cog_groups_check(&groups, &settings), COG_FAULT_NONE);
}

static void
each_fault_has_words(void **state)
{
    (void) state;
    for (int i = 0; i <= COG_FAULT_GROUP_MAP; i++)
        assert_string_not_equal(cog_fault_text((enum cog_fault) i),
                                "unknown fault");
    assert_string_equal(cog_fault_text((enum cog_fault) 999), "unknown fault");
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(p17_hostile_names_are_refused),
        cmocka_unit_test(p17_a_nul_inside_of_a_name_is_a_bad_byte),
        cmocka_unit_test(p17_each_byte_is_admitted_as_the_grammar_says),
        cmocka_unit_test(
            p17_the_length_of_a_login_name_is_0_for_whatever_the_check_refuses),
        cmocka_unit_test(p17_names_of_1_to_32_bytes_are_admitted),
        cmocka_unit_test(p18_rules_are_the_same_in_every_locale),
        cmocka_unit_test(p19_reserved_names_are_refused),
        cmocka_unit_test(
            p19_names_with_the_group_prefix_are_refused_in_any_case),
        cmocka_unit_test(p20_forbidden_ids_are_those_of_the_table),
        cmocka_unit_test(p20_ids_are_admitted_inside_of_the_range_only),
        cmocka_unit_test(p20_a_range_must_not_touch_a_forbidden_id),
        cmocka_unit_test(p23_gecos_is_printable_ascii_without_colon_and_comma),
        cmocka_unit_test(p23_homes_are_expanded_and_sane),
        cmocka_unit_test(p23_shells_are_sane_absolute_paths),
        cmocka_unit_test(p25_group_names_are_prefix_and_grammar),
        cmocka_unit_test(subs_are_bounded_and_plain),
        cmocka_unit_test(settings_are_checked_field_by_field),
        cmocka_unit_test(p26_a_group_map_is_checked_entry_by_entry),
        cmocka_unit_test(accounts_and_groups_are_checked_field_by_field),
        cmocka_unit_test(each_fault_has_words),
    };

    return cmocka_run_group_tests_name("accounts/account", tests, NULL, NULL);
}
