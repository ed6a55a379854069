/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A whole login; see the header. Taking the password while the connection
 * is made, beginning again when something died meanwhile, and the one place
 * that says yes.
 */
#include "cognito/login.h"

#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "cognito/challenge.h"
#include "cognito/claims.h"
#include "cognito/flow.h"
#include "cognito/json_write.h"
#include "cognito/keys.h"
#include "cognito/pool.h"
#include "cognito/recover.h"
#include "cognito/rpc.h"
#include "cognito/steps.h"

/* The service wants the proof within seconds of its challenge. */
#define CHALLENGE_AGE_MS 3000

#define CLIENT_ID_MAX 128

/* A code that is typed behind the password has exactly these. */
#define CODE_DIGITS 6

struct cog_login {
    struct cog_flow flow;
    struct cog_transport transport;
    struct cog_conversation conversation;
    struct cog_clock clock;
    bool password_asked;
    enum cog_status password_status; /* what came of asking */
    bool admitted;                   /* set beside the one COG_OK */
};

/* A client id or name that may stand in a request. */
static bool
is_usable(const char *text, size_t max)
{
    size_t len = text == NULL ? 0 : strlen(text);

    return len > 0 && len <= max && !cog_text_has_control(text, len) &&
           cog_text_is_utf8(text, len);
}

enum cog_status
cog_login_new(const struct cog_login_settings *settings,
              const struct cog_transport *transport,
              const struct cog_conversation *conversation,
              const struct cog_clock *clock, struct cog_login **login)
{
    struct cog_login *fresh;

    if (settings->pool_id == NULL ||
        !cog_pool_id_is_valid(settings->pool_id) ||
        settings->issuer[0] == NULL ||
        !is_usable(settings->client_id, CLIENT_ID_MAX) ||
        !is_usable(settings->sign_in_name, COG_NAME_SIZE - 1) ||
        settings->timeout_ms <= 0)
        return COG_MISCONFIGURED;
    fresh = calloc(1, sizeof *fresh);
    if (fresh == NULL)
        return COG_NO_MEMORY;
    fresh->transport = *transport;
    fresh->conversation = *conversation;
    fresh->clock = *clock;
    fresh->flow.settings = settings;
    fresh->flow.conversation = &fresh->conversation;
    fresh->flow.rpc.transport = &fresh->transport;
    fresh->flow.rpc.clock = &fresh->clock;
    *login = fresh;
    return COG_OK;
}

/* Take a code off the end of what was typed, if there is one. */
static enum cog_status
take_code(struct cog_login *login)
{
    struct cog_secret *password = &login->flow.password;
    cog_cleanup_secret struct cog_secret front = COG_SECRET_EMPTY;
    const char *digits;
    enum cog_status status;

    if (password->len <= CODE_DIGITS)
        return COG_OK;
    digits = password->data + password->len - CODE_DIGITS;
    for (size_t i = 0; i < CODE_DIGITS; i++) {
        if (!cog_ascii_is_digit(digits[i]))
            return COG_OK;
    }
    status = cog_flow_keep_code(&login->flow, digits, CODE_DIGITS);
    if (status != COG_OK)
        return status;
    if (cog_secret_set(&front, password->data, password->len - CODE_DIGITS) !=
        0)
        return COG_NO_MEMORY;
    cog_secret_move(&login->flow.typed, password);
    cog_secret_move(password, &front);
    return COG_OK;
}

/*
 * Ask for the password, once. What sshd types for names that it does not
 * know has control characters: not sent, so that nobody is locked (P59).
 */
static enum cog_status
ask_password(struct cog_login *login)
{
    struct cog_secret *password = &login->flow.password;
    enum cog_status status =
        cog_flow_ask(&login->flow, COG_ASK_PASSWORD, "Password: ", password);

    if (status != COG_OK)
        return status;
    if (password->len == 0 ||
        cog_text_has_control(password->data, password->len)) {
        login->flow.rpc.report->detail = "password not sent";
        return COG_BAD_INPUT;
    }
    return login->flow.settings->code_in_password ? take_code(login) : COG_OK;
}

/* The hold of InitiateAuth: the connection stands while somebody types. */
static enum cog_status
take_password(void *context)
{
    struct cog_login *login = context;

    if (!login->password_asked) {
        login->password_asked = true;
        login->password_status = ask_password(login);
    }
    return login->password_status;
}

/* Trouble on the way that a second try may not meet. */
static bool
is_worth_repeating(enum cog_status status)
{
    return status == COG_NETWORK || status == COG_LOST ||
           status == COG_TIMEOUT || status == COG_TLS ||
           status == COG_THROTTLED || status == COG_SERVICE;
}

/*
 * The first InitiateAuth. Whatever becomes of it, the password is asked for
 * before anything is said (P63); what failed meanwhile, or came too long
 * ago, is done again within the answer's own deadline.
 */
static enum cog_status
begin(struct cog_login *login, struct cog_json **reply)
{
    struct cog_flow *flow = &login->flow;
    enum cog_early early = flow->settings->early;
    cog_cleanup_json struct cog_json *first = NULL;
    bool asked_before_answer;
    int64_t came_ms;
    enum cog_status status, asked;

    if (early == COG_EARLY_NO) {
        asked = take_password(login);
        if (asked != COG_OK)
            return asked;
    }
    status = cog_steps_initiate(
        flow, early == COG_EARLY_CONNECT ? take_password : NULL, login,
        &first);
    came_ms = login->clock.monotonic_ms();
    asked_before_answer = login->password_asked;
    asked = take_password(login);
    if (asked != COG_OK)
        return asked;
    if (status == COG_OK &&
        (asked_before_answer ||
         login->clock.monotonic_ms() - came_ms <= CHALLENGE_AGE_MS)) {
        *reply = first;
        first = NULL;
        return COG_OK;
    }
    /* A time that ran out after the answer is the answer's own. */
    if (status != COG_OK &&
        (!is_worth_repeating(status) ||
         (asked_before_answer && status != COG_LOST && status != COG_NETWORK)))
        return status;
    return cog_steps_initiate(flow, NULL, NULL, reply);
}

/* One flow from InitiateAuth to tokens. */
static enum cog_status
run_flow(struct cog_login *login)
{
    struct cog_flow *flow = &login->flow;
    struct cog_json *reply = NULL;
    enum cog_status status;

    cog_srp_free(flow->srp);
    flow->srp = NULL;
    status = cog_srp_new(&flow->srp);
    if (status != COG_OK)
        return status;
    status = login->password_asked
                 ? cog_steps_initiate(flow, NULL, NULL, &reply)
                 : begin(login, &reply);
    if (status != COG_OK)
        return status;
    return cog_steps_run(flow, reply);
}

/*
 * After too long a pause or a lost answer behind InitiateAuth, once more with
 * what the person has given already; they are not asked again. If a new
 * password's answer was lost and the old one is refused now, the new one was
 * accepted.
 */
static enum cog_status
run_flows(struct cog_login *login)
{
    struct cog_flow *flow = &login->flow;
    enum cog_status status = run_flow(login);

    if (status == COG_SESSION_EXPIRED ||
        (status == COG_LOST && flow->name[0] != '\0')) {
        flow->rpc.report->renewals++;
        status = run_flow(login);
    }
    if (status == COG_BAD_CREDENTIALS && flow->proof_refused &&
        flow->doubtful.len > 0) {
        flow->answered = NULL;
        cog_secret_move(&flow->password, &flow->doubtful);
        flow->rpc.report->renewals++;
        status = run_flow(login);
    }
    if (status == COG_BAD_CREDENTIALS && flow->proof_refused &&
        flow->typed.len > 0) {
        /* The digits were the password's own: one more guess, no third. */
        cog_flow_forget_answer(flow);
        flow->factor[0] = '\0';
        cog_secret_move(&flow->password, &flow->typed);
        flow->rpc.report->renewals++;
        status = run_flow(login);
    }
    return status;
}

/*
 * The one place that says yes: behind the verified signature and every
 * check of the claims (P2).
 */
static enum cog_status
admit(struct cog_login *login, int64_t started_s, struct cog_keys *keys,
      struct cog_identity *identity)
{
    cog_cleanup_json struct cog_json *claims = NULL;
    struct cog_report *report = login->flow.rpc.report;
    enum cog_status status =
        cog_keys_verify(&login->flow.rpc, login->flow.settings->pool_id, keys,
                        &login->flow.tokens.id, &claims);

    if (status != COG_OK)
        return status;
    report->detail = NULL;
    status = cog_claims_check(claims, login->flow.settings,
                              &(const struct cog_claims_times){
                                  started_s, started_s, login->clock.unix_s()},
                              report, identity);
    if (status != COG_OK)
        return status;
    login->admitted = true;
    return COG_OK;
}

/*
 * A login that failed behind a forced change has changed the password all
 * the same, perhaps: whoever believes the old one to stand is soon locked
 * out by it.
 */
static void
tell_of_password(struct cog_flow *flow, enum cog_status status)
{
    flow->rpc.report->password_changed =
        flow->password_changed || flow->doubtful.len > 0;
    if (flow->doubtful.len > 0)
        (void) cog_flow_tell(flow, COG_TELL_ERROR, COG_PASSWORD_IN_DOUBT);
    else if (flow->password_changed && status != COG_OK)
        (void) cog_flow_tell(flow, COG_TELL_ERROR,
                             "Your new password was accepted: use it from "
                             "now on.");
    cog_secret_clear(&flow->doubtful);
}

enum cog_status
cog_login_run(struct cog_login *login, struct cog_keys *keys,
              struct cog_report *report, struct cog_identity *identity)
{
    int64_t started_s = login->clock.unix_s();
    enum cog_status status;

    if (login->password_asked || login->admitted)
        return COG_INTERNAL;
    login->flow.rpc.report = report;
    cog_rpc_allow(&login->flow.rpc, login->flow.settings->timeout_ms);
    status = run_flows(login);
    if (cog_recover(&login->flow, status)) {
        cog_secret_clear(&login->flow.typed); /* there is a new password */
        status = run_flows(login);
    }
    if (status == COG_OK)
        status = admit(login, started_s, keys, identity);
    tell_of_password(&login->flow, status);
    if (status != COG_OK)
        cog_tokens_clear(&login->flow.tokens);
    else if (!login->flow.settings->keep_tokens)
        cog_secret_clear(&login->flow.tokens.id);
    cog_secret_clear(&login->flow.session);
    if (status == COG_OK)
        cog_secret_clear(&login->flow.typed);
    cog_flow_forget_answer(&login->flow);
    cog_flow_forget_attributes(&login->flow);
    return status;
}

static enum cog_status
write_change(const struct cog_flow *flow, const struct cog_secret *password,
             struct cog_json_writer *body)
{
    cog_json_open(body, NULL);
    cog_json_put(body, "AccessToken", flow->tokens.access.data,
                 flow->tokens.access.len);
    cog_json_put(body, "PreviousPassword", flow->password.data,
                 flow->password.len);
    cog_json_put(body, "ProposedPassword", password->data, password->len);
    cog_json_close(body);
    return body->status;
}

enum cog_status
cog_login_change_password(struct cog_login *login,
                          const struct cog_secret *password,
                          struct cog_report *report)
{
    struct cog_flow *flow = &login->flow;
    cog_cleanup_json_writer struct cog_json_writer body =
        COG_JSON_WRITER_EMPTY;
    cog_cleanup_json struct cog_json *reply = NULL;
    cog_cleanup_secret struct cog_secret kept = COG_SECRET_EMPTY;
    const struct cog_call call = {.operation = "ChangePassword",
                                  .body = &body.text};
    enum cog_status status;

    if (!login->admitted || flow->tokens.access.len == 0)
        return COG_TOKEN;
    report->detail = cog_new_password_fault(password, &flow->password);
    if (report->detail != NULL)
        return COG_BAD_INPUT;
    if (cog_secret_copy(&kept, password) != 0)
        return COG_NO_MEMORY;
    flow->rpc.report = report;
    cog_rpc_allow(&flow->rpc, flow->settings->timeout_ms);
    status = write_change(flow, password, &body);
    if (status == COG_OK)
        status = cog_rpc_call(&flow->rpc, &call, &reply);
    if (status == COG_OK)
        cog_secret_move(&flow->password, &kept);
    return status;
}

const struct cog_secret *
cog_login_password(const struct cog_login *login)
{
    return &login->flow.password;
}

const struct cog_secret *
cog_login_typed(const struct cog_login *login)
{
    const struct cog_flow *flow = &login->flow;

    return flow->typed.len > 0 ? &flow->typed : &flow->password;
}

bool
cog_login_was_one_factor(const struct cog_login *login)
{
    return login->admitted && login->flow.one_factor;
}

const struct cog_tokens *
cog_login_tokens(const struct cog_login *login)
{
    return login->admitted ? &login->flow.tokens : NULL;
}

void
cog_login_free(struct cog_login *login)
{
    if (login == NULL)
        return;
    cog_flow_clear(&login->flow);
    free(login);
}
