/* SPDX-License-Identifier: Apache-2.0 */
/*
 * HTTPS over libcurl's multi interface, so that one deadline of ours covers
 * names, connection, TLS and answer (P46, P54); see the header.
 */
#include "cognito/http.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cognito/address.h"
#include "cognito/http_easy.h"

#define URL_MAX (COG_ADDRESS_MAX + 128)

/* One exchange while it runs. */
struct exchange {
    const struct cog_request *request;
    struct cog_http_headers headers;
    size_t body_len; /* of struct cog_http's body */
    bool held;       /* the hold has been called */
    bool stale;      /* the connection was found closed before sending */
    bool sent;       /* the request may have left */
    bool resent;     /* libcurl wanted to send it a second time */
    bool too_long;   /* the body's cap was reached */
    bool timed_out;  /* our deadline */
    enum cog_status hold_status;
};

struct cog_http {
    struct cog_sockets sockets;
    CURLM *multi;
    CURL *easy;
    char *endpoint;
    int64_t (*monotonic_ms)(void);
    int64_t deadline_ms;
    char *body; /* COG_BODY_MAX bytes */
    const char *problem;
    struct exchange exchange;
};

static size_t
take_body(char *bytes, size_t size, size_t count, void *context)
{
    struct cog_http *http = context;
    struct exchange *exchange = &http->exchange;
    size_t len = size * count;

    if (len > COG_BODY_MAX - exchange->body_len) {
        exchange->too_long = true;
        return 0;
    }
    memcpy(http->body + exchange->body_len, bytes, len);
    exchange->body_len += len;
    return len;
}

/*
 * The connection stands and nothing is sent. libcurl sends a request again
 * by itself when a kept connection dies without an answer; but the first
 * one may have been read, so that is for the caller to decide.
 */
static int
before_request(void *context, char *remote_address, char *local_address,
               int remote_port, int local_port)
{
    struct cog_http *http = context;
    struct exchange *exchange = &http->exchange;
    const struct cog_request *request = exchange->request;

    (void) remote_address;
    (void) local_address;
    (void) remote_port;
    if (exchange->sent) {
        exchange->resent = true;
        return CURL_PREREQFUNC_ABORT;
    }
    if (request->hold != NULL && !exchange->held) {
        exchange->held = true;
        exchange->hold_status = request->hold(request->hold_context);
        if (exchange->hold_status != COG_OK)
            return CURL_PREREQFUNC_ABORT;
    }
    exchange->stale = cog_sockets_is_closed(&http->sockets, local_port);
    if (exchange->stale)
        return CURL_PREREQFUNC_ABORT;
    exchange->sent = true;
    return CURL_PREREQFUNC_OK;
}

/* How it is used: callbacks, and a dead peer noticed while somebody types. */
static bool
set_callbacks(struct cog_http *http)
{
    CURL *easy = http->easy;
    bool ok = true;

    ok &= cog_http_easy_watch(easy, &http->sockets);
    ok &= cog_http_easy_listen(easy, &http->exchange.headers);
    ok &= curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, take_body) == CURLE_OK;
    ok &= curl_easy_setopt(easy, CURLOPT_WRITEDATA, http) == CURLE_OK;
    ok &= curl_easy_setopt(easy, CURLOPT_PREREQFUNCTION, before_request) ==
          CURLE_OK;
    ok &= curl_easy_setopt(easy, CURLOPT_PREREQDATA, http) == CURLE_OK;
    ok &= curl_easy_setopt(easy, CURLOPT_TCP_KEEPALIVE, 1L) == CURLE_OK;
    ok &= curl_easy_setopt(easy, CURLOPT_TCP_KEEPIDLE, 15L) == CURLE_OK;
    ok &= curl_easy_setopt(easy, CURLOPT_TCP_KEEPINTVL, 5L) == CURLE_OK;
    ok &= curl_multi_setopt(http->multi, CURLMOPT_MAXCONNECTS, 1L) == CURLM_OK;
    return ok;
}

enum cog_status
cog_http_new(const struct cog_http_settings *settings, struct cog_http **http)
{
    cog_cleanup_http struct cog_http *fresh = NULL;

    if (!cog_address_is_valid(settings->endpoint, "https://") ||
        (settings->proxy != NULL &&
         !cog_address_is_valid(settings->proxy, "http://") &&
         !cog_address_is_valid(settings->proxy, "https://")))
        return COG_MISCONFIGURED;
    fresh = calloc(1, sizeof *fresh);
    if (fresh == NULL)
        return COG_NO_MEMORY;
    if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK) {
        free(fresh);
        fresh = NULL;
        return COG_NO_MEMORY;
    }
    cog_sockets_init(&fresh->sockets);
    fresh->monotonic_ms = settings->monotonic_ms;
    fresh->endpoint = strdup(settings->endpoint);
    fresh->body = malloc(COG_BODY_MAX);
    fresh->multi = curl_multi_init();
    fresh->easy = curl_easy_init();
    if (fresh->endpoint == NULL || fresh->body == NULL ||
        fresh->multi == NULL || fresh->easy == NULL)
        return COG_NO_MEMORY;
    if (!cog_http_easy_is_capable() ||
        !cog_http_easy_protect(fresh->easy, settings->ca_file,
                               settings->ca_path, settings->proxy) ||
        !set_callbacks(fresh))
        return COG_INTERNAL;
    *http = fresh;
    fresh = NULL;
    return COG_OK;
}

/* Address, method, headers, body of one request. */
static enum cog_status
set_request(struct cog_http *http, const struct cog_request *request,
            struct curl_slist **headers)
{
    CURL *easy = http->easy;
    char url[URL_MAX], target[128];
    bool ok = true;
    int len = snprintf(url, sizeof url, "%s%s", http->endpoint, request->path);

    if (len < 0 || (size_t) len >= sizeof url)
        return COG_INTERNAL;
    ok &= curl_easy_setopt(easy, CURLOPT_URL, url) == CURLE_OK;
    if (request->operation == NULL) {
        ok &= curl_easy_setopt(easy, CURLOPT_HTTPHEADER, NULL) == CURLE_OK;
        ok &= curl_easy_setopt(easy, CURLOPT_HTTPGET, 1L) == CURLE_OK;
        return ok ? COG_OK : COG_NO_MEMORY;
    }
    len = snprintf(target, sizeof target,
                   "X-Amz-Target: AWSCognitoIdentityProviderService.%s",
                   request->operation);
    if (len < 0 || (size_t) len >= sizeof target)
        return COG_INTERNAL;
    ok &= cog_http_easy_append(headers, target);
    ok &= cog_http_easy_append(headers,
                               "Content-Type: application/x-amz-json-1.1");
    ok &= cog_http_easy_append(headers, "Expect:");
    ok &= curl_easy_setopt(easy, CURLOPT_HTTPHEADER, *headers) == CURLE_OK;
    ok &= curl_easy_setopt(easy, CURLOPT_POST, 1L) == CURLE_OK;
    ok &= curl_easy_setopt(easy, CURLOPT_POSTFIELDS, request->body->data) ==
          CURLE_OK;
    ok &= curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE,
                           (long) request->body->len) == CURLE_OK;
    return ok ? COG_OK : COG_NO_MEMORY;
}

static enum cog_status
judge(const struct exchange *exchange, CURLcode result)
{
    if (exchange->hold_status != COG_OK)
        return exchange->hold_status;
    if (exchange->resent)
        return COG_LOST;
    if (exchange->stale)
        return COG_NETWORK;
    if (exchange->too_long || exchange->headers.too_long)
        return COG_PROTOCOL;
    if (exchange->timed_out)
        return COG_TIMEOUT;
    return cog_http_easy_map(result, exchange->sent);
}

static enum cog_status
hand_over(struct cog_http *http, struct cog_response *response)
{
    struct exchange *exchange = &http->exchange;
    struct cog_response *fresh = &exchange->headers.response;

    if (!cog_http_easy_status(http->easy, &fresh->http_status))
        return COG_PROTOCOL;
    if (cog_secret_set(&fresh->body, http->body, exchange->body_len) != 0)
        return COG_NO_MEMORY;
    *response = *fresh;
    memset(fresh, 0, sizeof *fresh);
    return COG_OK;
}

/* One try on a kept or new connection. */
static CURLcode
transfer(struct cog_http *http, bool anew)
{
    CURLcode result = CURLE_OUT_OF_MEMORY;
    int64_t left_ms = http->deadline_ms - http->monotonic_ms();

    if (curl_easy_setopt(http->easy, CURLOPT_FRESH_CONNECT, anew ? 1L : 0L) ==
            CURLE_OK &&
        cog_http_easy_limit_connect(http->easy, left_ms) &&
        curl_multi_add_handle(http->multi, http->easy) == CURLM_OK)
        result =
            cog_http_easy_run(http->multi, http->monotonic_ms,
                              &http->deadline_ms, &http->exchange.timed_out);
    return result;
}

/* What must not stay behind: the list is freed, the body the caller's. */
static void
forget_request(struct cog_http *http)
{
    struct exchange *exchange = &http->exchange;

    (void) curl_multi_remove_handle(http->multi, http->easy);
    (void) curl_easy_setopt(http->easy, CURLOPT_HTTPHEADER, NULL);
    (void) curl_easy_setopt(http->easy, CURLOPT_POSTFIELDS, NULL);
    explicit_bzero(http->body, exchange->body_len);
    exchange->request = NULL;
}

static enum cog_status
post(void *context, const struct cog_request *request,
     struct cog_response *response)
{
    struct cog_http *http = context;
    struct exchange *exchange = &http->exchange;
    cog_cleanup_header_list struct curl_slist *headers = NULL;
    CURLcode result;
    enum cog_status status;

    memset(exchange, 0, sizeof *exchange);
    exchange->request = request;
    exchange->hold_status = COG_OK;
    http->problem = NULL;
    status = set_request(http, request, &headers);
    if (status == COG_OK) {
        result = transfer(http, false);
        if (exchange->stale) {
            (void) curl_multi_remove_handle(http->multi, http->easy);
            exchange->stale = false;
            result = transfer(http, true);
        }
        status = judge(exchange, result);
        if (status == COG_OK)
            status = hand_over(http, response);
        else if (result != CURLE_OK && exchange->hold_status == COG_OK)
            http->problem = curl_easy_strerror(result);
    }
    forget_request(http);
    return status;
}

static void
set_deadline(void *context, int64_t deadline_ms)
{
    struct cog_http *http = context;

    http->deadline_ms = deadline_ms;
}

static const char *
problem(const void *context)
{
    return cog_http_problem(context);
}

struct cog_transport
cog_http_transport(struct cog_http *http)
{
    return (struct cog_transport){post, set_deadline, http, problem};
}

const char *
cog_http_problem(const struct cog_http *http)
{
    return http->problem;
}

void
cog_http_free(struct cog_http *http)
{
    if (http == NULL)
        return;
    if (http->easy != NULL)
        curl_easy_cleanup(http->easy);
    if (http->multi != NULL)
        (void) curl_multi_cleanup(http->multi);
    curl_global_cleanup();
    free(http->endpoint);
    free(http->body);
    free(http);
}
