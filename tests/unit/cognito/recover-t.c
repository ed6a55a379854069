/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cognito/recover: forgotten passwords and unconfirmed sign-ups. What must
 * not happen is as much of it as what must.
 */
#include <stdio.h>
#include <string.h>

#include "tests/unit/cognito/logins.h"

static const char unknown_user[] =
    FAKE_ERROR("UserNotFoundException", "User does not exist.");
static const char reset_required[] =
    FAKE_ERROR("PasswordResetRequiredException", "Password reset required");
static const char not_confirmed[] =
    FAKE_ERROR("UserNotConfirmedException", "User is not confirmed.");
static const char wrong_sent_code[] =
    FAKE_ERROR("CodeMismatchException", "Invalid verification code provided");
static const char expired_code[] =
    FAKE_ERROR("ExpiredCodeException", "Invalid code provided");
static const char policy[] =
    FAKE_ERROR("InvalidPasswordException", "Password not long enough");
static const char sent[] =
    "{\"CodeDeliveryDetails\":{\"Destination\":\"a***@e***\","
    "\"DeliveryMedium\":\"EMAIL\"}}";
static const char done[] = "{}";

/* A code, a new password, and then a login like any other. */
static void
test_forgotten(void **state)
{
    (void) state;
    types("Wrong-Horse-9", "yes", "123456", "Better-Horse-7", "Better-Horse-7",
          NULL);
    bodies(fake_proof_wanted, wrong_password, sent, done, fake_proof_wanted,
           fake_tokens(), NULL);
    assert_admitted();
    assert_string_equal(world.calls[2].operation, "ForgotPassword");
    assert_string_equal(fake_sent(&world, 2, NULL, "Username"), "alice");
    assert_string_equal(fake_sent(&world, 2, NULL, "ClientId"), FAKE_CLIENT);
    assert_null(fake_sent(&world, 2, NULL, "SecretHash"));
    assert_string_equal(world.calls[3].operation, "ConfirmForgotPassword");
    assert_string_equal(fake_sent(&world, 3, NULL, "ConfirmationCode"),
                        "123456");
    assert_string_equal(fake_sent(&world, 3, NULL, "Password"),
                        "Better-Horse-7");
    assert_string_equal(cog_login_password(world.login)->data,
                        "Better-Horse-7");
    assert_int_equal(world.report.messages, 1);
}

/* A code by mail replaces the password, never the second factor. */
static void
test_second_factor_stays(void **state)
{
    (void) state;
    types("Wrong-Horse-9", "yes", "123456", "Better-Horse-7", "Better-Horse-7",
          "654321", NULL);
    bodies(fake_proof_wanted, wrong_password, sent, done, fake_proof_wanted,
           totp_wanted, wrong_sent_code, NULL);
    fake_type(&world, (struct fake_typed){.status = COG_ABORTED});
    assert_denied(COG_ABORTED);
    assert_int_equal(world.asked[5].kind, COG_ASK_CODE);
}

/*
 * What was typed with a code behind it is a guess at the old password: there
 * is a new one.
 */
static void
test_typed_before_is_forgotten(void **state)
{
    (void) state;
    world.settings.code_in_password = true;
    types("Horse-20261121", "yes", "123456", "Better-Horse-7",
          "Better-Horse-7", NULL);
    bodies(fake_proof_wanted, reset_required, done, fake_proof_wanted,
           wrong_password, fake_proof_wanted, fake_tokens(), NULL);
    assert_denied(COG_BAD_CREDENTIALS);
    assert_int_equal(called("ConfirmForgotPassword"), 1);
    assert_int_equal(called("InitiateAuth"), 2);
}

static void
test_secret_hash(void **state)
{
    struct cog_secret secret = COG_SECRET_EMPTY;

    (void) state;
    assert_int_equal(cog_secret_set_text(&secret, "a-client-secret"), 0);
    world.settings.client_secret = &secret;
    types("Wrong-Horse-9", "yes", NULL);
    bodies(fake_proof_wanted, wrong_password, sent, NULL);
    fake_type(&world, (struct fake_typed){.status = COG_ABORTED});
    (void) fake_run(&world);
    assert_non_null(fake_sent(&world, 2, NULL, "SecretHash"));
    assert_null(fake_sent(&world, 2, NULL, "SECRET_HASH"));
    cog_secret_clear(&secret);
}

/* P88: nothing is sent unless it is permitted, and asked for. */
static void
test_not_permitted(void **state)
{
    static const char *const failures[] = {wrong_password, reset_required,
                                           not_confirmed};

    (void) state;
    for (size_t i = 0; i < sizeof failures / sizeof failures[0]; i++) {
        logins_begin_again();
        world.settings.recover = false;
        bodies(fake_proof_wanted, failures[i], sent, NULL);
        assert_int_not_equal(fake_run(&world), COG_OK);
        assert_int_equal(world.asked_count, 1);
        assert_int_equal(world.call_count, 2);
    }
}

static void
test_not_wanted(void **state)
{
    static const char *const answers[] = {"",     "no",     "y",
                                          "yes!", "123456", "Correct-Horse-7"};

    (void) state;
    for (size_t i = 0; i < sizeof answers / sizeof answers[0]; i++) {
        logins_begin_again();
        types("Wrong-Horse-9", answers[i], NULL);
        bodies(fake_proof_wanted, wrong_password, sent, NULL);
        assert_denied(COG_BAD_CREDENTIALS);
        assert_int_equal(world.call_count, 2);
        assert_int_equal(world.asked[1].kind, COG_ASK_TEXT);
    }
    logins_begin_again();
    types("Wrong-Horse-9", NULL);
    fake_type(&world, (struct fake_typed){.status = COG_ABORTED});
    bodies(fake_proof_wanted, wrong_password, sent, NULL);
    assert_denied(COG_BAD_CREDENTIALS);
}

/* P63: known and unknown names, resets and refusals read the same. */
static void
test_same_words(void **state)
{
    static const struct {
        const char *first, *second; /* of the login */
        const char *answer;         /* to ForgotPassword; NULL: not sent */
        const char *end;            /* to ConfirmForgotPassword */
    } rows[] = {
        {fake_proof_wanted, wrong_password, sent, wrong_sent_code},
        {unknown_user, NULL, unknown_user, unknown_user},
        {fake_proof_wanted, wrong_password,
         FAKE_ERROR("InvalidParameterException",
                    "Cannot reset password for the user as there is no "
                    "registered/verified email or phone_number"),
         expired_code},
        {fake_proof_wanted, wrong_password,
         FAKE_ERROR("NotAuthorizedException",
                    "User password cannot be reset in the current state."),
         expired_code},
        {fake_proof_wanted, wrong_password,
         FAKE_ERROR("LimitExceededException", "Attempt limit exceeded"),
         expired_code},
        {fake_proof_wanted, reset_required, NULL, wrong_sent_code},
        {reset_required, NULL, NULL, wrong_sent_code},
        {fake_proof_wanted,
         FAKE_ERROR("NotAuthorizedException", "User is disabled."),
         FAKE_ERROR("NotAuthorizedException", "User is disabled."),
         expired_code},
        {fake_proof_wanted,
         FAKE_ERROR("NotAuthorizedException", "Password attempts exceeded"),
         FAKE_ERROR("LimitExceededException", "Attempt limit exceeded"),
         expired_code},
    };
    static struct fake_world first;

    (void) state;
    memset(&first, 0, sizeof first);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        logins_begin_again();
        types("Wrong-Horse-9", "yes", "123456", "Better-Horse-7",
              "Better-Horse-7", "123457", "123458", "123459", NULL);
        fake_body(&world, rows[i].first);
        if (rows[i].second != NULL)
            fake_body(&world, rows[i].second);
        if (rows[i].answer != NULL)
            fake_body(&world, rows[i].answer);
        for (int end_answers = 0; end_answers < 4; end_answers++)
            fake_body(&world, rows[i].end);
        assert_int_not_equal(fake_run(&world), COG_OK);
        assert_int_equal(called("ConfirmForgotPassword"), 4);
        if (i == 0) {
            memcpy(first.told, world.told, sizeof first.told);
            memcpy(first.asked, world.asked, sizeof first.asked);
            first.told_count = world.told_count;
            first.asked_count = world.asked_count;
        }
        assert_int_equal(world.told_count, first.told_count);
        assert_int_equal(world.asked_count, first.asked_count);
        assert_memory_equal(world.told, first.told, sizeof first.told);
        assert_memory_equal(world.asked, first.asked, sizeof first.asked);
    }
}

/* The administrator's reset sent a code: another would make it void. */
static void
test_reset(void **state)
{
    (void) state;
    types("Old-Horse-9", "yes", "123456", "Better-Horse-7", "Better-Horse-7",
          NULL);
    bodies(fake_proof_wanted, reset_required, done, fake_proof_wanted,
           fake_tokens(), NULL);
    assert_admitted();
    assert_int_equal(called("ForgotPassword"), 0);
}

static void
test_another_code(void **state)
{
    (void) state;
    types("Old-Horse-9", "yes", "new", "new", "new", "123456",
          "Better-Horse-7", "Better-Horse-7", NULL);
    bodies(fake_proof_wanted, reset_required, sent, sent, done,
           fake_proof_wanted, fake_tokens(), NULL);
    assert_admitted();
    assert_int_equal(called("ForgotPassword"), 2);
    assert_int_equal(world.report.messages, 2);
}

static void
test_refused_password(void **state)
{
    (void) state;
    types("Wrong-Horse-9", "yes", "123456", "short", "short", "Better-Horse-7",
          "Better-Horse-7", NULL);
    bodies(fake_proof_wanted, wrong_password, sent, policy, done,
           fake_proof_wanted, fake_tokens(), NULL);
    assert_admitted();
    assert_string_equal(fake_sent(&world, 4, NULL, "ConfirmationCode"),
                        "123456");
    /* The code is asked for once; each new password twice. */
    assert_int_equal(world.asked_count, 3 + 2 * 2);
}

static void
test_wrong_codes(void **state)
{
    (void) state;
    types("Wrong-Horse-9", "yes", "123456", "Better-Horse-7", "Better-Horse-7",
          "Correct-Horse-7", "123457", "123458", NULL);
    bodies(fake_proof_wanted, wrong_password, sent, wrong_sent_code,
           wrong_sent_code, expired_code, done, fake_proof_wanted,
           fake_tokens(), NULL);
    assert_denied(COG_BAD_CREDENTIALS);
    assert_int_equal(called("ConfirmForgotPassword"), 3);
}

static void
test_confirm(void **state)
{
    (void) state;
    types("Correct-Horse-7", "yes", "new", "123456", NULL);
    bodies(fake_proof_wanted, not_confirmed, sent, done, fake_proof_wanted,
           fake_tokens(), NULL);
    assert_admitted();
    assert_string_equal(world.calls[2].operation, "ResendConfirmationCode");
    assert_string_equal(world.calls[3].operation, "ConfirmSignUp");
    assert_string_equal(fake_sent(&world, 3, NULL, "ConfirmationCode"),
                        "123456");
    assert_null(fake_sent(&world, 3, NULL, "Password"));
}

/* Mending proves nothing: the login after it decides. */
static void
test_proves_nothing(void **state)
{
    (void) state;
    types("Wrong-Horse-9", "yes", "123456", "Better-Horse-7", "Better-Horse-7",
          "yes", NULL);
    bodies(fake_proof_wanted, wrong_password, sent, done, fake_proof_wanted,
           wrong_password, sent, NULL);
    assert_denied(COG_BAD_CREDENTIALS);
    assert_int_equal(called("ForgotPassword"), 1);
}

/*
 * No answer that says what happened: nobody may believe the old password to
 * stand, and whoever keeps a hash of it must learn that.
 */
static void
test_lost(void **state)
{
    static const struct fake_answer answers[] = {
        {.transport = COG_LOST},
        {.transport = COG_TIMEOUT},
        {.body = "nonsense"},
        {.body = FAKE_ERROR("InternalErrorException", "Internal error"),
         .http_status = 500},
    };

    (void) state;
    for (size_t i = 0; i < sizeof answers / sizeof answers[0]; i++) {
        bool said = false;

        logins_begin_again();
        world.settings.recover = true;
        types("Wrong-Horse-9", "yes", "123456", "Better-Horse-7",
              "Better-Horse-7", NULL);
        bodies(fake_proof_wanted, wrong_password, sent, NULL);
        fake_answer(&world, answers[i]);
        assert_denied(COG_BAD_CREDENTIALS);
        assert_int_equal(world.asked_count, 5);
        for (size_t n = 0; n < world.told_count; n++)
            said |= strcmp(world.told[n], COG_PASSWORD_IN_DOUBT) == 0;
        assert_true(said);
        assert_true(world.report.password_changed);
    }
}

/* Refusals that a message cannot mend offer nothing. */
static void
test_others(void **state)
{
    static const char *const failures[] = {
        FAKE_ERROR("NotAuthorizedException",
                   "Temporary password has expired and must be reset by an "
                   "administrator."),
        FAKE_ERROR("TooManyRequestsException", "Too many requests"),
        FAKE_ERROR("UserLambdaValidationException", "no"),
    };

    (void) state;
    for (size_t i = 0; i < sizeof failures / sizeof failures[0]; i++) {
        logins_begin_again();
        bodies(fake_proof_wanted, failures[i], failures[i], NULL);
        assert_int_not_equal(fake_run(&world), COG_OK);
        assert_int_equal(world.asked_count, 1);
    }
    logins_begin_again();
    types("Correct-Horse-7\x08\n\r\x7fINCORRECT", NULL);
    assert_denied(COG_BAD_INPUT);
    assert_int_equal(world.asked_count, 1);
}

int
main(void)
{
    static const struct CMUnitTest tests[] = {
        RECOVER_CASE("a forgotten password is replaced, and a login follows",
                     test_forgotten),
        RECOVER_CASE("P11: recovery never stands in for the second factor",
                     test_second_factor_stays),
        RECOVER_CASE(
            "P84: what was typed before is no guess after a new password",
            test_typed_before_is_forgotten),
        RECOVER_CASE("a client with a secret sends its hash",
                     test_secret_hash),
        RECOVER_CASE("P88: without permission nothing is offered or sent",
                     test_not_permitted),
        RECOVER_CASE("P88: nothing is sent before somebody says yes",
                     test_not_wanted),
        RECOVER_CASE(
            "P63: known, unknown, disabled and locked names read the same",
            test_same_words),
        RECOVER_CASE("a reset's own code is used", test_reset),
        RECOVER_CASE(
            "P88: two messages at most, however often they are asked for",
            test_another_code),
        RECOVER_CASE("a refused new password is asked for again",
                     test_refused_password),
        RECOVER_CASE("P84: the fourth wrong code ends it", test_wrong_codes),
        RECOVER_CASE("a sign-up is confirmed with a code", test_confirm),
        RECOVER_CASE("P2, P3: a mended account must still sign in",
                     test_proves_nothing),
        RECOVER_CASE("a lost answer leaves nobody in the dark", test_lost),
        RECOVER_CASE("other refusals offer nothing", test_others),
    };

    return cmocka_run_group_tests_name("cognito/recover", tests, NULL, NULL);
}
