/* SPDX-License-Identifier: Apache-2.0 */
/* Hearing the speaker; see the header. */
#include "keeper/dialog.h"

#include "base/clock.h"
#include "keeper/parent.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <syslog.h>

/* One hash, on a machine that has much else to do. */
#define COMPARE_MS 5000
/* The person sets the pace; the process timer is the last word. */
#define WAIT_MS 600000

/*
 * Wait for the speaker, or for the module to go away: then nobody waits
 * for a verdict any more, nothing is recorded, and all of us end.
 */
static int
wait_for_speaker(int speaker_fd)
{
    struct pollfd poller[2] = {
        /* Not POLLIN: the module has nothing to say meanwhile. */
        {.fd = COG_FD_PARENT, .events = 0, .revents = 0},
        {.fd = speaker_fd, .events = POLLIN, .revents = 0},
    };

    for (;;) {
        int ready = poll(poller, 2, WAIT_MS);

        if (ready < 0 && errno == EINTR)
            continue;
        if (ready <= 0)
            return ETIMEDOUT;
        return poller[0].revents != 0 ? ECONNRESET : 0;
    }
}

static bool
receive(struct cog_dialog *dialog)
{
    cog_message_clear(&dialog->result);
    return wait_for_speaker(dialog->speaker_fd) == 0 &&
           cog_message_receive(dialog->speaker_fd, &dialog->result,
                               cog_clock_ms() + COG_WIRE_SEND_MS) == 0;
}

/* Keep the message that was received, if it is wanted, and is the first. */
static bool
keep_once(struct cog_dialog *dialog, bool wanted, struct cog_message *kept)
{
    if (!wanted || kept->type == dialog->result.type)
        return false;
    *kept = dialog->result;
    dialog->result = (struct cog_message) COG_MESSAGE_EMPTY;
    return true;
}

static bool
take_token(struct cog_dialog *dialog)
{
    const struct cog_field *field = dialog->result.field;
    struct cog_secret *const tokens[] = {
        [COG_WIRE_TOKEN_REFRESH] = &dialog->tokens.refresh,
        [COG_WIRE_TOKEN_ID] = &dialog->tokens.id,
        [COG_WIRE_TOKEN_ACCESS] = &dialog->tokens.access,
    };
    uint64_t kind = field[COG_TOKEN_KIND].number;

    if (!dialog->takes_tokens || kind < COG_WIRE_TOKEN_REFRESH ||
        kind > COG_WIRE_TOKEN_ACCESS || tokens[kind]->len > 0)
        return false;
    return cog_secret_set(tokens[kind], field[COG_TOKEN_BYTES].bytes,
                          field[COG_TOKEN_BYTES].len) == 0;
}

/* Once there is a key set, a hash or a token no guess may be asked for. */
static bool
is_over(const struct cog_dialog *dialog)
{
    return dialog->keys.type == COG_MSG_NEW_KEYS ||
           dialog->hash.type == COG_MSG_HASH ||
           dialog->tokens.refresh.len > 0 || dialog->tokens.id.len > 0 ||
           dialog->tokens.access.len > 0;
}

/* False for a speaker that breaks the order, is gone, or too slow. */
static bool
hear_result(struct cog_dialog *dialog)
{
    while (receive(dialog)) {
        const struct cog_message *message = &dialog->result;
        bool guessing = dialog->guesses != NULL && !is_over(dialog);
        bool fine = false;

        switch (message->type) {
        case COG_MSG_MAY_GUESS:
            fine = guessing &&
                   cog_guesses_answer(dialog->guesses, dialog->speaker_fd);
            break;
        case COG_MSG_MAY_SEND:
            fine = guessing &&
                   cog_guesses_may_send(dialog->guesses, dialog->speaker_fd);
            break;
        case COG_MSG_GUESSED:
            fine = guessing && cog_guesses_note(dialog->guesses,
                                                message->field[0].number != 0);
            break;
        case COG_MSG_NEW_KEYS:
            fine = keep_once(dialog, dialog->takes_keys, &dialog->keys);
            break;
        case COG_MSG_TOKEN:
            fine = take_token(dialog);
            break;
        case COG_MSG_HASH:
            fine = keep_once(dialog, dialog->takes_hash, &dialog->hash);
            break;
        case COG_MSG_RESULT:
            return cog_message_same_build(message);
        default:
            break;
        }
        if (!fine)
            return false;
    }
    return false;
}

/* Outcome, request id and detail of a result, as the speaker says. */
static void
take_result(struct cog_dialog *dialog, struct cog_ruling *ruling)
{
    const struct cog_field *field = dialog->result.field;
    enum cog_outcome outcome = COG_OUTCOME_NONE;

    if (field[COG_RESULT_OPERATION].number != dialog->operation ||
        !cog_outcome_from_number(field[COG_RESULT_OUTCOME].number, &outcome) ||
        outcome == COG_OUTCOME_NONE || cog_outcome_is_offline(outcome)) {
        cog_rule(ruling, COG_OUTCOME_SPEAKER, "a malformed result");
        return;
    }
    (void) snprintf(ruling->request_id, sizeof ruling->request_id, "%s",
                    field[COG_RESULT_REQUEST_ID].bytes);
    cog_rule(ruling, outcome, field[COG_RESULT_DETAIL].bytes);
    dialog->tokens.expires_s = (int64_t) field[COG_RESULT_EXPIRES_S].number;
}

void
cog_dialog_listen(struct cog_dialog *dialog, struct cog_ruling *ruling)
{
    if (hear_result(dialog))
        take_result(dialog, ruling);
    else
        cog_rule(ruling, COG_OUTCOME_SPEAKER, "the speaker gave no result");
}

bool
cog_dialog_proof(const struct cog_dialog *dialog, const char *sign_in_name,
                 struct cog_proof *proof)
{
    const struct cog_field *field = dialog->result.field;
    const char *group;
    size_t at = 0, dropped = 0;

    memset(proof, 0, sizeof *proof);
    if (strcmp(field[COG_RESULT_SIGN_IN_NAME].bytes, sign_in_name) != 0 ||
        cog_sub_check(field[COG_RESULT_SUB].bytes) != COG_FAULT_NONE)
        return false;
    (void) snprintf(proof->sub, sizeof proof->sub, "%s",
                    field[COG_RESULT_SUB].bytes);
    (void) snprintf(proof->display_name, sizeof proof->display_name, "%s",
                    field[COG_RESULT_DISPLAY_NAME].bytes);
    while ((group = cog_field_list_next(&field[COG_RESULT_GROUPS], &at)) !=
           NULL) {
        if (cog_pool_groups_add(&proof->groups, group, strlen(group)) != 0)
            dropped++;
    }
    if (dropped > 0)
        cog_parent_note(LOG_WARNING, "%lu pool groups left out",
                        (unsigned long) dropped);
    return true;
}

bool
cog_dialog_compare(const struct cog_dialog *dialog,
                   const struct cog_secret *hash, bool *same)
{
    cog_cleanup_message struct cog_message question = COG_MESSAGE_EMPTY;
    cog_cleanup_message struct cog_message answer = COG_MESSAGE_EMPTY;

    cog_message_begin(&question, COG_MSG_COMPARE);
    cog_message_put_bytes(&question, hash->data, hash->len);
    if (cog_message_send(dialog->speaker_fd, &question,
                         cog_clock_ms() + COG_WIRE_SEND_MS) != 0 ||
        cog_message_receive(dialog->speaker_fd, &answer,
                            cog_clock_ms() + COMPARE_MS) != 0 ||
        answer.type != COG_MSG_COMPARED)
        return false;
    *same = answer.field[0].number == 1;
    return true;
}

void
cog_dialog_clear(struct cog_dialog *dialog)
{
    cog_message_clear(&dialog->result);
    cog_message_clear(&dialog->keys);
    cog_message_clear(&dialog->hash);
    cog_kept_clear(&dialog->tokens);
}
