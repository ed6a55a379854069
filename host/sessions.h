/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Who has sessions: one file for each person in RUN/sessions (0600 in a 0700
 * directory, root's), with the processes that opened them and the refresh
 * tokens that are to be revoked when the last one ends, each with the pool and
 * app client that issued it: nobody else is to be told. A process is known by
 * its number and the moment it started, so that one that died without closing
 * its session does not count for ever. Lost with /run, as the tokens are.
 *
 * Functions return 0 or an errno; EBADMSG for a file that is not ours. The
 * directory is COG_SESSIONS_DIR but in tests. Whoever changes a person's file
 * holds it with cog_kept_lock of that directory.
 */
#ifndef COG_HOST_SESSIONS_H
#define COG_HOST_SESSIONS_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "accounts/account.h"
#include "accounts/places.h"
#include "base/secret.h"
#include "host/origin.h"

#define COG_SESSIONS_MAX       256 /* sessions of one person */
#define COG_SESSION_TOKENS_MAX 8   /* logins of theirs that left tokens */

/*
 * So long a token without a session waits for somebody who can revoke it:
 * what Cognito has as the life of a refresh token if nothing else is set.
 */
#define COG_SESSION_TOKEN_WAIT_S (30 * 86400)

/* A process that opened a session. */
struct cog_opener {
    uint64_t pid;
    uint64_t started; /* as /proc/PID/stat has it: ticks since the boot */
};

/* A refresh token. */
struct cog_session_token {
    struct cog_origin origin;
    int64_t waits_since_s; /* unix time of the last session's end; 0: none */
    struct cog_secret refresh;
};

/* Zeroed is empty. */
struct cog_sessions {
    char name[COG_NAME_MAX + 1];
    uint64_t uid;
    size_t count;
    struct cog_opener openers[COG_SESSIONS_MAX];
    size_t token_count;
    struct cog_session_token tokens[COG_SESSION_TOKENS_MAX];
};

#define COG_SESSIONS_EMPTY                                                    \
    {                                                                         \
        .count = 0                                                            \
    }

/* Wipe. */
void cog_sessions_clear(struct cog_sessions *sessions);

#define cog_cleanup_sessions __attribute__((cleanup(cog_sessions_clear)))

/*
 * Make the directory, and the one above it. Its existence tells the module
 * that sessions are counted.
 */
int cog_sessions_prepare(void);

/* Load the file of a name into empty sessions. ENOENT when there is none. */
int cog_sessions_load(const char *directory, const char *name,
                      struct cog_sessions *sessions);

/* Write it anew. */
int cog_sessions_save(const char *directory,
                      const struct cog_sessions *sessions);

/* Remove the file of a name. */
int cog_sessions_remove(const char *directory, const char *name);

/*
 * The name of somebody whose processes are all gone: none of them has closed
 * its session, or tokens of theirs from that origin are still to be revoked,
 * or have waited too long for it. The first skip such are passed over.
 * ENOENT: there is nobody.
 */
int cog_sessions_find_stale(const char *directory,
                            const struct cog_origin *origin, size_t skip,
                            char name[COG_NAME_MAX + 1]);

/* Forget processes that are gone. */
void cog_sessions_prune(struct cog_sessions *sessions);

/* Count a session of this process. ENOSPC when there are too many. */
int cog_sessions_add(struct cog_sessions *sessions,
                     const struct cog_opener *opener);

/* Count one session of this process less. False if it had none. */
bool cog_sessions_drop(struct cog_sessions *sessions,
                       const struct cog_opener *opener);

/*
 * Remember a refresh token, unless it is there already; it is taken over
 * (empty afterwards). Where there are too many, the one that waits longest
 * gives way; ENOSPC if none waits.
 */
int cog_sessions_add_token(struct cog_sessions *sessions,
                           const struct cog_origin *origin,
                           struct cog_secret *token);

/* Forget a token: nothing is left to be revoked. */
void cog_sessions_drop_token(struct cog_sessions *sessions,
                             const struct cog_secret *token);

/*
 * Their last session has ended: all tokens wait from now_s on, but those that
 * have waited too long, which are forgotten. Returns how many these were.
 */
size_t cog_sessions_let_wait(struct cog_sessions *sessions, int64_t now_s);

/* Find the process that has this number now; ENOENT or ESRCH: none. */
int cog_opener_find(pid_t pid, struct cog_opener *opener);

/* Pure: a file's bytes. EBADMSG, ENOMEM; sessions, empty, are untouched. */
int cog_sessions_parse(const char *bytes, size_t len,
                       struct cog_sessions *sessions);

/* Pure: the start in /proc/PID/stat (proc(5), field 22). False: none. */
bool cog_opener_parse(const char *bytes, size_t len, uint64_t *started);

#endif
