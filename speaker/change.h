/* SPDX-License-Identifier: Apache-2.0 */
/* The password change behind a login that stayed. */
#ifndef COG_SPEAKER_CHANGE_H
#define COG_SPEAKER_CHANGE_H

#include "cognito/login.h"

/*
 * Wait for the keeper's word, ask for the new password until the pool takes
 * one or the tries are used up, tell the keeper.
 */
void cog_change_serve(struct cog_login *login,
                      const struct cog_conversation *person);

#endif
