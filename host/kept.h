/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Tokens that are kept after a login, for an account phase that asks the pool,
 * and for sessions: one file for each name (host/by_name.h; P92).
 *
 * A file is on disk before it replaces the old one: if a refresh token that
 * the pool has rotated were lost, the login would be, too.
 *
 * Functions return 0 or an errno: ENOENT when nothing is kept, EPERM for
 * files that are not root's alone, EBADMSG for ones that are not ours.
 */
#ifndef COG_HOST_KEPT_H
#define COG_HOST_KEPT_H

#include <stdint.h>

#include "accounts/account.h"
#include "base/secret.h"
#include "host/origin.h"

/* Longest token that is kept; a file holds three of them. */
#define COG_KEPT_TOKEN_MAX (32 * 1024)
#define COG_KEPT_FILE_MAX  (3 * COG_KEPT_TOKEN_MAX + 1024)

#define COG_KEPT_DIR COG_STATE_DIR "/private/tokens"
/* For a session that is about to begin; gone at a reboot. */
#define COG_PENDING_DIR COG_RUN_DIR "/pending"

/* Zeroed is empty. */
struct cog_kept {
    char name[COG_NAME_MAX + 1];  /* PAM_USER */
    char sub[COG_SUB_MAX + 1];    /* whose tokens they are */
    int64_t signed_in_s;          /* the login they come from, unix time */
    int64_t checked_s;            /* when the pool last vouched for them */
    int64_t expires_s;            /* of id and access */
    struct cog_secret refresh;    /* never empty */
    struct cog_secret id, access; /* empty where no session wants them */
    struct cog_origin origin;     /* who issued them */
};

#define COG_KEPT_EMPTY                                                        \
    {                                                                         \
        .signed_in_s = 0                                                      \
    }

void cog_kept_clear(struct cog_kept *kept);

#define cog_cleanup_kept __attribute__((cleanup(cog_kept_clear)))

/* What is kept for a name; kept, empty before, is untouched on failure. */
int cog_kept_load(const char *directory, const char *name,
                  struct cog_kept *kept);

/*
 * Keep it in place of what was kept; the directory is made when missing.
 * EINVAL for what could not be read back. On failure the old file stays.
 */
int cog_kept_save(const char *directory, const struct cog_kept *kept);

/* Keep nothing for a name any more. */
int cog_kept_remove(const char *directory, const char *name);

/*
 * Hold a name's tokens until released, so that two processes do not spend
 * one refresh token: waits until deadline_ms of cog_clock_ms. ETIMEDOUT.
 * *lock is a descriptor for the caller to close.
 */
int cog_kept_lock(const char *directory, const char *name, int64_t deadline_ms,
                  int *lock);

/* Pure: a file's bytes to the structure. EBADMSG; ENOMEM. */
int cog_kept_parse(const char *bytes, size_t len, struct cog_kept *kept);

/* Pure: and back. EINVAL for what could not be read again; ENOMEM. */
int cog_kept_write(const struct cog_kept *kept, struct cog_secret *text);

#endif
