/* SPDX-License-Identifier: Apache-2.0 */
/* API operations over a transport; see the header. */
#include "cognito/rpc.h"

#include <string.h>

#include "base/text.h"
#include "cognito/crypto.h"
#include "cognito/refusal.h"

/* The pause before a repeat, and what must be left after it. */
#define PAUSE_LEAST_MS  100
#define PAUSE_SPREAD_MS 200
#define WORTH_MS        1000

void
cog_response_clear(struct cog_response *response)
{
    cog_secret_clear(&response->body);
    memset(response, 0, sizeof *response);
}

void
cog_rpc_allow(struct cog_rpc *rpc, int timeout_ms)
{
    rpc->deadline_ms = rpc->clock->monotonic_ms() + timeout_ms;
    rpc->transport->set_deadline(rpc->transport->context, rpc->deadline_ms);
}

/* What every answer tells, whatever its status. */
static void
note_answer(struct cog_rpc *rpc, const struct cog_response *response)
{
    cog_text_for_log(response->request_id, strlen(response->request_id),
                     rpc->report->request_id, sizeof rpc->report->request_id);
    rpc->report->http_status = response->http_status;
    if (response->date_s > 0) {
        rpc->report->offset_known = true;
        rpc->report->offset_s = response->date_s - rpc->clock->unix_s();
    }
}

static enum cog_status
post(struct cog_rpc *rpc, const struct cog_request *request,
     struct cog_response *response)
{
    enum cog_status status;

    rpc->report->calls++;
    status = rpc->transport->post(rpc->transport->context, request, response);
    rpc->report->problem = NULL;
    if (status == COG_OK)
        note_answer(rpc, response);
    else if (rpc->transport->problem != NULL)
        rpc->report->problem =
            rpc->transport->problem(rpc->transport->context);
    return status;
}

static void
note_error(struct cog_report *report, const char *type, const char *message)
{
    static const char withheld[] = "(withheld: it may quote what was typed)";
    const char *shown = message;

    if (*message != '\0' && !cog_error_may_log(type, message))
        shown = withheld;
    cog_text_for_log(type, strlen(type), report->error_type,
                     sizeof report->error_type);
    cog_text_for_log(shown, strlen(shown), report->message,
                     sizeof report->message);
    report->person[0] = '\0';
    if (cog_error_is_for_person(type))
        cog_text_for_person(message, strlen(message), report->person,
                            sizeof report->person);
}

static enum cog_status
read_error(struct cog_report *report, const struct cog_response *response)
{
    cog_cleanup_refusal struct cog_refusal refusal = {.message = ""};
    enum cog_status status = cog_refusal_read(response, &refusal);

    if (status != COG_OK)
        return status;
    note_error(report, refusal.type, refusal.message);
    return cog_refusal_status(&refusal);
}

static enum cog_status
read_reply(const struct cog_response *response, struct cog_json **reply)
{
    static const char empty[] = "{}";

    if (response->body.len == 0)
        return cog_json_parse(empty, sizeof empty - 1, reply);
    return cog_json_parse(response->body.data, response->body.len, reply);
}

static enum cog_status
call_once(struct cog_rpc *rpc, const struct cog_call *call, bool held,
          struct cog_json **reply)
{
    cog_cleanup_response struct cog_response response = {.http_status = 0};
    const struct cog_request request = {
        .operation = call->operation,
        .path = "/",
        .body = call->body,
        .hold = held ? NULL : call->hold,
        .hold_context = call->hold_context,
    };
    enum cog_status status = post(rpc, &request, &response);

    if (status != COG_OK)
        return status;
    if (response.http_status == 200)
        return read_reply(&response, reply);
    return read_error(rpc->report, &response);
}

/*
 * Whether one more try may help, after the pause if so. Only of what has no
 * effect on the user: a password change, a proof or a code that was
 * throttled may have been acted upon all the same, by whoever said so (P86).
 */
static bool
pause_for_repeat(struct cog_rpc *rpc, const struct cog_call *call,
                 enum cog_status status)
{
    unsigned char dice;
    int64_t pause_ms;

    if (rpc->clock->sleep_ms == NULL || !call->harmless ||
        (status != COG_THROTTLED && status != COG_SERVICE) ||
        cog_random(&dice, sizeof dice) != COG_OK)
        return false;
    pause_ms = PAUSE_LEAST_MS + dice * PAUSE_SPREAD_MS / 255;
    if (rpc->deadline_ms - rpc->clock->monotonic_ms() < pause_ms + WORTH_MS)
        return false;
    rpc->clock->sleep_ms(pause_ms);
    return true;
}

enum cog_status
cog_rpc_call(struct cog_rpc *rpc, const struct cog_call *call,
             struct cog_json **reply)
{
    enum cog_status status = call_once(rpc, call, false, reply);

    if (pause_for_repeat(rpc, call, status))
        status = call_once(rpc, call, true, reply);
    return status;
}

enum cog_status
cog_rpc_get(struct cog_rpc *rpc, const char *path, size_t max,
            struct cog_secret *document)
{
    cog_cleanup_response struct cog_response response = {.http_status = 0};
    const struct cog_request request = {.path = path};
    enum cog_status status = post(rpc, &request, &response);

    if (status != COG_OK)
        return status;
    if (response.http_status != 200)
        return cog_error_http(response.http_status);
    if (response.body.len == 0 || response.body.len > max)
        return COG_PROTOCOL;
    cog_secret_move(document, &response.body);
    return COG_OK;
}
