/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A file without a name in a directory of root's: where bytes from elsewhere
 * lie while they are checked and used. What was checked is what is used,
 * whoever may write to where they came from; and they need no memory of ours.
 */
#ifndef COG_COGNITOCTL_SPOOL_H
#define COG_COGNITOCTL_SPOOL_H

#include <stddef.h>
#include <stdint.h>

struct cog_spool {
    int fd;            /* -1: none */
    const char *bytes; /* after cog_spool_map; NULL: not mapped */
    size_t len;
};

#define COG_SPOOL_NONE                                                        \
    {                                                                         \
        .fd = -1                                                              \
    }

/* Make an empty one in a directory. 0 or an errno. */
int cog_spool_open(const char *directory, struct cog_spool *spool);

/*
 * Append a regular file of at most max bytes. 0 or an errno: EINVAL when it
 * is no regular file, EFBIG above max.
 */
int cog_spool_copy(struct cog_spool *spool, const char *path, uint64_t max);

/* All that was written to fd as bytes, until it is closed. 0 or an errno. */
int cog_spool_map(struct cog_spool *spool);

/* Unmap and close; fine when there is none. */
void cog_spool_close(struct cog_spool *spool);

#define cog_cleanup_spool __attribute__((cleanup(cog_spool_close)))

#endif
