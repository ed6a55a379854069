/* SPDX-License-Identifier: Apache-2.0 */
/*
 * aws: credentials in JSON documents, of metadata service and programs, and
 * of identity pools.
 */
#include "aws/credential_document.h"
#include "aws/identity_pool.h"
#include "tests/unit/aws/support.h"

#include <stdlib.h>
#include <string.h>

static void
test_documents(void **state)
{
    static const struct {
        enum cog_aws_document kind;
        const char *text;
        const char *token;
        int64_t expires_s;
    } fine[] = {
        {COG_AWS_DOCUMENT_PROCESS,
         "{\"Version\":1,\"AccessKeyId\":\"AK\",\"SecretAccessKey\":\"s/+=\"}",
         NULL, 0},
        {COG_AWS_DOCUMENT_PROCESS,
         "{\"Version\":1,\"AccessKeyId\":\"AK\",\"SecretAccessKey\":\"s/+=\","
         "\"SessionToken\":\"t\",\"Expiration\":\"2026-11-21T13:02:03Z\","
         "\"AccountId\":\"1\"}",
         "t", 1795266123},
        {COG_AWS_DOCUMENT_CONTAINER,
         "{\"RoleArn\":\"arn:x\",\"AccessKeyId\":\"AK\",\"SecretAccessKey\":"
         "\"s/+=\",\"Token\":\"t\",\"Expiration\":\"2026-11-21T13:02:03Z\"}",
         "t", 1795266123},
        {COG_AWS_DOCUMENT_EC2,
         "{\"Code\":\"Success\",\"LastUpdated\":\"2026-11-21T07:00:00Z\","
         "\"Type\":\"AWS-HMAC\",\"AccessKeyId\":\"AK\",\"SecretAccessKey\":"
         "\"s/+=\",\"Token\":\"t\",\"Expiration\":\"2026-11-21T13:02:03Z\"}",
         "t", 1795266123},
    };

    (void) state;
    for (size_t i = 0; i < COUNT(fine); i++) {
        struct cog_aws_credentials found = {.source = NULL};
        const char *problem;

        assert_int_equal(cog_aws_document_read(fine[i].text,
                                               strlen(fine[i].text),
                                               fine[i].kind, &found, &problem),
                         COG_OK);
        assert_string_equal(found.key_id.data, "AK");
        assert_string_equal(found.secret_key.data, "s/+=");
        if (fine[i].token != NULL)
            assert_string_equal(found.session_token.data, fine[i].token);
        else
            assert_int_equal(found.session_token.len, 0);
        assert_int_equal(found.expires_s, fine[i].expires_s);
        cog_aws_credentials_clear(&found);
    }
}

static void
test_bad_documents(void **state)
{
#define KEYS "\"AccessKeyId\":\"AK\",\"SecretAccessKey\":\"s\""
#define WHEN "\"Expiration\":\"2026-11-21T13:02:03Z\""
    static const struct {
        enum cog_aws_document kind;
        const char *text;
    } bad[] = {
        {COG_AWS_DOCUMENT_PROCESS, ""},
        {COG_AWS_DOCUMENT_PROCESS, "[]"},
        {COG_AWS_DOCUMENT_PROCESS, "{" KEYS "}"},
        {COG_AWS_DOCUMENT_PROCESS, "{\"Version\":2," KEYS "}"},
        {COG_AWS_DOCUMENT_PROCESS, "{\"Version\":\"1\"," KEYS "}"},
        {COG_AWS_DOCUMENT_PROCESS, "{\"Version\":1," KEYS "} "
                                   "{\"Version\":1}"},
        {COG_AWS_DOCUMENT_PROCESS, "{\"Version\":1,\"AccessKeyId\":\"A\"}"},
        {COG_AWS_DOCUMENT_PROCESS,
         "{\"Version\":1,\"AccessKeyId\":1,\"SecretAccessKey\":\"s\"}"},
        {COG_AWS_DOCUMENT_PROCESS,
         "{\"Version\":1," KEYS ",\"Expiration\":1795266123}"},
        {COG_AWS_DOCUMENT_PROCESS,
         "{\"Version\":1," KEYS ",\"Expiration\":\"soon\"}"},
        {COG_AWS_DOCUMENT_PROCESS,
         "{\"Version\":1," KEYS ",\"SessionToken\":\"a b\"}"},
        {COG_AWS_DOCUMENT_PROCESS,
         "{\"Version\":1," KEYS ",\"SessionToken\":\"a\\r\\nX-Evil: 1\"}"},
        {COG_AWS_DOCUMENT_PROCESS,
         "{\"Version\":1,\"AccessKeyId\":\"A/K\",\"SecretAccessKey\":\"s\"}"},
        {COG_AWS_DOCUMENT_PROCESS,
         "{\"Version\":1,\"AccessKeyId\":\"\",\"SecretAccessKey\":\"s\"}"},
        {COG_AWS_DOCUMENT_PROCESS,
         "{\"Version\":1,\"AccessKeyId\":\"AK\",\"SecretAccessKey\":\"\"}"},
        {COG_AWS_DOCUMENT_PROCESS,
         "{\"Version\":1," KEYS ",\"AccessKeyId\":\"B\"}"},
        {COG_AWS_DOCUMENT_CONTAINER, "{" KEYS "," WHEN "}"},
        {COG_AWS_DOCUMENT_CONTAINER, "{" KEYS ",\"Token\":\"t\"}"},
        {COG_AWS_DOCUMENT_CONTAINER,
         "{" KEYS ",\"SessionToken\":\"t\"," WHEN "}"},
        {COG_AWS_DOCUMENT_EC2, "{" KEYS ",\"Token\":\"t\"," WHEN "}"},
        {COG_AWS_DOCUMENT_EC2,
         "{\"Code\":\"Failed\"," KEYS ",\"Token\":\"t\"," WHEN "}"},
    };
#undef KEYS
#undef WHEN

    (void) state;
    for (size_t i = 0; i < COUNT(bad); i++) {
        struct cog_aws_credentials found = {.expires_s = 77};
        const char *problem = NULL;
        char *copy = copy_of(bad[i].text, strlen(bad[i].text));

        if (cog_aws_document_read(copy, strlen(bad[i].text), bad[i].kind,
                                  &found, &problem) != COG_PROTOCOL)
            fail_msg("taken: %s", bad[i].text);
        assert_non_null(problem);
        assert_null(found.key_id.data);
        assert_int_equal(found.expires_s, 77);
        free(copy);
    }
}

/* The form of the API's reference; Expiration is a number there. */
static const char identity_answer[] =
    "{\"IdentityId\":\"eu-west-1:12345678-90ab-cdef-1234-567890abcdef\","
    "\"Credentials\":{\"AccessKeyId\":\"ASIAIOSFODNN7EXAMPLE\","
    "\"SecretKey\":\"wJalrXUtnFEMI/K7MDENG/bPxRfiCYzEXAMPLEKEY\","
    "\"SessionToken\":\"IQoJb3JpZ2luX2Vj==\","
    "\"Expiration\":1.795266123E9}}";

static void
test_identity(void **state)
{
    struct cog_aws_credentials found = {.source = NULL};
    char id[COG_IDENTITY_ID_SIZE];
    const char *problem;

    (void) state;
    assert_int_equal(
        cog_identity_id_read(identity_answer, sizeof identity_answer - 1, id),
        COG_OK);
    assert_string_equal(id, "eu-west-1:12345678-90ab-cdef-1234-567890abcdef");
    assert_int_equal(cog_aws_identity_read(identity_answer,
                                           sizeof identity_answer - 1, &found,
                                           &problem),
                     COG_OK);
    assert_string_equal(found.key_id.data, "ASIAIOSFODNN7EXAMPLE");
    assert_string_equal(found.secret_key.data,
                        "wJalrXUtnFEMI/K7MDENG/bPxRfiCYzEXAMPLEKEY");
    assert_string_equal(found.session_token.data, "IQoJb3JpZ2luX2Vj==");
    assert_int_equal(found.expires_s, 1795266123);
    cog_aws_credentials_clear(&found);
}

static void
test_bad_identity(void **state)
{
    static const char *const bad[] = {
        "",
        "{}",
        "[]",
        "{\"Credentials\":null}",
        "{\"Credentials\":{}}",
        "{\"Credentials\":{\"AccessKeyId\":\"A\",\"SecretKey\":\"s\","
        "\"Expiration\":1}}",
        "{\"Credentials\":{\"AccessKeyId\":\"A\",\"SecretKey\":\"s\","
        "\"SessionToken\":\"\",\"Expiration\":1}}",
        "{\"Credentials\":{\"AccessKeyId\":\"A\",\"SecretKey\":\"s\","
        "\"SessionToken\":\"t\"}}",
        "{\"Credentials\":{\"AccessKeyId\":\"A\",\"SecretKey\":\"s\","
        "\"SessionToken\":\"t\",\"Expiration\":\"1\"}}",
        "{\"Credentials\":{\"AccessKeyId\":\"A\",\"SecretKey\":\"s\","
        "\"SessionToken\":\"t\",\"Expiration\":-1}}",
        "{\"Credentials\":{\"AccessKeyId\":\"A A\",\"SecretKey\":\"s\","
        "\"SessionToken\":\"t\",\"Expiration\":1}}",
        "{\"Credentials\":{\"AccessKeyId\":\"A\",\"SecretKey\":\"s\","
        "\"SessionToken\":\"t\\n\",\"Expiration\":1}}",
        "{\"Credentials\":{\"AccessKeyId\":\"A\",\"AccessKeyId\":\"A\","
        "\"SecretKey\":\"s\",\"SessionToken\":\"t\",\"Expiration\":1}}",
    };
    static const char *const ids[] = {
        "{\"IdentityId\":\"\"}",
        "{\"IdentityId\":7}",
        "{\"IdentityId\":\"eu-west-1\"}",
        "{\"IdentityId\":\"eu-west-1:a\\nb\"}",
        "{\"IdentityId\":\"eu-west-1:a\\u0000b\"}",
        "{\"IdentityId\":\"eu-west-1:a b\"}",
        ("{\"IdentityId\":\"eu-west-1:12345678901234567890123456789012345678"
         "90123456\"}"),
    };
    char id[COG_IDENTITY_ID_SIZE] = "as before";
    const char *problem;

    (void) state;
    for (size_t i = 0; i < COUNT(bad); i++) {
        struct cog_aws_credentials found = {.source = NULL};

        if (cog_aws_identity_read(bad[i], strlen(bad[i]), &found, &problem) !=
            COG_PROTOCOL)
            fail_msg("taken: %s", bad[i]);
        assert_null(found.key_id.data);
    }
    for (size_t i = 0; i < COUNT(ids); i++) {
        if (cog_identity_id_read(ids[i], strlen(ids[i]), id) != COG_PROTOCOL)
            fail_msg("taken: %s", ids[i]);
    }
    assert_string_equal(id, "as before");
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        {"each source's document gives its credentials", test_documents, NULL,
         NULL, NULL},
        {"P48, P49: documents that lack or mistake anything are refused",
         test_bad_documents, NULL, NULL, NULL},
        {"an identity pool's answers are read", test_identity, NULL, NULL,
         NULL},
        {"P48, P49: and refused where they lack or mistake anything",
         test_bad_identity, NULL, NULL, NULL},
    };

    return cmocka_run_group_tests_name("aws/documents", tests, NULL, NULL);
}
