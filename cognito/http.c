/* SPDX-License-Identifier: Apache-2.0 */
/*
 * HTTPS over libcurl's multi interface, so that one deadline of ours covers
 * names, connection, TLS and answer (P46, P54); see the header.
 */
#include "cognito/http.h"

#include <curl/curl.h>
#include <openssl/ssl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "cognito/address.h"
#include "cognito/header.h"
#include "cognito/sockets.h"

#define HEADERS_MAX (16 * 1024) /* of one exchange, 1xx answers included */
#define URL_MAX     (COG_ADDRESS_MAX + 128)

/* One exchange while it runs. */
struct exchange {
    const struct cog_request *request;
    struct cog_response response; /* all but the body */
    size_t body_len;              /* of struct cog_http's body */
    size_t headers_len;
    bool held;      /* the hold has been called */
    bool stale;     /* the connection was found closed before sending */
    bool sent;      /* the request may have left */
    bool resent;    /* libcurl wanted to send it a second time */
    bool too_long;  /* a cap was reached */
    bool timed_out; /* our deadline */
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

static void
note_header(struct cog_response *response, const char *line, size_t len)
{
    const struct {
        const char *name;
        char *out;
        size_t out_size;
    } wanted[] = {
        {"x-amzn-errortype", response->error_type,
         sizeof response->error_type},
        {"x-amzn-errormessage", response->error_message,
         sizeof response->error_message},
        {"x-amzn-requestid", response->request_id,
         sizeof response->request_id},
    };
    const char *value;
    size_t value_len;
    char date[64];

    for (size_t i = 0; i < sizeof wanted / sizeof wanted[0]; i++) {
        if (cog_header_match(line, len, wanted[i].name, &value, &value_len))
            cog_header_copy(value, value_len, wanted[i].out,
                            wanted[i].out_size);
    }
    if (cog_header_match(line, len, "date", &value, &value_len) &&
        value_len < sizeof date) {
        time_t seconds;

        cog_header_copy(value, value_len, date, sizeof date);
        seconds = curl_getdate(date, NULL);
        response->date_s = seconds > 0 ? (int64_t) seconds : 0;
    }
}

/* One header line; any return but its length ends the exchange. */
static size_t
take_header(char *line, size_t size, size_t count, void *context)
{
    struct exchange *exchange = context;
    size_t len = size * count;

    exchange->headers_len += len;
    if (exchange->headers_len > HEADERS_MAX) {
        exchange->too_long = true;
        return 0;
    }
    /* A status line begins anew: what came was a 1xx answer's. */
    if (len >= 5 && memcmp(line, "HTTP/", 5) == 0)
        cog_response_clear(&exchange->response);
    else
        note_header(&exchange->response, line, len);
    return len;
}

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

/* Sockets are made as libcurl would, and remembered. */
static curl_socket_t
open_socket(void *context, curlsocktype purpose, struct curl_sockaddr *address)
{
    struct cog_http *http = context;

    (void) purpose;
    return cog_sockets_open(&http->sockets, address->family, address->socktype,
                            address->protocol);
}

static int
close_socket(void *context, curl_socket_t fd)
{
    struct cog_http *http = context;

    return cog_sockets_close(&http->sockets, fd);
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

/*
 * OpenSSL wipes what it decrypted when it has been read (P90). Anything
 * but CURLE_OK ends the transfer.
 */
static CURLcode
cleanse_plaintext(CURL *easy, void *context, void *user)
{
    uint64_t options = SSL_OP_CLEANSE_PLAINTEXT;

    (void) easy;
    (void) user;
    return (SSL_CTX_set_options(context, options) & options) != 0
               ? CURLE_OK
               : CURLE_SSL_CONNECT_ERROR;
}

/* What protects the connection, and what libcurl must not do. */
static const struct {
    CURLoption option;
    long value;
} numbers[] = {
    {CURLOPT_SSLVERSION, CURL_SSLVERSION_TLSv1_2}, /* or newer */
    {CURLOPT_SSL_VERIFYPEER, 1},
    {CURLOPT_SSL_VERIFYHOST, 2},
    {CURLOPT_PROXY_SSLVERSION, CURL_SSLVERSION_TLSv1_2},
    {CURLOPT_PROXY_SSL_VERIFYPEER, 1},
    {CURLOPT_PROXY_SSL_VERIFYHOST, 2},
    {CURLOPT_FOLLOWLOCATION, 0},
    {CURLOPT_HTTP_VERSION, CURL_HTTP_VERSION_1_1},
    {CURLOPT_HTTP09_ALLOWED, 0},
    {CURLOPT_HTTP_CONTENT_DECODING, 0},
    {CURLOPT_NETRC, CURL_NETRC_IGNORED},
    {CURLOPT_SUPPRESS_CONNECT_HEADERS, 1},
    {CURLOPT_NOSIGNAL, 1},
    {CURLOPT_NOPROGRESS, 1},
};

static bool
set_numbers(CURL *easy)
{
    for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++) {
        if (curl_easy_setopt(easy, numbers[i].option, numbers[i].value) !=
            CURLE_OK)
            return false;
    }
    return true;
}

static bool
set_text(CURL *easy, CURLoption option, const char *text)
{
    return curl_easy_setopt(easy, option, text) == CURLE_OK;
}

static bool
set_texts(CURL *easy, const struct cog_http_settings *settings)
{
    const char *file = settings->ca_file;
    const char *path = settings->ca_path;
    const char *proxy = settings->proxy != NULL ? settings->proxy : "";

    /* Never the default bundle: reading it costs 20 ms. */
    if (file == NULL && path == NULL)
        path = "/etc/ssl/certs";
    else if (file != NULL)
        path = NULL;
    return set_text(easy, CURLOPT_CAINFO, file) &&
           set_text(easy, CURLOPT_CAPATH, path) &&
           set_text(easy, CURLOPT_PROXY_CAINFO, file) &&
           set_text(easy, CURLOPT_PROXY_CAPATH, path) &&
           set_text(easy, CURLOPT_PROTOCOLS_STR, "https") &&
           /* Empty and set: no variable of the environment is asked. */
           set_text(easy, CURLOPT_PROXY, proxy) &&
           set_text(easy, CURLOPT_NOPROXY, "") &&
           set_text(easy, CURLOPT_USERAGENT, "pam_cognito");
}

/* How it is used: callbacks, and a dead peer noticed while somebody types. */
static bool
set_callbacks(struct cog_http *http)
{
    CURL *easy = http->easy;
    bool ok = true;

    ok &= curl_easy_setopt(easy, CURLOPT_SSL_CTX_FUNCTION,
                           cleanse_plaintext) == CURLE_OK;
    ok &= curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, take_header) ==
          CURLE_OK;
    ok &= curl_easy_setopt(easy, CURLOPT_HEADERDATA, &http->exchange) ==
          CURLE_OK;
    ok &= curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, take_body) == CURLE_OK;
    ok &= curl_easy_setopt(easy, CURLOPT_WRITEDATA, http) == CURLE_OK;
    ok &= curl_easy_setopt(easy, CURLOPT_PREREQFUNCTION, before_request) ==
          CURLE_OK;
    ok &= curl_easy_setopt(easy, CURLOPT_PREREQDATA, http) == CURLE_OK;
    ok &= curl_easy_setopt(easy, CURLOPT_OPENSOCKETFUNCTION, open_socket) ==
          CURLE_OK;
    ok &= curl_easy_setopt(easy, CURLOPT_OPENSOCKETDATA, http) == CURLE_OK;
    ok &= curl_easy_setopt(easy, CURLOPT_CLOSESOCKETFUNCTION, close_socket) ==
          CURLE_OK;
    ok &= curl_easy_setopt(easy, CURLOPT_CLOSESOCKETDATA, http) == CURLE_OK;
    ok &= curl_easy_setopt(easy, CURLOPT_TCP_KEEPALIVE, 1L) == CURLE_OK;
    ok &= curl_easy_setopt(easy, CURLOPT_TCP_KEEPIDLE, 15L) == CURLE_OK;
    ok &= curl_easy_setopt(easy, CURLOPT_TCP_KEEPINTVL, 5L) == CURLE_OK;
#if LIBCURL_VERSION_NUM >= 0x075700
    /* Do not wait for a resolver that hangs. */
    ok &= curl_easy_setopt(easy, CURLOPT_QUICK_EXIT, 1L) == CURLE_OK;
#endif
    ok &= curl_multi_setopt(http->multi, CURLMOPT_MAXCONNECTS, 1L) == CURLM_OK;
    return ok;
}

/* Without these libcurl could not keep our promises. */
static bool
is_capable(void)
{
    const curl_version_info_data *info = curl_version_info(CURLVERSION_NOW);
    const int needed = CURL_VERSION_SSL | CURL_VERSION_ASYNCHDNS;

    return (info->features & needed) == needed;
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
    if (!is_capable() || !set_numbers(fresh->easy) ||
        !set_texts(fresh->easy, settings) || !set_callbacks(fresh))
        return COG_INTERNAL;
    *http = fresh;
    fresh = NULL;
    return COG_OK;
}

static void
free_list(struct curl_slist **list)
{
    curl_slist_free_all(*list);
}

/* Append to a list; false leaves it as it is. */
static bool
append(struct curl_slist **list, const char *text)
{
    struct curl_slist *longer = curl_slist_append(*list, text);

    if (longer != NULL)
        *list = longer;
    return longer != NULL;
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
    ok &= append(headers, target);
    ok &= append(headers, "Content-Type: application/x-amz-json-1.1");
    ok &= append(headers, "Expect:");
    ok &= curl_easy_setopt(easy, CURLOPT_HTTPHEADER, *headers) == CURLE_OK;
    ok &= curl_easy_setopt(easy, CURLOPT_POST, 1L) == CURLE_OK;
    ok &= curl_easy_setopt(easy, CURLOPT_POSTFIELDS, request->body->data) ==
          CURLE_OK;
    ok &= curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE,
                           (long) request->body->len) == CURLE_OK;
    return ok ? COG_OK : COG_NO_MEMORY;
}

/* The result of the one transfer, if it has ended. */
static bool
has_ended(struct cog_http *http, CURLcode *result)
{
    CURLMsg *message;
    int left;

    while ((message = curl_multi_info_read(http->multi, &left)) != NULL) {
        if (message->msg == CURLMSG_DONE) {
            *result = message->data.result;
            return true;
        }
    }
    return false;
}

/* Run until it ends or the deadline passes, wherever that is by then. */
static CURLcode
run(struct cog_http *http)
{
    CURLcode result = CURLE_OK;
    int running;

    for (;;) {
        int64_t left_ms;

        if (curl_multi_perform(http->multi, &running) != CURLM_OK)
            return CURLE_OUT_OF_MEMORY;
        if (has_ended(http, &result))
            return result;
        left_ms = http->deadline_ms - http->monotonic_ms();
        if (left_ms <= 0) {
            http->exchange.timed_out = true;
            return CURLE_OPERATION_TIMEDOUT;
        }
        if (curl_multi_poll(http->multi, NULL, 0,
                            left_ms < 1000 ? (int) left_ms : 1000,
                            NULL) != CURLM_OK)
            return CURLE_OUT_OF_MEMORY;
    }
}

/* libcurl's results where nothing of ours has decided. */
static enum cog_status
map_result(CURLcode result, bool sent)
{
    switch (result) {
    case CURLE_OK:
        return COG_OK;
    case CURLE_OUT_OF_MEMORY:
        /* In an answer it is a header line beyond libcurl's limit. */
        return sent ? COG_PROTOCOL : COG_NO_MEMORY;
    case CURLE_URL_MALFORMAT:
    case CURLE_SSL_CACERT_BADFILE:
        return COG_MISCONFIGURED;
    case CURLE_SSL_CONNECT_ERROR:
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_CERTPROBLEM:
    case CURLE_SSL_CIPHER:
    case CURLE_SSL_ISSUER_ERROR:
    case CURLE_SSL_INVALIDCERTSTATUS:
    case CURLE_USE_SSL_FAILED:
        /* Behind a sent request it is a record that did not decrypt. */
        return sent ? COG_LOST : COG_TLS;
    case CURLE_SEND_ERROR:
    case CURLE_RECV_ERROR:
    case CURLE_GOT_NOTHING:
    case CURLE_PARTIAL_FILE:
    case CURLE_OPERATION_TIMEDOUT:
        return sent ? COG_LOST : COG_NETWORK;
    default:
        /* HTTP/0.9, bad chunks, broken headers, ... */
        return sent ? COG_PROTOCOL : COG_NETWORK;
    }
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
    if (exchange->too_long)
        return COG_PROTOCOL;
    if (exchange->timed_out)
        return COG_TIMEOUT;
    return map_result(result, exchange->sent);
}

static enum cog_status
hand_over(struct cog_http *http, struct cog_response *response)
{
    struct exchange *exchange = &http->exchange;
    long http_status = 0;

    if (curl_easy_getinfo(http->easy, CURLINFO_RESPONSE_CODE, &http_status) !=
            CURLE_OK ||
        http_status < 200 || http_status > 599)
        return COG_PROTOCOL;
    if (cog_secret_set(&exchange->response.body, http->body,
                       exchange->body_len) != 0)
        return COG_NO_MEMORY;
    exchange->response.http_status = (int) http_status;
    *response = exchange->response;
    memset(&exchange->response, 0, sizeof exchange->response);
    return COG_OK;
}

/* One try on a kept or new connection. */
static CURLcode
transfer(struct cog_http *http, bool anew)
{
    CURLcode result = CURLE_OUT_OF_MEMORY;

    if (curl_easy_setopt(http->easy, CURLOPT_FRESH_CONNECT, anew ? 1L : 0L) ==
            CURLE_OK &&
        curl_multi_add_handle(http->multi, http->easy) == CURLM_OK)
        result = run(http);
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
    __attribute__((cleanup(free_list))) struct curl_slist *headers = NULL;
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

struct cog_transport
cog_http_transport(struct cog_http *http)
{
    return (struct cog_transport){post, set_deadline, http};
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
