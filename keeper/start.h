/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The keeper's own process state. su hands over its caller's umask, limits,
 * timers, directory and niceness; posix_spawn passes all of it on.
 */
#ifndef COG_KEEPER_START_H
#define COG_KEEPER_START_H

#include <stdbool.h>
#include <sys/types.h>

/* Who started us, remembered before our ids change. */
struct cog_caller {
    bool is_root;         /* the host's real uid is 0: sshd, login, cron */
    bool is_unprivileged; /* nor is its effective uid 0: then we have the
                             caller's rights and no others */
    uid_t uid;            /* that real uid */
};

/*
 * Make this process our own: umask, directory, signals, timers, limits,
 * niceness, descriptors, not dumpable, real uid 0. Without root's rights all
 * uids become the caller's, and niceness stays as it is. Returns NULL, or what
 * could not be done: then nothing but a denial may follow. A timer ends the
 * process after ten minutes, whatever hangs.
 */
const char *cog_start_own_state(struct cog_caller *caller);

#endif
