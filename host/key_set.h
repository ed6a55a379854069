/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The pool's key set as a file of this host: the one that jwks_file pins, or
 * one kept from an earlier fetch (P42).
 */
#ifndef COG_HOST_KEY_SET_H
#define COG_HOST_KEY_SET_H

#include "host/files.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * After the configuration: load the pinned key set, else the one that is kept.
 * A pinned one must be there: false with a reason for the log. A kept one that
 * is missing or damaged is no failure, since it was only a copy.
 */
bool cog_key_set_load(struct cog_host_files *files,
                      char reason[COG_FILES_REASON]);

/*
 * Whether a key set fetched now may be kept: never beside a pinned one, and
 * not within an hour of the last (P42). now_s is unix time.
 */
bool cog_key_set_may_keep(const struct cog_host_files *files, int64_t now_s);

/*
 * Keep a key set that was just fetched, for the next logins to the same
 * pool at the same endpoint, and remove those of others that have not been
 * fetched for a month. Takes the writers' lock until deadline_ms of
 * cog_clock_ms. Returns 0 or an errno (EPERM: the directory is not root's, or
 * others may write to it); a failure costs the next login a request, no more.
 */
int cog_key_set_keep(const struct cog_config *config, const void *bytes,
                     size_t len, int64_t deadline_ms);

#endif
