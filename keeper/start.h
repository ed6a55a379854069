/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The keeper's own process state. su hands over its caller's umask, limits,
 * timers, directory and niceness; posix_spawn passes all of it on.
 */
#ifndef COG_KEEPER_START_H
#define COG_KEEPER_START_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

/* What the caller was, remembered before it is changed. */
struct cog_caller {
    bool is_root; /* the host's real uid is 0: sshd, login, cron */
    /* Nor is the effective one: we have the caller's rights, no more. */
    bool is_unprivileged;
    uid_t uid; /* that real uid */
};

/*
 * Make this process our own: umask, directory, signals, timers, limits,
 * niceness, descriptors, not dumpable, real uid 0. Where we have not been
 * given root's rights all ids become the caller's, and niceness stays theirs.
 * Returns NULL, or what could not be made: then nothing but a denial may
 * follow. A timer ends the process after its longest life, whatever hangs.
 */
const char *cog_start_own_state(struct cog_caller *caller);

#endif
