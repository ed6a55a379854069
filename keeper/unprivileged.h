/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Operations for callers that are not root (databases, screen lockers). The
 * keeper then has the caller's rights, and the group of lent.h for one file.
 * It writes nothing, and cannot open the stores, which are root's; what they
 * would decide is decided here, and what cannot be known is denied.
 */
#ifndef COG_KEEPER_UNPRIVILEGED_H
#define COG_KEEPER_UNPRIVILEGED_H

#include "host/files.h"
#include "keeper/rules.h"

/*
 * Load configuration, secret and keys for a login. If there is a secret, only
 * callers that callers.h permits are served. The group that can read it is
 * used with the compiled path of the configuration only; if the request names
 * another file, the group is given up first, and it is always given up before
 * this returns. False: ruling says why.
 */
bool cog_unprivileged_load(const struct cog_subject *subject,
                           const char *config_path,
                           struct cog_host_files *files,
                           struct cog_ruling *ruling);

/*
 * After a login was proved and its groups permitted. Which sub the name is
 * bound to cannot be read, so that is not checked; an account that sync has
 * marked as disabled is denied.
 */
enum cog_outcome cog_unprivileged_admit(const struct cog_subject *subject,
                                        char reason[COG_REASON_SIZE]);

/*
 * The account phase: admits only whom authenticate has just proved in the same
 * handle, since the login store cannot be read, and only where a login would
 * be permitted.
 */
enum cog_outcome cog_unprivileged_account(const struct cog_subject *subject,
                                          const struct cog_config *config,
                                          char reason[COG_REASON_SIZE]);

#endif
