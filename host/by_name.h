/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Files of root's alone, one for each login name: 0600 in a 0700 directory.
 * Their names are digits that say nothing and are no path of anybody's making
 * (P36). They are replaced by rename once they are durable, so that a crash
 * leaves the old one or the new one (P74).
 *
 * Functions return 0 or an errno: ENOENT when there is no file, EPERM for
 * what is not root's alone; see host/private_file.h.
 */
#ifndef COG_HOST_BY_NAME_H
#define COG_HOST_BY_NAME_H

#include <stddef.h>
#include <stdint.h>

#include "base/secret.h"

/* A name's file, max bytes at most; bytes is untouched on failure. */
int cog_by_name_load(const char *directory, const char *name, size_t max,
                     struct cog_secret *bytes);

/* Put these bytes in its place; the directory is made when missing. */
int cog_by_name_save(const char *directory, const char *name,
                     const struct cog_secret *bytes);

int cog_by_name_remove(const char *directory, const char *name);

/*
 * Hold a name's file until released: waits until deadline_ms of cog_clock_ms.
 * ETIMEDOUT. *lock is a descriptor for the caller to close.
 */
int cog_by_name_lock(const char *directory, const char *name,
                     int64_t deadline_ms, int *lock);

/*
 * Hand each file's bytes to visit, in no order; what cannot be read is left
 * out. A missing directory has none.
 */
int cog_by_name_walk(const char *directory, size_t max,
                     void (*visit)(void *context,
                                   const struct cog_secret *bytes),
                     void *context);

#endif
