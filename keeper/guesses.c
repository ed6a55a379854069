/* SPDX-License-Identifier: Apache-2.0 */
/* Counting guesses; see the header. */
#include "keeper/guesses.h"

#include "base/clock.h"
#include "wire/message.h"

#include <errno.h>
#include <string.h>

/* A login asks for a password, a renewed one, and some codes. */
#define GUESSES_MAX 24

/*
 * Guesses of other logins with this name take a round trip to the pool:
 * several windows opened at once queue up here.
 */
#define WAIT_MS       2500
#define WAIT_PAUSE_MS 40

/* Counted apart from a name's guesses: no name has a colon. */
#define MESSAGES "messages:"

void
cog_guesses_begin(const struct cog_subject *subject,
                  struct cog_guesses *guesses)
{
    *guesses = (struct cog_guesses){
        .who = {.directory = subject->is_unprivileged ? NULL : COG_RUN_DIR,
                .name = subject->user,
                .rhost = subject->rhost},
    };
}

static int
take_alone(struct cog_guesses *guesses)
{
    if (guesses->failed < COG_FAILURES_OF_NAME)
        return 0;
    guesses->refused = "in this login";
    return EACCES;
}

static int
take(struct cog_guesses *guesses)
{
    int64_t until_ms = cog_clock_ms() + WAIT_MS;

    if (guesses->who.directory == NULL)
        return take_alone(guesses);
    for (;;) {
        int error;

        guesses->who.now_ms = cog_clock_ms();
        error = cog_failures_take(&guesses->who, &guesses->refused);
        if (error != EAGAIN || cog_clock_ms() >= until_ms)
            return error;
        cog_clock_sleep_ms(WAIT_PAUSE_MS);
    }
}

static bool
answer(int speaker_fd, bool yes)
{
    cog_cleanup_message struct cog_message message = COG_MESSAGE_EMPTY;

    cog_message_begin(&message, COG_MSG_GUESS);
    cog_message_put_number(&message, yes ? 1 : 0);
    return cog_message_send(speaker_fd, &message,
                            cog_clock_ms() + COG_WIRE_SEND_MS) == 0;
}

bool
cog_guesses_answer(struct cog_guesses *guesses, int speaker_fd)
{
    int error;

    if (guesses->open || guesses->asked++ == GUESSES_MAX)
        return false;
    guesses->refused = NULL;
    error = take(guesses);
    guesses->open = error == 0;
    if (error != 0 && error != EACCES && error != EAGAIN)
        guesses->error = error;
    return answer(speaker_fd, guesses->open);
}

bool
cog_guesses_may_send(struct cog_guesses *guesses, int speaker_fd)
{
    char name[sizeof MESSAGES + COG_NAME_MAX] = MESSAGES;
    struct cog_guess message = guesses->who;
    const char *full;
    bool sent;

    if (guesses->open || guesses->asked++ == GUESSES_MAX)
        return false;
    (void) memccpy(name + sizeof MESSAGES - 1, guesses->who.name, '\0',
                   COG_NAME_MAX + 1);
    message.name = name;
    message.now_ms = cog_clock_ms();
    /* Those of callers that are not root cannot be counted: none is sent. */
    sent =
        message.directory != NULL && cog_failures_take(&message, &full) == 0;
    if (sent)
        cog_failures_settle(&message, true);
    return answer(speaker_fd, sent);
}

bool
cog_guesses_note(struct cog_guesses *guesses, bool failed)
{
    if (!guesses->open)
        return false;
    guesses->open = false;
    guesses->failed += failed ? 1 : 0;
    guesses->who.now_ms = cog_clock_ms();
    if (guesses->who.directory != NULL)
        cog_failures_settle(&guesses->who, failed);
    return true;
}

void
cog_guesses_end(struct cog_guesses *guesses)
{
    if (guesses->who.directory == NULL)
        return;
    guesses->who.now_ms = cog_clock_ms();
    if (guesses->open)
        cog_failures_settle(&guesses->who, true);
    guesses->open = false;
}

void
cog_guesses_forget(const struct cog_guesses *guesses)
{
    if (guesses->who.directory != NULL)
        (void) cog_failures_forget(guesses->who.directory, guesses->who.name);
}
