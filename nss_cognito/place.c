/* SPDX-License-Identifier: Apache-2.0 */
/* Where this module looks; see the header. */
#include "nss_cognito/place.h"

struct cog_cache_reader cog_nss_reader = COG_CACHE_READER(COG_ACCOUNTS_DIR);

struct cog_places cog_nss_places = COG_PLACES;

const char *cog_nss_id_key = COG_CONFIG_DIR "/id_key";

static int
view_settings(const struct cog_cache_record *record, void *context)
{
    return cog_cache_view_settings(record, context);
}

int
cog_nss_settings(struct cog_settings_view *view)
{
    return cog_cache_use_settings(&cog_nss_reader, view_settings, view);
}
