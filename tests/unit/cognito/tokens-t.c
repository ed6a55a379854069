/* SPDX-License-Identifier: Apache-2.0 */
/* cognito/tokens: fresh tokens, their verification, their end. */
#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "cognito/tokens.h"
#include "tests/unit/cognito/fake_token.h"
#include "tests/unit/cognito/fakes.h"

static struct fake_world world;
static struct cog_tokens tokens;
static struct cog_secret refresh;
static struct cog_transport transport;
static struct cog_clock clocks;

static int
begin(void **state)
{
    (void) state;
    fake_begin(&world);
    transport = fake_transport(&world);
    clocks = fake_clock();
    return cog_secret_set_text(&refresh, "refresh-1");
}

static int
end(void **state)
{
    (void) state;
    cog_tokens_clear(&tokens);
    cog_secret_clear(&refresh);
    fake_end(&world);
    return 0;
}

static void
begin_again(void)
{
    (void) end(NULL);
    (void) begin(NULL);
}

static struct cog_tokens_call
call(void)
{
    return (struct cog_tokens_call){&world.settings, &transport, &clocks,
                                    &world.report};
}

static enum cog_status
refreshed(void)
{
    const struct cog_tokens_call this = call();

    return cog_tokens_refresh(&this, &refresh, &world.keys, &tokens,
                              &world.identity);
}

/* alice's claims of a sign-in a week ago; how old the token itself is. */
static int64_t token_age_s;

static const char *
old_claims(const char *username)
{
    static char text[1024];

    (void) snprintf(
        text, sizeof text,
        "{\"sub\":\"3f1b9c52-7d0e-4a61-9c3b-0a1e5d7f2b48\","
        "\"iss\":\"https://cognito-idp.eu-west-1.amazonaws.com/%s\","
        "\"aud\":\"%s\",\"token_use\":\"id\",\"cognito:username\":\"%s\","
        "\"cognito:groups\":[\"Fresh\"],\"auth_time\":%lld,\"iat\":%lld,"
        "\"exp\":%lld}",
        FAKE_POOL, FAKE_CLIENT, username, (long long) FAKE_START_S - 7 * 86400,
        (long long) (FAKE_START_S - token_age_s),
        (long long) FAKE_START_S + 3600);
    return text;
}

/* A result with that ID token, and a new refresh token if there is one. */
static const char *
result(const char *username, const char *new_refresh)
{
    static char body[8192];
    struct cog_secret token = COG_SECRET_EMPTY;

    fake_token(old_claims(username), FAKE_KID, &token);
    (void) snprintf(body, sizeof body,
                    "{\"AuthenticationResult\":{\"AccessToken\":\"access\","
                    "\"ExpiresIn\":600,\"IdToken\":\"%s\"%s%s%s}}",
                    token.data,
                    new_refresh != NULL ? ",\"RefreshToken\":\"" : "",
                    new_refresh != NULL ? new_refresh : "",
                    new_refresh != NULL ? "\"" : "");
    cog_secret_clear(&token);
    return body;
}

static void
test_refresh(void **state)
{
    (void) state;
    fake_body(&world, result("alice", NULL));
    assert_int_equal(refreshed(), COG_OK);
    assert_string_equal(world.calls[0].operation, "GetTokensFromRefreshToken");
    assert_string_equal(fake_sent(&world, 0, NULL, "RefreshToken"),
                        "refresh-1");
    assert_string_equal(fake_sent(&world, 0, NULL, "ClientId"), FAKE_CLIENT);
    assert_null(fake_sent(&world, 0, NULL, "ClientSecret"));
    assert_string_equal(world.identity.groups[0], "Fresh");
    assert_string_equal(tokens.access.data, "access");
    assert_int_equal(tokens.refresh.len, 0);
    assert_int_equal(tokens.expires_s, FAKE_START_S + 600);
}

/*
 * Whoever answers in the service's place, with a token that they have of an
 * hour ago: the person may be disabled since.
 */
static void
test_older_token(void **state)
{
    static const struct {
        int64_t age_s;
        enum cog_status wanted;
    } rows[] = {{300, COG_OK}, {301, COG_TOKEN}, {3600, COG_TOKEN}};

    (void) state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        token_age_s = rows[i].age_s;
        world.has_date = true;
        fake_body(&world, result("alice", NULL));
        assert_int_equal(refreshed(), rows[i].wanted);
        token_age_s = 0;
    }
}

static void
test_rotation(void **state)
{
    (void) state;
    fake_body(&world, result("alice", "refresh-2"));
    assert_int_equal(refreshed(), COG_OK);
    assert_string_equal(tokens.refresh.data, "refresh-2");
}

static void
test_client_secret(void **state)
{
    struct cog_secret secret = COG_SECRET_EMPTY;

    (void) state;
    assert_int_equal(cog_secret_set_text(&secret, "a-client-secret"), 0);
    world.settings.client_secret = &secret;
    fake_body(&world, result("alice", NULL));
    assert_int_equal(refreshed(), COG_OK);
    assert_string_equal(fake_sent(&world, 0, NULL, "ClientSecret"),
                        "a-client-secret");
    cog_secret_clear(&secret);
}

/* P2, P15, P42: what comes back is believed no more than at a login. */
static void
test_not_believed(void **state)
{
    (void) state;
    fake_body(&world, result("bob", NULL));
    assert_int_equal(refreshed(), COG_WRONG_IDENTITY);
    begin_again();
    fake_body(&world, "{\"AuthenticationResult\":{\"IdToken\":\"a.b.c\"}}");
    assert_int_equal(refreshed(), COG_TOKEN);
    begin_again();
    fake_body(&world, "{\"AuthenticationResult\":{\"AccessToken\":\"a\"}}");
    assert_int_equal(refreshed(), COG_PROTOCOL);
    begin_again();
    fake_body(&world, "{}");
    assert_int_equal(refreshed(), COG_PROTOCOL);
    begin_again();
    fake_body(&world, "{\"ChallengeName\":\"SMS_MFA\"}");
    assert_int_equal(refreshed(), COG_PROTOCOL);
    assert_string_equal(world.identity.username, "");
}

static void
test_refused(void **state)
{
    static const struct {
        const char *body;
        enum cog_status status;
    } rows[] = {
        {FAKE_ERROR("NotAuthorizedException", "Invalid Refresh Token"),
         COG_TOKEN},
        {FAKE_ERROR("NotAuthorizedException",
                    "Refresh Token has been revoked"),
         COG_TOKEN},
        {FAKE_ERROR("NotAuthorizedException", "Refresh Token has expired"),
         COG_TOKEN},
        {FAKE_ERROR("RefreshTokenReuseException", "reused"), COG_TOKEN},
        {FAKE_ERROR("NotAuthorizedException", "User is disabled."),
         COG_DISABLED},
        {FAKE_ERROR("UserNotFoundException", "User does not exist."),
         COG_BAD_CREDENTIALS},
    };

    (void) state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        begin_again();
        fake_body(&world, rows[i].body);
        assert_int_equal(refreshed(), rows[i].status);
        assert_int_equal(tokens.id.len, 0);
        assert_int_equal(world.call_count, 1);
    }
}

static void
test_not_repeated(void **state)
{
    (void) state;
    fake_answer(&world, (struct fake_answer){.transport = COG_LOST});
    fake_body(&world, result("alice", "refresh-2"));
    assert_int_equal(refreshed(), COG_LOST);
    assert_int_equal(world.call_count, 1);
}

static void
test_lifetime(void **state)
{
    (void) state;
    fake_body(&world, "{\"AuthenticationResult\":{\"IdToken\":\"a.b.c\","
                      "\"ExpiresIn\":9000000000}}");
    (void) refreshed();
    assert_int_equal(tokens.expires_s, FAKE_START_S);
}

static void
test_revoke(void **state)
{
    const struct cog_tokens_call this = call();

    (void) state;
    fake_body(&world, "{}");
    assert_int_equal(cog_tokens_revoke(&this, &refresh), COG_OK);
    assert_string_equal(world.calls[0].operation, "RevokeToken");
    assert_string_equal(fake_sent(&world, 0, NULL, "Token"), "refresh-1");
    fake_body(&world, FAKE_ERROR("UnsupportedOperationException", "off"));
    assert_int_equal(cog_tokens_revoke(&this, &refresh), COG_MISCONFIGURED);
}

/* P92: a login keeps no more than it was asked to. */
static void
test_kept(void **state)
{
    (void) state;
    for (int keep = 0; keep < 2; keep++) {
        begin_again();
        world.settings.keep_tokens = keep == 1;
        fake_body(&world, fake_proof_wanted);
        fake_body(&world, fake_tokens());
        assert_int_equal(fake_run(&world), COG_OK);
        assert_non_null(cog_login_tokens(world.login));
        assert_int_equal(cog_login_tokens(world.login)->refresh.len, keep);
        assert_int_equal(cog_login_tokens(world.login)->id.len > 0, keep);
    }
    begin_again();
    world.settings.keep_tokens = true;
    fake_body(&world, fake_proof_wanted);
    fake_body(&world, fake_tokens_of(fake_claims("bob"), FAKE_KID));
    assert_int_equal(fake_run(&world), COG_WRONG_IDENTITY);
    assert_null(cog_login_tokens(world.login));
}

#define CASE(sentence, function)                                              \
    {                                                                         \
        sentence, function, begin, end, NULL                                  \
    }

int
main(void)
{
    static const struct CMUnitTest tests[] = {
        CASE("a refresh token brings tokens of today", test_refresh),
        CASE("P61: an ID token older than the question is refused",
             test_older_token),
        CASE("a rotated refresh token is handed out", test_rotation),
        CASE("a client with a secret sends it", test_client_secret),
        CASE("P2, P15, P42: new tokens are verified like the first ones",
             test_not_believed),
        CASE("P10: who is disabled, deleted or signed out gets none",
             test_refused),
        CASE("a lost answer is not asked for again", test_not_repeated),
        CASE("a lifetime that is none counts as none", test_lifetime),
        CASE("a refresh token is revoked", test_revoke),
        CASE("P92: a login keeps the tokens that are wanted", test_kept),
    };

    return cmocka_run_group_tests_name("cognito/tokens", tests, NULL, NULL);
}
