/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cognito/login: whole logins against a fake service and a fake person.
 * The proof itself is srp-t's part.
 */
#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "cognito/crypto.h"
#include "tests/unit/cognito/fake_token.h"
#include "tests/unit/cognito/fakes.h"

static struct fake_world world;

#define CHALLENGE(name, parameters)                                           \
    "{\"ChallengeName\":\"" name "\",\"Session\":\"s-" name                   \
    "\",\"ChallengeParameters\":{" parameters "}}"

static const char new_password_wanted[] =
    CHALLENGE("NEW_PASSWORD_REQUIRED",
              "\"requiredAttributes\":\"[]\",\"userAttributes\":\"{}\"");
static const char totp_wanted[] = CHALLENGE("SOFTWARE_TOKEN_MFA", "");
static const char sms_wanted[] =
    CHALLENGE("SMS_MFA", "\"CODE_DELIVERY_DESTINATION\":\"+*******1234\"");
static const char choice_wanted[] = CHALLENGE(
    "SELECT_MFA_TYPE",
    "\"MFAS_CAN_CHOOSE\":\"[\\\"SMS_MFA\\\",\\\"SOFTWARE_TOKEN_MFA\\\"]\"");
static const char wrong_password[] =
    FAKE_ERROR("NotAuthorizedException", "Incorrect username or password.");
static const char wrong_code[] =
    FAKE_ERROR("CodeMismatchException", "Invalid code received for user");
static const char used_code[] = FAKE_ERROR(
    "ExpiredCodeException", "Your software token has already been used once.");
static const char expired_session[] =
    FAKE_ERROR("NotAuthorizedException",
               "Invalid session for the user, session is expired.");
static const char throttled[] =
    FAKE_ERROR("TooManyRequestsException", "Too many requests");

static int
begin(void **state)
{
    (void) state;
    fake_begin(&world);
    return 0;
}

static int
end(void **state)
{
    (void) state;
    fake_end(&world);
    return 0;
}

/* How often a kind of question was asked. */
static size_t
asked(enum cog_ask_kind kind)
{
    size_t count = 0;

    for (size_t i = 0; i < world.asked_count; i++)
        count += world.asked[i].kind == kind;
    return count;
}

static size_t
called(const char *operation)
{
    size_t count = 0;

    for (size_t i = 0; i < world.call_count; i++)
        count += strcmp(world.calls[i].operation, operation) == 0;
    return count;
}

static bool
was_told(const char *text)
{
    for (size_t i = 0; i < world.told_count; i++) {
        if (strstr(world.told[i], text) != NULL)
            return true;
    }
    return false;
}

static const char *
answer_sent(size_t call, const char *key)
{
    return fake_sent(&world, call, "ChallengeResponses", key);
}

/* A login denied, with nothing of an identity. */
static void
assert_denied(enum cog_status status)
{
    assert_int_equal(fake_run(&world), status);
    assert_string_equal(world.identity.username, "");
    assert_string_equal(world.identity.sub, "");
}

static void
assert_admitted(void)
{
    enum cog_status status = fake_run(&world);

    if (status != COG_OK)
        fail_msg("%s: %s", cog_status_name(status),
                 world.report.detail != NULL ? world.report.detail : "");
    assert_string_equal(world.identity.username, "alice");
}

static void
test_plain(void **state)
{
    (void) state;
    fake_body(&world, fake_proof_wanted);
    fake_body(&world, fake_tokens());
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
    fake_body(&world, fake_proof_wanted);
    fake_body(&world, fake_tokens());
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
    fake_body(&world, fake_proof_wanted);
    fake_body(&world, wrong_password);
    assert_denied(COG_BAD_CREDENTIALS);
    assert_string_equal(world.report.error_type, "NotAuthorizedException");
    assert_string_equal(world.report.request_id, "request-2");
    assert_int_equal(world.call_count, 2);
}

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
test_bad_tokens(void **state)
{
    static const char *const tokens[] = {"", "a", "a.b.c", "..", "....."};
    char body[256];

    (void) state;
    for (size_t i = 0; i < sizeof tokens / sizeof tokens[0]; i++) {
        fake_end(&world);
        fake_begin(&world);
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
    fake_body(&world, fake_proof_wanted);
    fake_body(&world, fake_tokens_of(fake_claims("bob"), FAKE_KID));
    assert_denied(COG_WRONG_IDENTITY);
}

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

        fake_end(&world);
        fake_begin(&world);
        (void) snprintf(body, sizeof body,
                        "{\"ChallengeName\":\"%s\",\"Session\":\"s1\"}",
                        kinds[i][0]);
        fake_body(&world, fake_proof_wanted);
        fake_body(&world, body);
        fake_body(&world, wrong_code);
        fake_body(&world, fake_tokens());
        fake_type(&world, (struct fake_typed){"Correct-Horse-7", 0, 0});
        fake_type(&world, (struct fake_typed){"111111", 0, 0});
        fake_type(&world, (struct fake_typed){"87654321", 0, 0});
        assert_admitted();
        assert_string_equal(answer_sent(2, kinds[i][1]), "111111");
        assert_string_equal(answer_sent(3, kinds[i][1]), "87654321");
        /* The same session again, the internal name in each. */
        assert_string_equal(fake_sent(&world, 3, NULL, "Session"), "s1");
        assert_string_equal(fake_sent(&world, 3, NULL, "ChallengeName"),
                            kinds[i][0]);
        assert_string_equal(answer_sent(3, "USERNAME"), "alice");
        assert_true(was_told("The code is wrong."));
        assert_int_equal(world.asked[1].kind, COG_ASK_CODE);
    }
}

static void
test_code_tries(void **state)
{
    (void) state;
    fake_body(&world, fake_proof_wanted);
    fake_body(&world, totp_wanted);
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
        fake_end(&world);
        fake_begin(&world);
        fake_body(&world, fake_proof_wanted);
        fake_body(&world, totp_wanted);
        fake_type(&world, (struct fake_typed){"Correct-Horse-7", 0, 0});
        for (int j = 0; j < 4; j++)
            fake_type(&world, (struct fake_typed){typed[i], 0, 0});
        assert_denied(COG_WRONG_CODE);
        assert_int_equal(world.call_count, 2);
        assert_int_equal(asked(COG_ASK_CODE), 4);
    }
}

static void
test_used_code(void **state)
{
    (void) state;
    fake_body(&world, fake_proof_wanted);
    fake_body(&world, totp_wanted);
    fake_body(&world, used_code);
    fake_body(&world, fake_tokens());
    assert_admitted();
    assert_true(was_told("Wait for the next one."));
    assert_int_equal(called("InitiateAuth"), 1);
}

static void
test_sent_code_expired(void **state)
{
    (void) state;
    fake_body(&world, fake_proof_wanted);
    fake_body(&world, sms_wanted);
    fake_body(&world, FAKE_ERROR("ExpiredCodeException", "expired"));
    fake_body(&world, fake_proof_wanted);
    fake_body(&world, sms_wanted);
    fake_body(&world, fake_tokens());
    assert_admitted();
    assert_int_equal(asked(COG_ASK_PASSWORD), 1);
    assert_int_equal(asked(COG_ASK_CODE), 2);
    assert_int_equal(world.report.renewals, 1);
}

static void
test_hostile_destination(void **state)
{
    (void) state;
    fake_body(&world, fake_proof_wanted);
    fake_body(&world,
              CHALLENGE("SMS_MFA", "\"CODE_DELIVERY_DESTINATION\":\"\\u001b"
                                   "[2J\\n\\u202eevil\\u0007\""));
    fake_body(&world, fake_tokens());
    assert_admitted();
    assert_string_equal(world.asked[1].prompt,
                        "Code sent by text message to ?[2J ?evil?: ");
}

static void
test_conversation_ends(void **state)
{
    (void) state;
    fake_body(&world, fake_proof_wanted);
    fake_body(&world, totp_wanted);
    fake_type(&world, (struct fake_typed){"Correct-Horse-7", 0, 0});
    fake_type(&world, (struct fake_typed){NULL, 0, COG_ABORTED});
    assert_denied(COG_ABORTED);
    assert_int_equal(world.call_count, 2);
}

/* The choice of a factor. */
static void
test_choice(void **state)
{
    (void) state;
    fake_body(&world, fake_proof_wanted);
    fake_body(&world, choice_wanted);
    fake_body(&world, totp_wanted);
    fake_body(&world, fake_tokens());
    fake_type(&world, (struct fake_typed){"Correct-Horse-7", 0, 0});
    fake_type(&world, (struct fake_typed){"0", 0, 0});
    fake_type(&world, (struct fake_typed){"3", 0, 0});
    fake_type(&world, (struct fake_typed){"2", 0, 0});
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
    fake_body(&world, fake_proof_wanted);
    fake_body(&world,
              CHALLENGE("SELECT_MFA_TYPE",
                        "\"MFAS_CAN_SELECT\":\"[\\\"WEB_AUTHN\\\","
                        "\\\"EMAIL_MFA\\\",\\\"PASSWORD_VERIFIER\\\"]\""));
    fake_body(&world, CHALLENGE("EMAIL_OTP", ""));
    fake_body(&world, fake_tokens());
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

        fake_end(&world);
        fake_begin(&world);
        (void) snprintf(body, sizeof body,
                        "{\"ChallengeName\":\"SELECT_MFA_TYPE\","
                        "\"ChallengeParameters\":{"
                        "\"MFAS_CAN_CHOOSE\":\"%s\"}}",
                        lists[i]);
        fake_body(&world, fake_proof_wanted);
        fake_body(&world, body);
        assert_denied(COG_NO_FACTOR);
        assert_int_equal(world.call_count, 2);
    }
}

static void
test_not_the_chosen(void **state)
{
    (void) state;
    fake_body(&world, fake_proof_wanted);
    fake_body(&world, choice_wanted);
    fake_body(&world, totp_wanted); /* SMS_MFA was chosen */
    assert_denied(COG_PROTOCOL);
    assert_string_equal(world.report.detail, "not the chosen factor");
}

/* A forced new password. */
static void
test_new_password(void **state)
{
    (void) state;
    fake_body(&world, fake_proof_wanted);
    fake_body(&world,
              CHALLENGE("NEW_PASSWORD_REQUIRED",
                        "\"requiredAttributes\":\"[\\\"userAttributes.name"
                        "\\\",\\\"userAttributes.email\\\",\\\"userAttributes"
                        ".custom:dept\\\"]\",\"userAttributes\":\"{\\\"email"
                        "\\\":\\\"a@b.c\\\",\\\"name\\\":\\\"\\\"}\""));
    fake_body(&world, fake_tokens());
    fake_type(&world, (struct fake_typed){"Temporary-1", 0, 0});
    fake_type(&world, (struct fake_typed){"Better-Horse-7", 0, 0});
    fake_type(&world, (struct fake_typed){"Better-Horse-7", 0, 0});
    fake_type(&world, (struct fake_typed){"Alice A.", 0, 0});
    fake_type(&world, (struct fake_typed){"R&D \"x\"", 0, 0});
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
    fake_body(&world, fake_proof_wanted);
    fake_body(&world, new_password_wanted);
    fake_type(&world, (struct fake_typed){"Correct-Horse-7", 0, 0});
    for (size_t i = 0; i < sizeof typed / sizeof typed[0]; i++)
        fake_type(&world, (struct fake_typed){typed[i], 0, 0});
    assert_denied(COG_POLICY);
    assert_int_equal(world.call_count, 2);
    assert_int_equal(asked(COG_ASK_NEW_PASSWORD), 5);
}

static void
test_new_password_mistyped(void **state)
{
    (void) state;
    fake_body(&world, fake_proof_wanted);
    fake_body(&world, new_password_wanted);
    fake_body(&world, fake_tokens());
    fake_type(&world, (struct fake_typed){"Correct-Horse-7", 0, 0});
    fake_type(&world, (struct fake_typed){"Better-Horse-7", 0, 0});
    fake_type(&world, (struct fake_typed){"Bitter-Horse-7", 0, 0});
    assert_admitted();
    assert_true(was_told("The two passwords differ."));
    assert_int_equal(called("RespondToAuthChallenge"), 2);
}

static void
test_new_password_policy(void **state)
{
    (void) state;
    fake_body(&world, fake_proof_wanted);
    fake_body(&world, new_password_wanted);
    fake_body(&world, FAKE_ERROR("InvalidPasswordException",
                                 "Password not long enough\\u001b[2J"));
    fake_body(&world,
              FAKE_ERROR("PasswordHistoryPolicyViolationException", "used"));
    fake_body(&world, fake_tokens());
    assert_admitted();
    assert_true(was_told(
        "The new password is not accepted: Password not long enough?[2J"));
    assert_true(was_told("You have used this password before."));
    /* All in the same session. */
    assert_string_equal(fake_sent(&world, 4, NULL, "Session"),
                        "s-NEW_PASSWORD_REQUIRED");
    assert_int_equal(called("InitiateAuth"), 1);
}

static void
test_new_password_tries(void **state)
{
    (void) state;
    fake_body(&world, fake_proof_wanted);
    fake_body(&world, new_password_wanted);
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

        fake_end(&world);
        fake_begin(&world);
        (void) snprintf(body, sizeof body,
                        "{\"ChallengeName\":\"NEW_PASSWORD_REQUIRED\","
                        "\"ChallengeParameters\":{"
                        "\"requiredAttributes\":\"%s\"}}",
                        lists[i]);
        fake_body(&world, fake_proof_wanted);
        fake_body(&world, body);
        assert_denied(COG_PROTOCOL);
        assert_int_equal(world.call_count, 2);
    }
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
    fake_body(&world, totp_wanted);
    fake_body(&world, wrong_password);
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
    fake_body(&world, totp_wanted);
    fake_body(&world, fake_tokens());
    assert_admitted();
    assert_null(fake_sent(&world, 1, NULL, "Session"));
    assert_string_equal(fake_sent(&world, 2, NULL, "Session"),
                        "s-SOFTWARE_TOKEN_MFA");
    fake_end(&world);
    fake_begin(&world);
    fake_body(&world,
              CHALLENGE("PASSWORD_VERIFIER", "\"SALT\":\"1\",\"SRP_B\":\"5\","
                                             "\"SECRET_BLOCK\":\"AAAA\","
                                             "\"USER_ID_FOR_SRP\":\"alice\""));
    fake_body(&world, "{\"ChallengeName\":\"SOFTWARE_TOKEN_MFA\"}");
    fake_body(&world, fake_tokens());
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
        fake_end(&world);
        fake_begin(&world);
    }
    world.has_date = false;
    fake_body(&world, fake_proof_wanted);
    fake_body(&world, fake_tokens());
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

        fake_end(&world);
        fake_begin(&world);
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
        fake_end(&world);
        fake_begin(&world);
        fake_type(&world, (struct fake_typed){typed[i], 0, 0});
        assert_denied(COG_BAD_INPUT);
        assert_int_equal(world.call_count, 0);
        fake_end(&world);
        fake_begin(&world);
        world.settings.early = COG_EARLY_CHALLENGE;
        fake_body(&world, fake_proof_wanted);
        fake_type(&world, (struct fake_typed){typed[i], 0, 0});
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
    fake_type(&world, (struct fake_typed){text, 0, 0});
    assert_denied(COG_BAD_INPUT);
    assert_int_equal(world.call_count, 0);
    fake_end(&world);
    fake_begin(&world);
    text[COG_ANSWER_MAX] = '\0';
    fake_type(&world, (struct fake_typed){text, 0, 0});
    fake_body(&world, fake_proof_wanted);
    fake_body(&world, fake_tokens());
    assert_admitted();
}

static void
test_asked_whatever_happens(void **state)
{
    static const char not_found[] =
        FAKE_ERROR("UserNotFoundException", "User does not exist.");

    (void) state;
    for (int early = COG_EARLY_CONNECT; early <= COG_EARLY_NO; early++) {
        fake_end(&world);
        fake_begin(&world);
        world.settings.early = (enum cog_early) early;
        fake_body(&world, not_found);
        assert_denied(COG_BAD_CREDENTIALS);
        assert_int_equal(asked(COG_ASK_PASSWORD), 1);
        assert_string_equal(world.asked[0].prompt, "Password: ");
        fake_end(&world);
        fake_begin(&world);
        world.settings.early = (enum cog_early) early;
        world.connections_refused = 9;
        assert_denied(COG_NETWORK);
        assert_int_equal(asked(COG_ASK_PASSWORD), 1);
    }
}

static void
test_early_challenge_young(void **state)
{
    (void) state;
    world.settings.early = COG_EARLY_CHALLENGE;
    fake_body(&world, fake_proof_wanted);
    fake_body(&world, fake_tokens());
    fake_type(&world, (struct fake_typed){"Correct-Horse-7", 3000, 0});
    assert_admitted();
    assert_int_equal(called("InitiateAuth"), 1);
}

static void
test_early_challenge_old(void **state)
{
    (void) state;
    world.settings.early = COG_EARLY_CHALLENGE;
    fake_body(&world, fake_proof_wanted);
    fake_body(&world, fake_proof_wanted);
    fake_body(&world, fake_tokens());
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
        fake_end(&world);
        fake_begin(&world);
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
    fake_body(&world, fake_proof_wanted);
    fake_body(&world, fake_tokens());
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
    fake_body(&world, fake_proof_wanted);
    fake_body(&world, totp_wanted);
    fake_body(&world, expired_session);
    fake_body(&world, fake_proof_wanted);
    fake_body(&world, totp_wanted);
    fake_body(&world, fake_tokens());
    fake_type(&world, (struct fake_typed){"Correct-Horse-7", 0, 0});
    fake_type(&world, (struct fake_typed){"246802", 0, 0});
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
        fake_body(&world, fake_proof_wanted);
        fake_body(&world, totp_wanted);
        fake_body(&world, expired_session);
    }
    assert_denied(COG_SESSION_EXPIRED);
    assert_int_equal(called("InitiateAuth"), 2);
}

static void
test_lost_code_offered_again(void **state)
{
    (void) state;
    fake_body(&world, fake_proof_wanted);
    fake_body(&world, totp_wanted);
    fake_answer(&world, (struct fake_answer){.transport = COG_LOST});
    fake_body(&world, fake_proof_wanted);
    fake_body(&world, totp_wanted);
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
    fake_body(&world, fake_proof_wanted);
    fake_body(&world, sms_wanted);
    fake_answer(&world, (struct fake_answer){.transport = COG_LOST});
    fake_body(&world, fake_proof_wanted);
    fake_body(&world, sms_wanted);
    fake_body(&world, fake_tokens());
    assert_admitted();
    assert_int_equal(asked(COG_ASK_CODE), 2);
}

static void
test_new_password_renewed(void **state)
{
    (void) state;
    fake_body(&world, fake_proof_wanted);
    fake_body(&world, new_password_wanted);
    fake_body(&world, expired_session);
    fake_body(&world, fake_proof_wanted);
    fake_body(&world, new_password_wanted);
    fake_body(&world, fake_tokens());
    assert_admitted();
    assert_int_equal(asked(COG_ASK_NEW_PASSWORD), 2);
    assert_string_equal(answer_sent(5, "NEW_PASSWORD"), "Better-Horse-7");
}

static void
test_new_password_lost(void **state)
{
    (void) state;
    fake_body(&world, fake_proof_wanted);
    fake_body(&world, new_password_wanted);
    fake_answer(&world, (struct fake_answer){.transport = COG_LOST});
    /* It had been taken: the old one is wrong now. */
    fake_body(&world, fake_proof_wanted);
    fake_body(&world, wrong_password);
    fake_body(&world, fake_proof_wanted);
    fake_body(&world, fake_tokens());
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
        fake_end(&world);
        fake_begin(&world);
        fake_body(&world, fake_proof_wanted);
        fake_body(&world, new_password_wanted);
        fake_answer(&world, bad[i]);
        assert_denied(i == 0   ? COG_TIMEOUT
                      : i == 1 ? COG_SERVICE
                               : COG_PROTOCOL);
        assert_int_equal(world.call_count, 3);
        assert_true(was_told(i < 2 ? "may be in force already"
                                   : "use it from now on"));
    }
}

/* A code's refusal says nothing about the password in doubt. */
static void
test_doubt_is_not_for_codes(void **state)
{
    (void) state;
    fake_body(&world, fake_proof_wanted);
    fake_body(&world, new_password_wanted);
    fake_answer(&world, (struct fake_answer){.transport = COG_LOST});
    fake_body(&world, fake_proof_wanted);
    fake_body(&world, totp_wanted);
    fake_body(&world, wrong_password); /* in answer to the code */
    assert_denied(COG_BAD_CREDENTIALS);
    assert_int_equal(called("InitiateAuth"), 2);
    assert_int_not_equal(cog_login_password(world.login)->len, 0);
    assert_true(was_told("may be in force already"));
}

/* P84: also over a renewal, one login never sends the fifth wrong code. */
static void
test_wrong_codes_in_all(void **state)
{
    (void) state;
    fake_body(&world, fake_proof_wanted);
    fake_body(&world, totp_wanted);
    for (int i = 0; i < 3; i++)
        fake_body(&world, wrong_code);
    fake_body(&world, expired_session);
    fake_body(&world, fake_proof_wanted);
    fake_body(&world, totp_wanted);
    for (int i = 0; i < 9; i++)
        fake_body(&world, wrong_code);
    assert_denied(COG_WRONG_CODE);
    /* Two proofs, three wrong codes, the one in the expired session, and
       that one once more. */
    assert_int_equal(called("RespondToAuthChallenge"), 2 + 3 + 1 + 1);
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
    fake_body(&world, throttled);
    fake_body(&world, fake_proof_wanted);
    fake_body(&world, fake_tokens());
    assert_admitted();
    fake_end(&world);
    fake_begin(&world);
    /* The proof is not sent again: somebody may have counted it. */
    fake_body(&world, fake_proof_wanted);
    fake_body(&world, throttled);
    assert_denied(COG_THROTTLED);
    assert_int_equal(world.call_count, 2);
    fake_end(&world);
    fake_begin(&world);
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
            fake_end(&world);
            fake_begin(&world);
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
                fake_end(&world);
                fake_begin(&world);
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
            fake_end(&world);
            fake_begin(&world);
            fake_body(&world, fake_proof_wanted);
            fake_answer(&world,
                        (struct fake_answer){.body = bodies[i],
                                             .http_status = statuses[j]});
            assert_int_not_equal(fake_run(&world), COG_OK);
            assert_string_equal(world.identity.sub, "");
        }
    }
    /* Tokens that came with any status but 200. */
    fake_end(&world);
    fake_begin(&world);
    fake_body(&world, fake_proof_wanted);
    fake_answer(&world, (struct fake_answer){.body = fake_tokens(),
                                             .http_status = 201});
    assert_denied(COG_PROTOCOL);
}

static void
test_report_is_printable(void **state)
{
    (void) state;
    fake_body(&world, fake_proof_wanted);
    fake_body(&world,
              FAKE_ERROR("UserLambdaValidationException",
                         "PreAuthentication\\nAccepted password for root "
                         "\\u001b[2J\\u202e"));
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
    fake_body(&world, fake_proof_wanted);
    fake_body(&world, new_password_wanted);
    for (int i = 0; i < 5; i++)
        fake_body(&world, FAKE_ERROR("InvalidParameterException",
                                     "1 validation error detected: Value "
                                     "'Better-Horse-7' at 'password' failed"));
    assert_denied(COG_BAD_INPUT);
    assert_null(strstr(world.report.message, "Better-Horse-7"));
    for (size_t i = 0; i < world.told_count; i++)
        assert_null(strstr(world.told[i], "Better-Horse-7"));
}

/* Keys. */
static void
give_keys(const char *kid, int64_t age_s)
{
    const char *const kids[] = {kid, NULL};

    fake_jwks(kids, &world.keys.jwks);
    world.keys.fetched_s = FAKE_START_S - age_s;
}

static void
log_in_with_kid(const char *kid)
{
    fake_body(&world, fake_proof_wanted);
    fake_body(&world, fake_tokens_of(fake_claims(NULL), kid));
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
        fake_end(&world);
        fake_begin(&world);
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
        fake_end(&world);
        fake_begin(&world);
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
    fake_body(&world, FAKE_ERROR("InvalidPasswordException", "too short"));
    fake_body(&world,
              FAKE_ERROR("PasswordHistoryPolicyViolationException", ""));
    fake_body(&world, FAKE_ERROR("LimitExceededException", "later"));
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
    fake_body(&world, fake_proof_wanted);
    fake_body(&world, wrong_password);
    assert_denied(COG_BAD_CREDENTIALS);
    assert_int_equal(change("Better-Horse-7"), COG_TOKEN);
    assert_int_equal(called("ChangePassword"), 0);
}

/* One prompt for both. */
static void
test_code_in_password(void **state)
{
    (void) state;
    world.settings.code_in_password = true;
    fake_type(&world, (struct fake_typed){.text = "Correct-Horse-7123456"});
    fake_body(&world, fake_proof_wanted);
    fake_body(&world, totp_wanted);
    fake_body(&world, fake_tokens());
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
    fake_type(&world, (struct fake_typed){.text = "Correct-Horse-7123456"});
    fake_body(&world, fake_proof_wanted);
    fake_body(&world, choice_wanted);
    fake_body(&world, totp_wanted);
    fake_body(&world, fake_tokens());
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
    fake_type(&world, (struct fake_typed){.text = "Horse-20261121"});
    fake_body(&world, fake_proof_wanted);
    fake_body(&world, wrong_password);
    fake_body(&world, fake_proof_wanted);
    fake_body(&world, fake_tokens());
    assert_admitted();
    assert_string_equal(cog_login_password(world.login)->data,
                        "Horse-20261121");
    fake_end(&world);
    fake_begin(&world);
    world.settings.code_in_password = true;
    fake_type(&world, (struct fake_typed){.text = "Horse-20261121"});
    for (int i = 0; i < 3; i++) {
        fake_body(&world, fake_proof_wanted);
        fake_body(&world, wrong_password);
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
        fake_type(&world, (struct fake_typed){.text = typed});
    fake_body(&world, fake_proof_wanted);
    fake_body(&world, new_password_wanted);
    fake_body(&world, fake_tokens());
    assert_denied(COG_POLICY);
    assert_true(was_told("must differ from the old one"));
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
        fake_end(&world);
        fake_begin(&world);
        world.settings.code_in_password = rows[i].permitted;
        fake_type(&world, (struct fake_typed){.text = rows[i].typed});
        fake_body(&world, fake_proof_wanted);
        fake_body(&world, fake_tokens());
        assert_admitted();
        assert_string_equal(cog_login_password(world.login)->data,
                            rows[i].typed);
    }
}

static void
test_once(void **state)
{
    (void) state;
    fake_body(&world, fake_proof_wanted);
    fake_body(&world, fake_tokens());
    assert_admitted();
    fake_body(&world, fake_proof_wanted);
    fake_body(&world, fake_tokens());
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

static int
end_all(void **state)
{
    (void) state;
    fake_token_end();
    return 0;
}

#define CASE(sentence, function)                                              \
    {                                                                         \
        sentence, function, begin, end, NULL                                  \
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
        CASE("a right password logs in with two requests and one question",
             test_plain),
        CASE("P58: the password is in no request of a login",
             test_password_stays),
        CASE("a wrong password is refused after one proof",
             test_wrong_password),
        CASE("P2: tokens that do not verify deny", test_bad_tokens),
        CASE("P15: another user's good token denies", test_other_user),
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
        CASE("a code whose answer was lost is offered again",
             test_lost_code_offered_again),
        CASE("a code that was sent is of no use in a renewed flow",
             test_lost_sms_code_is_not),
        CASE("a new password is kept over an expired session",
             test_new_password_renewed),
        CASE("a new password whose answer was lost is found out",
             test_new_password_lost),
        CASE("P57: who does not know whether a change was made is told",
             test_new_password_in_doubt),
        CASE("P58: a refused code does not try another password",
             test_doubt_is_not_for_codes),
        CASE("P84: one login sends four wrong codes at most",
             test_wrong_codes_in_all),
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
        CASE("P42: a known key needs no fetch", test_known_key),
        CASE("P42: an unknown key is fetched after an hour only",
             test_unknown_key),
        CASE("P42: foreign keys deny within an hour of the last fetch",
             test_foreign_key),
        CASE("a document without keys is not kept", test_no_keys),
        CASE("P42: a pinned set is never replaced", test_pinned_but_empty),
        CASE("a password is changed with the login's token", test_change),
        CASE("P57: a bad new password is not sent in a change",
             test_change_refused_here),
        CASE("a change whose answer was lost is not repeated",
             test_change_lost),
        CASE("without a login there is no change", test_change_without_login),
        CASE("a login runs once", test_once),
        CASE("settings that cannot be right stop it at once", test_settings),
    };

    return cmocka_run_group_tests_name("cognito/login", tests, NULL, end_all);
}
