/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cognito/enrol and cognito/custom: setting up a second factor inside a
 * login, and questions of the pool's own.
 */
#include <stdio.h>
#include <string.h>

#include "tests/unit/cognito/logins.h"

#define KEY "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXPJBSW"

#define SET_UP(offers)                                                        \
    CHALLENGE_IN("MFA_SETUP", "s2", "\"MFAS_CAN_SETUP\":\"[" offers "]\"")
#define APP  "\\\"SOFTWARE_TOKEN_MFA\\\""
#define MAIL "\\\"EMAIL_OTP\\\""

static const char key_made[] =
    "{\"SecretCode\":\"" KEY "\",\"Session\":\"s3\"}";
static const char key_proved[] = "{\"Status\":\"SUCCESS\",\"Session\":\"s4\"}";
static const char app_wanted[] = CHALLENGE_IN("SOFTWARE_TOKEN_MFA", "s5", "");
static const char mail_wanted[] = CHALLENGE_IN("EMAIL_OTP", "s5", "");
static const char wrong_key_code[] =
    FAKE_ERROR("EnableSoftwareTokenMFAException",
               "Code mismatch and fail enable Software Token MFA");

/* Each of the three sessions goes into the next call, and no other. */
static void
test_app(void **state)
{
    (void) state;
    bodies(fake_proof_wanted, SET_UP(APP), key_made, key_proved, fake_tokens(),
           NULL);
    assert_admitted();
    assert_string_equal(world.calls[2].operation, "AssociateSoftwareToken");
    assert_string_equal(fake_sent(&world, 2, NULL, "Session"), "s2");
    assert_string_equal(world.calls[3].operation, "VerifySoftwareToken");
    assert_string_equal(fake_sent(&world, 3, NULL, "Session"), "s3");
    assert_string_equal(fake_sent(&world, 3, NULL, "UserCode"), "123456");
    assert_string_equal(world.calls[4].operation, "RespondToAuthChallenge");
    assert_string_equal(fake_sent(&world, 4, NULL, "ChallengeName"),
                        "MFA_SETUP");
    assert_string_equal(fake_sent(&world, 4, NULL, "Session"), "s4");
    assert_string_equal(fake_sent(&world, 4, "ChallengeResponses", "USERNAME"),
                        "alice");
}

/* The key as text in groups, the account, and what a QR code is made of. */
static void
test_shown(void **state)
{
    (void) state;
    bodies(fake_proof_wanted, SET_UP(APP), key_made, key_proved, fake_tokens(),
           NULL);
    assert_admitted();
    assert_non_null(told("    JBSW Y3DP EHPK 3PXP JBSW Y3DP EHPK 3PXP JBSW "
                         "Y3DP EHPK 3PXP JBSW"));
    assert_non_null(told("alice"));
    assert_string_equal(told("otpauth://"),
                        "otpauth://totp/" FAKE_POOL ":alice?secret=" KEY);
}

/* The label is percent-encoded. */
static void
test_label(void **state)
{
    (void) state;
    world.settings.sign_in_name = "a b@x.example&secret=A";
    bodies(fake_proof_wanted, SET_UP(APP), key_made, key_proved, fake_tokens(),
           NULL);
    (void) fake_run(&world);
    assert_string_equal(told("otpauth://"),
                        "otpauth://totp/" FAKE_POOL
                        ":a%20b%40x.example%26secret%3DA?secret=" KEY);
}

static void
test_one_more_code(void **state)
{
    (void) state;
    bodies(fake_proof_wanted, SET_UP(APP), key_made, key_proved, app_wanted,
           fake_tokens(), NULL);
    assert_admitted();
    assert_non_null(told("Wait for the next code"));
    assert_string_equal(fake_sent(&world, 5, NULL, "Session"), "s5");
}

static void
test_wrong_code(void **state)
{
    (void) state;
    bodies(fake_proof_wanted, SET_UP(APP), key_made, wrong_key_code,
           "{\"Status\":\"ERROR\",\"Session\":\"s3b\"}", key_proved,
           fake_tokens(), NULL);
    assert_admitted();
    assert_int_equal(called("VerifySoftwareToken"), 3);
    assert_int_equal(called("AssociateSoftwareToken"), 1);
}

static void
test_wrong_codes_end(void **state)
{
    (void) state;
    bodies(fake_proof_wanted, SET_UP(APP), key_made, wrong_key_code,
           wrong_key_code, wrong_key_code, wrong_key_code, key_proved,
           fake_tokens(), NULL);
    assert_denied(COG_WRONG_CODE);
    assert_int_equal(called("VerifySoftwareToken"), 4);
}

/* The picture for another terminal, as often as it takes, within bounds. */
static void
test_pictures(void **state)
{
    (void) state;
    types("Correct-Horse-7", "i", "A", NULL);
    bodies(fake_proof_wanted, SET_UP(APP), key_made, key_proved, fake_tokens(),
           NULL);
    assert_admitted();
    assert_int_equal(world.told_kinds[4], COG_TELL_QR);
    assert_int_equal(world.told_kinds[5], COG_TELL_QR_INVERSE);
    assert_int_equal(world.told_kinds[6], COG_TELL_QR_ASCII);
    assert_string_equal(world.told[4], world.told[6]);
    logins_begin_again();
    types("Correct-Horse-7", NULL);
    /* Six each time; then it is a wrong code, and the fourth ends it. */
    for (int i = 0; i < 4 * 7; i++)
        types("i", NULL);
    bodies(fake_proof_wanted, SET_UP(APP), key_made, NULL);
    fake_type(&world, (struct fake_typed){.status = COG_ABORTED});
    assert_denied(COG_WRONG_CODE);
}

/* P56: what sshd's password method would type is never sent. */
static void
test_no_code(void **state)
{
    (void) state;
    types("Correct-Horse-7", NULL);
    for (int i = 0; i < 4; i++)
        types("Correct-Horse-7", NULL);
    bodies(fake_proof_wanted, SET_UP(APP), key_made, key_proved, fake_tokens(),
           NULL);
    assert_denied(COG_WRONG_CODE);
    assert_int_equal(called("VerifySoftwareToken"), 0);
    for (size_t i = 1; i < world.asked_count; i++)
        assert_int_equal(world.asked[i].kind, COG_ASK_CODE);
}

static void
test_not_verified(void **state)
{
    static const char *const answers[] = {
        "{}",
        "{\"Status\":\"success\",\"Session\":\"s4\"}",
        "{\"Status\":true,\"Session\":\"s4\"}",
    };

    (void) state;
    for (size_t i = 0; i < sizeof answers / sizeof answers[0]; i++) {
        logins_begin_again();
        types("Correct-Horse-7", "123456", NULL);
        fake_type(&world, (struct fake_typed){.status = COG_ABORTED});
        bodies(fake_proof_wanted, SET_UP(APP), key_made, answers[i],
               fake_tokens(), NULL);
        assert_int_not_equal(fake_run(&world), COG_OK);
        assert_string_equal(world.identity.username, "");
        assert_int_equal(called("VerifySoftwareToken"), 1);
        assert_int_equal(called("RespondToAuthChallenge"), 1);
    }
}

/* P48, P95: a key is base32 and nothing else comes to the screen. */
static void
test_hostile_key(void **state)
{
    static const char *const answers[] = {
        "{}",
        "{\"SecretCode\":\"\",\"Session\":\"s3\"}",
        "{\"SecretCode\":\"SHORT\",\"Session\":\"s3\"}",
        "{\"SecretCode\":17,\"Session\":\"s3\"}",
        "{\"SecretCode\":\"jbswy3dpehpk3pxpjbswy3dpehpk3pxp\"}",
        "{\"SecretCode\":\"JBSWY3DPEHPK3PXP\\u001b[2J\",\"Session\":\"s\"}",
        "{\"SecretCode\":\"JBSWY3DPEHPK3PXP&issuer=other\"}",
        "{\"SecretCode\":\"JBSWY3DPEHPK3PX1\",\"Session\":\"s\"}",
    };

    (void) state;
    for (size_t i = 0; i < sizeof answers / sizeof answers[0]; i++) {
        logins_begin_again();
        bodies(fake_proof_wanted, SET_UP(APP), answers[i], NULL);
        assert_denied(COG_PROTOCOL);
        assert_null(told("otpauth"));
    }
}

/* A session lives three minutes: an app may take longer to install. */
static void
test_too_slow(void **state)
{
    (void) state;
    bodies(fake_proof_wanted, SET_UP(APP), key_made, expired_session,
           fake_proof_wanted, SET_UP(APP), key_made, key_proved, fake_tokens(),
           NULL);
    assert_admitted();
    assert_non_null(told("no longer valid"));
    assert_int_equal(world.asked[0].kind, COG_ASK_PASSWORD);
    assert_int_equal(world.asked_count, 3);
}

static void
test_mail(void **state)
{
    (void) state;
    types("Correct-Horse-7", "no address", "alice@x.example", NULL);
    bodies(fake_proof_wanted, SET_UP(MAIL), mail_wanted, fake_tokens(), NULL);
    assert_admitted();
    assert_string_equal(fake_sent(&world, 2, "ChallengeResponses", "EMAIL"),
                        "alice@x.example");
    assert_string_equal(fake_sent(&world, 2, NULL, "Session"), "s2");
}

static void
test_choice(void **state)
{
    static const struct {
        const char *typed;
        const char *operation;
    } rows[] = {
        {"1", "AssociateSoftwareToken"},
        {"2", "RespondToAuthChallenge"},
    };

    (void) state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        logins_begin_again();
        types("Correct-Horse-7", "3", rows[i].typed, "a@x.example", NULL);
        bodies(fake_proof_wanted, SET_UP("\\\"SMS_MFA\\\"," MAIL "," APP),
               "{}", NULL);
        assert_int_not_equal(fake_run(&world), COG_OK);
        assert_int_equal(world.asked[1].kind, COG_ASK_CHOICE);
        assert_string_equal(world.calls[2].operation, rows[i].operation);
    }
}

static void
test_nothing_to_set_up(void **state)
{
    static const struct {
        const char *body;
        enum cog_status status;
    } rows[] = {
        {SET_UP(""), COG_NO_FACTOR},
        {SET_UP("\\\"SMS_MFA\\\""), COG_NO_FACTOR},
        {SET_UP("17"), COG_NO_FACTOR},
        {CHALLENGE_IN("MFA_SETUP", "s2", ""), COG_PROTOCOL},
        {CHALLENGE_IN("MFA_SETUP", "s2", "\"MFAS_CAN_SETUP\":\"{}\""),
         COG_PROTOCOL},
        {"{\"ChallengeName\":\"MFA_SETUP\",\"ChallengeParameters\":{"
         "\"MFAS_CAN_SETUP\":\"[\\\"SOFTWARE_TOKEN_MFA\\\"]\"}}",
         COG_PROTOCOL},
    };

    (void) state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        logins_begin_again();
        bodies(fake_proof_wanted, rows[i].body, NULL);
        assert_denied(rows[i].status);
        assert_int_equal(world.call_count, 2);
    }
}

/* enrol = off, or a caller for whom it is not. */
static void
test_not_permitted(void **state)
{
    (void) state;
    world.settings.enrol = false;
    bodies(fake_proof_wanted, SET_UP(APP), key_made, key_proved, fake_tokens(),
           NULL);
    assert_denied(COG_UNSUPPORTED);
    assert_string_equal(world.report.challenge, "MFA_SETUP");
    assert_non_null(strstr(world.report.detail, "enrol"));
    assert_int_equal(world.call_count, 2);
}

static void
test_question(void **state)
{
    (void) state;
    types("Correct-Horse-7", "", "a\tb", "blue", NULL);
    bodies(fake_proof_wanted,
           CHALLENGE_IN("CUSTOM_CHALLENGE", "s2",
                        "\"question\":\"Favourite colour:\""),
           CHALLENGE_IN("CUSTOM_CHALLENGE", "s3",
                        "\"prompt\":\"\\u001b[2JSay\\nmore\\u202e\""),
           CHALLENGE_IN("CUSTOM_CHALLENGE", "s4", ""), fake_tokens(), NULL);
    assert_admitted();
    assert_string_equal(world.asked[1].prompt, "Favourite colour: ");
    assert_int_equal(world.asked[1].kind, COG_ASK_TEXT);
    assert_string_equal(fake_sent(&world, 2, "ChallengeResponses", "ANSWER"),
                        "blue");
    assert_string_equal(fake_sent(&world, 2, NULL, "Session"), "s2");
    assert_string_equal(world.asked[4].prompt, "?[2JSay more?: ");
    assert_string_equal(world.asked[5].prompt, "Answer: ");
    assert_string_equal(fake_sent(&world, 4, NULL, "Session"), "s4");
}

static void
test_question_refused(void **state)
{
    (void) state;
    bodies(fake_proof_wanted, CHALLENGE_IN("CUSTOM_CHALLENGE", "s2", ""),
           FAKE_ERROR("NotAuthorizedException",
                      "Incorrect username or password."),
           fake_tokens(), NULL);
    assert_denied(COG_BAD_CREDENTIALS);
    assert_int_equal(world.call_count, 3);
}

int
main(void)
{
    static const struct CMUnitTest tests[] = {
        ENROL_CASE(
            "an authenticator is set up with the newest session each time",
            test_app),
        ENROL_CASE("the key is shown as text, with its account, and as a code",
                   test_shown),
        ENROL_CASE("the label cannot add to the code's parameters",
                   test_label),
        ENROL_CASE("one more code after the set-up is asked for",
                   test_one_more_code),
        ENROL_CASE("a wrong code of a new key may be tried again",
                   test_wrong_code),
        ENROL_CASE("P84: the fourth wrong code of a new key ends it",
                   test_wrong_codes_end),
        ENROL_CASE("the picture is drawn anew for another terminal",
                   test_pictures),
        ENROL_CASE("P56: what is no code is never sent", test_no_code),
        ENROL_CASE("P3: a key counts only when the service says so",
                   test_not_verified),
        ENROL_CASE("P48, P95: a key that is not base32 is refused unseen",
                   test_hostile_key),
        ENROL_CASE("a session that ended meanwhile brings a new key",
                   test_too_slow),
        ENROL_CASE("an e-mail address is asked for and sent", test_mail),
        ENROL_CASE("among several factors the person chooses", test_choice),
        ENROL_CASE("P6: nothing that can be set up here is a refusal",
                   test_nothing_to_set_up),
        ENROL_CASE("without permission nothing is set up", test_not_permitted),
        ENROL_CASE(
            "P95: the pool's questions are asked with echo, made printable",
            test_question),
        ENROL_CASE("a wrong answer to the pool's question ends it",
                   test_question_refused),
    };

    return cmocka_run_group_tests_name("cognito/enrol", tests, NULL, NULL);
}
