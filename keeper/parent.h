/* SPDX-License-Identifier: Apache-2.0 */
/* What the keeper says to the module: log lines and verdicts. */
#ifndef COG_KEEPER_PARENT_H
#define COG_KEEPER_PARENT_H

#include "wire/message.h"
#include "wire/outcome.h"

#include <stdbool.h>

/*
 * Write a line to the log, through the module: the keeper has no syslog of
 * its own. priority as in syslog(3). Foreign text in it must be printable.
 * The line is lost when the module has gone away.
 */
void cog_parent_note(int priority, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/*
 * Tell the module how long to wait for us from now on: for an answer of the
 * pool, or for another process that has what we need first. Sent again, it
 * gives that time once more. Returns 0 or an errno, as cog_message_send.
 */
int cog_parent_started(uint64_t timeout_ms);

/*
 * Send the decision. No other function does, and each operation calls it
 * once. request_id and detail may be empty, not NULL. Returns 0 or an errno.
 */
int cog_parent_verdict(enum cog_operation operation, const char *user,
                       enum cog_outcome outcome, const char *request_id,
                       const char *detail);

/*
 * Whether the module has gone away: then nobody waits for the verdict, and
 * nothing may be recorded of this login.
 */
bool cog_parent_is_gone(void);

#endif
