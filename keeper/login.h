/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Operations that need the network: a login, and a password change behind
 * one. The keeper starts the speaker, waits for its result, and applies
 * what the host says to it.
 */
#ifndef COG_KEEPER_LOGIN_H
#define COG_KEEPER_LOGIN_H

#include "keeper/rules.h"

/*
 * Run a login. *speaker_fd is the speaker's socket afterwards (-1 when it
 * was not started), for a change that may follow; the caller closes it.
 */
void cog_login_operation(const struct cog_subject *subject,
                         const char *config_path, int *speaker_fd,
                         struct cog_ruling *ruling);

/*
 * Let the speaker that stayed change the password. What is kept of the old
 * one for an outage goes before, whatever comes of it.
 */
void cog_change_operation(const struct cog_subject *subject, int speaker_fd,
                          struct cog_ruling *ruling);

#endif
