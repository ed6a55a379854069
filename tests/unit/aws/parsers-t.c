/* SPDX-License-Identifier: Apache-2.0 */
/* aws: moments, command lines, XML, documents, tokens: pure parsers. */
#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "aws/command_line.h"
#include "aws/credential_document.h"
#include "aws/identity_pool.h"
#include "aws/timestamp.h"
#include "aws/web_identity.h"
#include "aws/xml.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* `date -u -d TEXT +%s` said these numbers. */
static void
test_moments(void **state)
{
    static const struct {
        const char *text;
        int64_t unix_s;
    } fine[] = {
        {"1970-01-01T00:00:00Z", 0},
        {"2026-11-21T13:02:03Z", 1795266123},
        {"2026-11-21T13:02:03.999Z", 1795266123},
        {"2026-11-21T13:02:03+00:00", 1795266123},
        {"2026-11-21T14:32:03+01:30", 1795266123},
        {"2026-11-21T05:02:03-08:00", 1795266123},
        {"2000-02-29T23:59:59Z", 951868799},
        {"2024-12-31T23:59:60Z", 1735689600},
        {"2100-03-01T00:00:00Z", 4107542400},
        {"9999-12-31T23:59:59Z", 253402300799},
    };
    static const char *const bad[] = {
        "",
        "2026-11-21",
        "2026-11-21T13:02:03",
        "2026-11-21 13:02:03Z",
        "2026-11-21t13:02:03Z",
        "2026-11-21T13:02:03z",
        "2026-11-21T13:02:03Z ",
        " 2026-11-21T13:02:03Z",
        "2026-11-21T13:02:03.Z",
        "2026-11-21T13:02:03.5",
        "2026-11-21T13:02:03+0000",
        "2026-11-21T13:02:03+24:00",
        "2026-11-21T13:02:03+00:60",
        "2026-11-21T13:02Z",
        "2026-13-21T13:02:03Z",
        "2026-00-21T13:02:03Z",
        "2026-11-31T13:02:03Z",
        "2026-11-00T13:02:03Z",
        "2025-02-29T13:02:03Z",
        "2100-02-29T13:02:03Z",
        "2026-11-21T24:02:03Z",
        "2026-11-21T13:60:03Z",
        "2026-11-21T13:02:61Z",
        "1969-12-31T23:59:59Z",
        "10000-01-01T00:00:00Z",
        "-2026-11-21T13:02:03Z",
        "2026-11-2\xc3\x97T13:02:03Z",
    };
    int64_t found = -7;

    (void) state;
    for (size_t i = 0; i < COUNT(bad); i++) {
        if (cog_aws_timestamp_parse(bad[i], &found) != EINVAL)
            fail_msg("taken: %s", bad[i]);
    }
    assert_int_equal(found, -7);
    for (size_t i = 0; i < COUNT(fine); i++) {
        assert_int_equal(cog_aws_timestamp_parse(fine[i].text, &found), 0);
        if (found != fine[i].unix_s)
            fail_msg("%s is %lld", fine[i].text, (long long) found);
    }
}

/* Every day of 400 years, against the C library. */
static void
test_calendar(void **state)
{
    (void) state;
    for (time_t day = 0; day < 146097; day++) {
        const time_t seconds = day * 86400 + 3661;
        struct tm broken;
        char text[40];
        int64_t found = -1;

        assert_non_null(gmtime_r(&seconds, &broken));
        (void) snprintf(text, sizeof text, "%04d-%02d-%02dT%02d:%02d:%02dZ",
                        broken.tm_year + 1900, broken.tm_mon + 1,
                        broken.tm_mday, broken.tm_hour, broken.tm_min,
                        broken.tm_sec);
        assert_int_equal(cog_aws_timestamp_parse(text, &found), 0);
        assert_int_equal(found, seconds);
    }
}

/* The words joined by "|", as Python's shlex.split has them. */
static void
test_words(void **state)
{
    static const struct {
        const char *line;
        const char *words;
    } fine[] = {
        {"/bin/x", "/bin/x"},
        {"  /bin/x\t a  ", "/bin/x|a"},
        {"/bin/x 'a b' \"c d\"", "/bin/x|a b|c d"},
        {"/bin/x a'b'c\"d\"e", "/bin/x|abcde"},
        {"/bin/x '' \"\"", "/bin/x||"},
        {"/bin/x a\\ b \\'", "/bin/x|a b|'"},
        {"/bin/x \"a\\\"b\\\\c\\d\"", "/bin/x|a\"b\\c\\d"},
        {"/bin/x 'a\\b'", "/bin/x|a\\b"},
        {"\"/opt/my tool\" --x=\"1 2\"", "/opt/my tool|--x=1 2"},
        {"/bin/x $HOME ~ * ; | && `id` $(id) > /etc/x # c",
         "/bin/x|$HOME|~|*|;|||&&|`id`|$(id)|>|/etc/x|#|c"},
        {"/bin/x \xc3\xa4", "/bin/x|\xc3\xa4"},
    };
    static const struct {
        const char *line;
        const char *problem;
    } bad[] = {
        {"", "empty"},
        {"  \t", "empty"},
        {"x", "not an absolute path"},
        {"../x", "not an absolute path"},
        {"'' /bin/x", "not an absolute path"},
        {"/bin/x 'a", "a quote is not closed"},
        {"/bin/x \"a\\\"", "a quote is not closed"},
        {"/bin/x a\\", "ends in a backslash"},
        {"/bin/x a\nb", "control characters"},
        {"/bin/x \x7f", "control characters"},
    };
    struct cog_aws_command command;

    (void) state;
    for (size_t i = 0; i < COUNT(fine); i++) {
        char joined[200] = "";
        size_t at = 0;

        assert_null(cog_aws_command_split(fine[i].line, &command));
        assert_null(command.words[command.count]);
        for (size_t j = 0; j < command.count; j++)
            at += (size_t) snprintf(joined + at, sizeof joined - at, "%s%s",
                                    j > 0 ? "|" : "", command.words[j]);
        assert_string_equal(joined, fine[i].words);
    }
    for (size_t i = 0; i < COUNT(bad); i++)
        assert_string_equal(cog_aws_command_split(bad[i].line, &command),
                            bad[i].problem);
}

static void
test_many_words(void **state)
{
    char line[COG_AWS_COMMAND_MAX + 2];
    struct cog_aws_command command;

    (void) state;
    memset(line, ' ', sizeof line);
    line[0] = '/';
    for (size_t i = 1; i <= COG_AWS_WORDS_MAX; i++)
        line[2 * i] = 'a';
    line[2 * COG_AWS_WORDS_MAX] = '\0';
    assert_null(cog_aws_command_split(line, &command));
    assert_int_equal(command.count, COG_AWS_WORDS_MAX);
    line[2 * COG_AWS_WORDS_MAX] = 'a';
    line[2 * COG_AWS_WORDS_MAX + 1] = '\0';
    assert_string_equal(cog_aws_command_split(line, &command),
                        "too many words");
    memset(line, 'a', sizeof line);
    line[0] = '/';
    line[COG_AWS_COMMAND_MAX] = '\0';
    assert_null(cog_aws_command_split(line, &command));
    assert_int_equal(strlen(command.words[0]), COG_AWS_COMMAND_MAX);
    line[COG_AWS_COMMAND_MAX] = 'a';
    line[COG_AWS_COMMAND_MAX + 1] = '\0';
    assert_string_equal(cog_aws_command_split(line, &command), "too long");
}

/* An exact heap copy, so that a sanitizer sees any step beyond it. */
static char *
copy_of(const char *text, size_t len)
{
    char *copy = malloc(len == 0 ? 1 : len);

    assert_non_null(copy);
    memcpy(copy, text, len);
    return copy;
}

static enum cog_status
xml_text(const char *document, size_t len, struct cog_secret *text)
{
    static const char *const path[] = {"a", "b", "c"};
    char *copy = copy_of(document, len);
    enum cog_status status = cog_aws_xml_text(copy, len, path, 3, text);

    free(copy);
    return status;
}

static void
test_xml(void **state)
{
    static const struct {
        const char *document;
        const char *text;
    } fine[] = {
        {"<a><b><c>x</c></b></a>", "x"},
        {"<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<a>\n <b>\n  <c>x y</c>"
         "\n </b>\n</a>\n",
         "x y"},
        {"<a xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\"><b x='>'>"
         "<c y = \"1\" >x</c ></b></a>",
         NULL},
        {"<a xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\"><b x='>'>"
         "<c y=\"1\" >x</c ></b></a>",
         "x"},
        {"<a><b><c></c></b></a>", ""},
        {"<a><b><c/></b></a>", ""},
        {"<a><c>no</c><b><d>no</d><c>yes</c><d/></b><b/></a>", "yes"},
        {"<a><b><c>&lt;&amp;&gt;&quot;&apos;x</c></b></a>", "<&>\"'x"},
        {"<a><b><c>\xc3\xa4</c></b></a>", "\xc3\xa4"},
    };

    (void) state;
    for (size_t i = 0; i < COUNT(fine); i++) {
        struct cog_secret text = COG_SECRET_EMPTY;
        enum cog_status status =
            xml_text(fine[i].document, strlen(fine[i].document), &text);

        if (fine[i].text == NULL) {
            assert_int_equal(status, COG_PROTOCOL);
            continue;
        }
        assert_int_equal(status, COG_OK);
        assert_string_equal(text.data != NULL ? text.data : "", fine[i].text);
        cog_secret_clear(&text);
    }
}

static void
test_bad_xml(void **state)
{
    static const struct {
        const char *bytes;
        size_t len;
    } bad[] = {
#define TEXT(literal) {literal, sizeof(literal) - 1}
        TEXT(""),
        TEXT("x"),
        TEXT("<"),
        TEXT("<a"),
        TEXT("<a>"),
        TEXT("<a><b><c>x</c></b>"),
        TEXT("<a><b><c>x</b></c></a>"),
        TEXT("<a><b><c>x</c></b></a><a/>"),
        TEXT("<a><b><c>x</c></b></a>x"),
        TEXT("x<a><b><c>x</c></b></a>"),
        TEXT("<a><b><c>x</c><c>y</c></b></a>"),
        TEXT("<a><b><c>x</c></b><b><c>y</c></b></a>"),
        TEXT("<a><b><c>x<d/></c></b></a>"),
        TEXT("<a><b><d>x</d></b></a>"),
        TEXT("<a><b><C>x</C></b></a>"),
        TEXT("<!DOCTYPE a [<!ENTITY e \"x\">]><a><b><c>&e;</c></b></a>"),
        TEXT("<a><!-- --><b><c>x</c></b></a>"),
        TEXT("<a><b><c><![CDATA[x]]></c></b></a>"),
        TEXT("<a><?php x?><b><c>x</c></b></a>"),
        TEXT("<a><b><c>&#120;</c></b></a>"),
        TEXT("<a><b><c>&nbsp;</c></b></a>"),
        TEXT("<a><b><c>&amp</c></b></a>"),
        TEXT("<a><b><c>&</c></b></a>"),
        TEXT("<a><b><c>x</c></b></a"),
        TEXT("<a b><b><c>x</c></b></a>"),
        TEXT("<a b=c><b><c>x</c></b></a>"),
        TEXT("<a b=\"c><b><c>x</c></b></a>"),
        TEXT("<a b=\"<\"><b><c>x</c></b></a>"),
        TEXT("<a b=\"1\"c=\"2\"><b><c>x</c></b></a>"),
        TEXT("< a><b><c>x</c></b></a>"),
        TEXT("</a>"),
        TEXT("<a/><b/>"),
        TEXT("<a><b><c>\0</c></b></a>"),
        TEXT("<a><b><c>\x01</c></b></a>"),
        TEXT("<a><b><c>\xff</c></b></a>"),
        TEXT("<?xml version=\"1.0\"><a><b><c>x</c></b></a>"),
        TEXT("\xef\xbb\xbf<a><b><c>x</c></b></a>"),
#undef TEXT
    };
    struct cog_secret text = COG_SECRET_EMPTY;

    (void) state;
    for (size_t i = 0; i < COUNT(bad); i++) {
        if (xml_text(bad[i].bytes, bad[i].len, &text) != COG_PROTOCOL)
            fail_msg("taken: %s", bad[i].bytes);
    }
    assert_null(text.data);
}

static void
test_deep_xml(void **state)
{
    struct cog_secret text = COG_SECRET_EMPTY;

    (void) state;
    for (size_t extra = 0; extra < 30; extra++) {
        char document[400] = "<a><b><c>x</c>";
        size_t at = strlen(document);

        for (size_t i = 0; i < extra; i++)
            at +=
                (size_t) snprintf(document + at, sizeof document - at, "<d>");
        for (size_t i = 0; i < extra; i++)
            at +=
                (size_t) snprintf(document + at, sizeof document - at, "</d>");
        at +=
            (size_t) snprintf(document + at, sizeof document - at, "</b></a>");
        assert_int_equal(xml_text(document, at, &text),
                         extra + 2 <= COG_AWS_XML_DEPTH ? COG_OK
                                                        : COG_PROTOCOL);
        cog_secret_clear(&text);
    }
}

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

/* The example of the API reference of STS, shortened. */
static const char sts_answer[] =
    "<AssumeRoleWithWebIdentityResponse "
    "xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\">\n"
    "  <AssumeRoleWithWebIdentityResult>\n"
    "    <SubjectFromWebIdentityToken>amzn1.account.X"
    "</SubjectFromWebIdentityToken>\n"
    "    <Audience>client.5498841531868486423.1548@apps.example.com"
    "</Audience>\n"
    "    <AssumedRoleUser>\n"
    "      <Arn>arn:aws:sts::123456789012:assumed-role/R/app1</Arn>\n"
    "      <AssumedRoleId>AROACLKWSDQRAOEXAMPLE:app1</AssumedRoleId>\n"
    "    </AssumedRoleUser>\n"
    "    <Credentials>\n"
    "      <SessionToken>AQoDYXdzEE0a8ANXXXXXXXXNO1ewxE5TijQyp+IEXAMPLE"
    "</SessionToken>\n"
    "      <SecretAccessKey>wJalrXUtnFEMI/K7MDENG/bPxRfiCYzEXAMPLEKEY"
    "</SecretAccessKey>\n"
    "      <Expiration>2026-11-21T13:02:03Z</Expiration>\n"
    "      <AccessKeyId>ASgeIAIOSFODNN7EXAMPLE</AccessKeyId>\n"
    "    </Credentials>\n"
    "    <Provider>www.amazon.com</Provider>\n"
    "  </AssumeRoleWithWebIdentityResult>\n"
    "  <ResponseMetadata>\n"
    "    <RequestId>ad4156e9-bce1-11e2-82e6-6b6efEXAMPLE</RequestId>\n"
    "  </ResponseMetadata>\n"
    "</AssumeRoleWithWebIdentityResponse>";

static void
test_sts(void **state)
{
    struct cog_aws_credentials found = {.source = NULL};
    char code[64], message[64];
    const char *problem;
    static const char refusal[] =
        "<ErrorResponse xmlns=\"x\"><Error><Type>Sender</Type><Code>"
        "InvalidIdentityToken</Code><Message>No \x1b[2J &lt;provider&gt;"
        "</Message></Error><RequestId>1</RequestId></ErrorResponse>";
    static const char clean[] =
        "<ErrorResponse><Error><Code>AccessDenied</Code><Message>Not &lt;you"
        "&gt;</Message></Error></ErrorResponse>";

    (void) state;
    assert_int_equal(
        cog_aws_sts_read(sts_answer, sizeof sts_answer - 1, &found, &problem),
        COG_OK);
    assert_string_equal(found.key_id.data, "ASgeIAIOSFODNN7EXAMPLE");
    assert_string_equal(found.secret_key.data,
                        "wJalrXUtnFEMI/K7MDENG/bPxRfiCYzEXAMPLEKEY");
    assert_string_equal(found.session_token.data,
                        "AQoDYXdzEE0a8ANXXXXXXXXNO1ewxE5TijQyp+IEXAMPLE");
    assert_int_equal(found.expires_s, 1795266123);
    cog_aws_credentials_clear(&found);
    cog_aws_sts_error(refusal, sizeof refusal - 1, code, sizeof code, message,
                      sizeof message);
    assert_string_equal(code, "");
    cog_aws_sts_error(clean, sizeof clean - 1, code, sizeof code, message,
                      sizeof message);
    assert_string_equal(code, "AccessDenied");
    assert_string_equal(message, "Not <you>");
}

/* Whatever byte is missing, it is not taken. */
static void
test_cut_sts(void **state)
{
    const char *problem;

    (void) state;
    for (size_t len = 0; len < sizeof sts_answer - 1; len++) {
        struct cog_aws_credentials found = {.source = NULL};
        char *copy = copy_of(sts_answer, len);

        assert_int_equal(cog_aws_sts_read(copy, len, &found, &problem),
                         COG_PROTOCOL);
        assert_null(found.key_id.data);
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

static void
test_web_tokens(void **state)
{
    static const char *const bad[] = {
        "",
        "a",
        "a.b",
        ".b.c",
        "a..c",
        "a.b.",
        "a.b.c.d",
        "a.b.c\n",
        "a.b.c ",
        "a.b.c=",
        "a.b/x.c",
        "root:$6$abc.def.ghi:19000:0:99999:7:::",
        "-----BEGIN PRIVATE KEY-----",
    };

    (void) state;
    assert_true(cog_aws_is_web_token("eyJ.eyJ_-9.AbC", 14));
    for (size_t i = 0; i < COUNT(bad); i++) {
        if (cog_aws_is_web_token(bad[i], strlen(bad[i])))
            fail_msg("taken: %s", bad[i]);
    }
}

static enum cog_status
sts_body(const char *arn, const char *name, struct cog_secret *body,
         const char **problem)
{
    cog_cleanup_secret struct cog_secret token = COG_SECRET_EMPTY;
    cog_cleanup_secret struct cog_secret role = COG_SECRET_EMPTY;
    cog_cleanup_secret struct cog_secret session = COG_SECRET_EMPTY;

    if (cog_secret_set_text(&token, "a-_.b.c") != 0 ||
        cog_secret_set_text(&role, arn) != 0 ||
        cog_secret_set_text(&session, name) != 0)
        return COG_NO_MEMORY;
    return cog_aws_sts_body(&token, &role, &session, body, problem);
}

static void
test_sts_body(void **state)
{
    static const char arn[] = "arn:aws:iam::123456789012:role/a/B&c=d e";
    cog_cleanup_secret struct cog_secret body = COG_SECRET_EMPTY;
    const char *problem;

    (void) state;
    assert_int_equal(sts_body(arn, "", &body, &problem), COG_MISCONFIGURED);
    assert_int_equal(sts_body("arn:aws:iam::1", "", &body, &problem),
                     COG_MISCONFIGURED);
    assert_int_equal(
        sts_body("arn:aws:iam::123456789012:role/x", "a b", &body, &problem),
        COG_MISCONFIGURED);
    assert_int_equal(
        sts_body("arn:aws:iam::123456789012:role/x", "a", &body, &problem),
        COG_MISCONFIGURED);
    assert_null(body.data);
    assert_int_equal(sts_body("arn:aws:iam::123456789012:role/a+B&c=d", "me@x",
                              &body, &problem),
                     COG_OK);
    assert_string_equal(
        body.data, "Action=AssumeRoleWithWebIdentity&Version=2011-06-15"
                   "&RoleArn=arn%3Aaws%3Aiam%3A%3A123456789012%3Arole%2Fa%2BB"
                   "%26c%3Dd&RoleSessionName=me%40x&WebIdentityToken=a-_.b.c");
    cog_secret_clear(&body);
    assert_int_equal(
        sts_body("arn:aws:iam::123456789012:role/x", "", &body, &problem),
        COG_OK);
    assert_non_null(strstr(body.data, "&RoleSessionName=cognitoctl&"));
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        {"moments have one form, and every part its range", test_moments, NULL,
         NULL, NULL},
        {"every day of four centuries is the C library's", test_calendar, NULL,
         NULL, NULL},
        {"P82: words are split without a shell, nothing is expanded",
         test_words, NULL, NULL, NULL},
        {"a command has its limits", test_many_words, NULL, NULL, NULL},
        {"the text of one element is found", test_xml, NULL, NULL, NULL},
        {"malformed, repeated, and all of XML that can expand is refused",
         test_bad_xml, NULL, NULL, NULL},
        {"XML deeper than its limit is refused", test_deep_xml, NULL, NULL,
         NULL},
        {"each source's document gives its credentials", test_documents, NULL,
         NULL, NULL},
        {"P48, P49: documents that lack or mistake anything are refused",
         test_bad_documents, NULL, NULL, NULL},
        {"STS's answers and refusals are read", test_sts, NULL, NULL, NULL},
        {"an answer of STS cut short anywhere is refused", test_cut_sts, NULL,
         NULL, NULL},
        {"an identity pool's answers are read", test_identity, NULL, NULL,
         NULL},
        {"P48, P49: and refused where they lack or mistake anything",
         test_bad_identity, NULL, NULL, NULL},
        {"P82: what is no token of a provider is not taken for one",
         test_web_tokens, NULL, NULL, NULL},
        {"STS is asked with every value coded", test_sts_body, NULL, NULL,
         NULL},
    };

    return cmocka_run_group_tests_name("aws/parsers", tests, NULL, NULL);
}
