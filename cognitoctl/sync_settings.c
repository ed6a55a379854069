/* SPDX-License-Identifier: Apache-2.0 */
/* Configuration, ids and settings for sync and export; see the header. */
#include "cognitoctl/sync_settings.h"

#include "cognitoctl/commands.h"
#include "host/files.h"

#include <stdio.h>
#include <string.h>

int
cog_sync_settings_load(const char *config_path,
                       struct cog_sync_settings *settings)
{
    char reason[COG_FILES_REASON];

    memset(settings, 0, sizeof *settings);
    if (!cog_files_load_config(config_path, &settings->config, reason))
        return cog_fail(COG_EXIT_CONFIG, "%s", reason);
    if (!settings->config.allow.everybody &&
        settings->config.allow.groups.count == 0)
        return cog_fail(COG_EXIT_CONFIG,
                        "%s: allow_groups is not set, so nobody may have an "
                        "account",
                        config_path);
    if (!cog_id_sources_load(&settings->config, &settings->sources, reason))
        return cog_fail(COG_EXIT_CONFIG, "%s", reason);
    if (!cog_settings_from_config(&settings->config, &settings->sources,
                                  &settings->settings, reason))
        return cog_fail(COG_EXIT_CONFIG, "%s: %s", config_path, reason);
    return COG_EXIT_OK;
}

void
cog_sync_settings_clear(struct cog_sync_settings *settings)
{
    cog_id_sources_clear(&settings->sources);
}

void
cog_sync_settings_ids(const struct cog_sync_settings *settings,
                      struct cog_snapshot_ids *ids)
{
    const struct cog_config *config = &settings->config;

    memset(ids, 0, sizeof *ids);
    (void) snprintf(ids->pool_id, sizeof ids->pool_id, "%s", config->pool_id);
    (void) snprintf(ids->id_attribute, sizeof ids->id_attribute, "%s",
                    config->id_attribute);
    (void) snprintf(ids->group_prefix, sizeof ids->group_prefix, "%s",
                    config->group_prefix);
    ids->id_base = config->id_base;
    ids->id_range = config->id_range;
    ids->key_tag =
        cog_snapshot_key_tag(&settings->sources.key, config->pool_id);
}
