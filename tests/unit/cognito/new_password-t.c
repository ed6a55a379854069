/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cognito/login and cognito/change: new passwords, inside a login and behind
 * one.
 */
#include "tests/unit/cognito/fake_token.h"
#include "tests/unit/cognito/logins.h"

#include <stdio.h>
#include <string.h>

/* A forced new password. */
static void
test_new_password(void **state)
{
    (void) state;
    bodies(fake_proof_wanted,
           CHALLENGE("NEW_PASSWORD_REQUIRED",
                     "\"requiredAttributes\":\"[\\\"userAttributes.name"
                     "\\\",\\\"userAttributes.email\\\",\\\"userAttributes"
                     ".custom:dept\\\"]\",\"userAttributes\":\"{\\\"email"
                     "\\\":\\\"a@b.c\\\",\\\"name\\\":\\\"\\\"}\""),
           fake_tokens(), NULL);
    types("Temporary-1", "Better-Horse-7", "Better-Horse-7", "Alice A.",
          "R&D \"x\"", NULL);
    assert_admitted();
    assert_string_equal(answer_sent(2, "NEW_PASSWORD"), "Better-Horse-7");
    assert_string_equal(answer_sent(2, "userAttributes.name"), "Alice A.");
    assert_string_equal(answer_sent(2, "userAttributes.custom:dept"),
                        "R&D \"x\"");
    assert_null(answer_sent(2, "userAttributes.email"));
    assert_int_equal(asked(COG_ASK_TEXT), 2);
    assert_string_equal(world.asked[3].prompt, "Your name: ");
    assert_string_equal(cog_login_password(world.login)->data,
                        "Better-Horse-7");
}

static void
test_new_password_refused_here(void **state)
{
    char longer[258];
    const char *const typed[] = {"", "Correct-Horse-7", "tab\there", longer,
                                 "\xff\xfe-broken"};

    (void) state;
    memset(longer, 'x', sizeof longer - 1);
    longer[sizeof longer - 1] = '\0';
    bodies(fake_proof_wanted, new_password_wanted, NULL);
    types("Correct-Horse-7", NULL);
    for (size_t i = 0; i < sizeof typed / sizeof typed[0]; i++)
        types(typed[i], NULL);
    assert_denied(COG_POLICY);
    assert_int_equal(world.call_count, 2);
    assert_int_equal(asked(COG_ASK_NEW_PASSWORD), 5);
}

static void
test_new_password_mistyped(void **state)
{
    (void) state;
    bodies(fake_proof_wanted, new_password_wanted, fake_tokens(), NULL);
    types("Correct-Horse-7", "Better-Horse-7", "Bitter-Horse-7", NULL);
    assert_admitted();
    assert_non_null(told("The two passwords differ."));
    assert_int_equal(called("RespondToAuthChallenge"), 2);
}

static void
test_new_password_policy(void **state)
{
    (void) state;
    bodies(fake_proof_wanted, new_password_wanted,
           FAKE_ERROR("InvalidPasswordException",
                      "Password not long enough\\u001b[2J"),
           FAKE_ERROR("PasswordHistoryPolicyViolationException", "used"),
           fake_tokens(), NULL);
    assert_admitted();
    assert_non_null(told(
        "The new password is not accepted: Password not long enough?[2J"));
    assert_non_null(told("You have used this password before."));
    /* All in the same session. */
    assert_string_equal(fake_sent(&world, 4, NULL, "Session"),
                        "s-NEW_PASSWORD_REQUIRED");
    assert_int_equal(called("InitiateAuth"), 1);
}

static void
test_new_password_tries(void **state)
{
    (void) state;
    bodies(fake_proof_wanted, new_password_wanted, NULL);
    for (int i = 0; i < 12; i++)
        fake_body(&world, FAKE_ERROR("InvalidPasswordException", "no"));
    assert_denied(COG_POLICY);
    assert_int_equal(called("RespondToAuthChallenge"), 1 + 5);
}

static void
test_hostile_attributes(void **state)
{
    static const char *const lists[] = {
        "[\\\"name\\\"]",
        "[\\\"userAttributes.\\\"]",
        "[\\\"userAttributes.a b\\\"]",
        "[\\\"userAttributes.a\\\\n\\\"]",
        "[\\\"NEW_PASSWORD\\\"]",
        "[7]",
        "{}",
        "x",
    };

    (void) state;
    for (size_t i = 0; i < sizeof lists / sizeof lists[0]; i++) {
        char body[256];

        logins_begin_again();
        (void) snprintf(body, sizeof body,
                        "{\"ChallengeName\":\"NEW_PASSWORD_REQUIRED\","
                        "\"ChallengeParameters\":{"
                        "\"requiredAttributes\":\"%s\"}}",
                        lists[i]);
        bodies(fake_proof_wanted, body, NULL);
        assert_denied(COG_PROTOCOL);
        assert_int_equal(world.call_count, 2);
    }
}

static void
test_new_password_renewed(void **state)
{
    (void) state;
    bodies(fake_proof_wanted, new_password_wanted, expired_session,
           fake_proof_wanted, new_password_wanted, fake_tokens(), NULL);
    assert_admitted();
    assert_int_equal(asked(COG_ASK_NEW_PASSWORD), 2);
    assert_string_equal(answer_sent(5, "NEW_PASSWORD"), "Better-Horse-7");
}

static void
test_new_password_lost(void **state)
{
    (void) state;
    bodies(fake_proof_wanted, new_password_wanted, NULL);
    fake_answer(&world, (struct fake_answer){.transport = COG_LOST});
    /* It had been taken: the old one is wrong now. */
    bodies(fake_proof_wanted, wrong_password, fake_proof_wanted, fake_tokens(),
           NULL);
    assert_admitted();
    assert_int_equal(asked(COG_ASK_NEW_PASSWORD), 2);
    assert_string_equal(cog_login_password(world.login)->data,
                        "Better-Horse-7");
}

/* Whatever came instead of a good answer, the person is told (P57). */
static void
test_new_password_in_doubt(void **state)
{
    const struct fake_answer bad[] = {
        {.transport = COG_TIMEOUT},
        {.body = "<html>", .http_status = 504},
        {.body = "{}", .http_status = 200},
    };

    (void) state;
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        logins_begin_again();
        bodies(fake_proof_wanted, new_password_wanted, NULL);
        fake_answer(&world, bad[i]);
        assert_denied(i == 0   ? COG_TIMEOUT
                      : i == 1 ? COG_SERVICE
                               : COG_PROTOCOL);
        assert_int_equal(world.call_count, 3);
        assert_non_null(
            told(i < 2 ? "may be in force already" : "use it from now on"));
    }
}

/* Changing the password. */
static enum cog_status
change(const char *password)
{
    struct cog_secret fresh = COG_SECRET_EMPTY;
    enum cog_status status;

    assert_int_equal(cog_secret_set_text(&fresh, password), 0);
    status = cog_login_change_password(world.login, &fresh, &world.report);
    cog_secret_clear(&fresh);
    return status;
}

static void
test_change(void **state)
{
    (void) state;
    give_keys(FAKE_KID, 0);
    log_in_with_kid(FAKE_KID);
    assert_admitted();
    bodies(FAKE_ERROR("InvalidPasswordException", "too short"),
           FAKE_ERROR("PasswordHistoryPolicyViolationException", ""),
           FAKE_ERROR("LimitExceededException", "later"), NULL);
    fake_answer(&world, (struct fake_answer){.http_status = 200});
    assert_int_equal(change("short"), COG_POLICY);
    assert_string_equal(world.report.person, "too short");
    assert_int_equal(change("old-one"), COG_HISTORY);
    assert_int_equal(change("Better-Horse-7"), COG_LIMIT);
    assert_int_equal(change("Better-Horse-7"), COG_OK);
    assert_string_equal(cog_login_password(world.login)->data,
                        "Better-Horse-7");
    assert_string_equal(fake_sent(&world, 5, NULL, "AccessToken"),
                        "access-token");
    assert_string_equal(fake_sent(&world, 5, NULL, "PreviousPassword"),
                        "Correct-Horse-7");
    assert_string_equal(fake_sent(&world, 5, NULL, "ProposedPassword"),
                        "Better-Horse-7");
    assert_string_equal(world.calls[5].operation, "ChangePassword");
}

static void
test_change_refused_here(void **state)
{
    char longer[258];

    (void) state;
    give_keys(FAKE_KID, 0);
    log_in_with_kid(FAKE_KID);
    assert_admitted();
    memset(longer, 'x', sizeof longer - 1);
    longer[sizeof longer - 1] = '\0';
    assert_int_equal(change(""), COG_BAD_INPUT);
    assert_int_equal(change("a\nb"), COG_BAD_INPUT);
    assert_int_equal(change(longer), COG_BAD_INPUT);
    assert_int_equal(change("Correct-Horse-7"), COG_BAD_INPUT);
    assert_int_equal(change("\xc3"), COG_BAD_INPUT);
    assert_int_equal(world.call_count, 2);
}

static void
test_change_lost(void **state)
{
    (void) state;
    give_keys(FAKE_KID, 0);
    log_in_with_kid(FAKE_KID);
    assert_admitted();
    fake_answer(&world, (struct fake_answer){.transport = COG_LOST});
    assert_int_equal(change("Better-Horse-7"), COG_LOST);
    assert_int_equal(called("ChangePassword"), 1);
}

static void
test_change_without_login(void **state)
{
    (void) state;
    bodies(fake_proof_wanted, wrong_password, NULL);
    assert_denied(COG_BAD_CREDENTIALS);
    assert_int_equal(change("Better-Horse-7"), COG_TOKEN);
    assert_int_equal(called("ChangePassword"), 0);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        CASE("a new password and missing attributes are asked for",
             test_new_password),
        CASE("P57: bad new passwords are refused before they are sent",
             test_new_password_refused_here),
        CASE("a mistyped new password is asked again",
             test_new_password_mistyped),
        CASE("P95: rules for new passwords are shown and asked again",
             test_new_password_policy),
        CASE("new passwords are refused five times at most",
             test_new_password_tries),
        CASE("attributes of a strange form end it", test_hostile_attributes),
        CASE("a new password is kept over an expired session",
             test_new_password_renewed),
        CASE("a new password whose answer was lost is found out",
             test_new_password_lost),
        CASE("P57: who does not know whether a change was made is told",
             test_new_password_in_doubt),
        CASE("a password is changed with the login's token", test_change),
        CASE("P57: a bad new password is not sent in a change",
             test_change_refused_here),
        CASE("a change whose answer was lost is not repeated",
             test_change_lost),
        CASE("without a login there is no change", test_change_without_login),
    };

    return cmocka_run_group_tests_name("cognito/new_password", tests, NULL,
                                       fake_token_end);
}
