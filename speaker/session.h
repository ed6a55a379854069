/* SPDX-License-Identifier: Apache-2.0 */
/* Tokens of a session, without a person: fresh ones, and their end. */
#ifndef COG_SPEAKER_SESSION_H
#define COG_SPEAKER_SESSION_H

#include "cognito/login.h"
#include "cognito/transport.h"
#include "speaker/job.h"

/*
 * Receive the refresh token, ask the service, and send the keeper a new key
 * set and the tokens that the job wants, then the result. A rotated refresh
 * token is sent even if the answer it came in is not believed, since the old
 * one is spent.
 */
void cog_session_refresh(struct cog_job *job,
                         const struct cog_transport *transport,
                         const struct cog_clock *clock);

/*
 * Receive a refresh token, revoke it, and send the keeper the result; again
 * until there are no more tokens, all on one connection.
 */
void cog_session_revoke(struct cog_job *job,
                        const struct cog_transport *transport,
                        const struct cog_clock *clock);

#endif
