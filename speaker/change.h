/* SPDX-License-Identifier: Apache-2.0 */
/* The password change that follows a login (PRELIM). */
#ifndef COG_SPEAKER_CHANGE_H
#define COG_SPEAKER_CHANGE_H

#include "cognito/login.h"

/*
 * Wait until the keeper says to go on, ask for the new password until the pool
 * accepts one or the tries are used up, and send the keeper the result.
 */
void cog_change_serve(struct cog_login *login,
                      const struct cog_conversation *person);

#endif
