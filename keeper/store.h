/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What is known of a name from earlier logins, compared with what was just
 * proved, and what is written down of it. Opened only after the speaker was
 * started.
 */
#ifndef COG_KEEPER_STORE_H
#define COG_KEEPER_STORE_H

#include "keeper/rules.h"

/*
 * A proved login: is the name bound to this sub (P16), is it disabled here,
 * and, where the caller is root, record it. Whoever is known already gets
 * in also when the record cannot be written (P35); a first login that
 * cannot be written is refused.
 */
enum cog_outcome cog_store_admit(const struct cog_subject *subject,
                                 const struct cog_config *config,
                                 const struct cog_proof *proof,
                                 char reason[COG_REASON_SIZE]);

/* The account phase: from the store alone, without network. */
enum cog_outcome cog_store_account(const struct cog_subject *subject,
                                   const struct cog_config *config,
                                   char reason[COG_REASON_SIZE]);

/*
 * Somebody for whom the pool has just vouched without a login: the same, and
 * groups as they are now.
 */
enum cog_outcome cog_store_refreshed(const struct cog_subject *subject,
                                     const struct cog_config *config,
                                     const struct cog_proof *proof,
                                     char reason[COG_REASON_SIZE]);

/*
 * The pool says that this user is disabled or gone: denied at the account
 * phase until they sign in again, also when the pool cannot be asked.
 * Written for root's callers only; what is kept for an outage goes anyway.
 */
void cog_store_mark(const struct cog_subject *subject);

#endif
