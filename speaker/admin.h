/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A user as the pool's administrators see them, for an account phase without
 * a person: AdminGetUser and AdminListGroupsForUser, signed with the keys of
 * a file that the keeper has read, else with those of the EC2 instance.
 */
#ifndef COG_SPEAKER_ADMIN_H
#define COG_SPEAKER_ADMIN_H

#include "speaker/job.h"

/*
 * Receive the file, ask, and send the keeper the result, all within the job's
 * timeout. The result has the status
 *  COG_OK               exists, is enabled, and has this name; sub and groups
 *  COG_DISABLED         disabled, archived or compromised
 *  COG_NOT_CONFIRMED    signed up, never confirmed
 *  COG_BAD_CREDENTIALS  no such user
 *  COG_WRONG_IDENTITY   a user whose name or address is another one by now
 *  COG_UNSUPPORTED      has a status that we do not know
 *  COG_MISCONFIGURED    no credentials, or the service refuses them
 * or that of a failed request (aws/pool_admin.h).
 */
void cog_admin_ask(struct cog_job *job, const struct cog_clock *clock);

#endif
