/* SPDX-License-Identifier: Apache-2.0 */
/* What the keeper says to the module: log lines and verdicts. */
#ifndef COG_KEEPER_PARENT_H
#define COG_KEEPER_PARENT_H

#include "wire/message.h"
#include "wire/outcome.h"

#include <stdbool.h>

/*
 * A line for the log, through the module: the keeper has no syslog of its
 * own. priority as in syslog(3). Foreign text in it must be printable. A
 * module that has gone away does not hear it.
 */
void cog_parent_note(int priority, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/*
 * Rules have passed and the speaker runs: the module's waits get limits. Sent
 * again it grants the keeper that time once more, for its own waiting.
 */
int cog_parent_started(uint64_t timeout_ms);

/*
 * The decision. The only function that sends one; each operation calls it
 * once. request_id and detail may be empty, not NULL.
 */
int cog_parent_verdict(enum cog_operation operation, const char *user,
                       enum cog_outcome outcome, const char *request_id,
                       const char *detail);

/*
 * Whether the module has gone away: nobody waits for a verdict, and nothing
 * may be written in its name.
 */
bool cog_parent_is_gone(void);

#endif
