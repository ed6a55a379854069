/* SPDX-License-Identifier: Apache-2.0 */
/* What sync and export both need of the configuration. */
#ifndef COG_COGNITOCTL_SYNC_SETTINGS_H
#define COG_COGNITOCTL_SYNC_SETTINGS_H

#include "cognitoctl/snapshot.h"
#include "config/config.h"
#include "host/account_id.h"
#include "host/settings.h"

struct cog_sync_settings {
    struct cog_config config;
    struct cog_id_sources sources;
    struct cog_settings settings;
};

/*
 * Load all of it. Returns COG_EXIT_OK; or another exit code, having said
 * why. cog_sync_settings_clear in any case.
 */
int cog_sync_settings_load(const char *config_path,
                           struct cog_sync_settings *settings);

void cog_sync_settings_clear(struct cog_sync_settings *settings);

#define cog_cleanup_sync_settings                                             \
    __attribute__((cleanup(cog_sync_settings_clear)))

/* The ids of this host, as a snapshot has them in its header. */
void cog_sync_settings_ids(const struct cog_sync_settings *settings,
                           struct cog_snapshot_ids *ids);

#endif
