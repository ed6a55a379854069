/* SPDX-License-Identifier: Apache-2.0 */
/* cognito/login: codes and the choice between factors. */
#include "tests/unit/cognito/logins.h"

#include <stdio.h>

/* Codes. */
static void
test_codes(void **state)
{
    static const char *const kinds[][2] = {
        {"SOFTWARE_TOKEN_MFA", "SOFTWARE_TOKEN_MFA_CODE"},
        {"SMS_MFA", "SMS_MFA_CODE"},
        {"EMAIL_OTP", "EMAIL_OTP_CODE"},
        {"SMS_OTP", "SMS_OTP_CODE"},
    };

    (void) state;
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
        char body[256];

        logins_begin_again();
        (void) snprintf(body, sizeof body,
                        "{\"ChallengeName\":\"%s\",\"Session\":\"s1\"}",
                        kinds[i][0]);
        bodies(fake_proof_wanted, body, wrong_code, fake_tokens(), NULL);
        types("Correct-Horse-7", "111111", "87654321", NULL);
        assert_admitted();
        assert_string_equal(answer_sent(2, kinds[i][1]), "111111");
        assert_string_equal(answer_sent(3, kinds[i][1]), "87654321");
        /* The same session again, the internal name in each. */
        assert_string_equal(fake_sent(&world, 3, NULL, "Session"), "s1");
        assert_string_equal(fake_sent(&world, 3, NULL, "ChallengeName"),
                            kinds[i][0]);
        assert_string_equal(answer_sent(3, "USERNAME"), "alice");
        assert_non_null(told("The code is wrong."));
        assert_int_equal(world.asked[1].kind, COG_ASK_CODE);
    }
}

static void
test_code_tries(void **state)
{
    (void) state;
    bodies(fake_proof_wanted, totp_wanted, NULL);
    for (int i = 0; i < 9; i++)
        fake_body(&world, wrong_code);
    assert_denied(COG_WRONG_CODE);
    assert_int_equal(asked(COG_ASK_CODE), 4);
    assert_int_equal(called("RespondToAuthChallenge"), 1 + 4);
}

static void
test_no_code_sent(void **state)
{
    static const char *const typed[] = {
        "",
        "12345",
        "123456789",
        "12345a",
        " 123456",
        "123456 ",
        "123 456",
        "-12345",
        "Correct-Horse-7",
        "\xd9\xa1\xd9\xa2\xd9\xa3",
    };

    (void) state;
    for (size_t i = 0; i < sizeof typed / sizeof typed[0]; i++) {
        logins_begin_again();
        bodies(fake_proof_wanted, totp_wanted, NULL);
        types("Correct-Horse-7", NULL);
        for (int j = 0; j < 4; j++)
            types(typed[i], NULL);
        assert_denied(COG_WRONG_CODE);
        assert_int_equal(world.call_count, 2);
        assert_int_equal(asked(COG_ASK_CODE), 4);
    }
}

static void
test_used_code(void **state)
{
    (void) state;
    bodies(fake_proof_wanted, totp_wanted, used_code, fake_tokens(), NULL);
    assert_admitted();
    assert_non_null(told("Wait for the next one."));
    assert_int_equal(called("InitiateAuth"), 1);
}

static void
test_sent_code_expired(void **state)
{
    (void) state;
    bodies(fake_proof_wanted, sms_wanted,
           FAKE_ERROR("ExpiredCodeException", "expired"), fake_proof_wanted,
           sms_wanted, fake_tokens(), NULL);
    assert_admitted();
    assert_int_equal(asked(COG_ASK_PASSWORD), 1);
    assert_int_equal(asked(COG_ASK_CODE), 2);
    assert_int_equal(world.report.renewals, 1);
}

static void
test_hostile_destination(void **state)
{
    (void) state;
    bodies(fake_proof_wanted,
           CHALLENGE("SMS_MFA", "\"CODE_DELIVERY_DESTINATION\":\"\\u001b"
                                "[2J\\n\\u202eevil\\u0007\""),
           fake_tokens(), NULL);
    assert_admitted();
    assert_string_equal(world.asked[1].prompt,
                        "Code sent by text message to ?[2J ?evil?: ");
}

static void
test_conversation_ends(void **state)
{
    (void) state;
    bodies(fake_proof_wanted, totp_wanted, NULL);
    types("Correct-Horse-7", NULL);
    fake_type(&world, (struct fake_typed){NULL, 0, COG_ABORTED});
    assert_denied(COG_ABORTED);
    assert_int_equal(world.call_count, 2);
}

/* The choice of a factor. */
static void
test_choice(void **state)
{
    (void) state;
    bodies(fake_proof_wanted, choice_wanted, totp_wanted, fake_tokens(), NULL);
    types("Correct-Horse-7", "0", "3", "2", NULL);
    assert_admitted();
    assert_string_equal(answer_sent(2, "ANSWER"), "SOFTWARE_TOKEN_MFA");
    assert_string_equal(fake_sent(&world, 2, NULL, "Session"),
                        "s-SELECT_MFA_TYPE");
    /* In the prompt: with PAM_SILENT nothing else is shown. */
    assert_string_equal(world.asked[1].prompt,
                        "1 Text message, 2 Authenticator app: ");
}

static void
test_choice_of_one(void **state)
{
    (void) state;
    bodies(fake_proof_wanted,
           CHALLENGE("SELECT_MFA_TYPE",
                     "\"MFAS_CAN_SELECT\":\"[\\\"WEB_AUTHN\\\","
                     "\\\"EMAIL_MFA\\\",\\\"PASSWORD_VERIFIER\\\"]\""),
           CHALLENGE("EMAIL_OTP", ""), fake_tokens(), NULL);
    assert_admitted();
    assert_int_equal(asked(COG_ASK_CHOICE), 0);
    assert_string_equal(answer_sent(2, "ANSWER"), "EMAIL_MFA");
}

static void
test_choice_of_none(void **state)
{
    static const char *const lists[] = {
        "[]",
        "[\\\"WEB_AUTHN\\\"]",
        "[\\\"PASSWORD_VERIFIER\\\"]",
        "[\\\"NEW_PASSWORD_REQUIRED\\\",\\\"SELECT_MFA_TYPE\\\"]",
    };

    (void) state;
    for (size_t i = 0; i < sizeof lists / sizeof lists[0]; i++) {
        char body[256];

        logins_begin_again();
        (void) snprintf(body, sizeof body,
                        "{\"ChallengeName\":\"SELECT_MFA_TYPE\","
                        "\"ChallengeParameters\":{"
                        "\"MFAS_CAN_CHOOSE\":\"%s\"}}",
                        lists[i]);
        bodies(fake_proof_wanted, body, NULL);
        assert_denied(COG_NO_FACTOR);
        assert_int_equal(world.call_count, 2);
    }
}

static void
test_not_the_chosen(void **state)
{
    (void) state;
    bodies(fake_proof_wanted, choice_wanted, NULL);
    fake_body(&world, totp_wanted); /* SMS_MFA was chosen */
    assert_denied(COG_PROTOCOL);
    assert_string_equal(world.report.detail, "not the chosen factor");
}

static void
test_lost_code_offered_again(void **state)
{
    (void) state;
    bodies(fake_proof_wanted, totp_wanted, NULL);
    fake_answer(&world, (struct fake_answer){.transport = COG_LOST});
    bodies(fake_proof_wanted, totp_wanted, NULL);
    fake_body(&world, used_code); /* the lost answer was a yes */
    fake_body(&world, fake_tokens());
    assert_admitted();
    assert_int_equal(asked(COG_ASK_PASSWORD), 1);
    assert_int_equal(asked(COG_ASK_CODE), 2);
}

static void
test_lost_sms_code_is_not(void **state)
{
    (void) state;
    bodies(fake_proof_wanted, sms_wanted, NULL);
    fake_answer(&world, (struct fake_answer){.transport = COG_LOST});
    bodies(fake_proof_wanted, sms_wanted, fake_tokens(), NULL);
    assert_admitted();
    assert_int_equal(asked(COG_ASK_CODE), 2);
}

/* A code's refusal says nothing about the password in doubt. */
static void
test_doubt_is_not_for_codes(void **state)
{
    (void) state;
    bodies(fake_proof_wanted, new_password_wanted, NULL);
    fake_answer(&world, (struct fake_answer){.transport = COG_LOST});
    bodies(fake_proof_wanted, totp_wanted, NULL);
    fake_body(&world, wrong_password); /* in answer to the code */
    assert_denied(COG_BAD_CREDENTIALS);
    assert_int_equal(called("InitiateAuth"), 2);
    assert_int_not_equal(cog_login_password(world.login)->len, 0);
    assert_non_null(told("may be in force already"));
}

/* P84: also over a renewal, one login never sends the fifth wrong code. */
static void
test_wrong_codes_in_all(void **state)
{
    (void) state;
    bodies(fake_proof_wanted, totp_wanted, NULL);
    for (int i = 0; i < 3; i++)
        fake_body(&world, wrong_code);
    bodies(expired_session, fake_proof_wanted, totp_wanted, NULL);
    for (int i = 0; i < 9; i++)
        fake_body(&world, wrong_code);
    assert_denied(COG_WRONG_CODE);
    /* Two proofs, three wrong codes, the one in the expired session, and
       that one once more. */
    assert_int_equal(called("RespondToAuthChallenge"), 2 + 3 + 1 + 1);
}

/* One prompt for both. */
static void
test_code_in_password(void **state)
{
    (void) state;
    world.settings.code_in_password = true;
    types("Correct-Horse-7123456", NULL);
    bodies(fake_proof_wanted, totp_wanted, fake_tokens(), NULL);
    assert_admitted();
    assert_int_equal(world.asked_count, 1);
    assert_string_equal(answer_sent(2, "SOFTWARE_TOKEN_MFA_CODE"), "123456");
    assert_string_equal(cog_login_password(world.login)->data,
                        "Correct-Horse-7");
}

static void
test_code_in_password_chooses(void **state)
{
    (void) state;
    world.settings.code_in_password = true;
    types("Correct-Horse-7123456", NULL);
    bodies(fake_proof_wanted, choice_wanted, totp_wanted, fake_tokens(), NULL);
    assert_admitted();
    assert_int_equal(world.asked_count, 1);
    assert_string_equal(answer_sent(2, "ANSWER"), "SOFTWARE_TOKEN_MFA");
}

/* Digits of the password itself: one guess more, and no third. */
static void
test_digits_of_the_password(void **state)
{
    (void) state;
    world.settings.code_in_password = true;
    types("Horse-20261121", NULL);
    bodies(fake_proof_wanted, wrong_password, fake_proof_wanted, fake_tokens(),
           NULL);
    assert_admitted();
    assert_string_equal(cog_login_password(world.login)->data,
                        "Horse-20261121");
    logins_begin_again();
    world.settings.code_in_password = true;
    types("Horse-20261121", NULL);
    for (int i = 0; i < 3; i++) {
        bodies(fake_proof_wanted, wrong_password, NULL);
    }
    assert_denied(COG_BAD_CREDENTIALS);
    assert_int_equal(called("InitiateAuth"), 2);
}

/*
 * A host with one prompt answers each hidden question with what was typed:
 * that is neither the old password nor one that anybody has chosen.
 */
static void
test_typed_is_no_new_password(void **state)
{
    static const char typed[] = "Correct-Horse-7123456";

    (void) state;
    world.settings.code_in_password = true;
    for (int i = 0; i < 11; i++)
        types(typed, NULL);
    bodies(fake_proof_wanted, new_password_wanted, fake_tokens(), NULL);
    assert_denied(COG_POLICY);
    assert_non_null(told("must differ from the old one"));
    assert_int_equal(world.call_count, 2);
}

/* P56: a code is the end of a password only where the line says so. */
static void
test_no_code_in_password(void **state)
{
    static const struct {
        const char *typed;
        bool permitted;
    } rows[] = {{"Correct-Horse-7123456", false},
                {"Correct-Horse-7", true},
                {"123456", true},
                {"Correct-12345", true}};

    (void) state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        logins_begin_again();
        world.settings.code_in_password = rows[i].permitted;
        types(rows[i].typed, NULL);
        bodies(fake_proof_wanted, fake_tokens(), NULL);
        assert_admitted();
        assert_string_equal(cog_login_password(world.login)->data,
                            rows[i].typed);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        CASE("a code behind the password is used for both",
             test_code_in_password),
        CASE("a code behind the password chooses the authenticator",
             test_code_in_password_chooses),
        CASE("P57: nor is what was typed with a code a new password",
             test_typed_is_no_new_password),
        CASE("P84: digits of the password's own cost one guess more",
             test_digits_of_the_password),
        CASE("P56: without code_in_password nothing is taken off",
             test_no_code_in_password),
        CASE("a wrong code is asked again in the same session", test_codes),
        CASE("P84: after four wrong codes no more are asked", test_code_tries),
        CASE("P56: what is not 6 to 8 digits is never sent",
             test_no_code_sent),
        CASE("a code used before is asked again, the next one",
             test_used_code),
        CASE("an expired code that was sent begins the flow again",
             test_sent_code_expired),
        CASE("P95: where a code went is printable", test_hostile_destination),
        CASE("an ended conversation ends the login", test_conversation_ends),
        CASE("a factor is chosen by its number", test_choice),
        CASE("P6: a single factor that we can do is taken unasked",
             test_choice_of_one),
        CASE("P6: without a factor that we can do it ends",
             test_choice_of_none),
        CASE("P6: a factor that was not chosen denies", test_not_the_chosen),
        CASE("a code whose answer was lost is offered again",
             test_lost_code_offered_again),
        CASE("a code that was sent is of no use in a renewed flow",
             test_lost_sms_code_is_not),
        CASE("P58: a refused code does not try another password",
             test_doubt_is_not_for_codes),
        CASE("P84: one login sends four wrong codes at most",
             test_wrong_codes_in_all),
    };

    return cmocka_run_group_tests_name("cognito/factors", tests, NULL,
                                       fake_token_end);
}
