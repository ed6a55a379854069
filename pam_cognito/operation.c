/* SPDX-License-Identifier: Apache-2.0 */
/* Relaying between speaker, person and keeper; see the header. */
#include "pam_cognito/operation.h"

#include "base/clock.h"
#include "base/text.h"
#include "pam_cognito/converse.h"
#include "pam_cognito/item.h"
#include "pam_cognito/report.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>

/* What a call holds can be sent. */
_Static_assert(COG_WIRE_NAME_MAX == COG_NAME_MAX &&
                   COG_WIRE_HOME_MAX == COG_HOME_MAX &&
                   COG_WIRE_SHELL_MAX == COG_SHELL_MAX &&
                   COG_WIRE_ANSWER_MAX == PAM_MAX_RESP_SIZE,
               "wire/message.h has other limits");

/* Until the keeper has read the configuration. */
#define DEFAULT_TIMEOUT_MS 10000
/* Lets the keeper, whose own deadline is the same, speak first. */
#define GRACE_MS 1500
/* What one operation may bring; a QR code takes a message for each line. */
#define QUESTIONS_MAX 60
#define MESSAGES_MAX  400
#define NOTES_MAX     200

static void
restart_deadline(struct cog_operation_run *run)
{
    run->deadline_ms = cog_clock_ms() + run->timeout_ms + GRACE_MS;
}

/* Foreign text, cut where the wire does not take it whole. */
static void
put_rhost(struct cog_message *request, pam_handle_t *pamh)
{
    char text[COG_WIRE_ITEM_MAX + 1];

    (void) snprintf(text, sizeof text, "%s", cog_item_text(pamh, PAM_RHOST));
    cog_message_put_text(request, text);
}

static void
put_told(struct cog_message *request, const struct cog_account *told)
{
    static const struct cog_account nothing = {.uid = 0};

    if (told == NULL)
        told = &nothing;
    cog_message_put_number(request, told->uid);
    cog_message_put_number(request, told->gid);
    cog_message_put_text(request, told->home);
    cog_message_put_text(request, told->shell);
}

static int
send_request(struct cog_operation_run *run, const struct cog_call *call,
             enum cog_operation operation, uint64_t flags)
{
    const struct cog_options *options = &call->options;
    cog_cleanup_message struct cog_message request = COG_MESSAGE_EMPTY;

    cog_message_begin(&request, COG_MSG_REQUEST);
    cog_message_put_text(&request, cog_build_id);
    cog_message_put_number(&request, operation);
    cog_message_put_text(&request, run->user);
    put_rhost(&request, run->pamh);
    cog_message_put_text(&request, options->config);
    cog_message_put_text(&request, options->local_group);
    cog_message_put_number(&request, options->minimum_uid);
    cog_message_put_number(
        &request, run->told == NULL ? flags : flags | COG_REQUEST_TOLD);
    put_told(&request, run->told);
    return cog_message_send(run->process.keeper_fd, &request,
                            run->deadline_ms);
}

static enum cog_outcome
start_failed(struct cog_operation_run *run, const char *what, int error)
{
    (void) snprintf(run->detail, sizeof run->detail, "%s: error %d", what,
                    error);
    return COG_OUTCOME_SYSTEM;
}

/* What a call wants of an operation, at its start and when it goes on. */
static void
take_call(struct cog_operation_run *run, const struct cog_call *call)
{
    run->pamh = call->pamh;
    run->silent = (call->flags & PAM_SILENT) != 0;
    memcpy(run->user, call->user, sizeof run->user);
}

enum cog_outcome
cog_operation_start(struct cog_operation_run *run, const struct cog_call *call,
                    enum cog_operation operation, uint64_t flags)
{
    int error;

    take_call(run, call);
    run->timeout_ms = DEFAULT_TIMEOUT_MS;
    run->expected = operation;
    run->messages_left = MESSAGES_MAX;
    run->questions_left = QUESTIONS_MAX;
    run->notes_left = NOTES_MAX;
    restart_deadline(run);
    error = cog_keeper_process_start(call->options.keeper, &run->process);
    if (error != 0)
        return start_failed(run,
                            error == EPERM
                                ? "the keeper cannot be started (is it, and "
                                  "what is above it, root's alone?)"
                                : "the keeper cannot be started",
                            error);
    error = send_request(run, call, operation, flags);
    if (!cog_operation_is_brief(operation))
        cog_keeper_process_reap(&run->process);
    if (error != 0)
        return start_failed(run, "the keeper takes no request", error);
    return COG_OUTCOME_NONE;
}

enum cog_outcome
cog_operation_change(struct cog_operation_run *run,
                     const struct cog_call *call)
{
    cog_cleanup_message struct cog_message change = COG_MESSAGE_EMPTY;

    take_call(run, call);
    restart_deadline(run);
    run->expected = COG_OPERATION_CHANGE;
    cog_message_begin(&change, COG_MSG_CHANGE);
    if (cog_message_send(run->process.keeper_fd, &change, run->deadline_ms) !=
        0)
        return COG_OUTCOME_KEEPER;
    return COG_OUTCOME_NONE;
}

/* The password the module holds; it is given once. */
static bool
take_password(struct cog_operation_run *run, struct cog_secret *answer)
{
    return run->password_ready && cog_secret_copy(answer, &run->password) == 0;
}

/* Ask the person; the time they take is not counted. */
static bool
ask_person(struct cog_operation_run *run, int style, const char *prompt,
           struct cog_secret *answer)
{
    bool answered =
        cog_converse_ask(run->pamh, style, prompt, answer) == PAM_SUCCESS;

    restart_deadline(run);
    return answered;
}

static bool
take_new_password(struct cog_operation_run *run, const char *prompt,
                  struct cog_secret *answer)
{
    if (run->authtok != NULL) {
        if (run->authtok_left-- <= 0)
            return false;
        if (cog_secret_copy(answer, run->authtok) != 0)
            return false;
    } else if (!ask_person(run, PAM_PROMPT_ECHO_OFF, prompt, answer)) {
        return false;
    }
    return cog_secret_copy(&run->new_password, answer) == 0;
}

static bool
take_answer(struct cog_operation_run *run, const struct cog_message *ask,
            struct cog_secret *answer)
{
    const struct cog_field *text = &ask->field[COG_SAY_TEXT];
    char prompt[COG_WIRE_TEXT_MAX + 1];

    cog_text_for_person(text->bytes, text->len, prompt, sizeof prompt);
    switch (ask->field[COG_SAY_KIND].number) {
    case COG_WIRE_ASK_PASSWORD:
        return take_password(run, answer);
    case COG_WIRE_ASK_NEW_PASSWORD:
        return take_new_password(run, prompt, answer);
    case COG_WIRE_ASK_SHOWN:
        /*
         * Echo on: sshd's password method answers every question with
         * echo off with the password, and fails at one with echo on. So
         * it fails instead of sending a password as a code.
         */
        return ask_person(run, PAM_PROMPT_ECHO_ON, prompt, answer);
    default:
        return false;
    }
}

/*
 * A question without an answer is the last one: a speaker that goes on
 * asking has nobody to ask.
 */
static int
answer_question(struct cog_operation_run *run, const struct cog_message *ask)
{
    cog_cleanup_secret struct cog_secret answer = COG_SECRET_EMPTY;
    cog_cleanup_message struct cog_message reply = COG_MESSAGE_EMPTY;
    bool answered = take_answer(run, ask, &answer);
    int error;

    if (answered) {
        cog_message_begin(&reply, COG_MSG_ANSWER);
        cog_message_put_bytes(&reply, answer.data, answer.len);
    } else {
        cog_message_begin(&reply, COG_MSG_NO_ANSWER);
    }
    error = cog_message_send(run->process.person_fd, &reply, run->deadline_ms);
    /* Given once it was taken: a speaker that died before has not had it. */
    if (error == 0 && ask->field[COG_SAY_KIND].number == COG_WIRE_ASK_PASSWORD)
        run->password_ready = false;
    return answered ? error : ECONNABORTED;
}

/* Show a text; the time of a slow terminal is not counted either. */
static void
show(struct cog_operation_run *run, const struct cog_message *tell)
{
    const struct cog_field *text = &tell->field[COG_SAY_TEXT];
    bool bad = tell->field[COG_SAY_KIND].number == COG_WIRE_TELL_ERROR;
    int64_t begun_ms = cog_clock_ms();
    char shown[COG_WIRE_TEXT_MAX + 1];

    if (run->silent)
        return;
    /* Once more: what parses the network is not what is believed (P95). */
    cog_text_for_person(text->bytes, text->len, shown, sizeof shown);
    cog_converse_tell(run->pamh, bad ? PAM_ERROR_MSG : PAM_TEXT_INFO, shown);
    explicit_bzero(shown, sizeof shown); /* an authenticator's key, perhaps */
    run->deadline_ms += cog_clock_ms() - begun_ms;
}

/* One message from the speaker. An error ends only its line. */
static void
hear_speaker(struct cog_operation_run *run)
{
    cog_cleanup_message struct cog_message message = COG_MESSAGE_EMPTY;
    int error;

    error = cog_message_receive(run->process.person_fd, &message,
                                run->deadline_ms);
    if (error == 0 && run->messages_left-- <= 0)
        error = EPROTO;
    if (error == 0 && message.type == COG_MSG_ASK &&
        run->questions_left-- <= 0)
        error = EPROTO;
    if (error == 0 && message.type == COG_MSG_ASK)
        error = answer_question(run, &message);
    else if (error == 0 && message.type == COG_MSG_TELL)
        show(run, &message);
    else if (error == 0)
        error = EPROTO;
    if (error != 0)
        cog_keeper_process_mute(&run->process);
}

static void
take_started(struct cog_operation_run *run, const struct cog_message *message)
{
    run->timeout_ms = (int64_t) message->field[COG_STARTED_TIMEOUT_MS].number;
    restart_deadline(run);
}

static enum cog_outcome
take_verdict(struct cog_operation_run *run, const struct cog_message *message)
{
    enum cog_outcome outcome = COG_OUTCOME_NONE;

    if (message->field[COG_VERDICT_OPERATION].number != run->expected ||
        strcmp(message->field[COG_VERDICT_USER].bytes, run->user) != 0 ||
        !cog_outcome_from_number(message->field[COG_VERDICT_OUTCOME].number,
                                 &outcome) ||
        outcome == COG_OUTCOME_NONE)
        return COG_OUTCOME_KEEPER;
    (void) snprintf(run->request_id, sizeof run->request_id, "%s",
                    message->field[COG_VERDICT_REQUEST_ID].bytes);
    (void) snprintf(run->detail, sizeof run->detail, "%s",
                    message->field[COG_VERDICT_DETAIL].bytes);
    return outcome;
}

/*
 * One message from the keeper. Returns COG_OUTCOME_NONE to go on, anything
 * else is the end.
 */
static enum cog_outcome
hear_keeper(struct cog_operation_run *run)
{
    cog_cleanup_message struct cog_message message = COG_MESSAGE_EMPTY;
    int error = cog_message_receive(run->process.keeper_fd, &message,
                                    run->deadline_ms);

    if (error == ETIMEDOUT)
        return COG_OUTCOME_TIMEOUT;
    if (error != 0)
        return COG_OUTCOME_KEEPER;
    if (message.type != COG_MSG_VERDICT && run->notes_left-- <= 0)
        return COG_OUTCOME_KEEPER;
    if (message.type == COG_MSG_LOG) {
        cog_report_note(run->pamh,
                        (int) message.field[COG_LOG_PRIORITY].number,
                        message.field[COG_LOG_TEXT].bytes);
        return COG_OUTCOME_NONE;
    }
    if (message.type != COG_MSG_STARTED && message.type != COG_MSG_VERDICT)
        return COG_OUTCOME_KEEPER;
    if (!cog_message_same_build(&message))
        return COG_OUTCOME_BUILD;
    if (message.type == COG_MSG_VERDICT)
        return take_verdict(run, &message);
    take_started(run, &message);
    return COG_OUTCOME_NONE;
}

enum cog_outcome
cog_operation_relay(struct cog_operation_run *run)
{
    enum cog_outcome outcome = COG_OUTCOME_NONE;

    restart_deadline(run);
    while (outcome == COG_OUTCOME_NONE) {
        struct pollfd poller[2] = {
            {.fd = run->process.keeper_fd, .events = POLLIN, .revents = 0},
            {.fd = run->process.person_fd, .events = POLLIN, .revents = 0},
        };
        int ready = poll(poller, 2, cog_clock_left_ms(run->deadline_ms));

        /* A peer that never stops talking does not stretch the time. */
        if (ready == 0 || cog_clock_left_ms(run->deadline_ms) == 0)
            return COG_OUTCOME_TIMEOUT;
        if (ready < 0 && errno != EINTR)
            return COG_OUTCOME_SYSTEM;
        /* Texts before the verdict that ends the reading. */
        if (ready > 0 && poller[1].revents != 0)
            hear_speaker(run);
        else if (ready > 0 && poller[0].revents != 0)
            outcome = hear_keeper(run);
    }
    return outcome;
}

void
cog_operation_stop(struct cog_operation_run *run)
{
    cog_keeper_process_stop(&run->process);
}

void
cog_operation_end(struct cog_operation_run *run)
{
    cog_operation_stop(run);
    cog_secret_clear(&run->password);
    cog_secret_clear(&run->new_password);
    run->password_ready = false;
}
