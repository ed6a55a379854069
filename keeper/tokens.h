/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Tokens behind a login, and the account phase that asks the pool with them:
 * whether somebody who comes with a key, or through cron, is still a user of
 * the pool, enabled and not signed out.
 */
#ifndef COG_KEEPER_TOKENS_H
#define COG_KEEPER_TOKENS_H

#include "keeper/dialog.h"
#include "keeper/rules.h"

/*
 * Keep the refresh token of an admitted login; dialog gives it away. A failure
 * is logged: the login stands, the next account phase will want a new one.
 */
void cog_tokens_keep(const struct cog_subject *subject,
                     const struct cog_config *config,
                     const struct cog_proof *proof, struct cog_dialog *dialog);

/*
 * What the pool says of somebody whom the stores admit, where the
 * configuration wants that: within account_max_age of the last word of the
 * pool nothing is asked. A sign-in at another pool or app client is none.
 * ruling holds COG_OUTCOME_ADMITTED before, and
 * afterwards, or why not.
 */
void cog_tokens_check(const struct cog_subject *subject,
                      const char *config_path, const struct cog_config *config,
                      struct cog_ruling *ruling);

#endif
