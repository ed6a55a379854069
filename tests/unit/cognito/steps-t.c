/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cognito/steps: which answer of the service may follow which step, over all
 * pairs, and how often.
 */
#include <stdio.h>
#include <string.h>

#include "cognito/steps.h"
#include "tests/unit/cognito/logins.h"

/* Of these the person takes the first. */
static const char otp_choice_wanted[] =
    CHALLENGE("SELECT_MFA_TYPE",
              "\"MFAS_CAN_CHOOSE\":\"[\\\"SMS_MFA\\\",\\\"SMS_OTP\\\"]\"");
static const char set_up_wanted[] = CHALLENGE(
    "MFA_SETUP", "\"MFAS_CAN_SETUP\":\"[\\\"SOFTWARE_TOKEN_MFA\\\"]\"");
static const char custom_wanted[] = CHALLENGE("CUSTOM_CHALLENGE", "");
static const char key_made[] =
    "{\"SecretCode\":\"JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP\",\"Session\":\"k\"}";
static const char key_proved[] = "{\"Status\":\"SUCCESS\",\"Session\":\"v\"}";

enum state_of_flow {
    INITIATED,
    PROVED,
    NEW_PASSWORD,
    SELECTED,
    CODE,
    SET_UP,
    CUSTOM,
    STATES
};

/* Answers that bring a login into a state; the calls they take. */
static void
lead_to(enum state_of_flow where)
{
    static const char *const ways[STATES] = {
        [NEW_PASSWORD] = new_password_wanted,
        [SELECTED] = otp_choice_wanted,
        [CODE] = totp_wanted,
        [SET_UP] = set_up_wanted,
        [CUSTOM] = custom_wanted,
    };

    if (where == INITIATED)
        return;
    fake_body(&world, fake_proof_wanted);
    if (ways[where] != NULL)
        fake_body(&world, ways[where]);
    if (where == SET_UP) {
        fake_body(&world, key_made);
        fake_body(&world, key_proved);
    }
}

/* P3, P4: every answer in every state. */
static void
test_all_pairs(void **state)
{
    static const struct {
        const char *name; /* NULL: tokens */
        const char *parameters;
        bool allowed[STATES];
    } replies[] = {
        {NULL, NULL, {false, true, true, false, true, true, true}},
        {"PASSWORD_VERIFIER",
         "\"SALT\":\"1\",\"SRP_B\":\"5\",\"SECRET_BLOCK\":\"AAAA\","
         "\"USER_ID_FOR_SRP\":\"alice\"",
         {true, false, false, false, false, false, false}},
        {"NEW_PASSWORD_REQUIRED",
         "\"requiredAttributes\":\"[]\"",
         {false, true, false, false, true, true, true}},
        {"SELECT_MFA_TYPE",
         "\"MFAS_CAN_CHOOSE\":\"[\\\"SMS_MFA\\\"]\"",
         {false, true, true, false, false, false, true}},
        /* Behind a factor set up, its own code only. */
        {"SOFTWARE_TOKEN_MFA",
         "",
         {false, true, true, false, false, true, true}},
        /* The first of the list, which the person chose. */
        {"SMS_MFA", "", {false, true, true, true, false, false, true}},
        {"EMAIL_OTP", "", {false, true, true, false, false, false, true}},
        {"SMS_OTP", "", {false, true, true, false, false, false, true}},
        {"MFA_SETUP",
         "\"MFAS_CAN_SETUP\":\"[\\\"EMAIL_OTP\\\"]\"",
         {false, true, true, false, true, false, true}},
        {"CUSTOM_CHALLENGE", "", {false, true, true, false, true, true, true}},
    };

    (void) state;
    for (size_t i = 0; i < sizeof replies / sizeof replies[0]; i++) {
        for (int where = INITIATED; where < STATES; where++) {
            bool mail = replies[i].name != NULL &&
                        strcmp(replies[i].name, "MFA_SETUP") == 0;
            char body[512];
            enum cog_status status;
            size_t calls_before;

            logins_begin_again();
            if (mail && where != SET_UP) {
                fake_type(&world, (struct fake_typed){.text = "Proper-1"});
                if (where == NEW_PASSWORD) {
                    fake_type(&world, (struct fake_typed){.text = "Proper-2"});
                    fake_type(&world, (struct fake_typed){.text = "Proper-2"});
                } else if (where == CODE) {
                    fake_type(&world, (struct fake_typed){.text = "123456"});
                } else if (where == CUSTOM) {
                    fake_type(&world, (struct fake_typed){.text = "blue"});
                }
                fake_type(&world, (struct fake_typed){.text = "a@b.example"});
            }
            lead_to((enum state_of_flow) where);
            calls_before = world.answer_count + 1;
            (void) snprintf(body, sizeof body,
                            "{\"ChallengeName\":\"%s\","
                            "\"ChallengeParameters\":{%s}}",
                            replies[i].name, replies[i].parameters);
            if (replies[i].name == NULL) {
                fake_body(&world, fake_tokens());
            } else {
                fake_body(&world, body);
                fake_body(&world, wrong_password);
            }
            status = fake_run(&world);
            if (!replies[i].allowed[where]) {
                if (status != COG_PROTOCOL || world.call_count != calls_before)
                    fail_msg("%s in state %d: %s", replies[i].name, where,
                             cog_status_name(status));
            } else if (replies[i].name == NULL) {
                assert_int_equal(status, COG_OK);
            } else {
                /* It was answered, and the answer refused. */
                if (world.call_count != calls_before + 1 ||
                    status != COG_BAD_CREDENTIALS)
                    fail_msg("%s in state %d: %s after %zu calls",
                             replies[i].name, where, cog_status_name(status),
                             world.call_count);
            }
        }
    }
}

static void
test_unsupported(void **state)
{
    static const struct {
        const char *name, *why;
    } names[] = {
        {"SELECT_CHALLENGE", NULL},
        {"PASSWORD", NULL},
        {"PASSWORD_SRP", NULL},
        {"ADMIN_NO_SRP_AUTH", NULL},
        {"DEVICE_SRP_AUTH", "not a person's device"},
        {"DEVICE_PASSWORD_VERIFIER", "not a person's device"},
        {"WEB_AUTHN", "browser"},
        {"EMAIL_MFA", NULL},
        {"INVENTED", NULL},
        {"password_verifier", NULL},
        {"", NULL},
    };

    (void) state;
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        for (int where = INITIATED; where < STATES; where++) {
            char body[256];

            logins_begin_again();
            lead_to((enum state_of_flow) where);
            (void) snprintf(body, sizeof body,
                            "{\"ChallengeName\":\"%s\",\"Session\":\"s\","
                            "\"ChallengeParameters\":{}}",
                            names[i].name);
            fake_body(&world, body);
            assert_denied(COG_UNSUPPORTED);
            assert_string_equal(world.report.challenge, names[i].name);
            if (names[i].why != NULL)
                assert_non_null(strstr(world.report.detail, names[i].why));
        }
    }
}

static void
test_no_proof_of_success(void **state)
{
    static const char *const answers[] = {
        "",
        "{}",
        "[]",
        "true",
        "<html>200 OK</html>",
        "{\"AuthenticationResult\":{}}",
        "{\"AuthenticationResult\":null}",
        "{\"AuthenticationResult\":true}",
        "{\"AuthenticationResult\":[]}",
        "{\"AuthenticationResult\":{\"AccessToken\":\"a\"}}",
        "{\"AuthenticationResult\":{\"IdToken\":1}}",
        "{\"AuthenticationResult\":{\"IdToken\":null}}",
        "{\"ChallengeName\":null}",
        "{\"ChallengeName\":17}",
        "{\"ChallengeParameters\":{}}",
        ("{\"ChallengeName\":\"SMS_MFA\",\"AuthenticationResult\":{"
         "\"IdToken\":\"a.b.c\"}}"),
        "{\"ChallengeName\":\"SMS_MFA\",\"ChallengeParameters\":[]}",
        "{\"ChallengeName\":\"SMS_MFA\",\"Session\":5}",
    };

    (void) state;
    for (size_t i = 0; i < sizeof answers / sizeof answers[0]; i++) {
        for (int where = INITIATED; where < STATES; where++) {
            logins_begin_again();
            lead_to((enum state_of_flow) where);
            fake_body(&world, answers[i]);
            assert_denied(COG_PROTOCOL);
        }
    }
}

/* P6: nothing comes twice without a reason. */
static void
test_repeated(void **state)
{
    static const struct {
        const char *bodies[8];
        bool fine;
    } rows[] = {
        {{totp_wanted, new_password_wanted, totp_wanted}, false},
        {{new_password_wanted, custom_wanted, new_password_wanted}, false},
        {{totp_wanted, custom_wanted, totp_wanted}, false},
        {{set_up_wanted, key_made, key_proved, custom_wanted, set_up_wanted,
          key_made, key_proved},
         false},
        {{set_up_wanted, key_made, key_proved, totp_wanted, totp_wanted},
         false},
        {{set_up_wanted, key_made, key_proved, totp_wanted, custom_wanted},
         true},
        {{totp_wanted, new_password_wanted, set_up_wanted, key_made,
          key_proved, totp_wanted},
         true},
        {{custom_wanted, otp_choice_wanted, NULL}, false},
        {{custom_wanted, custom_wanted, custom_wanted, custom_wanted,
          custom_wanted},
         true},
        {{custom_wanted, custom_wanted, custom_wanted, custom_wanted,
          custom_wanted, custom_wanted},
         false},
    };

    (void) state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        enum cog_status status;

        logins_begin_again();
        fake_body(&world, fake_proof_wanted);
        for (size_t b = 0; b < 8 && rows[i].bodies[b] != NULL; b++)
            fake_body(&world, rows[i].bodies[b]);
        fake_body(&world, fake_tokens());
        status = fake_run(&world);
        if (status != (rows[i].fine ? COG_OK : COG_PROTOCOL))
            fail_msg("row %zu: %s", i, cog_status_name(status));
    }
}

/* The longest way there is: nothing allowed can go round for ever. */
static void
test_longest(void **state)
{
    (void) state;
    fake_body(&world, fake_proof_wanted);
    for (int i = 0; i < COG_CUSTOM_MAX; i++)
        fake_body(&world, custom_wanted);
    fake_body(&world, totp_wanted);
    fake_body(&world, new_password_wanted);
    fake_body(&world, set_up_wanted);
    fake_body(&world, key_made);
    fake_body(&world, key_proved);
    fake_body(&world, totp_wanted);
    fake_body(&world, fake_tokens());
    assert_int_equal(fake_run(&world), COG_OK);
}

int
main(void)
{
    static const struct CMUnitTest tests[] = {
        ENROL_CASE("P3, P4: every answer in every state is taken or ends it",
                   test_all_pairs),
        ENROL_CASE("P6: challenges we do not do are refused by name",
                   test_unsupported),
        ENROL_CASE("P3: an answer that proves nothing denies, in every state",
                   test_no_proof_of_success),
        ENROL_CASE("P4, P6: nothing comes more often than it may",
                   test_repeated),
        ENROL_CASE("the longest way through all challenges ends in tokens",
                   test_longest),
    };

    return cmocka_run_group_tests_name("cognito/steps", tests, NULL,
                                       fake_token_end);
}
