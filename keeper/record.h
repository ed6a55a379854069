/* SPDX-License-Identifier: Apache-2.0 */
/* Recording a login: in the login store, and as an account. */
#ifndef COG_KEEPER_RECORD_H
#define COG_KEEPER_RECORD_H

#include "keeper/rules.h"

/*
 * Write the login record, and for names that exist only in the pool the
 * account with its groups. The caller holds the lock and has compared the
 * sub. Returns COG_OUTCOME_ADMITTED, or a denial and its reason: _STORE when
 * a file cannot be read or written; _ID_TAKEN, _NAME, _OTHER_SUB,
 * _NO_ACCOUNT or _TOLD when there may be no such account.
 */
enum cog_outcome cog_record_login(const struct cog_subject *subject,
                                  const struct cog_config *config,
                                  const struct cog_proof *proof,
                                  const struct cog_cache_lock *lock,
                                  char reason[COG_REASON_SIZE]);

/* Log that somebody known was let in although this was not recorded. */
void cog_record_unwritten(const struct cog_subject *subject,
                          const char *reason);

#endif
