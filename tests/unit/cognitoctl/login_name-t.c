/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cognitoctl/login_name: who gets an account is who could sign in with its
 * name.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "cognitoctl/login_name.h"
#include "tests/unit/accounts/hostile_names.h"

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

static struct cog_config
config(const char *more)
{
    char text[512];
    struct cog_config parsed;
    struct cog_config_error error;
    int len = snprintf(text, sizeof text,
                       "pool_id = eu-west-1_Test\nclient_id = x\n%s", more);

    if (!cog_config_parse(text, (size_t) len, "test", &parsed, &error))
        fail_msg("%s", error.text);
    return parsed;
}

/* The name of a user, or "-" and why not in *why. */
static const char *
name_of(const struct cog_config *settings, const char *username,
        const char *email, const char *verified, const char **why)
{
    static char name[COG_NAME_MAX + 1];
    const struct cog_pool_names names = {username, email, verified};

    (void) snprintf(name, sizeof name, "untouched");
    *why = cog_login_name_of(settings, &names, name);
    if (*why == NULL)
        return name;
    assert_string_equal(name, "untouched");
    return "-";
}

static void
the_user_name_is_the_login_name(void **state)
{
    struct cog_config settings = config("");
    const char *why;

    (void) state;
    assert_string_equal(name_of(&settings, "alice", NULL, NULL, &why),
                        "alice");
    assert_string_equal(name_of(&settings, "Alice", NULL, NULL, &why), "-");
    assert_string_equal(why,
                        "has no login name that sign_in_name could stand for");
    /* What an address says is of no importance then. */
    assert_string_equal(
        name_of(&settings, "alice", "root@example.com", "true", &why),
        "alice");
}

static void
p17_hostile_names_get_no_account(void **state)
{
    struct cog_config settings = config("");
    struct cog_config folded = config("case_insensitive = yes\n");
    const char *why;

    (void) state;
    for (size_t i = 0; i < COUNT(hostile_names); i++) {
        assert_string_equal(
            name_of(&settings, hostile_names[i], NULL, NULL, &why), "-");
        if (strpbrk(hostile_names[i], "ABCDEFGHIJKLMNOPQRSTUVWXYZ") == NULL)
            assert_string_equal(
                name_of(&folded, hostile_names[i], NULL, NULL, &why), "-");
    }
}

static void
p15_an_address_counts_whole_and_verified(void **state)
{
    static const struct {
        const char *email, *verified, *name;
    } cases[] = {
        {"alice@example.com", "true", "alice"},
        {"alice@example.com", "false", "-"},
        {"alice@example.com", "TRUE", "-"},
        {"alice@example.com", "", "-"},
        {"alice@example.com", NULL, "-"},
        {NULL, "true", "-"},
        {"", "true", "-"},
        {"@example.com", "true", "-"},
        {"alice@evil.example", "true", "-"},
        {"alice@example.com.evil.example", "true", "-"},
        {"alice@evil.example@example.com", "true", "-"},
        {"alice@example.co", "true", "-"},
        {"alice@EXAMPLE.com", "true", "-"},
        {"xalice@example.com ", "true", "-"},
        {"root:0@example.com", "true", "-"},
    };
    struct cog_config settings =
        config("login_claim = email\nsign_in_name = %u@example.com\n");
    const char *why;

    (void) state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        /* The user name is a UUID there, or anything. */
        assert_string_equal(
            name_of(&settings, "bob", cases[i].email, cases[i].verified, &why),
            cases[i].name);
    }
}

static void
case_is_folded_only_where_the_pool_folds_it(void **state)
{
    struct cog_config folded =
        config("case_insensitive = yes\nlogin_claim = email\n"
               "sign_in_name = %u@example.com\n");
    const char *why;

    (void) state;
    assert_string_equal(
        name_of(&folded, "x", "Alice@Example.COM", "true", &why), "alice");
    assert_string_equal(
        name_of(&folded, "x", "al\xc3\x8f@example.com", "true", &why), "-");
    folded = config("case_insensitive = yes\nsign_in_name = corp-%u\n");
    assert_string_equal(name_of(&folded, "Corp-Alice", NULL, NULL, &why),
                        "alice");
}

static void
what_stands_around_the_name_is_taken_off(void **state)
{
    static const struct {
        const char *username, *name;
    } cases[] = {
        {"corp-alice-x", "alice"},
        {"corp-corp-alice-x-x", "corp-alice-x"},
        {"corp--x", "-"},
        {"corp-x", "-"},
        {"corp-alice", "-"},
        {"alice-x", "-"},
        {"corp-alice-x\n", "-"},
        {"Corp-alice-x", "-"},
        {"corp-a2345678901234567890123456789012-x",
         "a2345678901234567890123456789012"},
        {"corp-a23456789012345678901234567890123-x", "-"},
    };
    struct cog_config settings = config("sign_in_name = corp-%u-x\n");
    const char *why;

    (void) state;
    for (size_t i = 0; i < COUNT(cases); i++)
        assert_string_equal(
            name_of(&settings, cases[i].username, NULL, NULL, &why),
            cases[i].name);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_user_name_is_the_login_name),
        cmocka_unit_test(p17_hostile_names_get_no_account),
        cmocka_unit_test(p15_an_address_counts_whole_and_verified),
        cmocka_unit_test(case_is_folded_only_where_the_pool_folds_it),
        cmocka_unit_test(what_stands_around_the_name_is_taken_off),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
