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
 * Before the result of a login that succeeded: tell whether one factor was
 * enough, and the hash where one is wanted. Of one that failed behind a change
 * of the password: no hash, which says that a kept one is of the old. 0 or an
 * errno. A hash that cannot be made is none.
 */
int cog_offline_send(const struct cog_job *job, enum cog_status status,
                     const struct cog_login *login);

/* Behind the result: compare, if the keeper asks. */
void cog_offline_serve(const struct cog_job *job, enum cog_status status,
                       const struct cog_login *login);

#endif
