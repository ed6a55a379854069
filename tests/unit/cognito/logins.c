/* SPDX-License-Identifier: Apache-2.0 */
/* What the tests of logins share; see the header. */
#include "tests/unit/cognito/logins.h"

#include <string.h>

#include "tests/unit/cognito/fake_token.h"

struct fake_world world;

struct logins_permitted may_enrol = {.enrol = true};
struct logins_permitted may_recover = {.recover = true};
static const struct logins_permitted *permitted;

static void
begin(void)
{
    fake_begin(&world);
    if (permitted != NULL) {
        world.settings.enrol = permitted->enrol;
        world.settings.recover = permitted->recover;
    }
}

int
logins_begin(void **state)
{
    permitted = *state;
    begin();
    return 0;
}

int
logins_end(void **state)
{
    (void) state;
    fake_end(&world);
    return 0;
}

void
logins_begin_again(void)
{
    fake_end(&world);
    begin();
}

/* ---- what the service says */

const char new_password_wanted[] =
    CHALLENGE("NEW_PASSWORD_REQUIRED",
              "\"requiredAttributes\":\"[]\",\"userAttributes\":\"{}\"");
const char totp_wanted[] = CHALLENGE("SOFTWARE_TOKEN_MFA", "");
const char sms_wanted[] =
    CHALLENGE("SMS_MFA", "\"CODE_DELIVERY_DESTINATION\":\"+*******1234\"");
const char choice_wanted[] = CHALLENGE(
    "SELECT_MFA_TYPE",
    "\"MFAS_CAN_CHOOSE\":\"[\\\"SMS_MFA\\\",\\\"SOFTWARE_TOKEN_MFA\\\"]\"");
const char wrong_password[] =
    FAKE_ERROR("NotAuthorizedException", "Incorrect username or password.");
const char wrong_code[] =
    FAKE_ERROR("CodeMismatchException", "Invalid code received for user");
const char used_code[] = FAKE_ERROR(
    "ExpiredCodeException", "Your software token has already been used once.");
const char expired_session[] =
    FAKE_ERROR("NotAuthorizedException",
               "Invalid session for the user, session is expired.");
const char throttled[] =
    FAKE_ERROR("TooManyRequestsException", "Too many requests");

void
bodies(const char *first, ...)
{
    va_list rest;

    va_start(rest, first);
    for (; first != NULL; first = va_arg(rest, const char *))
        fake_body(&world, first);
    va_end(rest);
}

void
log_in_with_kid(const char *kid)
{
    fake_body(&world, fake_proof_wanted);
    fake_body(&world, fake_tokens_of(fake_claims(NULL), kid));
}

void
give_keys(const char *kid, int64_t age_s)
{
    const char *const kids[] = {kid, NULL};

    fake_jwks(kids, &world.keys.jwks);
    world.keys.fetched_s = FAKE_START_S - age_s;
}

/* ---- what the person types */

void
types(const char *first, ...)
{
    va_list rest;

    va_start(rest, first);
    for (; first != NULL; first = va_arg(rest, const char *))
        fake_type(&world, (struct fake_typed){.text = first});
    va_end(rest);
}

/* ---- what came of it */

size_t
asked(enum cog_ask_kind kind)
{
    size_t count = 0;

    for (size_t i = 0; i < world.asked_count; i++)
        count += world.asked[i].kind == kind;
    return count;
}

size_t
called(const char *operation)
{
    size_t count = 0;

    for (size_t i = 0; i < world.call_count; i++)
        count += strcmp(world.calls[i].operation, operation) == 0;
    return count;
}

const char *
told(const char *part)
{
    for (size_t i = 0; i < world.told_count; i++) {
        if (strstr(world.told[i], part) != NULL)
            return world.told[i];
    }
    return NULL;
}

const char *
answer_sent(size_t call, const char *key)
{
    return fake_sent(&world, call, "ChallengeResponses", key);
}

void
assert_denied(enum cog_status status)
{
    assert_int_equal(fake_run(&world), status);
    assert_string_equal(world.identity.username, "");
    assert_string_equal(world.identity.sub, "");
}

void
assert_admitted(void)
{
    enum cog_status status = fake_run(&world);

    if (status != COG_OK)
        fail_msg("%s: %s", cog_status_name(status),
                 world.report.detail != NULL ? world.report.detail : "");
    assert_string_equal(world.identity.username, "alice");
}
