/* SPDX-License-Identifier: Apache-2.0 */
/* Where this module looks; see the header. */
#include "nss_cognito/place.h"

struct cog_cache_reader cog_nss_reader = COG_CACHE_READER(COG_ACCOUNTS_DIR);

struct cog_places cog_nss_places = COG_PLACES;
