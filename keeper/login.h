/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Operations that need the network: a login, and a password change that
 * follows one. The keeper starts the speaker, waits for its result, and
 * applies this host's rules to it.
 */
#ifndef COG_KEEPER_LOGIN_H
#define COG_KEEPER_LOGIN_H

#include "keeper/rules.h"

/*
 * Run a login. Afterwards *speaker_fd is the speaker's socket, or -1 when none
 * was started: a change may follow over it. The caller closes it.
 */
void cog_login_operation(const struct cog_subject *subject,
                         const char *config_path, int *speaker_fd,
                         struct cog_ruling *ruling);

/*
 * Have the speaker that stayed change the password. The hash of the old one
 * that is kept for outages is removed first, whatever the outcome.
 */
void cog_change_operation(const struct cog_subject *subject, int speaker_fd,
                          struct cog_ruling *ruling);

#endif
