/* SPDX-License-Identifier: Apache-2.0 */
/* Single requests over libcurl; see the header. */
#include "cognito/http_fetch.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cognito/address.h"
#include "cognito/http_easy.h"

struct cog_fetcher {
    struct cog_sockets sockets;
    CURLM *multi; /* keeps the connections; each request has its own easy */
    char *ca_file;
    char *ca_path;
    char *proxy;
    int64_t (*monotonic_ms)(void);
    const char *problem;
};

/* One request while it runs. */
struct transfer {
    const struct cog_fetch_request *request;
    CURL *easy;
    struct curl_slist *list;
    struct cog_http_headers headers;
    struct cog_secret body;
    uint64_t len;  /* of the body, wherever it went */
    bool sent;     /* the request may have left */
    bool too_long; /* the body's cap was reached */
    bool timed_out;
    enum cog_status taken; /* what request->take said */
};

/* A copy of a setting; NULL stays NULL. */
static bool
copy_text(const char *text, char **copy)
{
    if (text == NULL)
        return true;
    *copy = strdup(text);
    return *copy != NULL;
}

enum cog_status
cog_fetcher_new(const struct cog_fetcher_settings *settings,
                struct cog_fetcher **fetcher)
{
    cog_cleanup_fetcher struct cog_fetcher *fresh = NULL;

    if (settings->proxy != NULL &&
        !cog_address_is_valid(settings->proxy, "http://") &&
        !cog_address_is_valid(settings->proxy, "https://"))
        return COG_MISCONFIGURED;
    if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK)
        return COG_NO_MEMORY;
    fresh = calloc(1, sizeof *fresh);
    if (fresh == NULL) {
        curl_global_cleanup();
        return COG_NO_MEMORY;
    }
    cog_sockets_init(&fresh->sockets);
    fresh->monotonic_ms = settings->monotonic_ms;
    fresh->multi = curl_multi_init();
    if (fresh->multi == NULL ||
        !copy_text(settings->ca_file, &fresh->ca_file) ||
        !copy_text(settings->ca_path, &fresh->ca_path) ||
        !copy_text(settings->proxy, &fresh->proxy))
        return COG_NO_MEMORY;
    if (!cog_http_easy_is_capable() ||
        curl_multi_setopt(fresh->multi, CURLMOPT_MAXCONNECTS, 1L) != CURLM_OK)
        return COG_INTERNAL;
    *fetcher = fresh;
    fresh = NULL;
    return COG_OK;
}

void
cog_fetcher_free(struct cog_fetcher *fetcher)
{
    if (fetcher == NULL)
        return;
    if (fetcher->multi != NULL)
        (void) curl_multi_cleanup(fetcher->multi);
    curl_global_cleanup();
    free(fetcher->ca_file);
    free(fetcher->ca_path);
    free(fetcher->proxy);
    free(fetcher);
}

static void
end_transfer(struct transfer *transfer)
{
    cog_http_easy_forget(&transfer->list);
    if (transfer->easy != NULL)
        curl_easy_cleanup(transfer->easy);
    cog_secret_clear(&transfer->body);
    cog_response_clear(&transfer->headers.response);
}

static size_t
take_body(char *bytes, size_t size, size_t count, void *context)
{
    struct transfer *transfer = context;
    const struct cog_fetch_request *request = transfer->request;
    size_t len = size * count;
    int http_status = 0;
    bool wanted = cog_http_easy_status(transfer->easy, &http_status) &&
                  http_status == 200;

    if (len > (wanted ? request->max : COG_BODY_MAX) - transfer->len) {
        transfer->too_long = true;
        return 0;
    }
    transfer->len += len;
    if (wanted && request->take != NULL)
        transfer->taken = request->take(request->take_context, bytes, len);
    else if (cog_secret_append(&transfer->body, bytes, len) != 0)
        transfer->taken = COG_NO_MEMORY;
    return transfer->taken == COG_OK ? len : 0;
}

/* The connection stands and nothing is sent yet. */
static int
before_request(void *context, char *remote_address, char *local_address,
               int remote_port, int local_port)
{
    struct transfer *transfer = context;

    (void) remote_address;
    (void) local_address;
    (void) remote_port;
    (void) local_port;
    transfer->sent = true;
    return CURL_PREREQFUNC_OK;
}

/* "NAME: VALUE" of printable ASCII; an empty one would take NAME away. */
static enum cog_status
add_header(struct transfer *transfer, const char *name, const char *value)
{
    cog_cleanup_secret struct cog_secret line = COG_SECRET_EMPTY;

    if (*value == '\0')
        return COG_BAD_INPUT;
    for (const char *at = value; *at != '\0'; at++) {
        if (*at < ' ' || *at > '~')
            return COG_BAD_INPUT;
    }
    if (cog_secret_set_text(&line, name) != 0 ||
        cog_secret_append(&line, ": ", 2) != 0 ||
        cog_secret_append(&line, value, strlen(value)) != 0 ||
        !cog_http_easy_append(&transfer->list, line.data))
        return COG_NO_MEMORY;
    return COG_OK;
}

static enum cog_status
set_headers(struct transfer *transfer)
{
    const struct cog_fetch_request *request = transfer->request;
    enum cog_status status = COG_OK;

    for (size_t i = 0; i < request->header_count && status == COG_OK; i++)
        status = add_header(transfer, request->headers[i].name,
                            request->headers[i].value);
    if (status == COG_OK &&
        curl_easy_setopt(transfer->easy, CURLOPT_HTTPHEADER, transfer->list) !=
            CURLE_OK)
        status = COG_NO_MEMORY;
    return status;
}

/* A word of "aws:amz:REGION:SERVICE": lower-case letters, digits, "-". */
static bool
is_scope(const char *word)
{
    static const char letters[] = "abcdefghijklmnopqrstuvwxyz0123456789-";

    return *word != '\0' && word[strspn(word, letters)] == '\0';
}

static bool
set_secret(CURL *easy, CURLoption option, const struct cog_secret *secret)
{
    return secret->data != NULL &&
           curl_easy_setopt(easy, option, secret->data) == CURLE_OK;
}

/*
 * libcurl's signer takes in every header of the list, which is why none may
 * stand there that is not sent: "Expect:", written to keep that one away, is
 * signed by versions below 8.3 (curl issue 11664). Bodies below 1 MB bring
 * about no Expect.
 */
static enum cog_status
sign(struct transfer *transfer)
{
    const struct cog_fetch_signature *with = transfer->request->signature;
    CURL *easy = transfer->easy;
    char scope[160];
    int len;

    if (with == NULL)
        return COG_OK;
    if (!is_scope(with->region) || !is_scope(with->service))
        return COG_MISCONFIGURED;
    len = snprintf(scope, sizeof scope, "aws:amz:%s:%s", with->region,
                   with->service);
    if (len < 0 || (size_t) len >= sizeof scope)
        return COG_MISCONFIGURED;
    if (with->session_token != NULL && with->session_token->len > 0) {
        enum cog_status status = add_header(transfer, "X-Amz-Security-Token",
                                            with->session_token->data);

        if (status != COG_OK)
            return status;
    }
    if (curl_easy_setopt(easy, CURLOPT_AWS_SIGV4, scope) != CURLE_OK ||
        !set_secret(easy, CURLOPT_USERNAME, with->key_id) ||
        !set_secret(easy, CURLOPT_PASSWORD, with->secret_key))
        return COG_NO_MEMORY;
    return COG_OK;
}

/* GET, a POST with its body, or a PUT without one, as IMDSv2 has it. */
static bool
set_method(struct transfer *transfer)
{
    const struct cog_fetch_request *request = transfer->request;
    CURL *easy = transfer->easy;

    if (request->method == COG_FETCH_GET)
        return curl_easy_setopt(easy, CURLOPT_HTTPGET, 1L) == CURLE_OK;
    if (request->method == COG_FETCH_PUT)
        return curl_easy_setopt(easy, CURLOPT_HTTPGET, 1L) == CURLE_OK &&
               curl_easy_setopt(easy, CURLOPT_CUSTOMREQUEST, "PUT") ==
                   CURLE_OK;
    return curl_easy_setopt(easy, CURLOPT_POST, 1L) == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_POSTFIELDS, request->body->data) ==
               CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE,
                            (long) request->body->len) == CURLE_OK;
}

/* Metadata and loopback: plain, and past every proxy (P83). */
static bool
set_plain(CURL *easy)
{
    return curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http") == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_PROXY, "") == CURLE_OK;
}

static bool
set_callbacks(struct transfer *transfer, struct cog_fetcher *fetcher)
{
    CURL *easy = transfer->easy;

    return cog_http_easy_watch(easy, &fetcher->sockets) &&
           cog_http_easy_listen(easy, &transfer->headers) &&
           curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, take_body) ==
               CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_WRITEDATA, transfer) == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_PREREQFUNCTION, before_request) ==
               CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_PREREQDATA, transfer) == CURLE_OK;
}

static enum cog_status
prepare(struct cog_fetcher *fetcher, struct transfer *transfer)
{
    const struct cog_fetch_request *request = transfer->request;
    enum cog_url_kind kind = cog_url_kind(request->url);
    enum cog_status status;

    if (kind == COG_URL_REFUSED)
        return COG_MISCONFIGURED;
    if ((request->take == NULL && request->max > COG_BODY_MAX) ||
        (request->method == COG_FETCH_POST && request->body == NULL))
        return COG_INTERNAL;
    transfer->easy = curl_easy_init();
    if (transfer->easy == NULL)
        return COG_NO_MEMORY;
    if (!cog_http_easy_protect(transfer->easy, fetcher->ca_file,
                               fetcher->ca_path, fetcher->proxy) ||
        (kind != COG_URL_HTTPS && !set_plain(transfer->easy)))
        return COG_INTERNAL;
    if (curl_easy_setopt(transfer->easy, CURLOPT_URL, request->url) !=
            CURLE_OK ||
        !set_method(transfer) || !set_callbacks(transfer, fetcher))
        return COG_NO_MEMORY;
    status = sign(transfer);
    return status == COG_OK ? set_headers(transfer) : status;
}

static enum cog_status
judge(struct cog_fetcher *fetcher, struct transfer *transfer, CURLcode result)
{
    if (transfer->taken != COG_OK)
        return transfer->taken;
    if (transfer->too_long || transfer->headers.too_long)
        return COG_PROTOCOL;
    if (transfer->timed_out)
        return COG_TIMEOUT;
    if (result != CURLE_OK)
        fetcher->problem = curl_easy_strerror(result);
    return cog_http_easy_map(result, transfer->sent);
}

/* One that can be sent back as If-None-Match. */
static void
copy_etag(const char *etag, char out[COG_ETAG_SIZE])
{
    out[0] = '\0';
    for (const char *at = etag; *at != '\0'; at++) {
        if (*at <= ' ' || *at > '~')
            return;
    }
    (void) snprintf(out, COG_ETAG_SIZE, "%s", etag);
}

enum cog_status
cog_fetch(struct cog_fetcher *fetcher, const struct cog_fetch_request *request,
          struct cog_fetch_answer *answer)
{
    __attribute__((cleanup(end_transfer))) struct transfer transfer = {
        .request = request,
        .taken = COG_OK,
    };
    struct cog_response *response = &transfer.headers.response;
    enum cog_status status = prepare(fetcher, &transfer);
    CURLcode result;

    fetcher->problem = NULL;
    if (status != COG_OK)
        return status;
    if (!cog_http_easy_limit_connect(
            transfer.easy, request->deadline_ms - fetcher->monotonic_ms()) ||
        curl_multi_add_handle(fetcher->multi, transfer.easy) != CURLM_OK)
        return COG_NO_MEMORY;
    result = cog_http_easy_run(fetcher->multi, fetcher->monotonic_ms,
                               &request->deadline_ms, &transfer.timed_out);
    (void) curl_multi_remove_handle(fetcher->multi, transfer.easy);
    status = judge(fetcher, &transfer, result);
    if (status != COG_OK)
        return status;
    if (!cog_http_easy_status(transfer.easy, &response->http_status))
        return COG_PROTOCOL;
    cog_secret_move(&response->body, &transfer.body);
    copy_etag(transfer.headers.etag, answer->etag);
    answer->response = *response;
    memset(response, 0, sizeof *response);
    return COG_OK;
}

const char *
cog_fetcher_problem(const struct cog_fetcher *fetcher)
{
    return fetcher->problem;
}

void
cog_fetch_answer_clear(struct cog_fetch_answer *answer)
{
    cog_response_clear(&answer->response);
    answer->etag[0] = '\0';
}
