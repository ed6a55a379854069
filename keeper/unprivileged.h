/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Operations for callers that are not root (databases, screen lockers). The
 * keeper then has the caller's rights, and for one file the group of
 * lent.h. It writes nothing, and the stores of root's are closed to it: what
 * those would say is answered here, by a no where it cannot be known.
 */
#ifndef COG_KEEPER_UNPRIVILEGED_H
#define COG_KEEPER_UNPRIVILEGED_H

#include "host/files.h"
#include "keeper/rules.h"

/*
 * Configuration, secret and keys for a login. With a secret only for whom
 * callers.h permits, and the group that reads it is used with the compiled
 * path of the configuration alone: where the request names another it is
 * given up first. Given up it is in any case. False: ruling says why.
 */
bool cog_unprivileged_load(const struct cog_subject *subject,
                           const char *config_path,
                           struct cog_host_files *files,
                           struct cog_ruling *ruling);

/*
 * A proved login, its groups permitted. Which sub a name is bound to cannot
 * be read: nothing is bound, as with names of no account; a mark that sync
 * has set denies.
 */
enum cog_outcome cog_unprivileged_admit(const struct cog_subject *subject,
                                        char reason[COG_REASON_SIZE]);

/*
 * The account phase: only whom this very handle has just proved, since the
 * login store cannot be read; and only for whom a login would be permitted.
 */
enum cog_outcome cog_unprivileged_account(const struct cog_subject *subject,
                                          const struct cog_config *config,
                                          char reason[COG_REASON_SIZE]);

#endif
