/* SPDX-License-Identifier: Apache-2.0 */
/* The state of a login and what its steps share; see the header. */
#include "cognito/flow.h"

#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "cognito/crypto.h"

/*
 * For the log: sshd's password method, and other programs that ask but once,
 * answer no second question.
 */
static const char *const unanswered[] = {
    [COG_ASK_PASSWORD] = "no answer to the question for the password",
    [COG_ASK_NEW_PASSWORD] = "no answer to the question for a new password",
    [COG_ASK_CODE] = "no answer to the question for a code",
    [COG_ASK_TEXT] = "no answer to a question of the pool",
    [COG_ASK_CHOICE] = "no answer to the question for a choice",
};

enum cog_status
cog_flow_ask(struct cog_flow *flow, enum cog_ask_kind kind, const char *prompt,
             struct cog_secret *answer)
{
    const struct cog_conversation *person = flow->conversation;
    cog_cleanup_secret struct cog_secret given = COG_SECRET_EMPTY;
    enum cog_status status =
        person->ask(person->context, kind, prompt, &given);

    if (status == COG_ABORTED)
        flow->rpc.report->detail = unanswered[kind];
    if (status != COG_OK)
        return status;
    if (given.data == NULL)
        return COG_INTERNAL;
    if (given.len > COG_ANSWER_MAX)
        return COG_BAD_INPUT;
    cog_rpc_allow(&flow->rpc, flow->settings->timeout_ms);
    cog_secret_move(answer, &given);
    return COG_OK;
}

enum cog_status
cog_flow_tell(struct cog_flow *flow, enum cog_tell_kind kind, const char *text)
{
    return flow->conversation->tell(flow->conversation->context, kind, text);
}

enum cog_status
cog_flow_tell_foreign(struct cog_flow *flow, enum cog_tell_kind kind,
                      const char *text, const char *foreign)
{
    char shown[256], line[COG_PROMPT_SIZE];

    cog_text_for_person(foreign, strlen(foreign), shown, sizeof shown);
    (void) snprintf(line, sizeof line, "%s%s", text, shown);
    return cog_flow_tell(flow, kind, line);
}

enum cog_status
cog_flow_put_hash_as(const struct cog_flow *flow, const char *key,
                     const char *name, struct cog_json_writer *body)
{
    const struct cog_secret *secret = flow->settings->client_secret;
    cog_cleanup_secret struct cog_secret hash = COG_SECRET_EMPTY;
    enum cog_status status;

    if (secret == NULL || secret->len == 0)
        return COG_OK;
    status = cog_secret_hash(secret, name, flow->settings->client_id, &hash);
    if (status == COG_OK)
        cog_json_put(body, key, hash.data, hash.len);
    return status;
}

enum cog_status
cog_flow_put_secret_hash(const struct cog_flow *flow, const char *name,
                         struct cog_json_writer *body)
{
    return cog_flow_put_hash_as(flow, "SECRET_HASH", name, body);
}

enum cog_status
cog_flow_take_session(struct cog_flow *flow, const struct cog_json *reply)
{
    const char *session;

    if (!cog_json_has(reply, "Session")) {
        cog_secret_clear(&flow->session);
        return COG_OK;
    }
    if (cog_json_text(reply, "Session", COG_SESSION_MAX, &session) != COG_OK)
        return COG_PROTOCOL;
    return cog_secret_set_text(&flow->session, session) == 0 ? COG_OK
                                                             : COG_NO_MEMORY;
}

static enum cog_status
write_answer(const struct cog_flow *flow, const char *challenge,
             const struct cog_pair *pairs, size_t count,
             struct cog_json_writer *body)
{
    enum cog_status status;

    cog_json_open(body, NULL);
    cog_json_put_text(body, "ClientId", flow->settings->client_id);
    cog_json_put_text(body, "ChallengeName", challenge);
    if (flow->session.len > 0)
        cog_json_put(body, "Session", flow->session.data, flow->session.len);
    cog_json_open(body, "ChallengeResponses");
    cog_json_put_text(body, "USERNAME", flow->name);
    status = cog_flow_put_secret_hash(flow, flow->name, body);
    for (size_t i = 0; i < count; i++)
        cog_json_put(body, pairs[i].key, pairs[i].value, pairs[i].len);
    cog_json_close(body);
    cog_json_close(body);
    return status == COG_OK ? body->status : status;
}

/* Ask, and keep the session that comes with the answer. */
static enum cog_status
send_body(struct cog_flow *flow, const char *operation,
          const struct cog_secret *body, struct cog_json **reply)
{
    cog_cleanup_json struct cog_json *next = NULL;
    const struct cog_call call = {.operation = operation, .body = body};
    enum cog_status status = cog_rpc_call(&flow->rpc, &call, &next);

    if (status == COG_OK)
        status = cog_flow_take_session(flow, next);
    if (status != COG_OK)
        return status;
    *reply = next;
    next = NULL;
    return COG_OK;
}

enum cog_status
cog_flow_respond(struct cog_flow *flow, const char *challenge,
                 const struct cog_pair *pairs, size_t count,
                 struct cog_json **reply)
{
    cog_cleanup_json_writer struct cog_json_writer body =
        COG_JSON_WRITER_EMPTY;
    enum cog_status status =
        write_answer(flow, challenge, pairs, count, &body);

    return status == COG_OK
               ? send_body(flow, "RespondToAuthChallenge", &body.text, reply)
               : status;
}

enum cog_status
cog_flow_may_guess(const struct cog_flow *flow)
{
    const struct cog_guard *guard = &flow->settings->guard;

    return guard->before == NULL ? COG_OK : guard->before(guard->context);
}

/*
 * What the service may have counted: a refusal of the guess itself, and
 * whatever became of an answer that did not come.
 */
void
cog_flow_guessed(const struct cog_flow *flow, enum cog_status status)
{
    const struct cog_guard *guard = &flow->settings->guard;
    bool failed = status == COG_BAD_CREDENTIALS || status == COG_WRONG_CODE ||
                  status == COG_CODE_EXPIRED || status == COG_LOCKED ||
                  status == COG_LOST || status == COG_TIMEOUT;

    if (guard->after != NULL)
        guard->after(guard->context, failed);
}

enum cog_status
cog_flow_guess(struct cog_flow *flow, const char *challenge,
               const struct cog_pair *pairs, size_t count,
               struct cog_json **reply)
{
    enum cog_status status = cog_flow_may_guess(flow);

    if (status != COG_OK)
        return status;
    status = cog_flow_respond(flow, challenge, pairs, count, reply);
    cog_flow_guessed(flow, status);
    return status;
}

enum cog_status
cog_flow_call(struct cog_flow *flow, const char *operation,
              const struct cog_pair *pairs, size_t count,
              struct cog_json **reply)
{
    cog_cleanup_json_writer struct cog_json_writer body =
        COG_JSON_WRITER_EMPTY;

    if (flow->session.len == 0)
        return COG_PROTOCOL;
    cog_json_open(&body, NULL);
    cog_json_put(&body, "Session", flow->session.data, flow->session.len);
    for (size_t i = 0; i < count; i++)
        cog_json_put(&body, pairs[i].key, pairs[i].value, pairs[i].len);
    cog_json_close(&body);
    return body.status == COG_OK
               ? send_body(flow, operation, &body.text, reply)
               : body.status;
}

bool
cog_flow_take_answer(struct cog_flow *flow, const char *challenge,
                     struct cog_secret *answer)
{
    if (flow->answered == NULL || strcmp(flow->answered, challenge) != 0)
        return false;
    flow->answered = NULL;
    cog_secret_move(answer, &flow->answer);
    return true;
}

enum cog_status
cog_flow_keep_answer(struct cog_flow *flow, const char *challenge,
                     const struct cog_secret *answer)
{
    if (cog_secret_copy(&flow->answer, answer) != 0)
        return COG_NO_MEMORY;
    flow->answered = challenge;
    return COG_OK;
}

enum cog_status
cog_flow_keep_code(struct cog_flow *flow, const char *digits, size_t len)
{
    static const char factor[] = "SOFTWARE_TOKEN_MFA";

    if (cog_secret_set(&flow->answer, digits, len) != 0)
        return COG_NO_MEMORY;
    flow->answered = factor;
    memcpy(flow->factor, factor, sizeof factor);
    return COG_OK;
}

void
cog_flow_forget_answer(struct cog_flow *flow)
{
    flow->answered = NULL;
    cog_secret_clear(&flow->answer);
}

void
cog_flow_forget_attributes(struct cog_flow *flow)
{
    for (size_t i = 0; i < flow->attribute_count; i++)
        cog_secret_clear(&flow->attributes[i].value);
    flow->attribute_count = 0;
}

void
cog_flow_clear(struct cog_flow *flow)
{
    cog_secret_clear(&flow->password);
    cog_secret_clear(&flow->typed);
    cog_secret_clear(&flow->session);
    cog_secret_clear(&flow->answer);
    cog_secret_clear(&flow->doubtful);
    cog_tokens_clear(&flow->tokens);
    cog_flow_forget_attributes(flow);
    cog_srp_free(flow->srp);
    flow->srp = NULL;
}
