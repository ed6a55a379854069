/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Private files of root's, one for each login name: 0600 in a 0700 directory.
 * A file is called by a hash of the login name, so that nobody can choose a
 * path (P36). It is replaced by rename once its bytes are on disk, so that a
 * crash leaves the old one or the new one (P74).
 *
 * Functions return 0 or an errno: ENOENT when there is no file, EPERM for
 * what is not root's alone; see host/private_file.h.
 */
#ifndef COG_HOST_BY_NAME_H
#define COG_HOST_BY_NAME_H

#include <stddef.h>
#include <stdint.h>

#include "base/secret.h"

/* Read the file of a name, of at most max bytes. */
int cog_by_name_load(const char *directory, const char *name, size_t max,
                     struct cog_secret *bytes);

/* Write it anew with these bytes; the directory is made when missing. */
int cog_by_name_save(const char *directory, const char *name,
                     const struct cog_secret *bytes);

/* Remove it. */
int cog_by_name_remove(const char *directory, const char *name);

/*
 * Remove the files that nobody has written for more than age_s seconds; locks
 * stay. What cannot be removed stays, too.
 */
void cog_by_name_expire(const char *directory, int64_t age_s);

/*
 * Lock the file of a name, waiting until deadline_ms of cog_clock_ms at most:
 * ETIMEDOUT. *lock is a descriptor; closing it, which is the caller's to do,
 * releases the lock.
 */
int cog_by_name_lock(const char *directory, const char *name,
                     int64_t deadline_ms, int *lock);

/*
 * Hand the bytes of each file to visit, in no order. Files that cannot be read
 * are left out; a missing directory has none.
 */
int cog_by_name_walk(const char *directory, size_t max,
                     void (*visit)(void *context,
                                   const struct cog_secret *bytes),
                     void *context);

#endif
