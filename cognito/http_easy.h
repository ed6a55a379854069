/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What every request of ours has of libcurl, whoever sends it: the
 * protections of P41 and P43, one deadline, counted headers, results in our
 * words. Only cognito/http*.c may include this: it shows libcurl.
 */
#ifndef COG_COGNITO_HTTP_EASY_H
#define COG_COGNITO_HTTP_EASY_H

#include <curl/curl.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "cognito/sockets.h"
#include "cognito/status.h"
#include "cognito/transport.h"

/* Whether this libcurl can keep our promises: TLS, asynchronous names. */
bool cog_http_easy_is_capable(void);

/*
 * Set all that protects: TLS, certificates (ca_file, else ca_path, else
 * /etc/ssl/certs), https only, this proxy (NULL: none, whatever the
 * environment says), nothing of the web. False when libcurl refuses any.
 */
bool cog_http_easy_protect(CURL *easy, const char *ca_file,
                           const char *ca_path, const char *proxy);

/* Remember the sockets of its connections; they must outlive the multi. */
bool cog_http_easy_watch(CURL *easy, struct cog_sockets *sockets);

/*
 * How long connecting may take, of the time that is left: libcurl shares it
 * among the addresses of a name, so that a dead one leaves time for the next,
 * and for the request.
 */
bool cog_http_easy_limit_connect(CURL *easy, int64_t left_ms);

/* The headers of one exchange while they come. Zero it before. */
struct cog_http_headers {
    struct cog_response response; /* what they tell; no body */
    size_t len;                   /* of all, 1xx answers included */
    bool too_long;
    char etag[COG_ETAG_SIZE]; /* the entity tag, or "" */
};

/* Hand the headers to this. */
bool cog_http_easy_listen(CURL *easy, struct cog_http_headers *headers);

/*
 * Run the one transfer of the multi until it ends or the clock reaches the
 * deadline; then *timed_out.
 */
CURLcode cog_http_easy_run(CURLM *multi, int64_t (*monotonic_ms)(void),
                           const int64_t *deadline_ms, bool *timed_out);

/*
 * libcurl's result where nothing of ours has decided; sent: the request may
 * have left.
 */
enum cog_status cog_http_easy_map(CURLcode result, bool sent);

/* The status of the answer; false when it is none of 200 to 599. */
bool cog_http_easy_status(CURL *easy, int *http_status);

/* Append to a list of headers; false leaves it as it is. */
bool cog_http_easy_append(struct curl_slist **list, const char *text);

/* Wipe a list of headers, which may hold secrets, and free it. */
void cog_http_easy_forget(struct curl_slist **list);

#define cog_cleanup_header_list __attribute__((cleanup(cog_http_easy_forget)))

#endif
