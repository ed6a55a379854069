/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How many guesses at somebody's password or code this host lets through
 * (P84). A user pool locks a user after the fifth failure, in all of its
 * applications, and forgets failures after 15 minutes without one; so the
 * fifth is never sent from here, whoever reaches the prompt.
 *
 * A guess is taken before it is sent. Taken and not settled, it counts as a
 * failure: whoever kills us in between has not won one. Counted for the name,
 * over all remote hosts, and for the remote host, over all names.
 */
#ifndef COG_HOST_FAILURES_H
#define COG_HOST_FAILURES_H

#include <stdbool.h>
#include <stdint.h>

/* Failures of one name that are let through, one below the pool's fifth. */
#define COG_FAILURES_OF_NAME 4
/* Without a failure for so long, all is forgotten, here as in the pool. */
#define COG_FAILURES_FORGET_S 900
/*
 * Of one remote host, and how soon one of them is forgotten: many people may
 * sit behind an address, who mistype at all hours. Loopback is no remote
 * host: behind a proxy it would be everybody's.
 */
#define COG_FAILURES_OF_HOST      20
#define COG_FAILURES_HOST_DECAY_S 45

/* Who guesses. */
struct cog_guess {
    const char *directory; /* COG_RUN_DIR; made, 0700, when missing */
    const char *name;      /* PAM_USER */
    const char *rhost;     /* PAM_RHOST; foreign text, may be empty */
    int64_t now_ms;        /* of cog_clock_ms */
};

/*
 * Take one guess. 0: it may be sent. EACCES: there were too many failures,
 * and *full says whose. EAGAIN: guesses of others are on their way, ask
 * again soon. Else the counters cannot be used, and nothing may be sent.
 */
int cog_failures_take(const struct cog_guess *guess, const char **full);

/* Settle a guess that was taken. */
void cog_failures_settle(const struct cog_guess *guess, bool failed);

/*
 * Forget the failures of a name, as the pool does when somebody has signed
 * in with it. 0; ENOENT when there were none; or as cog_failures_take.
 */
int cog_failures_forget(const char *directory, const char *name);

#endif
