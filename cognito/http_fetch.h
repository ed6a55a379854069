/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Single requests for what an administrator's command asks: the signed
 * operations of the user pool, STS, the metadata services of AWS, snapshots.
 * The protections are those of the login's transport (cognito/http.h), which
 * has none of this: TLS 1.2 or newer, verified; no redirects, no cookies, no
 * environment (which must be empty all the same), one deadline for all
 * (P41, P43-P46).
 *
 * Plain "http://" goes to the metadata addresses of AWS and to this host
 * only, and never through a proxy (P83): the answers there are keys.
 */
#ifndef COG_COGNITO_HTTP_FETCH_H
#define COG_COGNITO_HTTP_FETCH_H

#include <stddef.h>
#include <stdint.h>

#include "base/secret.h"
#include "cognito/status.h"
#include "cognito/transport.h"
#include "cognito/url.h"

struct cog_fetcher_settings {
    const char *ca_file;           /* PEM bundle; NULL: use ca_path */
    const char *ca_path;           /* hashed directory; NULL: /etc/ssl/certs */
    const char *proxy;             /* "http://HOST:PORT", for https only;
                                      NULL: none, ever */
    int64_t (*monotonic_ms)(void); /* base/clock.h's cog_clock_ms */
};

struct cog_fetcher; /* connections, kept between requests to one host */

/*
 * Make one; the settings' texts are copied. COG_MISCONFIGURED when the proxy
 * is not "http://" or "https://" and a host; COG_NO_MEMORY; COG_INTERNAL
 * when libcurl lacks what we require. One thread.
 */
enum cog_status cog_fetcher_new(const struct cog_fetcher_settings *settings,
                                struct cog_fetcher **fetcher);

/* NULL is fine. */
void cog_fetcher_free(struct cog_fetcher *fetcher);

enum cog_fetch_method { COG_FETCH_GET, COG_FETCH_PUT, COG_FETCH_POST };

/*
 * A header beside those made here. The value may be a secret; its bytes are
 * printable ASCII, else COG_BAD_INPUT.
 */
struct cog_fetch_header {
    const char *name;
    const char *value;
};

/*
 * AWS Signature Version 4 (IAM user guide), made by libcurl over the body, the
 * request's headers, host and date. The date is this host's: libcurl 7.88
 * sends one that it is given twice. More than a few minutes off, and the
 * service refuses.
 */
struct cog_fetch_signature {
    const char *region;  /* "eu-west-1" */
    const char *service; /* "cognito-idp" */
    const struct cog_secret *key_id;
    const struct cog_secret *secret_key;
    const struct cog_secret *session_token; /* NULL or empty: none */
};

struct cog_fetch_request {
    const char *url; /* of any kind in cognito/url.h */
    enum cog_fetch_method method;
    const struct cog_fetch_header *headers;
    size_t header_count;
    const struct cog_secret *body;               /* POST only */
    const struct cog_fetch_signature *signature; /* NULL: none */
    int64_t deadline_ms; /* by the settings' clock: for all of it */
    uint64_t max;        /* longest body of a 200 taken, in bytes */
    /*
     * Gets the body of a 200 in pieces as they come; any return but COG_OK
     * ends the transfer and is its result. NULL: the body goes to
     * response.body, and max is at most COG_BODY_MAX. Bodies of other
     * answers always do.
     */
    enum cog_status (*take)(void *context, const char *bytes, size_t len);
    void *take_context;
};

struct cog_fetch_answer {
    struct cog_response response;
    char etag[COG_ETAG_SIZE]; /* with its quotes; "": none, or one
                                       that could not be sent back */
};

/*
 * Send and wait for the whole answer. COG_OK means that an HTTP answer of
 * whatever status came whole; *answer is filled in (cleared by
 * cog_fetch_answer_clear). Otherwise it is untouched and the status is as
 * in cognito/transport.h, or
 *  COG_MISCONFIGURED  the URL is not one that may be asked
 *  COG_BAD_INPUT      a header's value cannot be sent
 *  COG_PROTOCOL       longer than max, too
 * A request on a kept connection that died may be sent twice: this is for
 * reading.
 */
enum cog_status cog_fetch(struct cog_fetcher *fetcher,
                          const struct cog_fetch_request *request,
                          struct cog_fetch_answer *answer);

/*
 * What libcurl says about the last fetch that failed: a fixed text for a
 * log; NULL when there is nothing to add.
 */
const char *cog_fetcher_problem(const struct cog_fetcher *fetcher);

/* Wipe an answer; zeroed and cleared ones are fine. */
void cog_fetch_answer_clear(struct cog_fetch_answer *answer);

static inline void
cog_fetcher_free_at(struct cog_fetcher **fetcher)
{
    cog_fetcher_free(*fetcher);
}

#define cog_cleanup_fetcher __attribute__((cleanup(cog_fetcher_free_at)))
#define cog_cleanup_fetch_answer                                              \
    __attribute__((cleanup(cog_fetch_answer_clear)))

#endif
