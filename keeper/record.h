/* SPDX-License-Identifier: Apache-2.0 */
/* What a login taught, written down: the login store and the account. */
#ifndef COG_KEEPER_RECORD_H
#define COG_KEEPER_RECORD_H

#include "keeper/rules.h"

/*
 * Write the login record, and for names that live only in the pool the
 * account with its groups. The caller holds the lock and has compared the
 * sub. COG_OUTCOME_ADMITTED; _STORE when a file could not be written;
 * _ID_TAKEN, _NAME when the account may not be.
 */
enum cog_outcome cog_record_login(const struct cog_subject *subject,
                                  const struct cog_config *config,
                                  const struct cog_proof *proof,
                                  const struct cog_cache_lock *lock,
                                  char reason[COG_REASON_SIZE]);

/* Tell the log that somebody known came in without a new record. */
void cog_record_unwritten(const struct cog_subject *subject,
                          const char *reason);

#endif
