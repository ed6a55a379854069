/* SPDX-License-Identifier: Apache-2.0 */
/* Pool id, region, addresses; see the header. */
#include "cognito/pool.h"

#include <stdio.h>
#include <string.h>

#include "base/text.h"

/* AWS's partitions whose suffix is not the usual one (partitions.json). */
static const struct {
    const char *region_begins;
    const char *suffix;
} partitions[] = {
    {"cn-", "amazonaws.com.cn"},    {"eusc-", "amazonaws.eu"},
    {"us-isob-", "sc2s.sgov.gov"},  {"us-isof-", "csp.hci.ic.gov"},
    {"eu-isoe-", "cloud.adc-e.uk"}, {"us-iso-", "c2s.ic.gov"},
};

static const char *
suffix_of(const char *pool_id)
{
    for (size_t i = 0; i < sizeof partitions / sizeof partitions[0]; i++) {
        if (cog_text_begins(pool_id, partitions[i].region_begins))
            return partitions[i].suffix;
    }
    return "amazonaws.com";
}

/* One label of a host name: letters, digits, inner hyphens. */
static bool
is_region(const char *region, size_t len)
{
    if (len == 0 || region[0] == '-' || region[len - 1] == '-')
        return false;
    for (size_t i = 0; i < len; i++) {
        if (!cog_ascii_is_lower(region[i]) && !cog_ascii_is_digit(region[i]) &&
            region[i] != '-')
            return false;
    }
    return true;
}

bool
cog_pool_id_is_valid(const char *pool_id)
{
    const char *name = strchr(pool_id, '_');

    if (name == NULL || strlen(pool_id) > COG_POOL_ID_MAX ||
        !is_region(pool_id, (size_t) (name - pool_id)) || name[1] == '\0')
        return false;
    for (name++; *name != '\0'; name++) {
        if (!cog_ascii_is_alnum(*name))
            return false;
    }
    return true;
}

const char *
cog_pool_name(const char *pool_id)
{
    return strchr(pool_id, '_') + 1;
}

void
cog_pool_endpoint(const char *pool_id, char out[COG_POOL_URL_SIZE])
{
    (void) snprintf(out, COG_POOL_URL_SIZE, "https://cognito-idp.%.*s.%s",
                    (int) strcspn(pool_id, "_"), pool_id, suffix_of(pool_id));
}

void
cog_pool_issuer(const char *pool_id, bool updated, char out[COG_POOL_URL_SIZE])
{
    (void) snprintf(out, COG_POOL_URL_SIZE, "https://%scognito-idp.%.*s.%s/%s",
                    updated ? "issuer-" : "", (int) strcspn(pool_id, "_"),
                    pool_id, suffix_of(pool_id), pool_id);
}
