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
 * Ask the pool about somebody whom the stores admit; within account_max_age
 * of its last answer, or of their last login, nothing is asked. ruling is
 * COG_OUTCOME_ADMITTED before, and stays so or becomes a denial. A refusal of
 * the person is remembered (cog_store_mark). With another account_check
 * nothing is done.
 */
void cog_admin_check(const struct cog_subject *subject,
                     const char *config_path, const struct cog_config *config,
                     struct cog_ruling *ruling);

#endif
