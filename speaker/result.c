/* SPDX-License-Identifier: Apache-2.0 */
/* Status and report of the protocol as a result message; see the header. */
#include "speaker/result.h"

#include "base/clock.h"
#include "wire/outcome.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SEND_MS 5000

/* A clock this far off makes the pool refuse right passwords. */
#define CLOCK_WORTH_SAYING_S 120

static const enum cog_outcome outcomes[COG_STATUS_COUNT] = {
    [COG_INTERNAL] = COG_OUTCOME_SPEAKER,
    [COG_OK] = COG_OUTCOME_ADMITTED,
    [COG_NO_MEMORY] = COG_OUTCOME_SYSTEM,
    [COG_ABORTED] = COG_OUTCOME_ABORTED,
    [COG_BAD_INPUT] = COG_OUTCOME_INPUT,
    [COG_MISCONFIGURED] = COG_OUTCOME_CONFIG,
    [COG_NETWORK] = COG_OUTCOME_NETWORK,
    [COG_LOST] = COG_OUTCOME_NETWORK,
    [COG_TLS] = COG_OUTCOME_TLS,
    [COG_TIMEOUT] = COG_OUTCOME_TIMEOUT,
    [COG_THROTTLED] = COG_OUTCOME_THROTTLED,
    [COG_SERVICE] = COG_OUTCOME_SERVICE,
    [COG_PROTOCOL] = COG_OUTCOME_SERVICE,
    [COG_BAD_CREDENTIALS] = COG_OUTCOME_PASSWORD,
    [COG_LOCKED] = COG_OUTCOME_LOCKED,
    [COG_DISABLED] = COG_OUTCOME_DISABLED,
    [COG_NOT_CONFIRMED] = COG_OUTCOME_NOT_CONFIRMED,
    [COG_RESET_REQUIRED] = COG_OUTCOME_RESET_REQUIRED,
    [COG_TEMPORARY_EXPIRED] = COG_OUTCOME_TEMPORARY_EXPIRED,
    [COG_WRONG_CODE] = COG_OUTCOME_CODE,
    [COG_CODE_EXPIRED] = COG_OUTCOME_CODE,
    [COG_SESSION_EXPIRED] = COG_OUTCOME_SESSION_EXPIRED,
    [COG_NO_FACTOR] = COG_OUTCOME_NO_FACTOR,
    [COG_UNSUPPORTED] = COG_OUTCOME_UNSUPPORTED,
    [COG_POLICY] = COG_OUTCOME_POLICY,
    [COG_HISTORY] = COG_OUTCOME_POLICY,
    [COG_LIMIT] = COG_OUTCOME_LIMIT,
    [COG_GUARDED] = COG_OUTCOME_FAILURES,
    [COG_BLOCKED] = COG_OUTCOME_BLOCKED,
    [COG_TOKEN] = COG_OUTCOME_TOKEN,
    [COG_NO_KEYS] = COG_OUTCOME_KEYS,
    [COG_CLOCK] = COG_OUTCOME_CLOCK,
    [COG_WRONG_IDENTITY] = COG_OUTCOME_IDENTITY,
};

static enum cog_outcome
map_status(enum cog_status status)
{
    if ((unsigned) status >= COG_STATUS_COUNT)
        return COG_OUTCOME_SPEAKER;
    return outcomes[status];
}

struct text {
    char bytes[COG_WIRE_TEXT_MAX + 1];
    size_t len;
};

/* Append a part, separated from the one before; what does not fit is cut. */
static void
add(struct text *text, const char *label, const char *part)
{
    size_t room = sizeof text->bytes - text->len;
    int added;

    if (part[0] == '\0' || room < 2)
        return;
    added = snprintf(text->bytes + text->len, room, "%s%s%s",
                     text->len == 0 ? "" : "; ", label, part);
    if (added > 0)
        text->len += (size_t) added < room ? (size_t) added : room - 1;
}

static void
add_number(struct text *text, const char *label, long long number,
           const char *unit)
{
    char part[32];

    (void) snprintf(part, sizeof part, "%lld%s", number, unit);
    add(text, label, part);
}

/* The service's own word for an error says more than its HTTP status. */
static bool
is_status_worth_saying(enum cog_status status, const struct cog_report *report)
{
    return status != COG_OK && report->error_type[0] == '\0' &&
           report->http_status != 0 && report->http_status != 200;
}

static bool
is_offset_worth_saying(enum cog_status status, const struct cog_report *report)
{
    return report->offset_known &&
           (status == COG_CLOCK ||
            (status != COG_OK &&
             llabs((long long) report->offset_s) > CLOCK_WORTH_SAYING_S));
}

/* What the log should know, from the report's parts. */
static void
describe(enum cog_status status, const struct cog_report *report,
         struct text *text)
{
    add(text, "", report->detail == NULL ? "" : report->detail);
    add(text, "", report->problem == NULL ? "" : report->problem);
    add(text, "challenge ", report->challenge);
    add(text, "", report->error_type);
    add(text, "", report->message);
    if (is_status_worth_saying(status, report))
        add_number(text, "HTTP status ", report->http_status, "");
    if (is_offset_worth_saying(status, report))
        add_number(text, "this machine's clock: ",
                   llabs((long long) report->offset_s),
                   report->offset_s > 0 ? " s behind" : " s ahead");
    if (report->messages > 0)
        add_number(text, "codes asked for: ", report->messages, "");
    if (report->groups_dropped > 0)
        add_number(text, "groups not believed: ", report->groups_dropped, "");
}

static int
send_message(struct cog_message *message)
{
    return cog_message_send(COG_FD_PARENT, message, cog_clock_ms() + SEND_MS);
}

int
cog_result_send_keys(const struct cog_keys *keys)
{
    cog_cleanup_message struct cog_message message = COG_MESSAGE_EMPTY;

    if (keys->jwks.len > COG_WIRE_KEYS_MAX)
        return 0; /* good for this login, too long to be kept */
    cog_message_begin(&message, COG_MSG_NEW_KEYS);
    cog_message_put_bytes(&message, keys->jwks.data, keys->jwks.len);
    return send_message(&message);
}

int
cog_result_send_hash(const struct cog_secret *hash, bool one_factor)
{
    cog_cleanup_message struct cog_message message = COG_MESSAGE_EMPTY;

    cog_message_begin(&message, COG_MSG_HASH);
    cog_message_put_bytes(&message, hash->data, hash->len);
    cog_message_put_number(&message, one_factor ? 1 : 0);
    return send_message(&message);
}

int
cog_result_send_compared(bool same)
{
    cog_cleanup_message struct cog_message message = COG_MESSAGE_EMPTY;

    cog_message_begin(&message, COG_MSG_COMPARED);
    cog_message_put_number(&message, same ? 1 : 0);
    return send_message(&message);
}

/* One that is too long for a message is left out. */
static int
send_token(enum cog_wire_token kind, const struct cog_secret *token)
{
    cog_cleanup_message struct cog_message message = COG_MESSAGE_EMPTY;

    if (token->len == 0 || token->len > COG_WIRE_TOKEN_MAX)
        return 0;
    cog_message_begin(&message, COG_MSG_TOKEN);
    cog_message_put_number(&message, kind);
    cog_message_put_bytes(&message, token->data, token->len);
    return send_message(&message);
}

int
cog_result_send_tokens(const struct cog_tokens *tokens)
{
    int error = send_token(COG_WIRE_TOKEN_REFRESH, &tokens->refresh);

    if (error == 0)
        error = send_token(COG_WIRE_TOKEN_ID, &tokens->id);
    if (error == 0)
        error = send_token(COG_WIRE_TOKEN_ACCESS, &tokens->access);
    return error;
}

static void
put_identity(struct cog_message *message, const struct cog_identity *identity,
             int64_t expires_s)
{
    cog_cleanup_secret struct cog_secret list = COG_SECRET_EMPTY;
    char display[COG_WIRE_DISPLAY_MAX + 1] = "";

    cog_message_put_text(message, identity->sub);
    /* Cut where it is too long: it becomes a gecos, cleaned byte by byte. */
    memcpy(display, identity->display_name,
           strnlen(identity->display_name, sizeof display - 1));
    cog_message_put_text(message, display);
    cog_message_put_number(message, (uint64_t) expires_s);
    for (size_t i = 0; i < identity->group_count; i++) {
        const char *group = identity->groups[i];

        if (cog_secret_append(&list, group, strlen(group) + 1) != 0)
            message->error = ENOMEM;
    }
    cog_message_put_bytes(message, list.data, list.len);
}

int
cog_result_send(const struct cog_result *result)
{
    static const struct cog_identity nobody;
    cog_cleanup_message struct cog_message message = COG_MESSAGE_EMPTY;
    bool proved = result->status == COG_OK && result->identity != NULL &&
                  result->sign_in_name != NULL;
    struct text detail = {.len = 0};

    describe(result->status, result->report, &detail);
    cog_message_begin(&message, COG_MSG_RESULT);
    cog_message_put_text(&message, cog_build_id);
    cog_message_put_number(&message, result->operation);
    cog_message_put_number(&message, map_status(result->status));
    cog_message_put_text(&message, result->report->request_id);
    cog_message_put_text(&message, detail.bytes);
    cog_message_put_text(&message, proved ? result->sign_in_name : "");
    put_identity(&message, proved ? result->identity : &nobody,
                 proved ? result->expires_s : 0);
    return send_message(&message);
}

int
cog_result_send_failure(enum cog_operation operation, enum cog_status status)
{
    static const struct cog_report nothing;
    const struct cog_result result = {
        .operation = operation, .status = status, .report = &nothing};

    return cog_result_send(&result);
}
