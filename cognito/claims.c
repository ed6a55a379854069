/* SPDX-License-Identifier: Apache-2.0 */
/* The checks of an ID token's claims; see the header. */
#include "cognito/claims.h"

#include <string.h>

#include "base/text.h"

#define CLAIM_MAX 2048 /* bytes of a claim that is only compared */

/* What a check looks at. */
struct token {
    const struct cog_json *claims;
    const struct cog_login_settings *settings;
    const struct cog_claims_times *times;
    struct cog_report *report;
};

/* One check; what fails is named in the report. */
struct check {
    const char *name;
    enum cog_status (*run)(const struct token *token);
};

/* Whether a claim is this text, byte for byte and in length. */
static bool
claim_is(const struct cog_json *claims, const char *name, const char *wanted)
{
    const char *text;

    return cog_json_text(claims, name, CLAIM_MAX, &text) == COG_OK &&
           strcmp(text, wanted) == 0;
}

static enum cog_status
check_iss(const struct token *token)
{
    for (size_t i = 0; i < 2; i++) {
        if (token->settings->issuer[i] != NULL &&
            claim_is(token->claims, "iss", token->settings->issuer[i]))
            return COG_OK;
    }
    return COG_TOKEN;
}

static enum cog_status
check_aud(const struct token *token)
{
    /* JWT allows an array of audiences; the service sends a string. */
    return claim_is(token->claims, "aud", token->settings->client_id)
               ? COG_OK
               : COG_TOKEN;
}

static enum cog_status
check_token_use(const struct token *token)
{
    return claim_is(token->claims, "token_use", "id") ? COG_OK : COG_TOKEN;
}

/*
 * A time that does not fit: the clock's fault, unless the service's Date
 * header has shown the clock to be right.
 */
static enum cog_status
blame(struct cog_report *report, int64_t offset_s)
{
    if (report->offset_known && report->offset_s <= COG_CLOCK_TOLERANCE_S &&
        report->offset_s >= -COG_CLOCK_TOLERANCE_S)
        return COG_TOKEN;
    if (!report->offset_known)
        report->offset_s = offset_s;
    report->offset_known = true;
    return COG_CLOCK;
}

static enum cog_status
check_iat(const struct token *token)
{
    int64_t iat;

    if (cog_json_integer(token->claims, "iat", &iat) != COG_OK)
        return COG_TOKEN;
    /* An older one was given to somebody for another question. */
    if (iat > token->times->now_s + COG_CLOCK_TOLERANCE_S ||
        iat < token->times->asked_s - COG_CLOCK_TOLERANCE_S)
        return blame(token->report, iat - token->times->now_s);
    return COG_OK;
}

/* Cognito does not send nbf, but who sends it means it. */
static enum cog_status
check_nbf(const struct token *token)
{
    int64_t nbf;

    if (!cog_json_has(token->claims, "nbf"))
        return COG_OK;
    if (cog_json_integer(token->claims, "nbf", &nbf) != COG_OK ||
        nbf > token->times->now_s + COG_CLOCK_TOLERANCE_S)
        return COG_TOKEN;
    return COG_OK;
}

/* An old token is one of another login: this one has just begun. */
static enum cog_status
check_auth_time(const struct token *token)
{
    int64_t auth_time;

    if (cog_json_integer(token->claims, "auth_time", &auth_time) != COG_OK)
        return COG_TOKEN;
    if (auth_time < token->times->started_s - COG_CLOCK_TOLERANCE_S ||
        auth_time > token->times->now_s + COG_CLOCK_TOLERANCE_S)
        return blame(token->report, auth_time - token->times->now_s);
    return COG_OK;
}

static enum cog_status
check_exp(const struct token *token)
{
    int64_t exp;

    if (cog_json_integer(token->claims, "exp", &exp) != COG_OK ||
        token->times->now_s >= exp + COG_CLOCK_TOLERANCE_S)
        return COG_TOKEN;
    return COG_OK;
}

/* The text of a claim that goes out: never empty, no control characters. */
static enum cog_status
read_name(const struct cog_json *claims, const char *name, size_t size,
          const char **text)
{
    const char *found;

    if (cog_json_text(claims, name, size - 1, &found) != COG_OK ||
        *found == '\0' || cog_text_has_control(found, strlen(found)))
        return COG_TOKEN;
    *text = found;
    return COG_OK;
}

static enum cog_status
check_sub(const struct token *token)
{
    const char *sub;

    if (read_name(token->claims, "sub", COG_SUB_SIZE, &sub) != COG_OK)
        return COG_TOKEN;
    for (; *sub != '\0'; sub++) {
        if (*sub <= ' ' || *sub > '~')
            return COG_TOKEN;
    }
    return COG_OK;
}

static enum cog_status
check_username(const struct token *token)
{
    const char *name;

    return read_name(token->claims, "cognito:username", COG_NAME_SIZE, &name);
}

/* The whole text, never a part; the claim alone may be lowered. */
static bool
names_equal(const char *claim, const char *wanted, bool lower)
{
    for (; *claim != '\0' && *wanted != '\0'; claim++, wanted++) {
        char c = lower ? cog_ascii_to_lower(*claim) : *claim;

        if (c != *wanted)
            return false;
    }
    return *claim == '\0' && *wanted == '\0';
}

bool
cog_claims_is_name(const char *name, const struct cog_login_settings *settings)
{
    return names_equal(name, settings->sign_in_name,
                       settings->case_insensitive);
}

/* An address is a name once its owner has proved that it is theirs. */
static enum cog_status
check_email(const struct token *token)
{
    if (token->settings->login_claim == COG_CLAIM_EMAIL &&
        (!cog_json_has(token->claims, "email") ||
         cog_json_true(token->claims, "email_verified") != COG_OK))
        return COG_WRONG_IDENTITY;
    return COG_OK;
}

static enum cog_status
check_login_claim(const struct token *token)
{
    const char *name = "cognito:username", *text;

    if (token->settings->login_claim == COG_CLAIM_EMAIL)
        name = "email";
    else if (token->settings->login_claim != COG_CLAIM_USERNAME)
        return COG_INTERNAL;
    if (read_name(token->claims, name, COG_NAME_SIZE, &text) != COG_OK ||
        !cog_claims_is_name(text, token->settings))
        return COG_WRONG_IDENTITY;
    return COG_OK;
}

/*
 * Refused before anything is believed. Groups of a wrong type are a token
 * we do not understand; a bad name in the list is dropped later.
 */
static enum cog_status
check_groups(const struct token *token)
{
    const struct cog_json *groups;

    if (!cog_json_has(token->claims, "cognito:groups"))
        return COG_OK;
    return cog_json_array(token->claims, "cognito:groups", &groups) == COG_OK
               ? COG_OK
               : COG_TOKEN;
}

/* First that the token is for us and of now, then who it is. */
static const struct check checks[] = {
    {"claim iss", check_iss},
    {"claim aud", check_aud},
    {"claim token_use", check_token_use},
    {"claim iat", check_iat},
    {"claim auth_time", check_auth_time},
    {"claim exp", check_exp},
    {"claim nbf", check_nbf},
    {"claim sub", check_sub},
    {"claim cognito:username", check_username},
    {"claim cognito:groups", check_groups},
    {"claim email: not verified, or not readable by the app client",
     check_email},
    {"login_claim is not sign_in_name", check_login_claim},
};

static void
read_groups(const struct cog_json *claims, struct cog_report *report,
            struct cog_identity *identity)
{
    const struct cog_json *groups;
    const char *name;

    if (cog_json_array(claims, "cognito:groups", &groups) != COG_OK)
        return;
    for (size_t i = 0; i < cog_json_count(groups); i++) {
        if (identity->group_count == COG_GROUPS_MAX ||
            cog_json_text_at(groups, i, COG_GROUP_SIZE - 1, &name) != COG_OK ||
            *name == '\0' || cog_text_has_control(name, strlen(name))) {
            report->groups_dropped++;
            continue;
        }
        memcpy(identity->groups[identity->group_count++], name,
               strlen(name) + 1);
    }
}

/* Both were checked above, so they are there and fit. */
static void
read_identity(const struct cog_json *claims, struct cog_report *report,
              struct cog_identity *identity)
{
    const char *text = "";

    memset(identity, 0, sizeof *identity);
    if (read_name(claims, "sub", COG_SUB_SIZE, &text) == COG_OK)
        memcpy(identity->sub, text, strlen(text) + 1);
    if (read_name(claims, "cognito:username", COG_NAME_SIZE, &text) == COG_OK)
        memcpy(identity->username, text, strlen(text) + 1);
    /* Its owner may write anything there: nobody may depend on it. */
    if (read_name(claims, "name", COG_NAME_SIZE, &text) == COG_OK)
        memcpy(identity->display_name, text, strlen(text) + 1);
    read_groups(claims, report, identity);
}

enum cog_status
cog_claims_check(const struct cog_json *claims,
                 const struct cog_login_settings *settings,
                 const struct cog_claims_times *times,
                 struct cog_report *report, struct cog_identity *identity)
{
    const struct token token = {claims, settings, times, report};

    for (size_t i = 0; i < sizeof checks / sizeof checks[0]; i++) {
        enum cog_status status = checks[i].run(&token);

        if (status != COG_OK) {
            report->detail = checks[i].name;
            return status;
        }
    }
    read_identity(claims, report, identity);
    return COG_OK;
}
