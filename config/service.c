/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The service's addresses, made from the pool's region: AWS endpoint rules
 * for cognito-idp, cognito-identity and sts, by partition.
 */
#include "config/service.h"

#include "base/text.h"

#include <stdio.h>
#include <string.h>

/* Where a region's beginning tells another domain than the usual one. */
static const struct {
    const char *region;
    const char *suffix;
} partitions[] = {
    {"cn-", "amazonaws.com.cn"},    {"eusc-", "amazonaws.eu"},
    {"us-iso-", "c2s.ic.gov"},      {"us-isob-", "sc2s.sgov.gov"},
    {"eu-isoe-", "cloud.adc-e.uk"}, {"us-isof-", "csp.hci.ic.gov"},
};

static const char *
suffix_of(const char *region)
{
    for (size_t i = 0; i < sizeof partitions / sizeof partitions[0]; i++) {
        if (cog_text_begins(region, partitions[i].region))
            return partitions[i].suffix;
    }
    return "amazonaws.com";
}

/* Of the identity pool, which may be of another region than the pool. */
static void
derive_identity(struct cog_config *config)
{
    char region[sizeof config->identity_pool_id];

    if (config->identity_pool_id[0] == '\0' ||
        config->identity_endpoint[0] != '\0')
        return;
    (void) snprintf(region, sizeof region, "%.*s",
                    (int) strcspn(config->identity_pool_id, ":"),
                    config->identity_pool_id);
    (void) snprintf(
        config->identity_endpoint, sizeof config->identity_endpoint,
        "https://cognito-identity.%s.%s", region, suffix_of(region));
}

void
cog_service_derive(struct cog_config *config)
{
    size_t region_len = strcspn(config->pool_id, "_");
    const char *suffix;

    memcpy(config->region, config->pool_id, region_len);
    config->region[region_len] = '\0';
    (void) snprintf(config->pool_name, sizeof config->pool_name, "%s",
                    config->pool_id + region_len + 1);
    suffix = suffix_of(config->region);
    (void) snprintf(config->sts_endpoint, sizeof config->sts_endpoint,
                    "https://sts.%s.%s", config->region, suffix);
    (void) snprintf(config->identity_login, sizeof config->identity_login,
                    "cognito-idp.%s.%s/%s", config->region, suffix,
                    config->pool_id);
    derive_identity(config);
    if (config->endpoint[0] == '\0')
        (void) snprintf(config->endpoint, sizeof config->endpoint,
                        "https://cognito-idp.%s.%s", config->region, suffix);
    if (config->issuer[0][0] != '\0')
        return;
    (void) snprintf(config->issuer[0], sizeof config->issuer[0],
                    "https://cognito-idp.%s.%s/%s", config->region, suffix,
                    config->pool_id);
    (void) snprintf(config->issuer[1], sizeof config->issuer[1],
                    "https://issuer-cognito-idp.%s.%s/%s", config->region,
                    suffix, config->pool_id);
}
