/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The form of a pool id. What addresses and issuers are made of it is the
 * configuration's to say.
 */
#ifndef COG_COGNITO_POOL_H
#define COG_COGNITO_POOL_H

#include <stdbool.h>

#define COG_POOL_ID_MAX 55

/*
 * Whether this is REGION_NAME: a region of lower-case letters, digits and
 * inner hyphens, a name of letters and digits, at most COG_POOL_ID_MAX
 * bytes. Anything else could reach into a host name (P44).
 */
bool cog_pool_id_is_valid(const char *pool_id);

/* The part behind the first "_"; pool_id must be valid. Borrowed. */
const char *cog_pool_name(const char *pool_id);

#endif
