/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a pool id tells: its region, and from that the service's address and
 * the issuers of its tokens (cognito-idp endpoint rules).
 */
#ifndef COG_COGNITO_POOL_H
#define COG_COGNITO_POOL_H

#include <stdbool.h>
#include <stddef.h>

#define COG_POOL_ID_MAX 55

/* Room for an endpoint or issuer made here, with its NUL. */
#define COG_POOL_URL_SIZE 192

/*
 * Whether this is REGION_NAME: a region of lower-case letters, digits and
 * inner hyphens, a name of letters and digits, at most COG_POOL_ID_MAX
 * bytes. Anything else could reach into a host name (P44).
 */
bool cog_pool_id_is_valid(const char *pool_id);

/* The part behind the first "_"; pool_id must be valid. Borrowed. */
const char *cog_pool_name(const char *pool_id);

/* "https://cognito-idp.REGION.SUFFIX"; pool_id must be valid. */
void cog_pool_endpoint(const char *pool_id, char out[COG_POOL_URL_SIZE]);

/*
 * The issuer of the pool's tokens: the original form, or the updated one of
 * multi-region pools ("https://issuer-cognito-idp...").
 */
void cog_pool_issuer(const char *pool_id, bool updated,
                     char out[COG_POOL_URL_SIZE]);

#endif
