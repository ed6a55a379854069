/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The one lock of all writers of the accounts files and of the login store.
 * It lies in the private directory, where only root can open it (P75), and
 * waiting for it has an end (P35). The kernel lets go of it when its holder
 * dies. Every writing function wants it as an argument, so that a decision
 * (is the id free? is the sub the same?) and the write after it can be made
 * under one lock.
 */
#ifndef COG_ACCOUNTS_CACHE_LOCK_H
#define COG_ACCOUNTS_CACHE_LOCK_H

#include <stdint.h>

struct cog_cache_lock {
    int fd; /* -1: not held */
};

#define COG_CACHE_LOCK_NONE                                                   \
    {                                                                         \
        -1                                                                    \
    }

/*
 * Take the lock DIRECTORY/lock, made 0600 when missing, waiting at most
 * until deadline_ms of base/clock.h. directory is absolute, root's, with no
 * permission for others. Returns 0, ETIMEDOUT when another kept it, EPERM
 * when directory or lock file are not as said, else the errno of the failing
 * call.
 */
int cog_cache_lock_take(const char *directory, int64_t deadline_ms,
                        struct cog_cache_lock *lock);

/* Let go; fine when not held. */
void cog_cache_lock_release(struct cog_cache_lock *lock);

#define cog_cleanup_cache_lock __attribute__((cleanup(cog_cache_lock_release)))

#endif
