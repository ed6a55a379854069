/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How many guesses at somebody's password or code this host lets through
 * (P84). A user pool locks a user after the fifth failure, in all of its
 * applications, and forgets failures after 15 minutes without one; so the
 * fifth is never sent from here, whoever reaches the prompt.
 *
 * A guess is taken before it is sent. Until it is settled it counts as a
 * failure, so that killing us in between gains nothing. Guesses are counted
 * for the name, over all remote hosts, and for the remote host, over all
 * names.
 */
#ifndef COG_HOST_FAILURES_H
#define COG_HOST_FAILURES_H

#include <stdbool.h>
#include <stdint.h>

/* Failures of one name that are let through: the pool locks at the fifth. */
#define COG_FAILURES_OF_NAME 4
/* After so long without a failure all are forgotten, as in the pool. */
#define COG_FAILURES_FORGET_S 900
/*
 * Failures from one remote host, and after how long one of them is forgotten:
 * many people who mistype may share an address. Loopback is not counted as a
 * remote host, since behind a proxy everybody would share it.
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
 * Take one guess. Returns 0 when it may be sent; EACCES after too many
 * failures, and *full says whose (a fixed text); EAGAIN, and *full likewise,
 * while guesses of other logins are on their way: ask again soon. Another
 * errno means that the counters cannot be used, and nothing may be sent.
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
