/* SPDX-License-Identifier: Apache-2.0 */
/* How the pool is listed, from the command line; see the header. */
#include "cognitoctl/sync_options.h"

#include "base/text.h"

/* All pauses of one listing together: the timer comes again in an hour. */
#define PATIENCE_MS 1200000

#define MOST_ACCOUNTS 10000000
#define MOST_RATE     1000

static uint64_t
number(const char *option, const char *text, uint64_t max,
       const struct argp_state *state)
{
    uint64_t value = 0;

    if (cog_text_to_number(text, max, &value) != 0 || value == 0)
        argp_error(state, "%s wants a number from 1 to %llu", option,
                   (unsigned long long) max);
    return value;
}

error_t
cog_listing_parse(int key, char *arg, struct argp_state *state,
                  struct cog_listing_options *options,
                  struct cog_common *common)
{
    switch (key) {
    case COG_KEY_MOST:
        options->max_accounts = number("--max", arg, MOST_ACCOUNTS, state);
        return 0;
    case COG_KEY_RATE:
        options->rate = number("--rate", arg, MOST_RATE, state);
        return 0;
    case COG_KEY_ALLOWED_ONLY:
        options->allowed_groups_only = true;
        return 0;
    default:
        return cog_common_parse(key, arg, common);
    }
}

uint64_t
cog_listing_max(const struct cog_listing_options *options,
                const struct cog_config *config)
{
    return options->max_accounts != 0 ? options->max_accounts
                                      : config->max_accounts;
}

struct cog_pool_pace
cog_listing_pace(const struct cog_listing_options *options)
{
    return (struct cog_pool_pace){
        .patience_ms = PATIENCE_MS,
        .interval_ms = options->rate == 0 ? COG_POOL_ADMIN_INTERVAL_MS
                                          : 1000 / (int) options->rate,
    };
}
