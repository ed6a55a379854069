/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Fuzz target: cognito.conf, and the same bytes as a client secret. What is
 * accepted must keep the promises that others build on.
 */
#include "config/config.h"
#include "tests/fuzz/target.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

static void
check_accepted(const struct cog_config *config)
{
    uint64_t last = (uint64_t) config->id_base + config->id_range - 1;
    char out[2 * COG_CONFIG_TEMPLATE_SIZE];
    const char *entry;
    size_t at = 0, count = 0, pool_len = 0;

    must(strncmp(config->endpoint, "https://", 8) == 0);
    must(strncmp(config->issuer[0], "https://", 8) == 0);
    must(strpbrk(config->endpoint + 8, "/@?# ") == NULL);
    must((config->ca_file[0] == '/') != (config->ca_path[0] == '/'));
    must(config->timeout_s >= 1 && config->timeout_s <= 60);
    must(config->id_base >= 1000 && last <= 2147352575);
    must(config->id_base > 65535 || last < 60000);
    must(config->home[0] == '/' && strstr(config->home, "/../") == NULL);
    must(config->shell[0] == '/' && strpbrk(config->shell, ": ") == NULL);
    must(strlen(config->group_prefix) >= 2);
    must(!config->allow.everybody || config->allow.groups.count == 0);
    must(!cog_config_allows_group(config, "") || config->allow.everybody);
    must(cog_config_expand(config->home, "alice", out, sizeof out) == 0);
    must(cog_config_expand(config->sign_in_name, "alice", out, sizeof out) ==
         0);
    while ((entry = cog_config_list_next(&config->group_map, &at)) != NULL) {
        must(cog_config_group_map_local(entry, &pool_len) != NULL);
        count++;
    }
    must(count == config->group_map.count);
    must(count <= COG_CONFIG_GROUP_MAP_MAX);
    must(config->snapshot_url[0] == '\0' ||
         (strncmp(config->snapshot_url, "https://", 8) == 0 &&
          config->snapshot_key[0] == '/'));
    must(config->snapshot_max_age_h >= 1);
    must(config->max_accounts >= 1 && config->max_accounts <= 10000000);
    (void) cog_config_matches_provisional(config, "alice");
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    cog_cleanup_secret struct cog_secret secret = COG_SECRET_EMPTY;
    struct cog_config config;
    struct cog_config_error error = {0};

    if (cog_config_parse((const char *) data, size, "f", &config, &error))
        check_accepted(&config);
    else
        must(strncmp(error.text, "f:", 2) == 0);
    if (cog_config_check_secret((const char *) data, size, &secret) == NULL)
        must(secret.len >= 24 && secret.len <= 64);
    return 0;
}
