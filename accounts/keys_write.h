/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The file of ssh keys, written anew: all of them or, after a failure, the
 * old ones. See keys.h.
 */
#ifndef COG_ACCOUNTS_KEYS_WRITE_H
#define COG_ACCOUNTS_KEYS_WRITE_H

#include <stddef.h>

#include "accounts/cache_build.h"
#include "accounts/cache_lock.h"
#include "accounts/keys.h"

/* A file in the making; begin with COG_KEYS_EMPTY, end with cog_keys_end. */
struct cog_keys {
    struct cog_cache_build build;
};

#define COG_KEYS_EMPTY                                                        \
    {                                                                         \
        .build = COG_CACHE_BUILD_EMPTY                                        \
    }

/* Begin DIRECTORY/keys.cdb. EBADF: the lock is not held. */
int cog_keys_begin(const char *directory, const struct cog_cache_lock *lock,
                   struct cog_keys *keys);

/*
 * Add a name, each once, and its text. EINVAL: the name breaks the grammar;
 * EMSGSIZE: the text has over COG_KEYS_TEXT_MAX bytes; both leave this name
 * out, the others can go on.
 */
int cog_keys_add(struct cog_keys *keys, const char *name, const char *text,
                 size_t len);

/* Put the file in place, 0644. */
int cog_keys_finish(struct cog_keys *keys);

/* Clean up, after success or failure. */
void cog_keys_end(struct cog_keys *keys);

#define cog_cleanup_keys_write __attribute__((cleanup(cog_keys_end)))

#endif
