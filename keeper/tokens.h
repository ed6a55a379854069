/* SPDX-License-Identifier: Apache-2.0 */
/*
 * account_check = refresh: keeping the refresh token of a login, and the
 * account phase that asks the pool with it whether somebody who comes with an
 * ssh key, or through cron, is still a user of the pool, enabled and not
 * signed out.
 */
#ifndef COG_KEEPER_TOKENS_H
#define COG_KEEPER_TOKENS_H

#include "keeper/dialog.h"
#include "keeper/rules.h"

/*
 * Keep the refresh token of an admitted login; it is moved out of dialog. A
 * failure is logged: the login stands, and the next account phase will want a
 * new one.
 */
void cog_tokens_keep(const struct cog_subject *subject,
                     const struct cog_config *config,
                     const struct cog_proof *proof, struct cog_dialog *dialog);

/*
 * Ask the pool about somebody whom the stores admit; within account_max_age
 * of its last answer, or of their last login, nothing is asked. A login at
 * another pool or app client does not count. ruling is COG_OUTCOME_ADMITTED
 * before, and stays so or becomes a denial. With another account_check
 * nothing is done.
 */
void cog_tokens_check(const struct cog_subject *subject,
                      const char *config_path, const struct cog_config *config,
                      struct cog_ruling *ruling);

#endif
