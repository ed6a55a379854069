/* SPDX-License-Identifier: Apache-2.0 */
/*
 * account_check = admin: the account phase asks the pool as its
 * administrators do, with AWS credentials of this host, whether somebody
 * who has signed in here is still a user of the pool.
 */
#ifndef COG_KEEPER_ADMIN_H
#define COG_KEEPER_ADMIN_H

#include "keeper/rules.h"

/*
 * What the pool says of somebody whom the stores admit; within
 * account_max_age of its last word, a login or an answer, nothing is asked.
 * ruling holds COG_OUTCOME_ADMITTED before, and afterwards, or why not. A no
 * about the person is remembered. Nothing happens with another account_check.
 */
void cog_admin_check(const struct cog_subject *subject,
                     const char *config_path, const struct cog_config *config,
                     struct cog_ruling *ruling);

#endif
