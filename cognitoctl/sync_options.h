/* SPDX-License-Identifier: Apache-2.0 */
/* The options that sync and export share: how the pool is listed. */
#ifndef COG_COGNITOCTL_SYNC_OPTIONS_H
#define COG_COGNITOCTL_SYNC_OPTIONS_H

#include "cognitoctl/command_line.h"
#include "cognitoctl/pool_access.h"
#include "config/config.h"

#include <stdbool.h>
#include <stdint.h>

struct cog_listing_options {
    uint64_t max_accounts; /* 0: the configuration's */
    uint64_t rate;         /* requests to the pool in a second; 0: usual */
    bool allowed_groups_only;
};

enum { COG_KEY_MOST = 0x2000, COG_KEY_RATE, COG_KEY_ALLOWED_ONLY };

#define COG_LISTING_OPTIONS                                                   \
    {"max", COG_KEY_MOST, "N", 0, "Refuse more accounts (max_accounts)", 2},  \
        {"rate",                                                              \
         COG_KEY_RATE,                                                        \
         "N",                                                                 \
         0,                                                                   \
         "Requests to the pool in a second at most (5)",                      \
         2},                                                                  \
    {                                                                         \
        "allowed-groups-only", COG_KEY_ALLOWED_ONLY, NULL, 0,                 \
            "Ask for no groups but those of allow_groups and group_map", 2    \
    }

/* For the default branch of a parser: these, and the common options. */
error_t cog_listing_parse(int key, char *arg, struct argp_state *state,
                          struct cog_listing_options *options,
                          struct cog_common *common);

/* The cap on accounts: of the command line, else of the configuration. */
uint64_t cog_listing_max(const struct cog_listing_options *options,
                         const struct cog_config *config);

struct cog_pool_pace
cog_listing_pace(const struct cog_listing_options *options);

#endif
