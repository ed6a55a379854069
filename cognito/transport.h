/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The network, as this room sees it: one call carries one request to the
 * one service this transport was made for, and brings its answer.
 * cognito/http.h makes a real one; tests bring their own.
 */
#ifndef COG_COGNITO_TRANSPORT_H
#define COG_COGNITO_TRANSPORT_H

#include <stdint.h>

#include "base/secret.h"
#include "cognito/status.h"

/* Longest body of an answer (P45). */
#define COG_BODY_MAX (256 * 1024)

/* Room for an entity tag, with its NUL; S3's have 34 to 40 bytes. */
#define COG_ETAG_SIZE 200

struct cog_request {
    const char *operation;         /* for X-Amz-Target, as "InitiateAuth"; NULL
                                      makes a GET */
    const char *path;              /* "/" or the key set's */
    const struct cog_secret *body; /* JSON; NULL for a GET */
    /*
     * Called at most once, when the connection stands with TLS verified and
     * before any byte of the request is sent; NULL: send at once. It may
     * block for as long as a person types: the deadline does not run
     * meanwhile, and the hold must set a new one (set_deadline) before it
     * returns COG_OK. Any other result is the result of post, and nothing
     * was sent. A hold that was not called means that there was no
     * connection.
     */
    enum cog_status (*hold)(void *hold_context);
    void *hold_context;
};

struct cog_response {
    int http_status;
    struct cog_secret body;  /* at most COG_BODY_MAX; may be empty */
    char error_type[256];    /* x-amzn-errortype, or "" */
    char error_message[256]; /* x-amzn-errormessage, or "" */
    char request_id[80];     /* x-amzn-requestid, or "" */
    int64_t date_s;          /* Date, seconds since 1970; 0: none */
};

struct cog_transport {
    /*
     * Send and wait for the whole answer, until the deadline. COG_OK means
     * that an HTTP answer came, of whatever http_status; *response is filled
     * in (cleared by cog_response_clear). Otherwise it is untouched and the
     * status is
     *  COG_NETWORK  surely not sent (no name, no route, refused, closed)
     *  COG_TLS      surely not sent: certificate, name, version
     *  COG_LOST     sent in part or whole, the answer did not come whole
     *  COG_TIMEOUT  the deadline passed, sent or not
     *  COG_PROTOCOL too long, or not HTTP as we speak it
     *  COG_NO_MEMORY, COG_INTERNAL, or what the hold returned.
     * A kept connection that was closed meanwhile is renewed silently as
     * long as nothing was sent.
     */
    enum cog_status (*post)(void *context, const struct cog_request *request,
                            struct cog_response *response);
    /* The monotonic ms at which a running or later post gives up. */
    void (*set_deadline)(void *context, int64_t deadline_ms);
    void *context;
    /*
     * Why the last post brought no answer, a fixed text for a log; NULL when
     * there is nothing to add to its status. The function may be NULL, too.
     */
    const char *(*problem)(const void *context);
};

/* Wipe a response; zeroed and cleared ones are fine. */
void cog_response_clear(struct cog_response *response);

#define cog_cleanup_response __attribute__((cleanup(cog_response_clear)))

#endif
