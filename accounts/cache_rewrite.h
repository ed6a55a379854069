/* SPDX-License-Identifier: Apache-2.0 */
/*
 * An accounts file written anew from the old one with a change: what
 * cache_write.h is made of. A change reads the whole old file, checked from
 * end to end, so that nothing damaged is carried on. Results as cache_build.h
 * and cache_levels.h.
 */
#ifndef COG_ACCOUNTS_CACHE_REWRITE_H
#define COG_ACCOUNTS_CACHE_REWRITE_H

#include <stddef.h>

#include "accounts/account.h"
#include "accounts/cache_levels.h"
#include "accounts/cache_read.h"

/* What a new file shall hold beyond what is carried over. */
struct cog_cache_change {
    const struct cog_settings *settings; /* recent only; NULL: none */
    const char *without;                 /* an account to leave out */
    const struct cog_account *account;   /* one to add; NULL: none */
    const struct cog_groups *groups;     /* its groups */
    /* To add, instead of older ones of the same ids. */
    const struct cog_tombstone *tombstones;
    size_t tombstone_count;
};

/* recent anew. */
int cog_cache_rewrite_recent(const char *directory,
                             const struct cog_cache_levels *levels,
                             const struct cog_cache_change *change);

/* base anew; it is there. The settings are not its own. */
int cog_cache_rewrite_base(const char *directory,
                           const struct cog_cache_levels *levels,
                           const struct cog_cache_change *change);

/*
 * Everything into base, then an empty recent with the settings. Readers that
 * come between the two find all accounts in both.
 */
int cog_cache_rewrite_folded(const char *directory,
                             const struct cog_cache_levels *levels,
                             const struct cog_cache_change *change);

#endif
