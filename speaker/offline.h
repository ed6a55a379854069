/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The speaker's part in logins without the pool: it alone has the password,
 * so it makes the hashes and compares with them. The keeper decides.
 */
#ifndef COG_SPEAKER_OFFLINE_H
#define COG_SPEAKER_OFFLINE_H

#include "cognito/login.h"
#include "speaker/job.h"

/*
 * Before the result of a login that succeeded: send whether one factor was
 * enough, and a hash if the job wants one and it can be made. Before the
 * result of one that failed after changing the password: send an empty hash,
 * which says that a kept one is of the old password. Returns 0 or an errno.
 */
int cog_offline_send(const struct cog_job *job, enum cog_status status,
                     const struct cog_login *login);

/* After the result: compare, if the keeper asks for it. */
void cog_offline_serve(const struct cog_job *job, enum cog_status status,
                       const struct cog_login *login);

#endif
