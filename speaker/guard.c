/* SPDX-License-Identifier: Apache-2.0 */
/* Asking the keeper before each guess and message; see the header. */
#include "speaker/guard.h"

#include "base/clock.h"
#include "wire/message.h"

/* Longer than the keeper waits for guesses of other logins to end. */
#define ANSWER_MS 5000

static enum cog_status
ask(enum cog_message_type what)
{
    cog_cleanup_message struct cog_message question = COG_MESSAGE_EMPTY;
    cog_cleanup_message struct cog_message answer = COG_MESSAGE_EMPTY;

    cog_message_begin(&question, what);
    if (cog_message_send(COG_FD_PARENT, &question,
                         cog_clock_ms() + COG_WIRE_SEND_MS) != 0 ||
        cog_message_receive(COG_FD_PARENT, &answer,
                            cog_clock_ms() + ANSWER_MS) != 0 ||
        answer.type != COG_MSG_GUESS)
        return COG_INTERNAL;
    return answer.field[0].number == 1 ? COG_OK : COG_GUARDED;
}

static enum cog_status
before(void *context)
{
    (void) context;
    return ask(COG_MSG_MAY_GUESS);
}

static enum cog_status
may_send(void *context)
{
    (void) context;
    return ask(COG_MSG_MAY_SEND);
}

/* Not heard, it counts as a failure. */
static void
after(void *context, bool failed)
{
    cog_cleanup_message struct cog_message message = COG_MESSAGE_EMPTY;

    (void) context;
    cog_message_begin(&message, COG_MSG_GUESSED);
    cog_message_put_number(&message, failed ? 1 : 0);
    (void) cog_message_send(COG_FD_PARENT, &message,
                            cog_clock_ms() + COG_WIRE_SEND_MS);
}

struct cog_guard
cog_keeper_guard(void)
{
    return (struct cog_guard){
        .before = before, .may_send = may_send, .after = after};
}
