/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Having the pool revoke refresh tokens that nobody has any more. Only those
 * of the configured pool and app client: others wait for a session that ends
 * under a configuration of theirs. Grants and denies nothing: whatever fails
 * is a line in the log.
 */
#ifndef COG_KEEPER_REVOKE_H
#define COG_KEEPER_REVOKE_H

#include "host/sessions.h"
#include "keeper/rules.h"

/* Seconds for one answer of the pool. */
#define COG_REVOKE_S 3

/* The speaker that revokes: one, for all there is. */
struct cog_revoker {
    const struct cog_subject *subject;
    const char *config_path;
    struct cog_origin origin; /* whose tokens; nobody's without a
                                 configuration */
    int speaker_fd;           /* -1: not started */
    bool failed;              /* it was tried, and is not tried again */
};

/*
 * Begin: starts nothing, reads the configuration only. subject and
 * config_path stay the caller's.
 */
void cog_revoke_begin(const struct cog_subject *subject,
                      const char *config_path, struct cog_revoker *revoker);

/*
 * Revoke the tokens of sessions, which belong to nobody. What could not be
 * revoked stays in root's file, for the next session's end.
 */
void cog_revoke(struct cog_revoker *revoker,
                const struct cog_sessions *sessions);

/* The end of the speaker. */
void cog_revoke_end(struct cog_revoker *revoker);

#endif
