/* SPDX-License-Identifier: Apache-2.0 */
/*
 * config: the file itself, its lines, its limits and what it says without
 * options. Each case is a property; its number names the promise it proves.
 */
#include "config/config.h"

#include "tests/unit/config/support.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- the file */

static void
two_lines_are_enough_and_the_rest_is_as_documented(void **state)
{
    (void) state;
    assert_accepted(BASE);
    assert_string_equal(config.pool_id, POOL);
    assert_string_equal(config.client_id, "1example23456789abcdefghij");
    assert_string_equal(config.client_secret_file, "");
    assert_string_equal(config.endpoint,
                        "https://cognito-idp.eu-west-1.amazonaws.com");
    assert_string_equal(config.jwks_file, "");
    assert_string_equal(config.issuer[0],
                        "https://cognito-idp.eu-west-1.amazonaws.com/" POOL);
    assert_string_equal(
        config.issuer[1],
        "https://issuer-cognito-idp.eu-west-1.amazonaws.com/" POOL);
    assert_string_equal(config.ca_file, "");
    assert_string_equal(config.ca_path, "/etc/ssl/certs");
    assert_string_equal(config.proxy, "");
    assert_int_equal(config.timeout_s, 10);
    assert_int_equal(config.early, COG_CONFIG_EARLY_CONNECT);
    assert_string_equal(config.sign_in_name, "%u");
    assert_int_equal(config.login_claim, COG_CONFIG_CLAIM_USERNAME);
    assert_false(config.case_insensitive);
    assert_int_equal(config.id_base, 1879048192);
    assert_int_equal(config.id_range, 268304384);
    /* Design: 1879048192-2147352575. */
    assert_int_equal(config.id_base + config.id_range - 1, 2147352575);
    assert_string_equal(config.id_map, "");
    assert_string_equal(config.id_attribute, "");
    assert_string_equal(config.home, "/home/%u");
    assert_string_equal(config.shell, "/bin/bash");
    assert_string_equal(config.group_prefix, "cognito-");
    assert_int_equal(config.group_map.count, 0);
    assert_int_equal(config.provisional, COG_CONFIG_PROVISIONAL_OFF);
    assert_string_equal(config.provisional_match, "");
    assert_false(config.enumerate);
    assert_string_equal(config.key_attribute, "");
    assert_string_equal(config.snapshot_url, "");
    assert_string_equal(config.snapshot_key, "");
    assert_int_equal(config.snapshot_max_age_h, 24);
    assert_int_equal(config.max_accounts, 50000);
    assert_string_equal(config.region, "eu-west-1");
    assert_string_equal(config.pool_name, "Ab12Cd34E");
}

static void
blanks_and_comment_lines_say_nothing(void **state)
{
    (void) state;
    assert_accepted("\n  \t\n# pool_id = no\n;x\n   # indented\n" BASE
                    "\t timeout\t=\t7 \t\n  shell=/bin/sh");
    assert_int_equal(config.timeout_s, 7);
    assert_string_equal(config.shell, "/bin/sh");
}

static void
p80_every_error_names_file_and_line(void **state)
{
    static const struct {
        const char *line;
        const char *words;
    } cases[] = {
        {"[pool]", "sections"},
        {"[pool]=x", "sections"},
        {"timeout: 5", "key = value"},
        {"a:b = 5", "key = value"},
        {"timeout", "key = value"},
        {"= 5", "no key"},
        {"=", "no key"},
        {"timeout =", "has no value"},
        {"timeout", "key = value"},
        {"Timeout = 5", "unknown key 'Timeout'"},
        {"time_out = 5", "unknown key"},
        {"allow groups = x", "unknown key"},
        {"\xc3\xa4 = 5", "unknown key '\\xc3\\xa4'"},
        {"timeout = 5 # quick", "line of its own"},
        {"timeout = 5 ; quick", "line of its own"},
        {"timeout = # quick", "line of its own"},
        {"timeout = \"5\"", "1 to 60"},
        {"timeout = 5\r", "control character"},
        {"home = /home/%u\x1b[2J", "control character"},
        {"shell = /bin/\xff", "UTF-8"},
        {"\xef\xbb\xbftimeout = 5", "unknown key"},
        {"pool_id = " POOL, "pool_id was given in line 1 already"},
    };

    (void) state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        assert_line_refused(cases[i].line, cases[i].words);
}

static void
p80_an_indented_line_does_not_continue_the_one_before(void **state)
{
    (void) state;
    assert_refused(BASE "allow_groups = Admins\n  Staff\n", 4, "key = value");
    assert_accepted(BASE "allow_groups = Admins\n  timeout = 5\n");
    assert_int_equal(config.allow.groups.count, 1);
    assert_int_equal(config.timeout_s, 5);
}

static void
p80_nul_bytes_are_refused_wherever_they_stand(void **state)
{
    static const char in_value[] = BASE "timeout = 5\0x\n";
    static const char in_comment[] = BASE "# \0\n";
    static const char alone[] = BASE "\0";

    (void) state;
    assert_bytes_refused(in_value, sizeof in_value - 1, 3, "NUL");
    assert_bytes_refused(in_comment, sizeof in_comment - 1, 3, "NUL");
    assert_bytes_refused(alone, sizeof alone - 1, 3, "NUL");
}

/* BASE, then "PREFIX" and x's up to len bytes in the line. */
static char *
long_line(const char *prefix, size_t len)
{
    size_t base = strlen(BASE);
    char *text = malloc(base + len + 2);

    assert_non_null(text);
    memcpy(text, BASE, base);
    memset(text + base, 'x', len);
    memcpy(text + base, prefix, strlen(prefix));
    memcpy(text + base + len, "\n", 2);
    return text;
}

static void
p80_a_line_over_1000_bytes_is_refused_and_1000_is_read_whole(void **state)
{
    char *text;

    (void) state;
    text = long_line("# ", 1000);
    assert_accepted(text);
    free(text);
    text = long_line("# ", 1001);
    assert_refused(text, 3, "over 1000 bytes");
    free(text);
    text = long_line("# ", 60000);
    assert_refused(text, 3, "over 1000 bytes");
    free(text);
    text = long_line("allow_groups = ", 1000);
    /* Read whole: it is one group name of 985 bytes. */
    assert_refused(text, 3, "at most 128 bytes");
    memset(text + strlen(BASE) + 15, ' ', 984);
    assert_accepted(text);
    free(text);
}

static void
a_list_over_200_bytes_arrives_whole(void **state)
{
    char text[2048];
    size_t len;

    (void) state;
    (void) snprintf(text, sizeof text, "%sallow_groups =", BASE);
    for (unsigned i = 0; i < 90; i++) {
        len = strlen(text);
        (void) snprintf(text + len, sizeof text - len, " group%03u,", i);
    }
    assert_accepted(text);
    assert_int_equal(config.allow.groups.count, 90);
    assert_true(cog_config_allows_group(&config, "group000"));
    assert_true(cog_config_allows_group(&config, "group089"));
    assert_false(cog_config_allows_group(&config, "group090"));
}

static void
p80_a_file_over_64_kB_is_refused(void **state)
{
    size_t len = COG_CONFIG_FILE_MAX;
    char *text = malloc(len + 2);

    (void) state;
    assert_non_null(text);
    memset(text, '\n', len + 2);
    memcpy(text, BASE, strlen(BASE));
    assert_true(cog_config_parse(text, len, FILE_NAME, &config, &error));
    assert_bytes_refused(text, len + 1, 0, "65536");
    free(text);
}

static void
p80_only_the_first_error_is_told(void **state)
{
    (void) state;
    assert_refused("pool_id = x\nnonsense\nclient_id = /\n", 1, "pool_id");
}

static void
p80_a_hostile_file_name_stays_one_printable_line(void **state)
{
    char name[3000];

    (void) state;
    memset(name, '\n', sizeof name - 1);
    name[sizeof name - 1] = '\0';
    assert_false(cog_config_parse("x", 1, name, &config, &error));
    for (const char *at = error.text; *at != '\0'; at++)
        assert_in_range(*at, 0x20, 0x7e);
}

static void
p80_every_beginning_of_a_file_is_read_without_harm(void **state)
{
    static const char text[] =
        BASE "endpoint = https://localhost:8443\nallow_groups = A, B\n"
             "[x]\nhome = /srv/%u\n";

    (void) state;
    for (size_t len = 0; len < sizeof text; len++) {
        /* A copy of its own, so that reading past it would be noticed. */
        char *bytes = malloc(len == 0 ? 1 : len);

        assert_non_null(bytes);
        memcpy(bytes, text, len);
        (void) cog_config_parse(bytes, len, FILE_NAME, &config, &error);
        free(bytes);
    }
}

static void
the_pool_and_the_client_must_be_named(void **state)
{
    (void) state;
    assert_refused("", 0, "pool_id is missing");
    assert_refused("pool_id = " POOL "\n", 0, "client_id is missing");
    assert_refused("client_id = abc\n", 0, "pool_id is missing");
}

int
main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(two_lines_are_enough_and_the_rest_is_as_documented),
        cmocka_unit_test(blanks_and_comment_lines_say_nothing),
        cmocka_unit_test(p80_every_error_names_file_and_line),
        cmocka_unit_test(
            p80_an_indented_line_does_not_continue_the_one_before),
        cmocka_unit_test(p80_nul_bytes_are_refused_wherever_they_stand),
        cmocka_unit_test(
            p80_a_line_over_1000_bytes_is_refused_and_1000_is_read_whole),
        cmocka_unit_test(a_list_over_200_bytes_arrives_whole),
        cmocka_unit_test(p80_a_file_over_64_kB_is_refused),
        cmocka_unit_test(p80_only_the_first_error_is_told),
        cmocka_unit_test(p80_a_hostile_file_name_stays_one_printable_line),
        cmocka_unit_test(p80_every_beginning_of_a_file_is_read_without_harm),
        cmocka_unit_test(the_pool_and_the_client_must_be_named),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
