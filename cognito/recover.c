/* SPDX-License-Identifier: Apache-2.0 */
/* Forgotten passwords and unconfirmed sign-ups; see the header. */
#include "cognito/recover.h"

#include <string.h>

#include "base/text.h"
#include "cognito/challenge.h"

#define PASSWORD_TRIES 5

/* What is typed for a message with another code. */
#define AGAIN "new"

static const char offer[] =
    "Cannot sign in? Type yes for a code by e-mail or text message, else "
    "press Enter: ";
static const char code_prompt[] = "Code (type " AGAIN " if none comes): ";

/* A way to mend something. */
struct remedy {
    enum cog_status failed;
    const char *send;     /* the operation that sends a code */
    bool sent_before;     /* one is on its way already */
    bool takes_password;  /* the code comes with a new password */
    const char *finish;   /* the operation that takes the code */
    const char *code_key; /* its member */
};

static const struct remedy remedies[] = {
    {COG_BAD_CREDENTIALS, "ForgotPassword", false, true,
     "ConfirmForgotPassword", "ConfirmationCode"},
    /* Whoever reset it had a code sent: another would make that one void. */
    {COG_RESET_REQUIRED, "ForgotPassword", true, true, "ConfirmForgotPassword",
     "ConfirmationCode"},
    /* The service refuses these, in the same words: they tell nothing. */
    {COG_LOCKED, "ForgotPassword", false, true, "ConfirmForgotPassword",
     "ConfirmationCode"},
    {COG_DISABLED, "ForgotPassword", false, true, "ConfirmForgotPassword",
     "ConfirmationCode"},
    {COG_NOT_CONFIRMED, "ResendConfirmationCode", true, false, "ConfirmSignUp",
     "ConfirmationCode"},
};

static const struct remedy *
find_remedy(const struct cog_flow *flow, enum cog_status failed)
{
    /* Whoever gave the password has not forgotten it. */
    if (failed == COG_BAD_CREDENTIALS && flow->proof_taken)
        return NULL;
    for (size_t i = 0; i < sizeof remedies / sizeof remedies[0]; i++) {
        if (remedies[i].failed == failed)
            return &remedies[i];
    }
    return NULL;
}

/* Client, name and secret hash, then these members. */
static enum cog_status
call(struct cog_flow *flow, const char *operation,
     const struct cog_pair *pairs, size_t count)
{
    cog_cleanup_json_writer struct cog_json_writer body =
        COG_JSON_WRITER_EMPTY;
    cog_cleanup_json struct cog_json *reply = NULL;
    const struct cog_call request = {.operation = operation,
                                     .body = &body.text};
    const char *name = flow->settings->sign_in_name;
    enum cog_status status;

    cog_json_open(&body, NULL);
    cog_json_put_text(&body, "ClientId", flow->settings->client_id);
    cog_json_put_text(&body, "Username", name);
    status = cog_flow_put_hash_as(flow, "SecretHash", name, &body);
    for (size_t i = 0; i < count; i++)
        cog_json_put(&body, pairs[i].key, pairs[i].value, pairs[i].len);
    cog_json_close(&body);
    if (status == COG_OK)
        status = body.status;
    return status == COG_OK ? cog_rpc_call(&flow->rpc, &request, &reply)
                            : status;
}

/* Whether the way to the service failed, rather than the service refused. */
static bool
is_trouble(enum cog_status status)
{
    return status == COG_NETWORK || status == COG_LOST || status == COG_TLS ||
           status == COG_TIMEOUT || status == COG_NO_MEMORY ||
           status == COG_INTERNAL;
}

static enum cog_status
tell_sent(struct cog_flow *flow)
{
    return cog_flow_tell(flow, COG_TELL_INFO,
                         "If this account can be mended so, a code is on "
                         "its way.");
}

/*
 * Whatever the service says of it: no such user, no address, too many
 * messages. The words are the same (P63, P88).
 */
static enum cog_status
send_code(struct cog_flow *flow, const struct remedy *remedy)
{
    const struct cog_guard *guard = &flow->settings->guard;
    enum cog_status status = COG_OK;

    if (guard->may_send != NULL)
        status = guard->may_send(guard->context);
    if (status != COG_OK)
        return status;
    if (flow->rpc.report->messages < COG_RECOVER_MESSAGES_MAX) {
        flow->rpc.report->messages++;
        status = call(flow, remedy->send, NULL, 0);
        if (is_trouble(status))
            return status;
    }
    return tell_sent(flow);
}

/* A code, perhaps after sending another. */
static enum cog_status
ask_code(struct cog_flow *flow, const struct remedy *remedy,
         struct cog_secret *code)
{
    for (;;) {
        cog_cleanup_secret struct cog_secret typed = COG_SECRET_EMPTY;
        enum cog_status status =
            cog_flow_ask(flow, COG_ASK_CODE, code_prompt, &typed);

        if (status != COG_OK)
            return status;
        if (cog_is_code(&typed)) {
            cog_secret_move(code, &typed);
            return COG_OK;
        }
        if (++flow->wrong_codes >= COG_WRONG_CODES_MAX)
            return COG_WRONG_CODE;
        status = strcmp(typed.data, AGAIN) == 0
                     ? send_code(flow, remedy)
                     : cog_flow_tell(flow, COG_TELL_ERROR, "That is no code.");
        if (status != COG_OK)
            return status;
    }
}

/* A new password that may be sent, within some tries. */
static enum cog_status
ask_password(struct cog_flow *flow, struct cog_secret *password)
{
    for (int tries = 0; tries < PASSWORD_TRIES; tries++) {
        const char *fault = NULL;
        enum cog_status status = cog_ask_new_password(flow, password, &fault);

        if (status != COG_POLICY)
            return status;
        status = cog_tell_new_password_refused(flow, status, fault);
        if (status != COG_OK)
            return status;
    }
    return COG_POLICY;
}

/* Send the code; a new password that was accepted is the flow's. */
static enum cog_status
finish(struct cog_flow *flow, const struct remedy *remedy,
       const struct cog_secret *code, struct cog_secret *password)
{
    const struct cog_pair pairs[] = {
        {remedy->code_key, code->data, code->len},
        {"Password", password->data, password->len},
    };
    enum cog_status status = cog_flow_may_guess(flow);

    if (status != COG_OK)
        return status;
    status = call(flow, remedy->finish, pairs, remedy->takes_password ? 2 : 1);
    cog_flow_guessed(flow, status);
    if (!remedy->takes_password)
        return status;
    if (status == COG_OK) {
        cog_secret_move(&flow->password, password);
        flow->password_changed = true;
    } else if (cog_status_is_open(status)) {
        cog_secret_move(&flow->doubtful, password);
    }
    return status;
}

/*
 * Code and password until they are taken. A refused password is asked for
 * again with the same code, a refused code with the same password.
 */
static enum cog_status
mend(struct cog_flow *flow, const struct remedy *remedy)
{
    cog_cleanup_secret struct cog_secret code = COG_SECRET_EMPTY;
    cog_cleanup_secret struct cog_secret password = COG_SECRET_EMPTY;

    for (int tries = 0; tries < PASSWORD_TRIES; tries++) {
        enum cog_status told, status = COG_OK;

        if (code.len == 0)
            status = ask_code(flow, remedy, &code);
        if (status == COG_OK && remedy->takes_password && password.len == 0)
            status = ask_password(flow, &password);
        if (status != COG_OK)
            return status;
        status = finish(flow, remedy, &code, &password);
        if (status == COG_POLICY || status == COG_HISTORY) {
            cog_secret_clear(&password);
            told = cog_tell_new_password_refused(flow, status, NULL);
        } else if (status == COG_OK || status == COG_GUARDED ||
                   is_trouble(status) || flow->doubtful.len > 0 ||
                   ++flow->wrong_codes >= COG_WRONG_CODES_MAX) {
            return status;
        } else {
            /* Also for a name that does not exist. */
            cog_secret_clear(&code);
            told = cog_flow_tell(flow, COG_TELL_ERROR,
                                 "The code is wrong or too old.");
        }
        if (told != COG_OK)
            return told;
    }
    return COG_WRONG_CODE;
}

/* Whether the person wants it: nothing is sent before. */
static bool
is_wanted(struct cog_flow *flow)
{
    cog_cleanup_secret struct cog_secret answer = COG_SECRET_EMPTY;

    return cog_flow_ask(flow, COG_ASK_TEXT, offer, &answer) == COG_OK &&
           strlen(answer.data) == answer.len &&
           cog_ascii_equal_nocase(answer.data, "yes");
}

bool
cog_recover(struct cog_flow *flow, enum cog_status failed)
{
    const struct remedy *remedy = find_remedy(flow, failed);
    enum cog_status status = COG_OK;

    if (remedy == NULL || !flow->settings->recover || !is_wanted(flow))
        return false;
    if (remedy->sent_before)
        status = tell_sent(flow);
    else
        status = send_code(flow, remedy);
    if (status == COG_OK)
        status = mend(flow, remedy);
    return status == COG_OK;
}
