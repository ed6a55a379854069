/* SPDX-License-Identifier: Apache-2.0 */
/*
 * config: the pool, the app client and the way there. Each case is a
 * property; its number names the promise it proves.
 */
#include "config/config.h"

#include "tests/unit/config/support.h"

#include <stdio.h>
#include <string.h>

/* ---- values: "key = value" taken, "!key = value" refused */

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

/* ---- accounts */

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
        cmocka_unit_test(p73_a_snapshot_is_fetched_over_tls_and_needs_a_key),
        cmocka_unit_test(
            p92_tokens_of_a_session_do_not_stay_behind_for_the_account_phase),
        cmocka_unit_test(p44_an_identity_pool_has_a_host_of_its_region),
        cmocka_unit_test(p96_trusted_callers_are_names_of_local_users),
        cmocka_unit_test(p79_a_client_secret_is_one_line_of_cognitos_alphabet),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
