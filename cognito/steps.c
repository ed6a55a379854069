/* SPDX-License-Identifier: Apache-2.0 */
/* The loop over challenges; see the header. */
#include "cognito/steps.h"

#include <stdbool.h>
#include <string.h>

#include "base/text.h"
#include "cognito/challenge.h"

/* Most answers of the service that one flow reads. */
#define STEPS_MAX 12

/* What was sent last. */
enum state {
    STATE_INITIATED,    /* InitiateAuth: nothing is proved yet */
    STATE_PROVED,       /* the password's proof */
    STATE_NEW_PASSWORD, /* a new password */
    STATE_SELECTED,     /* the choice of a factor */
    STATE_CODE,         /* a code */
    STATE_SET_UP,       /* a factor just set up */
    STATE_CUSTOM,       /* an answer to the pool's own question */
    STATES
};

/* How often each kind of answer has come in this flow. */
struct seen {
    unsigned char times[COG_REPLY_KINDS];
};

/*
 * Whatever is not listed ends the login: tokens before our own proof (P3), a
 * second proof, any code but the chosen one's. What follows the proof may
 * come in any order, but each only as often as the next table says.
 */
static const bool allowed[STATES][COG_REPLY_KINDS] = {
    [STATE_INITIATED] = {[COG_REPLY_PROOF] = true},
    [STATE_PROVED] = {[COG_REPLY_NEW_PASSWORD] = true,
                      [COG_REPLY_SELECT] = true,
                      [COG_REPLY_CODE] = true,
                      [COG_REPLY_SET_UP] = true,
                      [COG_REPLY_CUSTOM] = true,
                      [COG_REPLY_TOKENS] = true},
    [STATE_NEW_PASSWORD] = {[COG_REPLY_SELECT] = true,
                            [COG_REPLY_CODE] = true,
                            [COG_REPLY_SET_UP] = true,
                            [COG_REPLY_CUSTOM] = true,
                            [COG_REPLY_TOKENS] = true},
    [STATE_SELECTED] = {[COG_REPLY_CODE] = true},
    [STATE_CODE] = {[COG_REPLY_NEW_PASSWORD] = true,
                    [COG_REPLY_SET_UP] = true,
                    [COG_REPLY_CUSTOM] = true,
                    [COG_REPLY_TOKENS] = true},
    [STATE_SET_UP] = {[COG_REPLY_NEW_PASSWORD] = true,
                      [COG_REPLY_CODE] = true,
                      [COG_REPLY_CUSTOM] = true,
                      [COG_REPLY_TOKENS] = true},
    [STATE_CUSTOM] = {[COG_REPLY_NEW_PASSWORD] = true,
                      [COG_REPLY_SELECT] = true,
                      [COG_REPLY_CODE] = true,
                      [COG_REPLY_SET_UP] = true,
                      [COG_REPLY_CUSTOM] = true,
                      [COG_REPLY_TOKENS] = true},
};

/* How often a kind may come; a code once more behind a factor set up. */
static const unsigned char most[COG_REPLY_KINDS] = {
    [COG_REPLY_PROOF] = 1,  [COG_REPLY_NEW_PASSWORD] = 1,
    [COG_REPLY_SELECT] = 1, [COG_REPLY_CODE] = 1,
    [COG_REPLY_SET_UP] = 1, [COG_REPLY_CUSTOM] = COG_CUSTOM_MAX,
    [COG_REPLY_TOKENS] = 1,
};

/* The state that answering a kind leads to. */
static const enum state after[COG_REPLY_KINDS] = {
    [COG_REPLY_PROOF] = STATE_PROVED,
    [COG_REPLY_NEW_PASSWORD] = STATE_NEW_PASSWORD,
    [COG_REPLY_SELECT] = STATE_SELECTED,
    [COG_REPLY_CODE] = STATE_CODE,
    [COG_REPLY_SET_UP] = STATE_SET_UP,
    [COG_REPLY_CUSTOM] = STATE_CUSTOM,
};

/* Whether this answer may follow that step. */
static bool
is_allowed(enum state state, enum cog_reply_kind kind)
{
    return (unsigned) state < STATES && (unsigned) kind < COG_REPLY_KINDS &&
           allowed[state][kind];
}

/* Whether it may come once more (P6: nothing is repeated without reason). */
static bool
is_new(const struct seen *seen, enum cog_reply_kind kind)
{
    unsigned limit;

    if ((unsigned) kind >= COG_REPLY_KINDS)
        return false;
    limit = most[kind];
    if (kind == COG_REPLY_CODE)
        limit += seen->times[COG_REPLY_SET_UP];
    return seen->times[kind] < limit;
}

static enum cog_status
write_initiate(const struct cog_flow *flow, struct cog_json_writer *body)
{
    const struct cog_login_settings *settings = flow->settings;
    enum cog_status status;

    cog_json_open(body, NULL);
    cog_json_put_text(body, "AuthFlow", "USER_SRP_AUTH");
    cog_json_put_text(body, "ClientId", settings->client_id);
    cog_json_open(body, "AuthParameters");
    cog_json_put_text(body, "USERNAME", settings->sign_in_name);
    cog_json_put_text(body, "SRP_A", cog_srp_public(flow->srp));
    status = cog_flow_put_secret_hash(flow, settings->sign_in_name, body);
    cog_json_close(body);
    cog_json_close(body);
    return status == COG_OK ? body->status : status;
}

enum cog_status
cog_steps_initiate(struct cog_flow *flow,
                   enum cog_status (*hold)(void *context), void *hold_context,
                   struct cog_json **reply)
{
    cog_cleanup_json_writer struct cog_json_writer body =
        COG_JSON_WRITER_EMPTY;
    const struct cog_call call = {.operation = "InitiateAuth",
                                  .body = &body.text,
                                  .harmless = true,
                                  .hold = hold,
                                  .hold_context = hold_context};
    enum cog_status status = write_initiate(flow, &body);

    if (status != COG_OK)
        return status;
    return cog_rpc_call(&flow->rpc, &call, reply);
}

/* Keep the tokens that are wanted. */
static enum cog_status
take_tokens(struct cog_flow *flow, const struct cog_json *reply)
{
    enum cog_status status =
        cog_tokens_read(reply, flow->rpc.clock->unix_s(), &flow->tokens);

    if (!flow->settings->keep_tokens)
        cog_secret_clear(&flow->tokens.refresh);
    return status;
}

/*
 * What an answer is: tokens or a challenge of ours. Both and neither are
 * errors, as is a challenge that we do not do, whose name is reported.
 */
static enum cog_status
classify(struct cog_flow *flow, const struct cog_json *reply,
         enum cog_reply_kind *kind, const struct cog_challenge **challenge)
{
    struct cog_report *report = flow->rpc.report;
    bool tokens = cog_json_has(reply, "AuthenticationResult");
    const char *name;

    if (tokens == cog_json_has(reply, "ChallengeName")) {
        report->detail = tokens ? "tokens and a challenge at once"
                                : "neither tokens nor a challenge";
        return COG_PROTOCOL;
    }
    if (tokens) {
        *kind = COG_REPLY_TOKENS;
        return COG_OK;
    }
    if (cog_json_text(reply, "ChallengeName", 256, &name) != COG_OK)
        return COG_PROTOCOL;
    *challenge = cog_challenge_find(name);
    if (*challenge == NULL || (*challenge)->refused != NULL) {
        cog_text_for_log(name, strlen(name), report->challenge,
                         sizeof report->challenge);
        if (*challenge != NULL)
            report->detail = (*challenge)->refused;
        return COG_UNSUPPORTED;
    }
    *kind = (*challenge)->kind;
    return COG_OK;
}

/* The tables, and after a choice the chosen one only. */
static enum cog_status
check_order(struct cog_flow *flow, enum state state, const struct seen *seen,
            enum cog_reply_kind kind, const struct cog_challenge *challenge)
{
    if (!is_allowed(state, kind) || !is_new(seen, kind)) {
        flow->rpc.report->detail = kind == COG_REPLY_TOKENS
                                       ? "tokens before the proof"
                                       : "challenge out of order";
        return COG_PROTOCOL;
    }
    if (kind == COG_REPLY_CODE && flow->expected != NULL &&
        challenge != flow->expected) {
        flow->rpc.report->detail = "not the chosen factor";
        return COG_PROTOCOL;
    }
    return COG_OK;
}

/* Whether nothing was asked for but the password, or a new one. */
static bool
seen_passwords_only(const struct seen *seen)
{
    for (unsigned kind = 0; kind < COG_REPLY_KINDS; kind++) {
        if (seen->times[kind] > 0 && kind != COG_REPLY_PROOF &&
            kind != COG_REPLY_NEW_PASSWORD)
            return false;
    }
    return true;
}

static enum cog_status
answer(struct cog_flow *flow, const struct cog_challenge *challenge,
       struct cog_json **reply)
{
    cog_cleanup_json struct cog_json *next = NULL;
    const struct cog_json *parameters = NULL;
    enum cog_status status;

    if (cog_json_has(*reply, "ChallengeParameters") &&
        cog_json_object(*reply, "ChallengeParameters", &parameters) != COG_OK)
        return COG_PROTOCOL;
    status = challenge->answer(flow, challenge, parameters, &next);
    if (status != COG_OK)
        return status;
    if (next == NULL)
        return COG_INTERNAL;
    cog_json_free(*reply);
    *reply = next;
    next = NULL;
    return COG_OK;
}

enum cog_status
cog_steps_run(struct cog_flow *flow, struct cog_json *reply)
{
    cog_cleanup_json struct cog_json *current = reply;
    enum state state = STATE_INITIATED;
    struct seen seen = {{0}};
    enum cog_status status = cog_flow_take_session(flow, current);

    flow->expected = NULL;
    for (int step = 0; status == COG_OK && step < STEPS_MAX; step++) {
        const struct cog_challenge *challenge = NULL;
        enum cog_reply_kind kind;

        status = classify(flow, current, &kind, &challenge);
        if (status == COG_OK)
            status = check_order(flow, state, &seen, kind, challenge);
        if (status != COG_OK)
            return status;
        if (kind == COG_REPLY_TOKENS) {
            flow->one_factor = seen_passwords_only(&seen);
            return take_tokens(flow, current);
        }
        status = answer(flow, challenge, &current);
        seen.times[kind]++;
        state = after[kind];
    }
    return status == COG_OK ? COG_PROTOCOL : status;
}
