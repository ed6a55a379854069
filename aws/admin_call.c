/* SPDX-License-Identifier: Apache-2.0 */
/* Signing, asking, waiting, asking again; see the header. */
#include "aws/admin_call.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "cognito/crypto.h"
#include "cognito/json_scan.h"
#include "cognito/refusal.h"

/* Pauses: doubled from the first to the longest, the half of it by chance. */
#define PAUSE_FIRST_MS   200
#define PAUSE_LONGEST_MS 20000

/* The interval while throttled: at least, and at most. */
#define INTERVAL_LEAST_MS 50
#define INTERVAL_MOST_MS  2000

/* Clocks further apart than this are worth a word. */
#define CLOCK_OFF_S 120

/* An answer while it comes. */
struct page {
    char *bytes;
    size_t len;
    size_t size;
};

/* Descriptions hold the client's secret. */
static void
free_page(struct page *page)
{
    if (page->bytes != NULL)
        explicit_bzero(page->bytes, page->size);
    free(page->bytes);
}

static enum cog_status
take_piece(void *context, const char *bytes, size_t len)
{
    struct page *page = context;

    if (len > page->size - page->len) {
        struct page larger = {.size = page->size == 0 ? 65536 : page->size};

        while (larger.size - page->len < len)
            larger.size *= 2;
        larger.bytes = malloc(larger.size);
        if (larger.bytes == NULL)
            return COG_NO_MEMORY;
        if (page->len > 0)
            memcpy(larger.bytes, page->bytes, page->len);
        larger.len = page->len;
        free_page(page);
        *page = larger;
    }
    memcpy(page->bytes + page->len, bytes, len);
    page->len += len;
    return COG_OK;
}

void
cog_admin_begin(const struct cog_pool_admin *admin,
                struct cog_json_writer *body)
{
    cog_json_open(body, NULL);
    cog_json_put_text(body, "UserPoolId", admin->settings.pool_id);
}

static void
set_detail(struct cog_pool_admin *admin, const char *detail)
{
    cog_text_for_log(detail, strlen(detail), admin->report.detail,
                     sizeof admin->report.detail);
}

enum cog_status
cog_admin_malformed(struct cog_pool_admin *admin, enum cog_status status,
                    const char *detail)
{
    char text[256];

    if (status == COG_PROTOCOL) {
        (void) snprintf(text, sizeof text, "malformed: %s", detail);
        set_detail(admin, text);
    }
    return status;
}

/* A clock that is off explains most signatures that are refused. */
static void
note_clock(struct cog_pool_admin *admin)
{
    struct cog_pool_admin_report *report = &admin->report;
    char text[96];

    if (!report->offset_known ||
        (report->offset_s <= CLOCK_OFF_S && report->offset_s >= -CLOCK_OFF_S))
        return;
    (void) snprintf(text, sizeof text, "this host's clock is %lld seconds %s",
                    (long long) llabs(report->offset_s),
                    report->offset_s > 0 ? "slow" : "fast");
    set_detail(admin, text);
}

/* What an answer that is not 200 says and means. */
static enum cog_status
read_error(struct cog_pool_admin *admin, const struct cog_response *response)
{
    struct cog_pool_admin_report *report = &admin->report;
    cog_cleanup_refusal struct cog_refusal refusal = {.message = ""};
    enum cog_status status = cog_refusal_read(response, &refusal);

    if (status != COG_OK)
        return status;
    cog_text_for_log(refusal.type, strlen(refusal.type), report->error_type,
                     sizeof report->error_type);
    cog_text_for_log(refusal.message, strlen(refusal.message), report->message,
                     sizeof report->message);
    status = cog_refusal_status(&refusal);
    if (status == COG_MISCONFIGURED)
        note_clock(admin);
    return status;
}

static void
note_answer(struct cog_pool_admin *admin, const struct cog_response *response)
{
    struct cog_pool_admin_report *report = &admin->report;

    cog_text_for_log(response->request_id, strlen(response->request_id),
                     report->request_id, sizeof report->request_id);
    if (response->date_s > 0) {
        report->offset_known = true;
        report->offset_s = response->date_s - admin->settings.clock->unix_s();
    }
}

static enum cog_status
read_answer(struct cog_pool_admin *admin, const struct page *page,
            struct cog_json **answer)
{
    static const char empty[] = "{}";

    if (page->len == 0)
        return cog_json_parse(empty, sizeof empty - 1, answer);
    cog_json_blank_halves(page->bytes, page->len);
    return cog_admin_malformed(admin,
                               cog_json_parse(page->bytes, page->len, answer),
                               "not one JSON object");
}

/* When a request that begins now must have ended. */
static int64_t
request_deadline_ms(const struct cog_pool_admin_settings *settings)
{
    int64_t own_ms = settings->clock->monotonic_ms() + settings->timeout_ms;
    int64_t last_ms = settings->deadline_ms;

    return last_ms != 0 && last_ms < own_ms ? last_ms : own_ms;
}

/* One request with these credentials. */
static enum cog_status
ask(struct cog_pool_admin *admin, const char *operation,
    const struct cog_secret *body,
    const struct cog_aws_credentials *credentials, struct cog_json **answer)
{
    const struct cog_fetch_signature signature = {
        .region = admin->settings.region,
        .service = "cognito-idp",
        .key_id = &credentials->key_id,
        .secret_key = &credentials->secret_key,
        .session_token = &credentials->session_token,
    };
    char target[96];
    const struct cog_fetch_header headers[] = {
        {"X-Amz-Target", target},
        {"Content-Type", "application/x-amz-json-1.1"},
    };
    __attribute__((cleanup(free_page))) struct page page = {.bytes = NULL};
    const struct cog_fetch_request request = {
        .url = admin->url,
        .method = COG_FETCH_POST,
        .headers = headers,
        .header_count = sizeof headers / sizeof headers[0],
        .body = body,
        .signature = &signature,
        .deadline_ms = request_deadline_ms(&admin->settings),
        .max = COG_ADMIN_ANSWER_MAX,
        .take = take_piece,
        .take_context = &page,
    };
    cog_cleanup_fetch_answer struct cog_fetch_answer got = {.etag = ""};
    enum cog_status status;

    (void) snprintf(target, sizeof target,
                    "AWSCognitoIdentityProviderService.%s", operation);
    admin->report.requests++;
    status = cog_fetch(admin->fetcher, &request, &got);
    if (status != COG_OK) {
        const char *problem = cog_fetcher_problem(admin->fetcher);

        set_detail(admin, problem != NULL ? problem : "");
        return status;
    }
    note_answer(admin, &got.response);
    return got.response.http_status == 200 ? read_answer(admin, &page, answer)
                                           : read_error(admin, &got.response);
}

/* With the present credentials; *refused: the service refused these. */
static enum cog_status
ask_with_credentials(struct cog_pool_admin *admin, const char *operation,
                     const struct cog_secret *body, bool *refused,
                     struct cog_json **answer)
{
    static const char *const types[] = {
        "ExpiredTokenException",
        "UnrecognizedClientException",
        "InvalidSignatureException",
    };
    struct cog_pool_admin_report *report = &admin->report;
    const struct cog_aws_credentials *credentials;
    enum cog_status status;

    report->error_type[0] = '\0';
    report->message[0] = '\0';
    report->request_id[0] = '\0';
    report->detail[0] = '\0';
    status = cog_aws_chain_get(admin->settings.chain, &credentials);
    if (status != COG_OK) {
        set_detail(admin, cog_aws_chain_problem(admin->settings.chain));
        return status;
    }
    status = ask(admin, operation, body, credentials, answer);
    for (size_t i = 0; i < sizeof types / sizeof types[0]; i++)
        *refused = *refused || strcmp(report->error_type, types[i]) == 0;
    return status;
}

/* The pace, as things are. */
static void
keep_interval(struct cog_pool_admin *admin)
{
    const struct cog_clock *clock = admin->settings.clock;
    int64_t left_ms =
        admin->last_ms + admin->interval_ms - clock->monotonic_ms();

    if (admin->report.requests > 0 && left_ms > 0)
        clock->sleep_ms(left_ms);
    admin->last_ms = clock->monotonic_ms();
}

/* Slower by half after each no, back by a tenth after each answer. */
static void
set_interval(struct cog_pool_admin *admin, enum cog_status status)
{
    int64_t least = admin->settings.interval_ms;
    int64_t interval = admin->interval_ms;

    if (status == COG_THROTTLED)
        interval = interval + interval / 2 > INTERVAL_LEAST_MS
                       ? interval + interval / 2
                       : INTERVAL_LEAST_MS;
    else if (status == COG_OK)
        interval -= (interval - least + 9) / 10;
    if (interval > INTERVAL_MOST_MS)
        interval = INTERVAL_MOST_MS;
    admin->interval_ms = interval > least ? interval : least;
}

/* How often one request is repeated, for what may pass; 0: never. */
static unsigned
repeats_of(enum cog_status status)
{
    static const unsigned repeats[COG_STATUS_COUNT] = {
        [COG_THROTTLED] = 1000, /* the patience ends it */
        [COG_SERVICE] = 5,      [COG_NETWORK] = 8,
        [COG_LOST] = 8,         [COG_TIMEOUT] = 3,
    };

    return (size_t) status < COG_STATUS_COUNT ? repeats[status] : 0;
}

/* Wait before the next try, if there is to be one. */
static bool
pause_for_repeat(struct cog_pool_admin *admin, enum cog_status status,
                 unsigned tries)
{
    struct cog_pool_admin_report *report = &admin->report;
    int64_t pause_ms = PAUSE_FIRST_MS;
    uint16_t dice;

    if (tries > repeats_of(status) || cog_random(&dice, sizeof dice) != COG_OK)
        return false;
    for (unsigned i = 1; i < tries && pause_ms < PAUSE_LONGEST_MS; i++)
        pause_ms *= 2;
    if (pause_ms > PAUSE_LONGEST_MS)
        pause_ms = PAUSE_LONGEST_MS;
    pause_ms = pause_ms / 2 + pause_ms * dice / UINT16_MAX / 2;
    if (report->paused_ms + pause_ms > admin->settings.patience_ms)
        return false;
    admin->settings.clock->sleep_ms(pause_ms);
    report->paused_ms += pause_ms;
    report->repeats++;
    return true;
}

enum cog_status
cog_admin_call(struct cog_pool_admin *admin, const char *operation,
               const struct cog_json_writer *body, struct cog_json **answer)
{
    bool renewed = false;
    enum cog_status status;

    admin->report.operation = operation;
    if (body->status != COG_OK)
        return body->status;
    for (unsigned tries = 1;; tries++) {
        bool refused = false;

        keep_interval(admin);
        status = ask_with_credentials(admin, operation, &body->text, &refused,
                                      answer);
        set_interval(admin, status);
        if (status == COG_OK)
            return status;
        if (refused && !renewed) {
            renewed = true;
            cog_aws_chain_forget(admin->settings.chain);
            continue;
        }
        if (!pause_for_repeat(admin, status, tries))
            return status;
    }
}
