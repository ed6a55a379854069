/* SPDX-License-Identifier: Apache-2.0 */
/* Which names accounts and groups may have. Cites P17, P18, P19, P25. */
#include "tests/unit/accounts/support.h"

#include "tests/unit/accounts/hostile_names.h"

#include <locale.h>
#include <stdlib.h>
#include <string.h>

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
        cmocka_unit_test(p25_group_names_are_prefix_and_grammar),
    };

    return cmocka_run_group_tests_name("accounts/names", tests, NULL, NULL);
}
