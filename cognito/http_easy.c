/* SPDX-License-Identifier: Apache-2.0 */
/* libcurl as we use it; see the header. */
#include "cognito/http_easy.h"

#include <openssl/ssl.h>
#include <string.h>

#include "cognito/header.h"

#define HEADERS_MAX (16 * 1024) /* of one exchange, 1xx answers included */

/* Never 0, which is libcurl's word for five minutes. */
#define CONNECT_LEAST_MS 100
#define CONNECT_MOST_MS  60000

bool
cog_http_easy_is_capable(void)
{
    const curl_version_info_data *info = curl_version_info(CURLVERSION_NOW);
    const int needed = CURL_VERSION_SSL | CURL_VERSION_ASYNCHDNS;

    return (info->features & needed) == needed;
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
set_texts(CURL *easy, const char *file, const char *path, const char *proxy)
{
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
           set_text(easy, CURLOPT_PROXY, proxy != NULL ? proxy : "") &&
           set_text(easy, CURLOPT_NOPROXY, "") &&
           set_text(easy, CURLOPT_USERAGENT, "pam_cognito");
}

bool
cog_http_easy_protect(CURL *easy, const char *ca_file, const char *ca_path,
                      const char *proxy)
{
    bool ok = set_numbers(easy) && set_texts(easy, ca_file, ca_path, proxy) &&
              curl_easy_setopt(easy, CURLOPT_SSL_CTX_FUNCTION,
                               cleanse_plaintext) == CURLE_OK;

#if LIBCURL_VERSION_NUM >= 0x075700
    /* Do not wait for a resolver that hangs. */
    ok = ok && curl_easy_setopt(easy, CURLOPT_QUICK_EXIT, 1L) == CURLE_OK;
#endif
    return ok;
}

/* Sockets are made as libcurl would, and remembered. */
static curl_socket_t
open_socket(void *context, curlsocktype purpose, struct curl_sockaddr *address)
{
    struct cog_sockets *sockets = context;

    (void) purpose;
    return cog_sockets_open(sockets, address->family, address->socktype,
                            address->protocol);
}

static int
close_socket(void *context, curl_socket_t fd)
{
    struct cog_sockets *sockets = context;

    return cog_sockets_close(sockets, fd);
}

bool
cog_http_easy_watch(CURL *easy, struct cog_sockets *sockets)
{
    return curl_easy_setopt(easy, CURLOPT_OPENSOCKETFUNCTION, open_socket) ==
               CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_OPENSOCKETDATA, sockets) ==
               CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_CLOSESOCKETFUNCTION, close_socket) ==
               CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_CLOSESOCKETDATA, sockets) ==
               CURLE_OK;
}

bool
cog_http_easy_limit_connect(CURL *easy, int64_t left_ms)
{
    int64_t limit_ms = left_ms / 5 * 4;

    if (limit_ms < CONNECT_LEAST_MS)
        limit_ms = CONNECT_LEAST_MS;
    else if (limit_ms > CONNECT_MOST_MS)
        limit_ms = CONNECT_MOST_MS;
    return curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS,
                            (long) limit_ms) == CURLE_OK;
}

static void
note_header(struct cog_http_headers *headers, const char *line, size_t len)
{
    struct cog_response *response = &headers->response;
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
    if (cog_header_match(line, len, "etag", &value, &value_len) &&
        value_len < sizeof headers->etag)
        cog_header_copy(value, value_len, headers->etag, sizeof headers->etag);
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
    struct cog_http_headers *headers = context;
    size_t len = size * count;

    headers->len += len;
    if (headers->len > HEADERS_MAX) {
        headers->too_long = true;
        return 0;
    }
    /* A status line begins anew: what came was a 1xx answer's. */
    if (len >= 5 && memcmp(line, "HTTP/", 5) == 0) {
        cog_response_clear(&headers->response);
        headers->etag[0] = '\0';
    } else {
        note_header(headers, line, len);
    }
    return len;
}

bool
cog_http_easy_listen(CURL *easy, struct cog_http_headers *headers)
{
    return curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, take_header) ==
               CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_HEADERDATA, headers) == CURLE_OK;
}

/* The result of the one transfer, if it has ended. */
static bool
has_ended(CURLM *multi, CURLcode *result)
{
    CURLMsg *message;
    int left;

    while ((message = curl_multi_info_read(multi, &left)) != NULL) {
        if (message->msg == CURLMSG_DONE) {
            *result = message->data.result;
            return true;
        }
    }
    return false;
}

CURLcode
cog_http_easy_run(CURLM *multi, int64_t (*monotonic_ms)(void),
                  const int64_t *deadline_ms, bool *timed_out)
{
    CURLcode result = CURLE_OK;
    int running;

    for (;;) {
        int64_t left_ms;

        if (curl_multi_perform(multi, &running) != CURLM_OK)
            return CURLE_OUT_OF_MEMORY;
        if (has_ended(multi, &result))
            return result;
        left_ms = *deadline_ms - monotonic_ms();
        if (left_ms <= 0) {
            *timed_out = true;
            return CURLE_OPERATION_TIMEDOUT;
        }
        if (curl_multi_poll(multi, NULL, 0,
                            left_ms < 1000 ? (int) left_ms : 1000,
                            NULL) != CURLM_OK)
            return CURLE_OUT_OF_MEMORY;
    }
}

enum cog_status
cog_http_easy_map(CURLcode result, bool sent)
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
        return sent ? COG_LOST : COG_NETWORK;
    case CURLE_OPERATION_TIMEDOUT:
        return sent ? COG_LOST : COG_TIMEOUT;
    default:
        /* HTTP/0.9, bad chunks, broken headers, ... */
        return sent ? COG_PROTOCOL : COG_NETWORK;
    }
}

bool
cog_http_easy_status(CURL *easy, int *http_status)
{
    long status = 0;

    if (curl_easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &status) != CURLE_OK ||
        status < 200 || status > 599)
        return false;
    *http_status = (int) status;
    return true;
}

bool
cog_http_easy_append(struct curl_slist **list, const char *text)
{
    struct curl_slist *longer = curl_slist_append(*list, text);

    if (longer != NULL)
        *list = longer;
    return longer != NULL;
}

void
cog_http_easy_forget(struct curl_slist **list)
{
    for (struct curl_slist *at = *list; at != NULL; at = at->next)
        explicit_bzero(at->data, strlen(at->data));
    curl_slist_free_all(*list);
    *list = NULL;
}
