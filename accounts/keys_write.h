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
 * Add an owner, each name once, and the text. EINVAL: the name breaks the
 * grammar, or the owner is bound to nobody; EMSGSIZE: the text has over
 * COG_KEYS_TEXT_MAX bytes; both leave this one out, the others can go on.
 */
int cog_keys_add(struct cog_keys *keys, const struct cog_keys_owner *owner,
                 const char *text, size_t len);

/* Put the file in place, 0644. */
int cog_keys_finish(struct cog_keys *keys);

/* Clean up, after success or failure. */
void cog_keys_end(struct cog_keys *keys);

/*
 * Write the file without the keys of a name, whoever's they are. ENOENT:
 * there are none; ENODATA: there is no file; EBADMSG: it is damaged, and
 * stays.
 */
int cog_keys_remove(const char *directory, const struct cog_cache_lock *lock,
                    const char *name);

#define cog_cleanup_keys_write __attribute__((cleanup(cog_keys_end)))

#endif
