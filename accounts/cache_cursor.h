/* SPDX-License-Identifier: Apache-2.0 */
/*
 * All accounts or all groups of the accounts files, one after the other, for
 * getpwent and getgrent. Both files are mapped at the beginning and stay so,
 * whatever replaces them: a walk sees one state from begin to end. No
 * descriptor is kept, nothing is allocated, no lock is taken; libc only.
 *
 * A cursor belongs to one thread at a time. Results are those of
 * cache_read.h; ENOENT ends the walk. Whether listing is wanted at all is in
 * the settings (enumerate).
 */
#ifndef COG_ACCOUNTS_CACHE_CURSOR_H
#define COG_ACCOUNTS_CACHE_CURSOR_H

#include <stdbool.h>
#include <stdint.h>

#include "accounts/account.h"
#include "accounts/cache_file.h"

/* Storage is the caller's; zeroed is closed. */
struct cog_cache_cursor {
    struct cog_cache_file recent, base; /* base: of no bytes if missing */
    bool in_base;                       /* past the end of recent */
    uint32_t next;                      /* position of the next record */
};

#define COG_CACHE_CURSOR_CLOSED                                               \
    {                                                                         \
        .next = 0                                                             \
    }

/*
 * Map both files and stand before the first record: of recent, then those of
 * base that recent does not have. What was open is closed first. After a
 * failure it is closed.
 */
int cog_cache_cursor_open(const char *directory,
                          struct cog_cache_cursor *cursor);

/* Whether cog_cache_cursor_open has succeeded and nobody closed it since. */
bool cog_cache_cursor_is_open(const struct cog_cache_cursor *cursor);

/* Before the first record again, of the same files. */
void cog_cache_cursor_rewind(struct cog_cache_cursor *cursor);

/*
 * The next account. ENOENT: there are no more. After another failure the
 * cursor stays where it was, so that the next call fails as well. One that is
 * asked for accounts shall not be asked for groups. EBADF: it is closed.
 */
int cog_cache_cursor_account(struct cog_cache_cursor *cursor,
                             struct cog_account *account);

/* The next group, private ones included; without members. */
int cog_cache_cursor_group(struct cog_cache_cursor *cursor,
                           struct cog_group *group);

/*
 * Where a cursor stands, and going back there: for an entry that did not fit
 * into its caller's buffer and will be asked for again.
 */
struct cog_cache_mark {
    bool in_base;
    uint32_t next;
};

struct cog_cache_mark
cog_cache_cursor_mark(const struct cog_cache_cursor *cursor);
void cog_cache_cursor_return(struct cog_cache_cursor *cursor,
                             struct cog_cache_mark mark);

/* Unmap; fine when closed. */
void cog_cache_cursor_close(struct cog_cache_cursor *cursor);

#define cog_cleanup_cache_cursor                                              \
    __attribute__((cleanup(cog_cache_cursor_close)))

#endif
