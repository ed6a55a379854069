/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The keeper's part in counting guesses (P84): the speaker asks before each
 * one, and says how it ended. What it does not say counts as a failure. For
 * callers that are not root nothing is written, so the failures of one login
 * are all that is counted; the pool counts them, too.
 */
#ifndef COG_KEEPER_GUESSES_H
#define COG_KEEPER_GUESSES_H

#include <stdbool.h>

#include "host/failures.h"
#include "keeper/rules.h"

/* The guesses of one operation. */
struct cog_guesses {
    struct cog_guess who; /* borrows the subject's texts */
    bool open;            /* one is on its way */
    unsigned asked;       /* so far */
    const char *refused;  /* why the last was not let through, or NULL */
    int error;            /* not 0: the counters could not be used */
    unsigned failed;      /* where only this login can be counted */
};

/* Begin; subject must outlive it. */
void cog_guesses_begin(const struct cog_subject *subject,
                       struct cog_guesses *guesses);

/*
 * The speaker asks: answer it over its socket. Waits a little where guesses
 * of other logins with this name are on their way. False for a speaker that
 * breaks the order, or is gone.
 */
bool cog_guesses_answer(struct cog_guesses *guesses, int speaker_fd);

/*
 * The speaker asks whether a code may be sent to this person, before anything
 * was proved (P88): answer it. As many as guesses, for the name and the
 * remote host, and never given back: each has cost something. False as above.
 */
bool cog_guesses_may_send(struct cog_guesses *guesses, int speaker_fd);

/* The speaker says how the open guess ended. False: there is none. */
bool cog_guesses_note(struct cog_guesses *guesses, bool failed);

/* No more come. success: the login was proved. */
void cog_guesses_end(struct cog_guesses *guesses, bool success);

#endif
