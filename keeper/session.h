/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Beginning and end of a session: tokens that a login left are handed to the
 * person, and are removed and revoked when their last session ends. Grants
 * and denies nothing: whatever fails is a line in the log.
 */
#ifndef COG_KEEPER_SESSION_H
#define COG_KEEPER_SESSION_H

#include "keeper/dialog.h"
#include "keeper/rules.h"

/*
 * Keep the tokens of an admitted login until its session begins; they are
 * moved out of dialog. sshd opens the session in another process than the one
 * that authenticated, so they go through a file that only root can read.
 */
void cog_session_keep(const struct cog_subject *subject,
                      const struct cog_config *config,
                      const struct cog_proof *proof,
                      struct cog_dialog *dialog);

/* Make the directory by which the module sees that sessions are counted. */
void cog_session_announce(const struct cog_subject *subject,
                          const struct cog_config *config);

/* pam_sm_open_session: count it, hand out what was kept. */
void cog_session_open(const struct cog_subject *subject,
                      const char *config_path);

/* pam_sm_close_session: if it was the last one, remove and revoke. */
void cog_session_close(const struct cog_subject *subject,
                       const char *config_path);

#endif
