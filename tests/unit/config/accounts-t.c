/* SPDX-License-Identifier: Apache-2.0 */
/*
 * config: who somebody is, who comes in, and what an account looks like. Each
 * case is a property; its number names the promise it proves.
 */
#include "config/config.h"

#include "tests/unit/config/support.h"

#include <errno.h>
#include <locale.h>
#include <stdio.h>
#include <string.h>

/* ---- who somebody is */

static void
p15_sign_in_name_holds_the_name_once(void **state)
{
    static const char *const values[] = {
        "%u",          "%u@example.com",
        "corp.%u",     "!alice",
        "!%u%u",       "!%U",
        "!%u@%h",      "!%%u",
        "!%u@a b.com", "!%u@\xc3\xa4.de",
        "!100%",       NULL,
    };
    char line[256];

    (void) state;
    check_values("sign_in_name", values);
    (void) snprintf(line, sizeof line, "sign_in_name = %%u%096d", 0);
    assert_line_accepted(line);
    (void) snprintf(line, sizeof line, "sign_in_name = %%u%097d", 0);
    assert_line_refused(line, "98 bytes");
}

static void
p15_claims_that_their_owner_can_change_are_refused(void **state)
{
    (void) state;
    assert_line_refused("login_claim = preferred_username",
                        "its owner can change it");
    assert_line_refused("login_claim = name", "login_claim must be");
    assert_line_refused("login_claim = custom:login", "login_claim must be");
    assert_line_refused("login_claim = Email", "login_claim must be");
    assert_line_accepted("login_claim = cognito:username");
}

static void
p15_email_needs_whole_addresses(void **state)
{
    (void) state;
    assert_refused(BASE "login_claim = email\n", 3, "%u@example.com");
    assert_refused(BASE "sign_in_name = x@%u\nlogin_claim = email\n", 4,
                   "%u@example.com");
    assert_refused(BASE "sign_in_name = %u@\nlogin_claim = email\n", 4,
                   "%u@example.com");
    assert_refused(BASE "sign_in_name = %u@a@b\nlogin_claim = email\n", 4,
                   "%u@example.com");
    assert_accepted(BASE "login_claim = email\n"
                         "sign_in_name = %u@example.com\n");
    assert_int_equal(config.login_claim, COG_CONFIG_CLAIM_EMAIL);
}

static void
p15_case_insensitive_needs_small_letters_to_compare_with(void **state)
{
    (void) state;
    assert_refused(BASE "case_insensitive = yes\n"
                        "sign_in_name = %u@Example.com\n",
                   4, "small letters");
    assert_accepted(BASE "sign_in_name = %u@Example.com\n");
    assert_accepted(BASE "case_insensitive = yes\n"
                         "sign_in_name = %u@example.com\n");
}

static void
p24_without_allow_groups_nobody_is_admitted(void **state)
{
    (void) state;
    assert_accepted(BASE);
    assert_false(config.allow.everybody);
    assert_int_equal(config.allow.groups.count, 0);
    assert_false(cog_config_allows_group(&config, "Admins"));
    assert_false(cog_config_allows_group(&config, ""));
    assert_false(cog_config_allows_group(&config, "*"));
    assert_line_refused("allow_groups =", "no value");
    assert_line_refused("allow_groups = ,", "at least one");
}

static void
p24_everybody_is_let_in_by_a_lone_star_only(void **state)
{
    static const char *const values[] = {
        "*", "!*, Admins", "!Admins *", "!Adm*", "!**", "!*,", NULL,
    };

    (void) state;
    check_values("allow_groups", values);
    assert_line_accepted("allow_groups = *");
    assert_true(config.allow.everybody);
    assert_int_equal(config.allow.groups.count, 0);
    assert_true(cog_config_allows_group(&config, "anything"));
}

static void
p18_groups_are_compared_byte_by_byte(void **state)
{
    size_t at = 0;

    (void) state;
    assert_line_accepted("allow_groups = Admins,Staff  \xc3\x84rzte ,");
    assert_int_equal(config.allow.groups.count, 3);
    assert_string_equal(cog_config_list_next(&config.allow.groups, &at),
                        "Admins");
    assert_string_equal(cog_config_list_next(&config.allow.groups, &at),
                        "Staff");
    assert_string_equal(cog_config_list_next(&config.allow.groups, &at),
                        "\xc3\x84rzte");
    assert_null(cog_config_list_next(&config.allow.groups, &at));
    assert_true(cog_config_allows_group(&config, "Staff"));
    assert_false(cog_config_allows_group(&config, "staff"));
    assert_false(cog_config_allows_group(&config, "Staf"));
    assert_false(cog_config_allows_group(&config, "Staff "));
    assert_false(cog_config_allows_group(&config, "Admins,Staff"));
    assert_line_refused("allow_groups = A B A", "twice");
}

static void
p18_keys_and_words_do_not_depend_on_the_locale(void **state)
{
    static const char *const locales[] = {"C", "tr_TR.UTF-8", "de_DE.UTF-8",
                                          "ar_SA.UTF-8", "de_DE.ISO-8859-1"};

    (void) state;
    for (size_t i = 0; i < sizeof locales / sizeof locales[0]; i++) {
        (void) setlocale(LC_ALL, locales[i]);
        assert_accepted(BASE "timeout = 12\nallow_groups = \xc3\xa0\n");
        assert_int_equal(config.timeout_s, 12);
        assert_true(cog_config_allows_group(&config, "\xc3\xa0"));
        assert_line_refused("T\xc4\xb0MEOUT = 5", "unknown key");
        (void) setlocale(LC_ALL, "C");
    }
}

/* ---- accounts */

static void
p20_ranges_hold_no_id_that_is_not_for_people(void **state)
{
    static const struct {
        const char *base;
        const char *range;
        bool right;
    } cases[] = {
        {"999", "1", false},
        {"1000", "1", true},
        {"0", "1", false},
        {"1000", "59000", true},
        {"1000", "59001", false},
        {"59999", "1", true},
        {"60000", "1", false},
        {"65535", "1", false},
        {"59999", "5538", false},
        {"65536", "1", true},
        {"65536", "2147287040", true},
        {"65536", "2147287041", false},
        {"2147352575", "1", true},
        {"2147352575", "2", false},
        {"2147352576", "1", false},
        {"4294967295", "1", false},
        {"4294967296", "1", false},
        {"100000", "0", false},
        {"100000", "4294967295", false},
        {"2147352575", "2147352575", false},
        {"01000", "1", false},
        {"1e6", "1", false},
        {"-1", "1", false},
        {"100000", "-1", false},
    };

    (void) state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char text[512];

        (void) snprintf(text, sizeof text, "%sid_base = %s\nid_range = %s\n",
                        BASE, cases[i].base, cases[i].range);
        assert_int_equal(
            cog_config_parse(text, strlen(text), FILE_NAME, &config, &error),
            cases[i].right);
        if (!cases[i].right)
            assert_non_null(strstr(error.text, FILE_NAME ":"));
    }
    /* The default range behind another base. */
    assert_refused(BASE "id_base = 2000000000\n", 3, "id_base");
}

static void
p23_ids_come_from_attributes_of_the_administrator_only(void **state)
{
    static const char *const values[] = {
        "custom:uid_number",
        "!uid",
        "!profile",
        "!custom:",
        "!custom:a:b",
        "!custom:a b",
        "!Custom:uid",
        "!custom:a23456789012345678901",
        NULL,
    };

    (void) state;
    check_values("id_attribute", values);
    check_values("key_attribute", values);
    assert_refused(BASE "key_attribute = custom:x\nid_attribute = custom:x\n",
                   3, "id_attribute");
}

static void
p23_each_home_is_its_owners_and_no_system_directory(void **state)
{
    static const char *const values[] = {
        "/home/%u",     "/srv/people/u-%u",
        "/home/%u/x",   "!/home/shared",
        "!/%u",         "!home/%u",
        "!/home/../%u", "!/home/%u/",
        "!/home/%u/%u", "!/home/%u:x",
        "!/home/%u x",  "!/home/%h%u",
        "!/home//%u",   "!/x%u",
        "!/home/./%u",  NULL,
    };

    (void) state;
    check_values("home", values);
}

static void
p23_a_shell_is_a_plain_path(void **state)
{
    static const char *const values[] = {
        "/usr/sbin/nologin",
        "!bash",
        "!/bin/sh -c x",
        "!/bin/sh:x",
        "!/bin/%u",
        "!/home/../b",
        "!/bin/",
        "!/",
        NULL,
    };

    (void) state;
    check_values("shell", values);
}

static void
p25_the_group_prefix_is_never_empty(void **state)
{
    static const char *const values[] = {
        "aws_",
        "_x-",
        "a0123456789abcd-",
        "!a0123456789abcde-",
        "!s",
        "!-",
        "!Cog-",
        "!1a-",
        "!cognito",
        "!a b-",
        "!a:-",
        "!a.-",
        "!a.",
        NULL,
    };

    (void) state;
    check_values("group_prefix", values);
    assert_line_refused("group_prefix =", "no value");
}

static void
p26_local_groups_are_reached_by_explicit_pairs_only(void **state)
{
    static const char *const values[] = {
        "Admins:sudo",  "Admins:sudo, Staff:video",
        "a:b:staff",    "!Admins",
        "!Admins:",     "!:sudo",
        "!Admins:Sudo", "!*:sudo",
        "!Adm*:sudo",   "!A:a/b",
        "!A:0",         "!A:b A:b",
        "!A:a.b",       "!Admins : sudo",
        NULL,
    };
    size_t at = 0, pool_len = 0;
    const char *entry, *local;

    (void) state;
    check_values("group_map", values);
    assert_line_accepted("group_map = A:x, b:c:y");
    entry = cog_config_list_next(&config.group_map, &at);
    local = cog_config_group_map_local(entry, &pool_len);
    assert_string_equal(local, "x");
    assert_int_equal(pool_len, 1);
    entry = cog_config_list_next(&config.group_map, &at);
    local = cog_config_group_map_local(entry, &pool_len);
    assert_string_equal(local, "y");
    assert_int_equal(pool_len, 3);
    assert_null(cog_config_list_next(&config.group_map, &at));
}

static void
p26_a_group_map_of_16_entries_is_taken_and_17_are_refused(void **state)
{
    char line[512] = "group_map =";

    (void) state;
    for (unsigned i = 0; i < COG_CONFIG_GROUP_MAP_MAX; i++) {
        size_t len = strlen(line);

        (void) snprintf(line + len, sizeof line - len, " A%u:x%u", i, i);
    }
    assert_line_accepted(line);
    assert_int_equal(config.group_map.count, 16);
    (void) strncat(line, ",B:y", sizeof line - strlen(line) - 1);
    assert_line_refused(line, "group_map must have at most 16");
}

static void
p28_no_local_group_is_given_by_default(void **state)
{
    (void) state;
    assert_accepted(BASE);
    assert_int_equal(config.group_map.count, 0);
}

static void
p10_provisional_names_are_off_and_need_a_pattern(void **state)
{
    static const char *const patterns[] = {
        "alice",  "a*",    "*",
        "a.b-c*", "!A*",   "!a*b",
        "!**",    "!a b",  "!a,b",
        "!0a*",   "!-*",   "!a/*",
        "!a?",    "!a[b]", "!abcdefghijklmnopqrstuvwxyz0123456*",
        NULL,
    };

    (void) state;
    check_values("provisional_match", patterns);
    assert_line_accepted("provisional_match = *");
    assert_false(cog_config_matches_provisional(&config, "alice"));
    assert_refused(BASE "provisional = sshd\n", 3, "provisional_match");
    assert_accepted(BASE "provisional = sshd\nprovisional_match = ops-*\n");
    assert_true(cog_config_matches_provisional(&config, "ops-alice"));
    assert_false(cog_config_matches_provisional(&config, "ops"));
    assert_false(cog_config_matches_provisional(&config, "xops-alice"));
    assert_accepted(BASE "provisional = sshd\nprovisional_match = ops\n");
    assert_true(cog_config_matches_provisional(&config, "ops"));
    assert_false(cog_config_matches_provisional(&config, "ops-alice"));
}

static void
p10_provisional_ids_must_be_computable(void **state)
{
    (void) state;
    assert_refused(BASE "provisional_match = *\nprovisional = sshd\n"
                        "id_map = /etc/cognito/ids\n",
                   4, "id_map");
    assert_refused(BASE "provisional_match = *\nprovisional = sshd\n"
                        "id_attribute = custom:uid\n",
                   4, "id_attribute");
    assert_accepted(BASE "id_map = /etc/cognito/ids\n"
                         "id_attribute = custom:uid\n");
}

static void
expanding_puts_the_name_in_once_or_leaves_the_buffer_alone(void **state)
{
    char out[16] = "before";

    (void) state;
    assert_int_equal(cog_config_expand("/home/%u", "bob", out, 10), 0);
    assert_string_equal(out, "/home/bob");
    assert_int_equal(cog_config_expand("/home/%u", "bobb", out, 10), EMSGSIZE);
    assert_int_equal(cog_config_expand("/home", "bob", out, 10), EINVAL);
    assert_string_equal(out, "/home/bob");
    assert_int_equal(cog_config_expand("%u@x", "%u", out, sizeof out), 0);
    assert_string_equal(out, "%u@x");
}

int
main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(p15_sign_in_name_holds_the_name_once),
        cmocka_unit_test(p15_claims_that_their_owner_can_change_are_refused),
        cmocka_unit_test(p15_email_needs_whole_addresses),
        cmocka_unit_test(
            p15_case_insensitive_needs_small_letters_to_compare_with),
        cmocka_unit_test(p24_without_allow_groups_nobody_is_admitted),
        cmocka_unit_test(p24_everybody_is_let_in_by_a_lone_star_only),
        cmocka_unit_test(p18_groups_are_compared_byte_by_byte),
        cmocka_unit_test(p18_keys_and_words_do_not_depend_on_the_locale),
        cmocka_unit_test(p20_ranges_hold_no_id_that_is_not_for_people),
        cmocka_unit_test(
            p23_ids_come_from_attributes_of_the_administrator_only),
        cmocka_unit_test(p23_each_home_is_its_owners_and_no_system_directory),
        cmocka_unit_test(p23_a_shell_is_a_plain_path),
        cmocka_unit_test(p25_the_group_prefix_is_never_empty),
        cmocka_unit_test(p26_local_groups_are_reached_by_explicit_pairs_only),
        cmocka_unit_test(
            p26_a_group_map_of_16_entries_is_taken_and_17_are_refused),
        cmocka_unit_test(p28_no_local_group_is_given_by_default),
        cmocka_unit_test(p10_provisional_names_are_off_and_need_a_pattern),
        cmocka_unit_test(p10_provisional_ids_must_be_computable),
        cmocka_unit_test(
            expanding_puts_the_name_in_once_or_leaves_the_buffer_alone),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
