/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Logins while the pool cannot be reached: keeping a hash of the password
 * after a login by the pool, and the rules by which it lets somebody in later
 * (P11).
 */
#ifndef COG_KEEPER_OFFLINE_H
#define COG_KEEPER_OFFLINE_H

#include "keeper/dialog.h"
#include "keeper/rules.h"

/* What the speaker of this login is to do about hashes. */
enum cog_wire_offline cog_offline_wanted(const struct cog_subject *subject,
                                         const struct cog_config *config);

/*
 * After a login that was admitted: keep its hash in place of the one that was
 * kept. If there is no new one, remove the old one. For a caller that is not
 * root nothing is written, but a kept hash is removed if it is of another
 * password, or if the pool wanted more than the password.
 */
void cog_offline_keep(const struct cog_subject *subject,
                      const struct cog_config *config,
                      const struct cog_proof *proof,
                      const struct cog_dialog *dialog);

/*
 * After a login that was not admitted. If the pool could not be reached at
 * all, ruling becomes COG_OUTCOME_OFFLINE, COG_OUTCOME_BREAKGLASS, or a
 * denial that says why not. It stays as it is if offline logins are off, no
 * hash is kept, or it was no outage. The kept hash is removed if the pool has
 * refused the person, or the very password that the hash is of.
 */
void cog_offline_try(const struct cog_subject *subject,
                     const struct cog_config *config,
                     const struct cog_dialog *dialog,
                     struct cog_ruling *ruling);

/* Remove the hash that is kept for this name, if any. */
void cog_offline_drop(const struct cog_subject *subject);

/* Remove it, unless it is of another pool than the configuration's. */
void cog_offline_drop_own(const struct cog_subject *subject,
                          const struct cog_config *config);

#endif
