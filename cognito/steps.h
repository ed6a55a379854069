/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The order of a login: from InitiateAuth through challenges to tokens.
 * Which answer may follow which step is a table (P4). For this room only.
 */
#ifndef COG_COGNITO_STEPS_H
#define COG_COGNITO_STEPS_H

#include <stdbool.h>

#include "cognito/challenge.h"
#include "cognito/flow.h"
#include "cognito/json.h"
#include "cognito/status.h"

/* What was sent last. */
enum cog_state {
    COG_STATE_INITIATED,    /* InitiateAuth: nothing is proved yet */
    COG_STATE_PROVED,       /* the password's proof */
    COG_STATE_NEW_PASSWORD, /* a new password */
    COG_STATE_SELECTED,     /* the choice of a factor */
    COG_STATE_CODE,         /* a code */
    COG_STATE_SET_UP,       /* a factor just set up */
    COG_STATE_CUSTOM,       /* an answer to the pool's own question */
    COG_STATES
};

/* Most answers of the service that one flow reads. */
#define COG_STEPS_MAX 12

/* Most questions of the pool's own (CUSTOM_CHALLENGE) in one flow. */
#define COG_CUSTOM_MAX 5

/* Whether this answer may follow that step. */
bool cog_step_is_allowed(enum cog_state state, enum cog_reply_kind kind);

/* How often each kind of answer may come in one flow. */
struct cog_steps_seen {
    unsigned char times[COG_REPLY_KINDS];
};

/* Whether it may come once more (P6: nothing repeated without reason). */
bool cog_step_is_new(const struct cog_steps_seen *seen,
                     enum cog_reply_kind kind);

/*
 * Send InitiateAuth with the flow's SRP_A; hold as in struct cog_request.
 * COG_OK with the answer, which the caller frees.
 */
enum cog_status cog_steps_initiate(struct cog_flow *flow,
                                   enum cog_status (*hold)(void *context),
                                   void *hold_context,
                                   struct cog_json **reply);

/*
 * From the answer to InitiateAuth to tokens, which COG_OK says are in the
 * flow, unverified: nobody is admitted by that. reply is taken over.
 */
enum cog_status cog_steps_run(struct cog_flow *flow, struct cog_json *reply);

#endif
