/* SPDX-License-Identifier: Apache-2.0 */
/* account: ids, records and settings. Cites P20, P23, P26. */
#include "tests/unit/accounts/support.h"

#include <string.h>

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
        cmocka_unit_test(p20_forbidden_ids_are_those_of_the_table),
        cmocka_unit_test(p20_ids_are_admitted_inside_of_the_range_only),
        cmocka_unit_test(p20_a_range_must_not_touch_a_forbidden_id),
        cmocka_unit_test(p23_gecos_is_printable_ascii_without_colon_and_comma),
        cmocka_unit_test(p23_homes_are_expanded_and_sane),
        cmocka_unit_test(p23_shells_are_sane_absolute_paths),
        cmocka_unit_test(subs_are_bounded_and_plain),
        cmocka_unit_test(settings_are_checked_field_by_field),
        cmocka_unit_test(p26_a_group_map_is_checked_entry_by_entry),
        cmocka_unit_test(accounts_and_groups_are_checked_field_by_field),
        cmocka_unit_test(each_fault_has_words),
    };

    return cmocka_run_group_tests_name("accounts/account", tests, NULL, NULL);
}
