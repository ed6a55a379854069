/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A file in the making that takes the place of another when it is whole and
 * durable, and not before (P73, P74). Whoever reads under the name sees the
 * old bytes or the new ones.
 */
#ifndef COG_COGNITOCTL_REPLACEMENT_H
#define COG_COGNITOCTL_REPLACEMENT_H

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

struct cog_replacement {
    int dir_fd;                   /* of its directory */
    int fd;                       /* of the temporary file; -1: none */
    char name[NAME_MAX + 1];      /* in the directory */
    char temporary[NAME_MAX + 1]; /* likewise; "": gone, or in place */
};

#define COG_REPLACEMENT_NONE                                                  \
    {                                                                         \
        .dir_fd = -1, .fd = -1                                                \
    }

/*
 * Make an empty file beside path, mode 0600, to be written to fd. alone:
 * nobody else replaces this file now, as the caller holds a lock; then what
 * a killed one has left is removed. Returns 0 or an errno: EINVAL for a path
 * without a last part, ENAMETOOLONG.
 */
int cog_replacement_begin(const char *path, bool alone,
                          struct cog_replacement *file);

/* Write all bytes at the end. 0 or an errno. */
int cog_replacement_write(const struct cog_replacement *file,
                          const void *bytes, size_t len);

/*
 * Put it in place with this mode. After a failure the old file is there,
 * unless the last step failed, the fsync of the directory.
 */
int cog_replacement_finish(struct cog_replacement *file, mode_t mode);

/* Clean up, after success or failure; an unfinished file goes. */
void cog_replacement_end(struct cog_replacement *file);

#define cog_cleanup_replacement __attribute__((cleanup(cog_replacement_end)))

#endif
