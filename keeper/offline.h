/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Logins while the pool cannot be reached: what is kept behind a login by the
 * pool, and the rules by which it lets somebody in later (P11).
 */
#ifndef COG_KEEPER_OFFLINE_H
#define COG_KEEPER_OFFLINE_H

#include "keeper/dialog.h"
#include "keeper/rules.h"

/* What a login's speaker is told of it. */
enum cog_wire_offline cog_offline_wanted(const struct cog_subject *subject,
                                         const struct cog_config *config);

/*
 * Behind a login that was admitted: keep its hash, in place of what was kept,
 * which is removed where there is none to be kept. A caller that is not root
 * writes none; but what is kept of another password goes, and of anybody of
 * whom the pool wanted more.
 */
void cog_offline_keep(const struct cog_subject *subject,
                      const struct cog_config *config,
                      const struct cog_proof *proof,
                      const struct cog_dialog *dialog);

/*
 * Behind a login that was not: where the pool could not be reached at all,
 * ruling says COG_OUTCOME_OFFLINE or COG_OUTCOME_BREAKGLASS, or why not.
 * Untouched where offline logins are off, nothing is kept, or it was no
 * outage. What the pool says of a person removes what is kept, and so does its
 * no to the very password that is kept.
 */
void cog_offline_try(const struct cog_subject *subject,
                     const struct cog_config *config,
                     const struct cog_dialog *dialog,
                     struct cog_ruling *ruling);

/* Keep nothing for this name any more. */
void cog_offline_drop(const struct cog_subject *subject);

#endif
