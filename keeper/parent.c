/* SPDX-License-Identifier: Apache-2.0 */
/* Messages to the module; see the header. */
#include "keeper/parent.h"

#include "base/clock.h"

#include <poll.h>
#include <stdarg.h>
#include <stdio.h>

void
cog_parent_note(int priority, const char *format, ...)
{
    cog_cleanup_message struct cog_message note = COG_MESSAGE_EMPTY;
    char text[COG_WIRE_TEXT_MAX + 1];
    va_list arguments;

    va_start(arguments, format);
    (void) vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    cog_message_begin(&note, COG_MSG_LOG);
    cog_message_put_number(&note, (uint64_t) priority);
    cog_message_put_text(&note, text);
    (void) cog_message_send(COG_FD_PARENT, &note,
                            cog_clock_ms() + COG_WIRE_SEND_MS);
}

int
cog_parent_started(uint64_t timeout_ms)
{
    cog_cleanup_message struct cog_message started = COG_MESSAGE_EMPTY;

    cog_message_begin(&started, COG_MSG_STARTED);
    cog_message_put_text(&started, cog_build_id);
    cog_message_put_number(&started, timeout_ms);
    return cog_message_send(COG_FD_PARENT, &started,
                            cog_clock_ms() + COG_WIRE_SEND_MS);
}

int
cog_parent_verdict(enum cog_operation operation, const char *user,
                   enum cog_outcome outcome, const char *request_id,
                   const char *detail)
{
    cog_cleanup_message struct cog_message verdict = COG_MESSAGE_EMPTY;

    cog_message_begin(&verdict, COG_MSG_VERDICT);
    cog_message_put_text(&verdict, cog_build_id);
    cog_message_put_number(&verdict, operation);
    cog_message_put_text(&verdict, user);
    cog_message_put_number(&verdict, outcome);
    cog_message_put_text(&verdict, request_id);
    cog_message_put_text(&verdict, detail);
    return cog_message_send(COG_FD_PARENT, &verdict,
                            cog_clock_ms() + COG_WIRE_SEND_MS);
}

bool
cog_parent_is_gone(void)
{
    struct pollfd poller = {.fd = COG_FD_PARENT, .events = 0, .revents = 0};

    return poll(&poller, 1, 0) != 0;
}
