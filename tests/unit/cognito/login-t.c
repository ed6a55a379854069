/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cognito/login: whole logins against a fake service and a fake person: what
 * is sent, what is believed, with which keys. The proof itself is srp-t's
 * part.
 */
#include "cognito/crypto.h"
#include "tests/unit/cognito/fake_token.h"
#include "tests/unit/cognito/logins.h"

#include <stdio.h>
#include <string.h>

static void
test_plain(void **state)
{
    (void) state;
    bodies(fake_proof_wanted, fake_tokens(), NULL);
    assert_admitted();
    assert_string_equal(world.identity.groups[0], "Admins");
    assert_int_equal(world.call_count, 3);
    assert_string_equal(world.calls[0].operation, "InitiateAuth");
    assert_string_equal(world.calls[1].operation, "RespondToAuthChallenge");
    assert_string_equal(world.calls[2].path,
                        "/" FAKE_POOL "/.well-known/jwks.json");
    assert_string_equal(fake_sent(&world, 0, "AuthParameters", "USERNAME"),
                        "alice");
    assert_null(fake_sent(&world, 0, "AuthParameters", "SECRET_HASH"));
    assert_string_equal(answer_sent(1, "TIMESTAMP"),
                        "Sat Nov 21 13:02:03 UTC 2026");
    assert_string_equal(answer_sent(1, "PASSWORD_CLAIM_SECRET_BLOCK"),
                        "AAECAwQF");
    assert_int_equal(world.asked_count, 1);
    assert_true(world.keys.renewed);
    assert_string_equal(cog_login_password(world.login)->data,
                        "Correct-Horse-7");
}

static void
test_password_stays(void **state)
{
    (void) state;
    bodies(fake_proof_wanted, fake_tokens(), NULL);
    assert_admitted();
    for (size_t i = 0; i < world.call_count; i++)
        assert_true(world.calls[i].body.len == 0 ||
                    strstr(world.calls[i].body.data, "Correct-Horse-7") ==
                        NULL);
}

static void
test_wrong_password(void **state)
{
    (void) state;
    bodies(fake_proof_wanted, wrong_password, NULL);
    assert_denied(COG_BAD_CREDENTIALS);
    assert_string_equal(world.report.error_type, "NotAuthorizedException");
    assert_string_equal(world.report.request_id, "request-2");
    assert_int_equal(world.call_count, 2);
}

static void
test_bad_tokens(void **state)
{
    static const char *const tokens[] = {"", "a", "a.b.c", "..", "....."};
    char body[256];

    (void) state;
    for (size_t i = 0; i < sizeof tokens / sizeof tokens[0]; i++) {
        logins_begin_again();
        fake_body(&world, fake_proof_wanted);
        (void) snprintf(body, sizeof body,
                        "{\"AuthenticationResult\":{\"IdToken\":\"%s\"}}",
                        tokens[i]);
        fake_body(&world, body);
        assert_denied(COG_TOKEN);
    }
}

static void
test_other_user(void **state)
{
    (void) state;
    bodies(fake_proof_wanted, fake_tokens_of(fake_claims("bob"), FAKE_KID),
           NULL);
    assert_denied(COG_WRONG_IDENTITY);
}

/* Client secret, names, session, timestamp. */
static void
test_secret_hash(void **state)
{
    struct cog_secret secret = COG_SECRET_EMPTY, typed = COG_SECRET_EMPTY;
    struct cog_secret internal = COG_SECRET_EMPTY;

    (void) state;
    assert_int_equal(cog_secret_set_text(&secret, "client secret"), 0);
    assert_int_equal(
        cog_secret_hash(&secret, "alice@example.com", FAKE_CLIENT, &typed),
        COG_OK);
    assert_int_equal(
        cog_secret_hash(&secret, "uuid-1", FAKE_CLIENT, &internal), COG_OK);
    world.settings.client_secret = &secret;
    world.settings.sign_in_name = "alice@example.com";
    world.settings.login_claim = COG_CLAIM_EMAIL;
    fake_body(&world, CHALLENGE("PASSWORD_VERIFIER",
                                "\"SALT\":\"1\",\"SRP_B\":\"5\","
                                "\"SECRET_BLOCK\":\"AAAA\","
                                "\"USER_ID_FOR_SRP\":\"uuid-1\""));
    /* No USERNAME there, nor anything in the next. */
    bodies(totp_wanted, wrong_password, NULL);
    assert_denied(COG_BAD_CREDENTIALS);
    assert_string_equal(fake_sent(&world, 0, "AuthParameters", "USERNAME"),
                        "alice@example.com");
    assert_string_equal(fake_sent(&world, 0, "AuthParameters", "SECRET_HASH"),
                        typed.data);
    for (size_t i = 1; i < 3; i++) {
        assert_string_equal(answer_sent(i, "USERNAME"), "uuid-1");
        assert_string_equal(answer_sent(i, "SECRET_HASH"), internal.data);
    }
    cog_secret_clear(&secret);
    cog_secret_clear(&typed);
    cog_secret_clear(&internal);
}

static void
test_session(void **state)
{
    (void) state;
    fake_body(&world, fake_proof_wanted); /* none */
    bodies(totp_wanted, fake_tokens(), NULL);
    assert_admitted();
    assert_null(fake_sent(&world, 1, NULL, "Session"));
    assert_string_equal(fake_sent(&world, 2, NULL, "Session"),
                        "s-SOFTWARE_TOKEN_MFA");
    logins_begin_again();
    bodies(CHALLENGE("PASSWORD_VERIFIER", "\"SALT\":\"1\",\"SRP_B\":\"5\","
                                          "\"SECRET_BLOCK\":\"AAAA\","
                                          "\"USER_ID_FOR_SRP\":\"alice\""),
           "{\"ChallengeName\":\"SOFTWARE_TOKEN_MFA\"}", fake_tokens(), NULL);
    assert_admitted();
    assert_string_equal(fake_sent(&world, 1, NULL, "Session"),
                        "s-PASSWORD_VERIFIER");
    assert_null(fake_sent(&world, 2, NULL, "Session"));
}

static void
test_timestamp_corrected(void **state)
{
    static const struct {
        int64_t offset_s;
        const char *timestamp; /* NULL: too far off */
    } cases[] = {
        {1, "Sat Nov 21 13:02:04 UTC 2026"},
        {-1, "Sat Nov 21 13:02:02 UTC 2026"},
        {300, "Sat Nov 21 13:07:03 UTC 2026"},
        {-300, "Sat Nov 21 12:57:03 UTC 2026"},
        {301, NULL},
        {-301, NULL},
        {86400, NULL},
        {-86400, NULL},
    };

    (void) state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        world.date_offset_s = cases[i].offset_s;
        fake_body(&world, fake_proof_wanted);
        if (cases[i].timestamp != NULL) {
            fake_body(&world, fake_tokens());
            assert_admitted();
            assert_string_equal(answer_sent(1, "TIMESTAMP"),
                                cases[i].timestamp);
        } else {
            assert_denied(COG_CLOCK);
            assert_true(world.report.offset_known);
            assert_int_equal(world.report.offset_s, cases[i].offset_s);
            assert_int_equal(world.call_count, 1);
        }
        logins_begin_again();
    }
    world.has_date = false;
    bodies(fake_proof_wanted, fake_tokens(), NULL);
    assert_admitted();
    assert_string_equal(answer_sent(1, "TIMESTAMP"),
                        "Sat Nov 21 13:02:03 UTC 2026");
}

static void
test_malformed_challenge(void **state)
{
    static const char *const parameters[] = {
        "",
        "\"SALT\":\"1\",\"SRP_B\":\"5\",\"SECRET_BLOCK\":\"AAAA\"",
        "\"SALT\":\"1\",\"SRP_B\":\"0\",\"SECRET_BLOCK\":\"AAAA\","
        "\"USER_ID_FOR_SRP\":\"alice\"",
        "\"SALT\":1,\"SRP_B\":\"5\",\"SECRET_BLOCK\":\"AAAA\","
        "\"USER_ID_FOR_SRP\":\"alice\"",
        "\"SALT\":\"1\",\"SRP_B\":\"5\",\"SECRET_BLOCK\":\"!\","
        "\"USER_ID_FOR_SRP\":\"alice\"",
        "\"SALT\":\"1\",\"SRP_B\":\"5\",\"SECRET_BLOCK\":\"AAAA\","
        "\"USER_ID_FOR_SRP\":\"alice\",\"USERNAME\":\"\"",
        "\"SALT\":\"1\",\"SRP_B\":\"5\",\"SECRET_BLOCK\":\"AAAA\","
        "\"USER_ID_FOR_SRP\":\"al\\u0000ice\"",
    };

    (void) state;
    for (size_t i = 0; i < sizeof parameters / sizeof parameters[0]; i++) {
        char body[512];

        logins_begin_again();
        (void) snprintf(body, sizeof body,
                        "{\"ChallengeName\":\"PASSWORD_VERIFIER\","
                        "\"ChallengeParameters\":{%s}}",
                        parameters[i]);
        fake_body(&world, body);
        assert_denied(COG_PROTOCOL);
        assert_int_equal(world.call_count, 1);
    }
}

/* What the person types, and when. */
static void
test_junk_password(void **state)
{
    static const char *const typed[] = {"", "\b\n\r\177INCORRECT", "a\tb",
                                        "\x7f"};

    (void) state;
    for (size_t i = 0; i < sizeof typed / sizeof typed[0]; i++) {
        logins_begin_again();
        types(typed[i], NULL);
        assert_denied(COG_BAD_INPUT);
        assert_int_equal(world.call_count, 0);
        logins_begin_again();
        world.settings.early = COG_EARLY_CHALLENGE;
        fake_body(&world, fake_proof_wanted);
        types(typed[i], NULL);
        assert_denied(COG_BAD_INPUT);
        assert_int_equal(called("RespondToAuthChallenge"), 0);
    }
}

static void
test_overlong_password(void **state)
{
    static char text[COG_ANSWER_MAX + 2];

    (void) state;
    memset(text, 'x', COG_ANSWER_MAX + 1);
    types(text, NULL);
    assert_denied(COG_BAD_INPUT);
    assert_int_equal(world.call_count, 0);
    logins_begin_again();
    text[COG_ANSWER_MAX] = '\0';
    types(text, NULL);
    bodies(fake_proof_wanted, fake_tokens(), NULL);
    assert_admitted();
}

static void
test_asked_whatever_happens(void **state)
{
    static const char not_found[] =
        FAKE_ERROR("UserNotFoundException", "User does not exist.");

    (void) state;
    for (int early = COG_EARLY_CONNECT; early <= COG_EARLY_NO; early++) {
        logins_begin_again();
        world.settings.early = (enum cog_early) early;
        fake_body(&world, not_found);
        assert_denied(COG_BAD_CREDENTIALS);
        assert_int_equal(asked(COG_ASK_PASSWORD), 1);
        assert_string_equal(world.asked[0].prompt, "Password: ");
        logins_begin_again();
        world.settings.early = (enum cog_early) early;
        world.connections_refused = 9;
        assert_denied(COG_NETWORK);
        assert_int_equal(asked(COG_ASK_PASSWORD), 1);
    }
}

static void
test_known_key(void **state)
{
    (void) state;
    give_keys(FAKE_KID, 999999);
    log_in_with_kid(FAKE_KID);
    assert_admitted();
    assert_int_equal(called("GET"), 0);
    assert_false(world.keys.renewed);
}

static void
test_unknown_key(void **state)
{
    static const struct {
        int64_t age_s;
        bool pinned, fetched;
    } cases[] = {
        {3600, false, false}, {0, false, false},     {3601, false, true},
        {-5, false, true},    {999999, true, false},
    };

    (void) state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        logins_begin_again();
        give_keys(FAKE_KID_2, cases[i].age_s);
        world.keys.pinned = cases[i].pinned;
        log_in_with_kid(FAKE_KID);
        if (cases[i].fetched) {
            assert_admitted();
            assert_int_equal(world.keys.fetched_s, FAKE_START_S);
            assert_memory_equal(world.keys.jwks.data, world.jwks.data,
                                world.jwks.len);
        } else {
            assert_denied(COG_TOKEN);
        }
        assert_int_equal(called("GET"), cases[i].fetched ? 1 : 0);
        assert_true(world.keys.renewed == cases[i].fetched);
    }
}

static void
test_foreign_key(void **state)
{
    (void) state;
    /* Signed by a stranger whose key set has the right kid in no set. */
    give_keys(FAKE_KID, 0);
    log_in_with_kid(FAKE_KID_2);
    assert_denied(COG_TOKEN);
    assert_int_equal(called("GET"), 0);
}

static void
test_no_keys(void **state)
{
    static const char *const documents[] = {"", "{}", "<html>",
                                            "{\"keys\":[]}"};

    (void) state;
    for (size_t i = 0; i < sizeof documents / sizeof documents[0]; i++) {
        logins_begin_again();
        assert_int_equal(cog_secret_set_text(&world.jwks, documents[i]), 0);
        log_in_with_kid(FAKE_KID);
        assert_denied(COG_NO_KEYS);
        assert_false(world.keys.renewed);
        assert_int_equal(world.keys.jwks.len, 0);
    }
}

static void
test_pinned_but_empty(void **state)
{
    (void) state;
    world.keys.pinned = true;
    log_in_with_kid(FAKE_KID);
    assert_denied(COG_NO_KEYS);
    assert_int_equal(called("GET"), 0);
}

static void
test_once(void **state)
{
    (void) state;
    bodies(fake_proof_wanted, fake_tokens(), NULL);
    assert_admitted();
    bodies(fake_proof_wanted, fake_tokens(), NULL);
    assert_int_equal(cog_login_run(world.login, &world.keys, &world.report,
                                   &world.identity),
                     COG_INTERNAL);
}

static void
test_settings(void **state)
{
    (void) state;
    world.settings.pool_id = "eu/west_Abc";
    assert_denied(COG_MISCONFIGURED);
    world.settings.pool_id = FAKE_POOL;
    world.settings.issuer[0] = NULL;
    assert_denied(COG_MISCONFIGURED);
    world.settings.issuer[0] = FAKE_ISSUER;
    world.settings.client_id = "";
    assert_denied(COG_MISCONFIGURED);
    world.settings.client_id = FAKE_CLIENT;
    world.settings.sign_in_name = "a\nb";
    assert_denied(COG_MISCONFIGURED);
    world.settings.sign_in_name = "\xff";
    assert_denied(COG_MISCONFIGURED);
    world.settings.sign_in_name = "alice";
    world.settings.timeout_ms = 0;
    assert_denied(COG_MISCONFIGURED);
    assert_int_equal(world.call_count, 0);
    assert_int_equal(world.asked_count, 0);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        CASE("a right password logs in with two requests and one question",
             test_plain),
        CASE("P58: the password is in no request of a login",
             test_password_stays),
        CASE("a wrong password is refused after one proof",
             test_wrong_password),
        CASE("P2: tokens that do not verify deny", test_bad_tokens),
        CASE("P15: another user's good token denies", test_other_user),
        CASE("SECRET_HASH is over the typed name, then the internal one",
             test_secret_hash),
        CASE("Session is echoed when given and absent otherwise",
             test_session),
        CASE("TIMESTAMP follows the service's Date up to 300 s",
             test_timestamp_corrected),
        CASE("P50: a malformed challenge is not answered",
             test_malformed_challenge),
        CASE("P59: a junk password sends no proof", test_junk_password),
        CASE("P91: an answer over 511 bytes is refused",
             test_overlong_password),
        CASE("P63: the password is asked for whatever happens before",
             test_asked_whatever_happens),
        CASE("P42: a known key needs no fetch", test_known_key),
        CASE("P42: an unknown key is fetched after an hour only",
             test_unknown_key),
        CASE("P42: foreign keys deny within an hour of the last fetch",
             test_foreign_key),
        CASE("a document without keys is not kept", test_no_keys),
        CASE("P42: a pinned set is never replaced", test_pinned_but_empty),
        CASE("a login runs once", test_once),
        CASE("settings that cannot be right stop it at once", test_settings),
    };

    return cmocka_run_group_tests_name("cognito/login", tests, NULL,
                                       fake_token_end);
}
