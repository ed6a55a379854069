/* SPDX-License-Identifier: Apache-2.0 */
/*
 * config: what cognito.conf may say and what becomes of it. Each case is a
 * property; its number names the promise it proves.
 */
#include "config/config.h"

#include <errno.h>
#include <locale.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define FILE_NAME "/etc/cognito/cognito.conf"
#define POOL      "eu-west-1_Ab12Cd34E"
/* Two lines, so that what a case adds begins in line 3. */
#define BASE "pool_id = " POOL "\nclient_id = 1example23456789abcdefghij\n"

static struct cog_config config;
static struct cog_config_error error;

static void
assert_accepted(const char *text)
{
    error.text[0] = '\0';
    if (!cog_config_parse(text, strlen(text), FILE_NAME, &config, &error))
        fail_msg("refused: %s", error.text);
}

/* Refused in this line (0: none), for a reason with these words. */
static void
assert_bytes_refused(const char *bytes, size_t len, unsigned line,
                     const char *words)
{
    struct cog_config before;
    char where[sizeof FILE_NAME + 16];

    memset(&config, 0x5a, sizeof config);
    memcpy(&before, &config, sizeof before);
    if (cog_config_parse(bytes, len, FILE_NAME, &config, &error))
        fail_msg("accepted: %s", bytes);
    assert_memory_equal(&config, &before, sizeof before);
    if (line == 0)
        (void) snprintf(where, sizeof where, "%s: ", FILE_NAME);
    else
        (void) snprintf(where, sizeof where, "%s:%u: ", FILE_NAME, line);
    if (strncmp(error.text, where, strlen(where)) != 0 ||
        strstr(error.text, words) == NULL || error.line != line)
        fail_msg("\"%s\" gave \"%s\", not line %u \"%s\"", bytes, error.text,
                 line, words);
    for (const char *at = error.text; *at != '\0'; at++)
        assert_in_range(*at, 0x20, 0x7e);
}

static void
assert_refused(const char *text, unsigned line, const char *words)
{
    assert_bytes_refused(text, strlen(text), line, words);
}

/* BASE and one more line. */
static void
assert_line_accepted(const char *line)
{
    char text[4096];

    (void) snprintf(text, sizeof text, "%s%s\n", BASE, line);
    assert_accepted(text);
}

static void
assert_line_refused(const char *line, const char *words)
{
    char text[4096];

    (void) snprintf(text, sizeof text, "%s%s\n", BASE, line);
    assert_refused(text, 3, words);
}

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
        {"Timeout = 5", "unknown key \"Timeout\""},
        {"time_out = 5", "unknown key"},
        {"allow groups = x", "unknown key"},
        {"\xc3\xa4 = 5", "unknown key \"\\xc3\\xa4\""},
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

/* ---- values: "key = value" taken, "!key = value" refused */

static void
check_values(const char *key, const char *const *values)
{
    char line[512];

    for (; *values != NULL; values++) {
        bool refused = **values == '!';

        (void) snprintf(line, sizeof line, "%s = %s", key, *values + refused);
        if (refused)
            assert_line_refused(line, key);
        else
            assert_line_accepted(line);
    }
}

static void
p44_nothing_in_a_pool_id_reaches_into_a_host_name(void **state)
{
    static const char *const bad[] = {
        "eu-west-1",
        "_Ab12",
        "eu-west-1_",
        "eu-west-1_Ab_12",
        "eu-west-1_Ab-12",
        "eu-west-1_\xc3\xa4",
        "eu/west_Ab12",
        "eu@west_Ab12",
        "eu#west_Ab12",
        "eu.west_Ab12",
        "eu:1_Ab12",
        "eu west_Ab12",
        "evil.example/_Ab12",
        "evil.example#_Ab12",
        "EU-west-1_Ab12",
        "-eu_Ab12",
        "eu-_Ab12",
        "1eu_Ab12",
        "%u_Ab12",
        "../x_Ab12",
        "eu-west-1_aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
        NULL,
    };
    char text[256];

    (void) state;
    for (size_t i = 0; bad[i] != NULL; i++) {
        (void) snprintf(text, sizeof text, "client_id = abc\npool_id = %s\n",
                        bad[i]);
        assert_refused(text, 2, "pool_id");
    }
    assert_accepted("client_id = a\npool_id = us-gov-west-1_0\n");
    assert_accepted(
        "client_id = a\n"
        "pool_id = eu-west-1_aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa");
}

static void
p44_the_endpoint_is_https_host_and_port_and_nothing_more(void **state)
{
    static const char *const values[] = {
        "https://vpce-1.cognito-idp.eu-west-1.vpce.amazonaws.com",
        "https://localhost:8443",
        "https://127.0.0.1:1",
        "https://a:65535",
        "!http://localhost",
        "!HTTPS://localhost",
        "!https://",
        "!https:///",
        "!https://localhost/",
        "!https://localhost/path",
        "!https://localhost?x",
        "!https://localhost#x",
        "!https://user@localhost",
        "!https://user:pw@localhost",
        "!https://localhost:",
        "!https://localhost:0",
        "!https://localhost:65536",
        "!https://localhost:443443",
        "!https://localhost:08443",
        "!https://localhost:+8443",
        "!https://localhost:8443x",
        "!https://[::1]:443",
        "!https://a..b",
        "!https://.a",
        "!https://a.",
        "!https://-a",
        "!https://a-",
        "!https://a_b",
        "!https://a%2fb",
        "!https://a b",
        "!https://a\\b",
        "!https://\xc3\xa4.example",
        "!https://a23456789012345678901234567890123456789012345678901234567890"
        "1234.example",
        "!localhost",
        "!ftp://localhost",
        NULL,
    };

    (void) state;
    check_values("endpoint", values);
    assert_line_accepted("endpoint = https://localhost:8443");
    assert_string_equal(config.endpoint, "https://localhost:8443");
    /* Tokens still come from Cognito's issuer. */
    assert_string_equal(config.issuer[0],
                        "https://cognito-idp.eu-west-1.amazonaws.com/" POOL);
}

static void
p44_partitions_have_the_domain_of_amazons_table(void **state)
{
    static const struct {
        const char *region;
        const char *suffix;
    } cases[] = {
        {"us-east-1", "amazonaws.com"},
        {"us-gov-west-1", "amazonaws.com"},
        {"cn-north-1", "amazonaws.com.cn"},
        {"eusc-de-east-1", "amazonaws.eu"},
        {"us-iso-east-1", "c2s.ic.gov"},
        {"us-isob-east-1", "sc2s.sgov.gov"},
        {"eu-isoe-west-1", "cloud.adc-e.uk"},
        {"us-isof-south-1", "csp.hci.ic.gov"},
    };

    (void) state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char text[256], url[256];

        (void) snprintf(text, sizeof text, "client_id = a\npool_id = %s_P\n",
                        cases[i].region);
        assert_accepted(text);
        assert_string_equal(config.region, cases[i].region);
        (void) snprintf(url, sizeof url, "https://cognito-idp.%s.%s",
                        cases[i].region, cases[i].suffix);
        assert_string_equal(config.endpoint, url);
        (void) snprintf(url, sizeof url, "https://sts.%s.%s", cases[i].region,
                        cases[i].suffix);
        assert_string_equal(config.sts_endpoint, url);
        (void) snprintf(url, sizeof url, "https://cognito-idp.%s.%s/%s_P",
                        cases[i].region, cases[i].suffix, cases[i].region);
        assert_string_equal(config.issuer[0], url);
        (void) snprintf(url, sizeof url,
                        "https://issuer-cognito-idp.%s.%s/%s_P",
                        cases[i].region, cases[i].suffix, cases[i].region);
        assert_string_equal(config.issuer[1], url);
    }
}

static void
a_configured_issuer_is_the_only_one(void **state)
{
    static const char *const values[] = {
        "https://a.example/" POOL,
        "https://a.example:8443/x/" POOL,
        "https://a.example",
        "!https://a.example/",
        "!http://a.example/" POOL,
        "!https://a.example//" POOL,
        "!https://a.example/../x",
        "!https://a.example/x?y",
        "!https://a.example/x#y",
        "!https://a.example/%41",
        "!https://u@a.example/" POOL,
        "!https://a.example/x y",
        NULL,
    };

    (void) state;
    check_values("issuer", values);
    assert_line_accepted("issuer = https://a.example/" POOL);
    assert_string_equal(config.issuer[0], "https://a.example/" POOL);
    assert_string_equal(config.issuer[1], "");
}

static void
p31_paths_are_absolute_and_go_nowhere_else(void **state)
{
    static const char *const keys[] = {
        "client_secret_file", "jwks_file", "ca_file", "ca_path", "id_map",
        "snapshot_key"};
    static const char *const values[] = {
        "/etc/cognito/file",
        "/a..b/.c/d..",
        "!etc/cognito/file",
        "!./file",
        "!~/file",
        "!/etc/../file",
        "!/etc/./file",
        "!/etc//file",
        "!//etc/file",
        "!/..",
        "!/etc/..",
        "!/etc/a b",
        "!/etc/\xc3\xa4",
        "!file:///etc/x",
        NULL,
    };

    (void) state;
    for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++)
        check_values(keys[i], values);
}

static void
a_path_of_255_bytes_is_taken_and_256_are_refused(void **state)
{
    char line[512];

    (void) state;
    (void) snprintf(line, sizeof line, "id_map = /%0254d", 0);
    assert_line_accepted(line);
    assert_int_equal(strlen(config.id_map), 255);
    (void) snprintf(line, sizeof line, "id_map = /%0255d", 0);
    assert_line_refused(line, "id_map is too long");
}

static void
certificates_come_from_a_file_or_from_a_directory(void **state)
{
    (void) state;
    assert_line_accepted("ca_file = /etc/cognito/ca.pem");
    assert_string_equal(config.ca_file, "/etc/cognito/ca.pem");
    assert_string_equal(config.ca_path, "");
    assert_line_accepted("ca_path = /etc/cognito/ca/");
    assert_string_equal(config.ca_path, "/etc/cognito/ca/");
    assert_string_equal(config.ca_file, "");
    assert_refused(BASE "ca_path = /a\nca_file = /b\n", 3, "give one");
    assert_refused(BASE "ca_file = /b\nca_path = /a\n", 4, "give one");
}

static void
p30_a_proxy_is_named_with_its_port_and_without_a_password(void **state)
{
    static const char *const values[] = {
        "http://proxy.example:3128",
        "https://10.0.0.1:443",
        "!http://proxy.example",
        "!proxy.example:3128",
        "!socks5://proxy.example:1080",
        "!http://proxy.example:3128/",
        "!http://user:pw@proxy.example:3128",
        NULL,
    };

    (void) state;
    check_values("proxy", values);
    assert_line_refused("proxy = http://user:pw@proxy.example:3128",
                        "must not hold a user or password");
}

static void
numbers_and_words_are_exact(void **state)
{
    static const char *const timeout[] = {
        "1",    "60",   "!0",    "!61",  "!-1",
        "!10s", "!1.5", "!0x10", "!010", "!99999999999999999999",
        NULL,
    };
    static const char *const early[] = {
        "connect", "challenge", "no", "!yes", "!CONNECT", "!con", NULL,
    };
    static const char *const yes_no[] = {
        "yes", "no", "!true", "!1", "!Yes", "!on", NULL,
    };
    static const char *const hours[] = {
        "1", "24", "8760", "!0", "!8761", "!-1", "!24h", "!024", NULL,
    };
    static const char *const accounts[] = {
        "1", "10000000", "!0", "!10000001", "!-1", "!1e6", "!4294967297", NULL,
    };
    static const char *const provisional[] = {
        "off", "!on", "!yes", "!SSHD", NULL,
    };

    (void) state;
    check_values("timeout", timeout);
    check_values("early", early);
    check_values("case_insensitive", yes_no);
    check_values("enumerate", yes_no);
    check_values("snapshot_max_age", hours);
    check_values("max_accounts", accounts);
    check_values("provisional", provisional);
    assert_line_accepted("early = challenge");
    assert_int_equal(config.early, COG_CONFIG_EARLY_CHALLENGE);
    assert_line_accepted("early = no");
    assert_int_equal(config.early, COG_CONFIG_EARLY_NO);
    assert_line_accepted("case_insensitive = yes");
    assert_true(config.case_insensitive);
    assert_line_accepted("enumerate = yes");
    assert_true(config.enumerate);
    assert_line_accepted("snapshot_max_age = 48");
    assert_int_equal(config.snapshot_max_age_h, 48);
    assert_line_accepted("max_accounts = 1000000");
    assert_int_equal(config.max_accounts, 1000000);
}

static void
client_ids_are_of_cognitos_alphabet(void **state)
{
    char text[400];

    (void) state;
    assert_accepted("pool_id = " POOL "\nclient_id = aB0_+\n");
    assert_refused("pool_id = " POOL "\nclient_id = a-b\n", 2, "client_id");
    assert_refused("pool_id = " POOL "\nclient_id = a b\n", 2, "client_id");
    (void) snprintf(text, sizeof text, "pool_id = %s\nclient_id = %0128d\n",
                    POOL, 0);
    assert_accepted(text);
    (void) snprintf(text, sizeof text, "pool_id = %s\nclient_id = %0129d\n",
                    POOL, 0);
    assert_refused(text, 2, "too long");
}

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
p96_trusted_callers_are_names_of_local_users(void **state)
{
    static const char *const values[] = {
        "postgres",
        "Debian-exim, _openvpn www-data",
        "!*",
        "!root",
        "!postgres, root",
        "!0",
        "!1000",
        "!a:b",
        "!a/b",
        "!-a",
        "!.a",
        "!postgres postgres",
        "!%postgres",
        "!abcdefghijklmnopqrstuvwxyz0123456",
        NULL,
    };
    size_t at = 0;

    (void) state;
    check_values("trusted_callers", values);
    assert_line_accepted("trusted_callers = postgres, _openvpn");
    assert_string_equal(cog_config_list_next(&config.trusted_callers, &at),
                        "postgres");
    assert_string_equal(cog_config_list_next(&config.trusted_callers, &at),
                        "_openvpn");
    assert_null(cog_config_list_next(&config.trusted_callers, &at));
    assert_accepted(BASE);
    assert_int_equal(config.trusted_callers.count, 0);
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
p73_a_snapshot_is_fetched_over_tls_and_needs_a_key(void **state)
{
    static const char key[] = "snapshot_key = /etc/cognito/snapshot.pem\n";
    static const char *const values[] = {
        "https://bucket.s3.eu-west-1.amazonaws.com/pool.snapshot",
        "https://a.example:8443/x/y",
        "!http://a.example/x",
        "!https://a.example",
        "!https://a.example/",
        "!https://a.example/x/",
        "!https://a.example/x?X-Amz-Signature=a",
        "!https://a.example/x#y",
        "!https://a.example/%41",
        "!https://u:p@a.example/x",
        "!https://a.example/../x",
        "!/etc/cognito/pool.snapshot",
    };

    (void) state;
    for (size_t i = 0; i < sizeof values / sizeof values[0]; i++) {
        bool bad = values[i][0] == '!';
        char text[1024];

        (void) snprintf(text, sizeof text, "%s%ssnapshot_url = %s\n", BASE,
                        key, values[i] + bad);
        if (bad)
            assert_refused(text, 4, "snapshot_url");
        else
            assert_accepted(text);
    }
    assert_refused(BASE "snapshot_url = https://a.example/x\n", 3,
                   "needs snapshot_key");
    assert_accepted(BASE "snapshot_key = /etc/cognito/snapshot.pem\n");
}

#define IDENTITY_POOL "eu-west-1:12345678-90ab-cdef-1234-567890abcdef"

static void
p92_tokens_of_a_session_do_not_stay_behind_for_the_account_phase(void **state)
{
    (void) state;
    assert_accepted(BASE);
    assert_false(config.session_tokens);
    assert_accepted(BASE "session_tokens = yes\n");
    assert_true(config.session_tokens);
    assert_accepted(BASE "session_tokens = no\naccount_check = refresh\n");
    assert_refused(BASE "account_check = refresh\nsession_tokens = yes\n", 4,
                   "account_check = refresh");
    assert_refused(BASE "session_tokens = yes\naccount_check = refresh\n", 3,
                   "revoked when the session ends");
}

static void
p44_an_identity_pool_has_a_host_of_its_region(void **state)
{
    static const char *const bad[] = {
        "eu-west-1",
        ":12345678-90ab-cdef-1234-567890abcdef",
        "eu.west:12345678-90ab-cdef-1234-567890abcdef",
        "eu/west:12345678-90ab-cdef-1234-567890abcdef",
        "Eu-west-1:12345678-90ab-cdef-1234-567890abcdef",
        "eu-west-:12345678-90ab-cdef-1234-567890abcdef",
        "eu-west-1:12345678-90AB-cdef-1234-567890abcdef",
        "eu-west-1:12345678-90ab-cdef-1234-567890abcde",
        "eu-west-1:12345678-90ab-cdef-1234-567890abcdef0",
        "eu-west-1:12345678090ab-cdef-1234-567890abcdef",
    };
    char text[512];

    (void) state;
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        (void) snprintf(text, sizeof text,
                        "%ssession_tokens = yes\nidentity_pool_id = %s\n",
                        BASE, bad[i]);
        assert_refused(text, 4, "REGION:UUID");
    }
    assert_accepted(BASE "session_tokens = yes\n"
                         "identity_pool_id = " IDENTITY_POOL "\n");
    assert_string_equal(config.identity_endpoint,
                        "https://cognito-identity.eu-west-1.amazonaws.com");
    assert_string_equal(config.identity_login,
                        "cognito-idp.eu-west-1.amazonaws.com/" POOL);
    assert_accepted(BASE "session_tokens = yes\nidentity_pool_id = "
                         "cn-north-1:12345678-90ab-cdef-1234-567890abcdef\n");
    assert_string_equal(
        config.identity_endpoint,
        "https://cognito-identity.cn-north-1.amazonaws.com.cn");
    assert_accepted(BASE "session_tokens = yes\n"
                         "identity_pool_id = " IDENTITY_POOL "\n"
                         "identity_endpoint = https://vpce.example:8443\n");
    assert_string_equal(config.identity_endpoint, "https://vpce.example:8443");
    assert_line_refused("identity_endpoint = http://a.example", "https://");
    assert_line_refused("identity_pool_id = " IDENTITY_POOL,
                        "needs session_tokens");
    assert_accepted(BASE);
    assert_string_equal(config.identity_endpoint, "");
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

/* ---- the secret */

static void
p79_a_client_secret_is_one_line_of_cognitos_alphabet(void **state)
{
    static const char right[] = "0123456789abcdefghijklmnopqrstuvwxyz"
                                "ABCDEFGHIJKLMNOPQRSTUVWX_+ab\n";
    static const char *const wrong[] = {
        "",
        "\n",
        "0123456789abcdefghijklm\n",
        "0123456789abcdefghijklmn\n\n",
        "0123456789abcdefghijklmn\r\n",
        "0123456789abcdefghijklmn ",
        " 0123456789abcdefghijklmn",
        "0123456789abcdef-hijklmn",
        "0123456789ab\ndefghijklmn",
        "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWX_+abc",
        NULL,
    };
    cog_cleanup_secret struct cog_secret secret = COG_SECRET_EMPTY;

    (void) state;
    assert_int_equal(strlen(right), 65);
    assert_null(cog_config_check_secret(right, 65, &secret));
    assert_int_equal(secret.len, 64);
    assert_memory_equal(secret.data, right, 64);
    assert_null(cog_config_check_secret(right, 24, &secret));
    assert_int_equal(secret.len, 24);
    for (size_t i = 0; wrong[i] != NULL; i++)
        assert_non_null(
            cog_config_check_secret(wrong[i], strlen(wrong[i]), &secret));
    assert_non_null(
        cog_config_check_secret("0123456789ab\0defghijklmn", 24, &secret));
    assert_int_equal(secret.len, 24); /* the earlier one stays */
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
        cmocka_unit_test(p44_nothing_in_a_pool_id_reaches_into_a_host_name),
        cmocka_unit_test(
            p44_the_endpoint_is_https_host_and_port_and_nothing_more),
        cmocka_unit_test(p44_partitions_have_the_domain_of_amazons_table),
        cmocka_unit_test(a_configured_issuer_is_the_only_one),
        cmocka_unit_test(p31_paths_are_absolute_and_go_nowhere_else),
        cmocka_unit_test(a_path_of_255_bytes_is_taken_and_256_are_refused),
        cmocka_unit_test(certificates_come_from_a_file_or_from_a_directory),
        cmocka_unit_test(
            p30_a_proxy_is_named_with_its_port_and_without_a_password),
        cmocka_unit_test(numbers_and_words_are_exact),
        cmocka_unit_test(client_ids_are_of_cognitos_alphabet),
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
        cmocka_unit_test(p73_a_snapshot_is_fetched_over_tls_and_needs_a_key),
        cmocka_unit_test(
            p92_tokens_of_a_session_do_not_stay_behind_for_the_account_phase),
        cmocka_unit_test(p44_an_identity_pool_has_a_host_of_its_region),
        cmocka_unit_test(p96_trusted_callers_are_names_of_local_users),
        cmocka_unit_test(p28_no_local_group_is_given_by_default),
        cmocka_unit_test(p10_provisional_names_are_off_and_need_a_pattern),
        cmocka_unit_test(p10_provisional_ids_must_be_computable),
        cmocka_unit_test(
            expanding_puts_the_name_in_once_or_leaves_the_buffer_alone),
        cmocka_unit_test(p79_a_client_secret_is_one_line_of_cognitos_alphabet),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
