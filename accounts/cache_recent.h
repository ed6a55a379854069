/* SPDX-License-Identifier: Apache-2.0 */
/*
 * recent.cdb in the making, beside a listing: settings, accounts, the groups
 * that they are in, and what an older one says of ids that were used.
 *
 * The caller holds the writers' lock. Functions return 0 or a positive errno.
 */
#ifndef COG_ACCOUNTS_CACHE_RECENT_H
#define COG_ACCOUNTS_CACHE_RECENT_H

#include <stdint.h>

#include "accounts/account.h"
#include "accounts/cache_build.h"
#include "accounts/cache_levels.h"
#include "accounts/group_table.h"

/* Zero is not empty: use COG_CACHE_RECENT_EMPTY. */
struct cog_cache_recent {
    struct cog_cache_build build;
    struct cog_group_table groups;
};

#define COG_CACHE_RECENT_EMPTY                                                \
    {                                                                         \
        .build = COG_CACHE_BUILD_EMPTY                                        \
    }

/* Begin, or go on with what was begun. */
int cog_cache_recent_begin(struct cog_cache_recent *recent,
                           const char *directory);

/*
 * Add an account, each once. EEXIST: one of its groups came with another gid,
 * or under another name.
 */
int cog_cache_recent_add(struct cog_cache_recent *recent,
                         const struct cog_account *account,
                         const struct cog_groups *groups);

/*
 * Put it in place, with stamp flags. With the tombstones of old, which may be
 * NULL or missing, but of ids that are in use now.
 */
int cog_cache_recent_finish(struct cog_cache_recent *recent,
                            const struct cog_settings *settings,
                            const struct cog_cache_file *old, uint32_t flags);

/* Clean up, after success or failure; empty then. */
void cog_cache_recent_end(struct cog_cache_recent *recent);

#endif
