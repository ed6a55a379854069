/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How often a login may be begun for a name that no account of this host
 * has yet (P86). With provisional = sshd whoever reaches the ssh port can
 * have such logins begun; each costs a connection to the pool, so they are
 * counted before anything is sent: for the name, for the remote address, and
 * in all. The counters are slots of RUN/starts (host/slots.h), shared by
 * whatever falls on them. Counts decay with time.
 */
#ifndef COG_KEEPER_STARTS_H
#define COG_KEEPER_STARTS_H

#include <stdint.h>

/* What is counted. */
enum cog_starts_kind {
    COG_STARTS_NAME,
    COG_STARTS_ADDRESS,
    COG_STARTS_ALL,
    COG_STARTS_KINDS
};

/*
 * A limit: burst starts at once, and one more every interval_ms. The table is
 * in starts.c, and in pam_cognito(8).
 */
struct cog_starts_limit {
    const char *what; /* "for this name", for the log */
    int64_t burst;
    int64_t interval_ms;
};

extern const struct cog_starts_limit cog_starts_limits[COG_STARTS_KINDS];

/* A login that is to be begun. */
struct cog_start {
    const char *directory; /* COG_RUN_DIR; made, 0700, when missing */
    const char *name;      /* PAM_USER */
    const char *rhost;     /* PAM_RHOST; foreign text, may be empty */
    int64_t now_ms;        /* of cog_clock_ms */
};

/*
 * Count a start. 0: it may begin. EAGAIN: a limit is reached, nothing was
 * counted, and *full says which (a text of the table). Else the counters
 * cannot be used, and nothing may begin: EPERM for a directory or file that
 * is not root's alone, EBADMSG for a file of another form, or the errno of
 * the call that failed.
 */
int cog_starts_take(const struct cog_start *start, const char **full);

/*
 * Take a start back, of a login that succeeded: people who come in at the
 * same hour from one address do not stand in each other's way.
 */
void cog_starts_give_back(const struct cog_start *start);

#endif
