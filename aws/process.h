/* SPDX-License-Identifier: Apache-2.0 */
/* A program that prints a document, run without a shell (P82). */
#ifndef COG_AWS_PROCESS_H
#define COG_AWS_PROCESS_H

#include <stddef.h>
#include <stdint.h>

#include "aws/command_line.h"
#include "base/secret.h"

/*
 * Run the command to its end and keep what it prints. It gets nothing of
 * ours: standard input is empty, the only variables are HOME (home, if not
 * NULL) and PATH, signals are at their defaults, no descriptors but 0 to 2
 * are open (2 is ours, so that it can tell the administrator what is wrong),
 * and it has a session of its own. SIGCHLD is set to its default for good,
 * since the end of a program could not be known otherwise (P40). At the
 * deadline (of cog_clock_ms), or after max bytes, all of the session's first
 * group is killed.
 *
 * Returns NULL when it ended with status 0 and printed at most max bytes,
 * which are *output; otherwise a fixed text: "cannot be started", "was killed
 * by a signal", "ended with an error", "did not end in time", "printed too
 * much", "out of memory". *output must be empty before.
 */
const char *cog_aws_process_run(const struct cog_aws_command *command,
                                const char *home, size_t max,
                                int64_t deadline_ms,
                                struct cog_secret *output);

#endif
