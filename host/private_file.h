/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Small files that belong to one user alone, in a directory that does, too:
 * the owner is whoever runs this (the effective uid), root or a person. A file
 * is read as a whole, and replaced by rename once the new bytes are on disk.
 * Symbolic links and FIFOs in a file's place are refused.
 *
 * Functions return 0 or an errno: EPERM for what is not the owner's alone,
 * or no regular file.
 */
#ifndef COG_HOST_PRIVATE_FILE_H
#define COG_HOST_PRIVATE_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/secret.h"

/* Longest name of a file here. */
#define COG_PRIVATE_NAME_MAX 32

/*
 * Open a directory, which is made (0700) when missing if make says so. *dir
 * is a descriptor for the caller to close.
 */
int cog_private_open(const char *path, bool make, int *dir);

/* Read a file of at most max bytes; EMSGSIZE for a longer one. */
int cog_private_read(int dir, const char *name, size_t max,
                     struct cog_secret *bytes);

/* Put these bytes in its place; on failure the old file stays. */
int cog_private_replace(int dir, const char *name,
                        const struct cog_secret *bytes);

/* Remove it, durably. ENOENT. */
int cog_private_remove(int dir, const char *name);

/*
 * Hold a lock file, made when missing, until deadline_ms of cog_clock_ms:
 * ETIMEDOUT. *lock is a descriptor for the caller to close.
 */
int cog_private_lock(int dir, const char *name, int64_t deadline_ms,
                     int *lock);

#endif
