/* SPDX-License-Identifier: Apache-2.0 */
/* aws/environment: taken once, then there is none. */
#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "aws/environment.h"

static struct cog_aws_environment taken;

static int
clear(void **state)
{
    (void) state;
    cog_aws_environment_clear(&taken);
    return 0;
}

static void
test_taken(void **state)
{
    char id[] = "AWS_ACCESS_KEY_ID=AKIDEXAMPLE";
    char secret[] = "AWS_SECRET_ACCESS_KEY=a=b/c";
    char second[] = "AWS_ACCESS_KEY_ID=OTHER";
    char nothing[] = "AWS_SESSION_TOKEN=";
    char longer[] = "AWS_PROFILES=no";
    char shorter[] = "AWS_PROFIL=no";
    char bare[] = "AWS_PROFILE";
    char mode[] = "AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE=IPv6";
    char *environment[] = {id,      secret, second, nothing, longer,
                           shorter, bare,   mode,   NULL};

    (void) state;
    assert_int_equal(cog_aws_environment_take(environment, &taken), 0);
    assert_string_equal(taken.access_key_id.data, "AKIDEXAMPLE");
    assert_string_equal(taken.secret_access_key.data, "a=b/c");
    assert_int_equal(taken.session_token.len, 0);
    assert_int_equal(taken.profile.len, 0);
    assert_string_equal(taken.metadata_mode.data, "IPv6");
}

static void
test_emptied(void **state)
{
    char secret[] = "AWS_SECRET_ACCESS_KEY=wJalrXUtnFEMI";
    char unknown[] = "AWS_SOMETHING_NEW=keep-out";
    char path[] = "PATH=/bin";
    char hostile[] = "SSLKEYLOGFILE=/etc/ld.so.preload";
    char *environment[] = {secret, unknown, path, hostile, NULL};

    (void) state;
    assert_int_equal(cog_aws_environment_take(environment, &taken), 0);
    assert_null(environment[0]);
    for (size_t i = sizeof "AWS_SECRET_ACCESS_KEY"; i < sizeof secret; i++)
        assert_int_equal(secret[i], 0);
    for (size_t i = sizeof "AWS_SOMETHING_NEW"; i < sizeof unknown; i++)
        assert_int_equal(unknown[i], 0);
    assert_string_equal(path, "PATH=/bin");
}

static void
test_too_long(void **state)
{
    static const char name[] = "AWS_SESSION_TOKEN=";
    const size_t len = sizeof name + 64 * 1024;
    char *token = malloc(len + 1);
    char secret[] = "AWS_SECRET_ACCESS_KEY=x";
    char *environment[] = {token, secret, NULL};

    (void) state;
    assert_non_null(token);
    memset(token, 'x', len);
    memcpy(token, name, sizeof name - 1);
    token[len] = '\0';
    assert_int_equal(cog_aws_environment_take(environment, &taken), EMSGSIZE);
    assert_null(environment[0]);
    assert_int_equal(token[sizeof name], 0);
    assert_int_equal(secret[sizeof "AWS_SECRET_ACCESS_KEY"], 0);
    assert_null(taken.secret_access_key.data);
    free(token);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        {"variables are taken by their whole names, the first one counts",
         test_taken, NULL, clear, NULL},
        {"P29, P82: nothing is left, and AWS's values are wiped in place",
         test_emptied, NULL, clear, NULL},
        {"P82: a value too long leaves nothing behind either", test_too_long,
         NULL, clear, NULL},
    };

    return cmocka_run_group_tests_name("aws/environment", tests, NULL, NULL);
}
