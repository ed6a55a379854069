/* SPDX-License-Identifier: Apache-2.0 */
/* aws/profile_file: one profile out of AWS's shared files. */
#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "aws/profile_file.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static struct cog_aws_profile profile;

static int
clear(void **state)
{
    (void) state;
    cog_aws_profile_clear(&profile);
    return 0;
}

static enum cog_status
parse(const char *text, size_t len, enum cog_aws_file_kind kind,
      const char *name, unsigned *line)
{
    /* An exact heap copy, so that a sanitizer sees any step beyond it. */
    char *copy = malloc(len == 0 ? 1 : len);
    enum cog_status status;

    assert_non_null(copy);
    memcpy(copy, text, len);
    cog_aws_profile_clear(&profile);
    *line = 0;
    status = cog_aws_profile_parse(copy, len, kind, name, &profile, line);
    free(copy);
    return status;
}

static void
assert_key_id(const char *text, enum cog_aws_file_kind kind, const char *name,
              const char *wanted)
{
    unsigned line;

    assert_int_equal(parse(text, strlen(text), kind, name, &line), COG_OK);
    assert_string_equal(
        profile.access_key_id.data != NULL ? profile.access_key_id.data : "",
        wanted);
}

static void
test_sections(void **state)
{
    static const char credentials[] = "[default]\naws_access_key_id = A\n"
                                      "[sync]\naws_access_key_id=B\n"
                                      "[profile x]\naws_access_key_id=C\n"
                                      "[ odd ] ; comment\n"
                                      "aws_access_key_id=D";
    static const char config[] = "[default]\naws_access_key_id = A\n"
                                 "[profile sync]\naws_access_key_id = B\n"
                                 "[other]\naws_access_key_id = C\n"
                                 "[profile \"two words\"]\n"
                                 "aws_access_key_id = D\n"
                                 "[profile\tdefault2]\naws_access_key_id = E\n"
                                 "[profiles]\naws_access_key_id = F\n";
    static const char twice[] = "[profile default]\nrole_arn = r\n[default]\n"
                                "aws_access_key_id = A\n";

    (void) state;
    assert_key_id(credentials, COG_AWS_FILE_CREDENTIALS, "default", "A");
    assert_key_id(credentials, COG_AWS_FILE_CREDENTIALS, "sync", "B");
    assert_key_id(credentials, COG_AWS_FILE_CREDENTIALS, "profile x", "C");
    assert_key_id(credentials, COG_AWS_FILE_CREDENTIALS, "odd", "D");
    assert_key_id(credentials, COG_AWS_FILE_CREDENTIALS, "syn", "");
    assert_false(profile.found);
    assert_key_id(config, COG_AWS_FILE_CONFIG, "default", "A");
    assert_key_id(config, COG_AWS_FILE_CONFIG, "sync", "B");
    assert_key_id(config, COG_AWS_FILE_CONFIG, "other", "");
    assert_key_id(config, COG_AWS_FILE_CONFIG, "two words", "D");
    assert_key_id(config, COG_AWS_FILE_CONFIG, "default2", "E");
    assert_key_id(config, COG_AWS_FILE_CONFIG, "profiles", "");
    assert_key_id(config, COG_AWS_FILE_CONFIG, "", "");
    assert_key_id(twice, COG_AWS_FILE_CONFIG, "default", "A");
    assert_string_equal(profile.role_arn.data, "r");
}

static void
test_values(void **state)
{
    static const char text[] =
        "# comment\r\n"
        "; another\n"
        "\n"
        "[default]\r\n"
        "region = eu-west-1\n"
        "aws_access_key_id   =   AK  \r\n"
        "aws_secret_access_key = a=b/c+d # part of it\n"
        "aws_session_token=\n"
        "s3 =\n"
        "  aws_access_key_id = nested\n"
        "\tmax_concurrent_requests = 20\n"
        "credential_process = \"/opt/my tool\" --profile 'x y'\n"
        "  # indented comment\n"
        "Role_Arn = wrong case\n"
        "web_identity_token_file = /x\n"
        "role_session_name = me";
    unsigned line;

    (void) state;
    assert_int_equal(
        parse(text, strlen(text), COG_AWS_FILE_CREDENTIALS, "default", &line),
        COG_OK);
    assert_true(profile.found);
    assert_string_equal(profile.access_key_id.data, "AK");
    assert_string_equal(profile.secret_access_key.data,
                        "a=b/c+d # part of it");
    assert_int_equal(profile.session_token.len, 0);
    assert_string_equal(profile.credential_process.data,
                        "\"/opt/my tool\" --profile 'x y'");
    assert_int_equal(profile.role_arn.len, 0);
    assert_string_equal(profile.web_identity_token_file.data, "/x");
    assert_string_equal(profile.role_session_name.data, "me");
    assert_null(profile.unsupported);
}

static void
test_unsupported(void **state)
{
    static const char *const names[] = {"source_profile", "credential_source",
                                        "sso_session",    "sso_start_url",
                                        "sso_account_id", "login_session"};

    (void) state;
    for (size_t i = 0; i < COUNT(names); i++) {
        char text[100] = "[other]\nsso_session = y\n[default]\n";
        unsigned line;

        strncat(text, names[i], sizeof text - strlen(text) - 1);
        strncat(text, " = x\n", sizeof text - strlen(text) - 1);
        assert_int_equal(
            parse(text, strlen(text), COG_AWS_FILE_CONFIG, "default", &line),
            COG_OK);
        assert_string_equal(profile.unsupported, names[i]);
    }
}

static void
test_malformed(void **state)
{
    static const struct {
        const char *bytes;
        size_t len;
        unsigned line;
    } bad[] = {
#define TEXT(literal, line) {literal, sizeof(literal) - 1, line}
        TEXT("x = y\n", 1),
        TEXT("[default]\nx\n", 2),
        TEXT("[default\nx = y\n", 1),
        TEXT("[default] x\n", 1),
        TEXT("[default]\n = y\n", 2),
        TEXT("[default]\n=y\n", 2),
        TEXT("[default]\n\n\nx = a\x01z\n", 4),
        TEXT("[default]\nx = a\0z\n", 2),
        TEXT("[other]\nx = a\x7f\n", 2),
        TEXT("[default]\nrole_arn = a\nrole_arn = b\n", 3),
        TEXT("[default]\nrole_arn = a\n[x]\n[default]\nrole_arn = a\n", 5),
        TEXT("[default]\nrole_arn =\nrole_arn = b\n", 3),
        TEXT("[default]\n  x\n", 2),
#undef TEXT
    };

    (void) state;
    for (size_t i = 0; i < COUNT(bad); i++) {
        unsigned line;

        assert_int_equal(parse(bad[i].bytes, bad[i].len,
                               COG_AWS_FILE_CREDENTIALS, "default", &line),
                         COG_MISCONFIGURED);
        assert_int_equal(line, bad[i].line);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        {"each file has its own names for profiles", test_sections, NULL,
         clear, NULL},
        {"keys, nested settings, comments and blanks are told apart",
         test_values, NULL, clear, NULL},
        {"ways to credentials that we lack are told by name", test_unsupported,
         NULL, clear, NULL},
        {"P80: what is malformed or there twice names its line",
         test_malformed, NULL, clear, NULL},
    };

    return cmocka_run_group_tests_name("aws/profile_file", tests, NULL, NULL);
}
