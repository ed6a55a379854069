/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Operations of the user pool API: a JSON body in, a parsed answer or the
 * meaning of an error out (AWS JSON 1.1 protocol).
 */
#ifndef COG_COGNITO_RPC_H
#define COG_COGNITO_RPC_H

#include <stdbool.h>
#include <stdint.h>

#include "base/secret.h"
#include "cognito/json.h"
#include "cognito/login.h"
#include "cognito/status.h"
#include "cognito/transport.h"

/* The way to one service within one login. All borrowed. */
struct cog_rpc {
    const struct cog_transport *transport;
    const struct cog_clock *clock;
    struct cog_report *report;
    int64_t deadline_ms; /* set by cog_rpc_allow only */
};

struct cog_call {
    const char *operation;         /* "InitiateAuth" */
    const struct cog_secret *body; /* JSON */
    bool harmless; /* has no effect on the user: may be repeated after
                      throttling and trouble of the service */
    enum cog_status (*hold)(void *context); /* as in struct cog_request */
    void *hold_context;
};

/* From now on give the service timeout_ms. */
void cog_rpc_allow(struct cog_rpc *rpc, int timeout_ms);

/*
 * Call once, and once more after a short random pause where throttling (or
 * trouble, when harmless) and the time left allow it. COG_OK with the answer,
 * always an object (an empty body is an empty one), which the caller frees.
 * Otherwise the meaning of the error, or what became of the transport. Fills
 * in the report: error, request id, clock, calls.
 */
enum cog_status cog_rpc_call(struct cog_rpc *rpc, const struct cog_call *call,
                             struct cog_json **reply);

/*
 * GET a document of at most max bytes; COG_OK for status 200 only. The bytes
 * are the caller's.
 */
enum cog_status cog_rpc_get(struct cog_rpc *rpc, const char *path, size_t max,
                            struct cog_secret *document);

#endif
