/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The order of a login: from InitiateAuth through challenges to tokens.
 * Which answer may follow which step is a table (P4). For this room only.
 */
#ifndef COG_COGNITO_STEPS_H
#define COG_COGNITO_STEPS_H

#include "cognito/flow.h"
#include "cognito/json.h"
#include "cognito/status.h"

/* Most questions of the pool's own (CUSTOM_CHALLENGE) in one flow. */
#define COG_CUSTOM_MAX 5

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
