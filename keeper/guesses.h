/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The keeper's part in counting guesses (P84): the speaker asks before each
 * one, and reports how it ended; a missing report counts as a failure. For
 * callers that are not root nothing is written, so only the failures within
 * one login are counted. The pool counts all of them.
 */
#ifndef COG_KEEPER_GUESSES_H
#define COG_KEEPER_GUESSES_H

#include <stdbool.h>

#include "host/failures.h"
#include "keeper/rules.h"

/* The guesses of one operation. */
struct cog_guesses {
    struct cog_guess who; /* borrows the subject's texts */
    bool open;            /* one is on its way to the pool */
    unsigned asked;       /* guesses and messages asked for so far */
    const char *refused;  /* why the last one was not let through, or NULL */
    int error;            /* not 0: the counters could not be used */
    unsigned failed;      /* in this login */
};

/* Begin; subject must outlive it. */
void cog_guesses_begin(const struct cog_subject *subject,
                       struct cog_guesses *guesses);

/*
 * Answer the speaker's question for a guess, over its socket. Waits a little
 * while guesses of other logins with this name are on their way. False when
 * the speaker breaks the order, or is gone.
 */
bool cog_guesses_answer(struct cog_guesses *guesses, int speaker_fd);

/*
 * Answer the speaker's question whether the pool may send a code to this
 * person, before anything was proved (P88). As many are permitted as guesses,
 * for the name and for the remote host, and none is given back, since each
 * has cost something. False as above.
 */
bool cog_guesses_may_send(struct cog_guesses *guesses, int speaker_fd);

/* Note how the open guess ended. False when there is none. */
bool cog_guesses_note(struct cog_guesses *guesses, bool failed);

/* After the last one: one that is open is taken for a failure. */
void cog_guesses_end(struct cog_guesses *guesses);

/*
 * After a login that was admitted: the name's failures are forgotten. One that
 * was only proved may be of another user, whom another pool has by that name.
 */
void cog_guesses_forget(const struct cog_guesses *guesses);

#endif
