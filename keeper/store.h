/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the stores of this host know of a name from earlier logins, compared
 * with what was just proved. They are opened only after the speaker was
 * started, so that it inherits nothing of them. Each function returns
 * COG_OUTCOME_ADMITTED, or a denial and its reason.
 */
#ifndef COG_KEEPER_STORE_H
#define COG_KEEPER_STORE_H

#include "keeper/rules.h"

/*
 * After a login was proved: check that the name is bound to this sub of this
 * pool (P16) and not disabled here, and record the login if the caller is
 * root. If it cannot be recorded, somebody known is admitted all the same
 * (P35), and a first login is refused.
 */
enum cog_outcome cog_store_admit(const struct cog_subject *subject,
                                 const struct cog_config *config,
                                 const struct cog_proof *proof,
                                 char reason[COG_REASON_SIZE]);

/*
 * The account phase: decided by the stores, without the network. A login at
 * another pool than the configuration's is none.
 */
enum cog_outcome cog_store_account(const struct cog_subject *subject,
                                   const struct cog_config *config,
                                   char reason[COG_REASON_SIZE]);

/*
 * The account phase after the pool was asked and has vouched for the person:
 * checks and records as cog_store_admit, with the groups of the answer.
 */
enum cog_outcome cog_store_refreshed(const struct cog_subject *subject,
                                     const struct cog_config *config,
                                     const struct cog_proof *proof,
                                     char reason[COG_REASON_SIZE]);

/*
 * After a login that was proved, and refused for the groups: who is known
 * here by that sub is in these groups from now on, so that the account phase
 * refuses them, too. For root's callers only; nothing is kept of others.
 */
void cog_store_lost_groups(const struct cog_subject *subject,
                           const struct cog_config *config,
                           const struct cog_proof *proof);

/*
 * Note that the configuration's pool says this user is disabled or gone: the
 * account phase then denies whoever has signed in by that pool until they do
 * so again, even while the pool cannot be asked. Written for root's callers
 * only; the hash kept for outages is removed for any caller.
 */
void cog_store_mark(const struct cog_subject *subject,
                    const struct cog_config *config);

#endif
