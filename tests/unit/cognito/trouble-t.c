/* SPDX-License-Identifier: Apache-2.0 */
/* cognito/login: time that passes, answers that are lost, and errors. */
#include "tests/unit/cognito/logins.h"

#include <stdio.h>
#include <string.h>

/* Answers that bring a login into a state; steps-t has the rest. */
enum state_of_flow { INITIATED, PROVED, NEW_PASSWORD, SELECTED, CODE, STATES };

static void
lead_to(enum state_of_flow where)
{
    if (where == INITIATED)
        return;
    fake_body(&world, fake_proof_wanted);
    if (where == NEW_PASSWORD)
        fake_body(&world, new_password_wanted);
    if (where == SELECTED)
        fake_body(&world, choice_wanted);
    if (where == CODE)
        fake_body(&world, totp_wanted);
}

static void
test_early_challenge_young(void **state)
{
    (void) state;
    world.settings.early = COG_EARLY_CHALLENGE;
    bodies(fake_proof_wanted, fake_tokens(), NULL);
    fake_type(&world, (struct fake_typed){"Correct-Horse-7", 3000, 0});
    assert_admitted();
    assert_int_equal(called("InitiateAuth"), 1);
}

static void
test_early_challenge_old(void **state)
{
    (void) state;
    world.settings.early = COG_EARLY_CHALLENGE;
    bodies(fake_proof_wanted, fake_proof_wanted, fake_tokens(), NULL);
    fake_type(&world, (struct fake_typed){"Correct-Horse-7", 3001, 0});
    assert_admitted();
    assert_int_equal(called("InitiateAuth"), 2);
    assert_int_equal(called("RespondToAuthChallenge"), 1);
}

static void
test_slow_typist(void **state)
{
    (void) state;
    for (int early = COG_EARLY_CONNECT; early <= COG_EARLY_NO; early++) {
        logins_begin_again();
        world.settings.early = (enum cog_early) early;
        if (early == COG_EARLY_CHALLENGE)
            fake_body(&world, fake_proof_wanted);
        fake_body(&world, fake_proof_wanted);
        fake_type(&world, (struct fake_typed){"Correct-Horse-7", 90000, 0});
        fake_sleep(90000);
        fake_body(&world, totp_wanted);
        fake_type(&world, (struct fake_typed){"123456", 90000, 0});
        fake_sleep(90000);
        fake_body(&world, fake_tokens());
        fake_sleep(-180000);
        assert_admitted();
        assert_int_equal(asked(COG_ASK_PASSWORD), 1);
    }
}

static void
test_begun_again(void **state)
{
    (void) state;
    /* No connection while the person typed; the answer's deadline holds. */
    world.connections_refused = 1;
    fake_type(&world, (struct fake_typed){"Correct-Horse-7", 60000, 0});
    fake_body(&world, fake_proof_wanted);
    fake_sleep(60000);
    fake_body(&world, fake_tokens());
    fake_sleep(-60000);
    assert_admitted();
    assert_int_equal(asked(COG_ASK_PASSWORD), 1);
}

static void
test_connection_died_while_typing(void **state)
{
    (void) state;
    fake_answer(&world, (struct fake_answer){.transport = COG_LOST});
    bodies(fake_proof_wanted, fake_tokens(), NULL);
    assert_admitted();
    assert_int_equal(asked(COG_ASK_PASSWORD), 1);
}

static void
test_deadline_of_answer(void **state)
{
    (void) state;
    fake_answer(&world, (struct fake_answer){.body = fake_proof_wanted,
                                             .takes_ms = 10001});
    fake_type(&world, (struct fake_typed){"Correct-Horse-7", 99000, 0});
    assert_denied(COG_TIMEOUT);
    assert_int_equal(world.call_count, 1);
}

/* Renewed flows. */
static void
test_session_expired(void **state)
{
    (void) state;
    bodies(fake_proof_wanted, totp_wanted, expired_session, fake_proof_wanted,
           totp_wanted, fake_tokens(), NULL);
    types("Correct-Horse-7", "246802", NULL);
    assert_admitted();
    assert_int_equal(world.asked_count, 2);
    assert_string_equal(answer_sent(5, "SOFTWARE_TOKEN_MFA_CODE"), "246802");
    assert_int_equal(world.report.renewals, 1);
}

static void
test_renewed_once(void **state)
{
    (void) state;
    for (int i = 0; i < 3; i++) {
        bodies(fake_proof_wanted, totp_wanted, expired_session, NULL);
    }
    assert_denied(COG_SESSION_EXPIRED);
    assert_int_equal(called("InitiateAuth"), 2);
}

static void
test_lost_proof(void **state)
{
    (void) state;
    fake_body(&world, fake_proof_wanted);
    fake_answer(&world, (struct fake_answer){.transport = COG_LOST});
    fake_body(&world, fake_proof_wanted);
    fake_answer(&world, (struct fake_answer){.transport = COG_LOST});
    assert_denied(COG_LOST);
    assert_int_equal(called("InitiateAuth"), 2);
    assert_int_equal(called("RespondToAuthChallenge"), 2);
}

static void
test_throttled(void **state)
{
    (void) state;
    bodies(throttled, fake_proof_wanted, fake_tokens(), NULL);
    assert_admitted();
    logins_begin_again();
    /* The proof is not sent again: somebody may have counted it. */
    bodies(fake_proof_wanted, throttled, NULL);
    assert_denied(COG_THROTTLED);
    assert_int_equal(world.call_count, 2);
    logins_begin_again();
    for (int i = 0; i < 9; i++)
        fake_body(&world, throttled);
    assert_denied(COG_THROTTLED);
    assert_int_equal(world.call_count, 2);
}

static void
test_service_trouble(void **state)
{
    const struct fake_answer page = {.body = "<html>", .http_status = 503};

    (void) state;
    /* Harmless to repeat at first, not behind the proof. */
    fake_answer(&world, page);
    fake_body(&world, fake_proof_wanted);
    fake_answer(&world, page);
    fake_body(&world, fake_tokens());
    assert_denied(COG_SERVICE);
    assert_int_equal(world.call_count, 3);
}

static void
test_transport_failures(void **state)
{
    static const enum cog_status failures[] = {
        COG_TLS, COG_TIMEOUT, COG_PROTOCOL, COG_NO_MEMORY, COG_NETWORK};

    (void) state;
    for (size_t i = 0; i < sizeof failures / sizeof failures[0]; i++) {
        for (int where = INITIATED; where < STATES; where++) {
            logins_begin_again();
            lead_to((enum state_of_flow) where);
            for (int j = 0; j < 3; j++)
                fake_answer(&world,
                            (struct fake_answer){.transport = failures[i]});
            assert_denied(failures[i]);
        }
    }
}

static void
test_every_error_denies(void **state)
{
    static const char *const types[] = {
        "NotAuthorizedException",
        "UserNotFoundException",
        "UserNotConfirmedException",
        "PasswordResetRequiredException",
        "InvalidPasswordException",
        "PasswordHistoryPolicyViolationException",
        "CodeMismatchException",
        "ExpiredCodeException",
        "EnableSoftwareTokenMFAException",
        "SoftwareTokenMFANotFoundException",
        "MFAMethodNotFoundException",
        "LimitExceededException",
        "TooManyFailedAttemptsException",
        "TooManyRequestsException",
        "InternalErrorException",
        "CodeDeliveryFailureException",
        "InvalidParameterException",
        "ResourceNotFoundException",
        "InvalidUserPoolConfigurationException",
        "UserLambdaValidationException",
        "UnexpectedLambdaException",
        "InvalidLambdaResponseException",
        "ForbiddenException",
        "AliasExistsException",
        "OperationNotEnabledException",
        "UnheardOfException",
        "COG_OK",
        "1",
    };

    (void) state;
    for (size_t i = 0; i < sizeof types / sizeof types[0]; i++) {
        for (int form = 0; form < 3; form++) {
            char body[256] = "";
            struct fake_answer answer = {.body = body, .http_status = 400};

            for (int where = INITIATED; where < STATES; where++) {
                logins_begin_again();
                lead_to((enum state_of_flow) where);
                if (form == 0)
                    (void) snprintf(body, sizeof body,
                                    "{\"__type\":\"a.b#%s\"}", types[i]);
                else if (form == 1)
                    (void) snprintf(body, sizeof body, "{\"code\":\"%s\"}",
                                    types[i]);
                else
                    answer.error_type = types[i];
                for (int j = 0; j < 8; j++)
                    fake_answer(&world, answer);
                assert_int_not_equal(fake_run(&world), COG_OK);
                assert_string_equal(world.report.error_type, types[i]);
            }
        }
    }
}

static void
test_odd_errors(void **state)
{
    static const char *const bodies[] = {
        "",
        "[]",
        "{\"__type\":5}",
        "{\"__type\":\"\",\"message\":null}",
        "{\"__type\":{},\"message\":[]}",
        "{\"AuthenticationResult\":{\"IdToken\":\"x\"}}",
    };

    (void) state;
    for (size_t i = 0; i < sizeof bodies / sizeof bodies[0]; i++) {
        static const int statuses[] = {199, 201, 204, 206, 301, 307,
                                       400, 401, 403, 404, 418, 500};

        for (size_t j = 0; j < sizeof statuses / sizeof statuses[0]; j++) {
            logins_begin_again();
            fake_body(&world, fake_proof_wanted);
            fake_answer(&world,
                        (struct fake_answer){.body = bodies[i],
                                             .http_status = statuses[j]});
            assert_int_not_equal(fake_run(&world), COG_OK);
            assert_string_equal(world.identity.sub, "");
        }
    }
    /* Tokens that came with any status but 200. */
    logins_begin_again();
    fake_body(&world, fake_proof_wanted);
    fake_answer(&world, (struct fake_answer){.body = fake_tokens(),
                                             .http_status = 201});
    assert_denied(COG_PROTOCOL);
}

static void
test_report_is_printable(void **state)
{
    (void) state;
    bodies(fake_proof_wanted,
           FAKE_ERROR("UserLambdaValidationException",
                      "PreAuthentication\\nAccepted password for root "
                      "\\u001b[2J\\u202e"),
           NULL);
    assert_denied(COG_BLOCKED);
    assert_string_equal(world.report.message,
                        "PreAuthentication\\x0aAccepted password for root "
                        "\\x1b[2J\\xe2\\x80\\xae");
    assert_string_equal(world.report.person,
                        "PreAuthentication Accepted password for root ?[2J?");
}

static void
test_quoted_value_withheld(void **state)
{
    (void) state;
    bodies(fake_proof_wanted, new_password_wanted, NULL);
    for (int i = 0; i < 5; i++)
        fake_body(&world, FAKE_ERROR("InvalidParameterException",
                                     "1 validation error detected: Value "
                                     "'Better-Horse-7' at 'password' failed"));
    assert_denied(COG_BAD_INPUT);
    assert_null(strstr(world.report.message, "Better-Horse-7"));
    for (size_t i = 0; i < world.told_count; i++)
        assert_null(strstr(world.told[i], "Better-Horse-7"));
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        CASE("early: a challenge of 3 s is answered",
             test_early_challenge_young),
        CASE("early: an older challenge is thrown away",
             test_early_challenge_old),
        CASE("a person may take minutes at every prompt", test_slow_typist),
        CASE("what failed during the prompt is begun again", test_begun_again),
        CASE("a connection that died during the prompt is renewed",
             test_connection_died_while_typing),
        CASE("P46: the deadline runs from the answer",
             test_deadline_of_answer),
        CASE("an expired session is renewed with the same answers",
             test_session_expired),
        CASE("a flow is renewed once", test_renewed_once),
        CASE("a lost proof is repeated in a new flow, once", test_lost_proof),
        CASE("P86: throttling is met with one repeat of InitiateAuth at most",
             test_throttled),
        CASE("trouble behind the proof is not repeated", test_service_trouble),
        CASE("a transport that fails denies, in every state",
             test_transport_failures),
        CASE("P47: every error in every form and state denies",
             test_every_error_denies),
        CASE("P3: only 200 can bring tokens", test_odd_errors),
        CASE("P94: foreign text in the report is printable",
             test_report_is_printable),
        CASE("P93: a message that quotes a password is withheld",
             test_quoted_value_withheld),
    };

    return cmocka_run_group_tests_name("cognito/trouble", tests, NULL,
                                       fake_token_end);
}
