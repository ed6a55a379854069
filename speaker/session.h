/* SPDX-License-Identifier: Apache-2.0 */
/* Tokens of a session, without a person: fresh ones, and their end. */
#ifndef COG_SPEAKER_SESSION_H
#define COG_SPEAKER_SESSION_H

#include "cognito/login.h"
#include "cognito/transport.h"
#include "speaker/job.h"

/*
 * Receive the refresh token, ask the service, tell the keeper: key set and
 * tokens as the job wants them, then the result. A rotated refresh token
 * goes out even if the answer around it is not believed, since the old one
 * is spent.
 */
void cog_session_refresh(struct cog_job *job,
                         const struct cog_transport *transport,
                         const struct cog_clock *clock);

/*
 * Receive a refresh token, end it, tell the keeper; again until there are no
 * more, all on one connection.
 */
void cog_session_revoke(struct cog_job *job,
                        const struct cog_transport *transport,
                        const struct cog_clock *clock);

#endif
