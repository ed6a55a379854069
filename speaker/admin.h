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
 * Receive the file, ask, tell the keeper; all within the job's timeout. What
 * the result says:
 *  COG_OK               there, enabled, and by this name; sub and groups
 *  COG_DISABLED         disabled, archived or compromised
 *  COG_NOT_CONFIRMED    signed up, never confirmed
 *  COG_BAD_CREDENTIALS  no such user
 *  COG_WRONG_IDENTITY   a user whose name or address is another by now
 *  COG_UNSUPPORTED      of a status that we never heard of
 *  COG_MISCONFIGURED    no credentials, or such as may not ask
 * and whatever a request may end in.
 */
void cog_admin_ask(struct cog_job *job, const struct cog_clock *clock);

#endif
