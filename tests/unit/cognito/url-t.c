/* SPDX-License-Identifier: Apache-2.0 */
/* cognito/url: where a single request may go. */
#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>

#include "cognito/url.h"

static void
assert_kind(const char *url, enum cog_url_kind wanted)
{
    if (cog_url_kind(url) != wanted)
        fail_msg("%s is not %d", url, wanted);
}

static void
test_https(void **state)
{
    static const char *const fine[] = {
        "https://example.com",
        "https://example.com/",
        "https://s3.eu-west-1.amazonaws.com:443/bucket/a%20b?x=1&y=%2F",
        "https://127.0.0.1:8443/x?versionId=a:b@c/d?e",
        "https://[2001:db8::1]/snapshot",
        "https://169.254.169.254/",
    };
    static const char *const bad[] = {
        "",
        "https://",
        "https:///x",
        "https://a@b/",
        "https://a:0/",
        "https://a:65536/",
        "https://a:/",
        "https://a?x",
        "https://a#x",
        "https://a/#x",
        "https://a/b c",
        "https://a/b\tc",
        "https://a/b\nc",
        "https://a/b\x7f",
        "https://a/\xc3\xa4",
        "https://a/%",
        "https://a/%2",
        "https://a/%2g",
        "https://a/\"",
        "https://a/<",
        "https://a/\\",
        "https://-a/",
        "HTTPS://a/",
        "ftp://a/",
        "file:///etc/shadow",
        "a/b",
        " https://a/",
    };

    (void) state;
    for (size_t i = 0; i < sizeof fine / sizeof fine[0]; i++)
        assert_kind(fine[i], COG_URL_HTTPS);
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        assert_kind(bad[i], COG_URL_REFUSED);
    assert_int_equal(cog_url_kind(NULL), COG_URL_REFUSED);
}

static void
test_plain(void **state)
{
    static const char *const link_local[] = {
        "http://169.254.169.254/latest/api/token",
        "http://169.254.169.254:80/",
        "http://[fd00:ec2::254]/latest",
        "http://169.254.170.2/v2/credentials/1-2",
        "http://169.254.170.23/v1/credentials",
        "http://[fd00:ec2::23]:80/v1/credentials",
    };
    static const char *const loopback[] = {
        "http://localhost:1/x",
        "http://127.0.0.1:9/",
        "http://127.255.1.2",
        "http://[::1]:8080/x?y",
    };
    static const char *const bad[] = {
        "http://example.com/",
        "http://169.254.169.254.example.com/",
        "http://169.254.169.253/",
        "http://169.254.169.2540/",
        "http://2852039166/",
        "http://0xa9fea9fe/",
        "http://169.254.43518/",
        "http://[::ffff:169.254.169.254]/",
        "http://[fd00:ec2:0::254]/",
        "http://[FD00:EC2::254]/",
        "http://user@169.254.169.254/",
        "http://169.254.169.254@example.com/",
        "http://127.1/",
        "http://127.0.0.1.example.com/",
        "http://127.0.0.256/",
        "http://127.0.0.01/",
        "http://localhost.example.com/",
        "http://LOCALHOST/",
        "http://localhosts/",
        "http://[::1/",
        "http://[::1]x/",
        "http://10.0.0.1/",
        "http://0.0.0.0/",
        "http://[::]/",
        "HTTP://127.0.0.1/",
    };

    (void) state;
    for (size_t i = 0; i < sizeof link_local / sizeof link_local[0]; i++)
        assert_kind(link_local[i], COG_URL_LINK_LOCAL);
    for (size_t i = 0; i < sizeof loopback / sizeof loopback[0]; i++)
        assert_kind(loopback[i], COG_URL_LOOPBACK);
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        assert_kind(bad[i], COG_URL_REFUSED);
}

static void
test_length(void **state)
{
    char url[COG_URL_MAX + 2] = "https://example.com/";
    size_t begin = strlen(url);

    (void) state;
    memset(url + begin, 'a', COG_URL_MAX - begin);
    url[COG_URL_MAX] = '\0';
    assert_kind(url, COG_URL_HTTPS);
    url[COG_URL_MAX] = 'a';
    url[COG_URL_MAX + 1] = '\0';
    assert_kind(url, COG_URL_REFUSED);
    memset(url + 8, 'a', COG_URL_MAX - 8);
    url[COG_URL_MAX] = '\0';
    assert_kind(url, COG_URL_REFUSED);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        {"P44: https takes a host and a path of plain characters", test_https,
         NULL, NULL, NULL},
        {"P83: http is for the metadata addresses and loopback as written",
         test_plain, NULL, NULL, NULL},
        {"P44: no URL over its limit is taken", test_length, NULL, NULL, NULL},
    };

    return cmocka_run_group_tests_name("cognito/url", tests, NULL, NULL);
}
