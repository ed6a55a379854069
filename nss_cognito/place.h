/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Where this module looks: one reader for all threads of the process, and
 * the host's own files. Tests point them elsewhere before the first look-up.
 */
#ifndef COG_NSS_COGNITO_PLACE_H
#define COG_NSS_COGNITO_PLACE_H

#include "accounts/cache_read.h"
#include "accounts/cache_record.h"
#include "accounts/places.h"

/* Of ACCOUNTS; see accounts/cache_read.h for threads and forks. */
extern struct cog_cache_reader cog_nss_reader;

/* The compiled ones, and no others: no environment, no configuration. */
extern struct cog_places cog_nss_places;
extern const char *cog_nss_id_key;

/*
 * What each look-up of a group asks of the settings; ENOENT when there are
 * none, else as accounts/cache_read.h.
 */
int cog_nss_settings(struct cog_settings_view *view);

#endif
