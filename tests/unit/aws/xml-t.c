/* SPDX-License-Identifier: Apache-2.0 */
/* aws: answers in XML, and of them those of STS. */
#include "aws/credential_document.h"
#include "aws/web_identity.h"
#include "aws/xml.h"
#include "tests/unit/aws/support.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

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
        {"the text of one element is found", test_xml, NULL, NULL, NULL},
        {"malformed, repeated, and all of XML that can expand is refused",
         test_bad_xml, NULL, NULL, NULL},
        {"XML deeper than its limit is refused", test_deep_xml, NULL, NULL,
         NULL},
        {"STS's answers and refusals are read", test_sts, NULL, NULL, NULL},
        {"an answer of STS cut short anywhere is refused", test_cut_sts, NULL,
         NULL, NULL},
        {"STS is asked with every value coded", test_sts_body, NULL, NULL,
         NULL},
    };

    return cmocka_run_group_tests_name("aws/xml", tests, NULL, NULL);
}
