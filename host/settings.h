/* SPDX-License-Identifier: Apache-2.0 */
/* What NSS and the writers need of the configuration. */
#ifndef COG_HOST_SETTINGS_H
#define COG_HOST_SETTINGS_H

#include "accounts/account.h"
#include "config/config.h"
#include "host/account_id.h"
#include "host/files.h"

#include <stdbool.h>

/*
 * The settings record of a configuration that passed its checks; sources
 * give the ids of the groups in group_map. False with a reason for the log
 * when group_map names a pool group that cannot be a Unix group or has too
 * many entries; settings is untouched then.
 */
bool cog_settings_from_config(const struct cog_config *config,
                              const struct cog_id_sources *sources,
                              struct cog_settings *settings,
                              char reason[COG_FILES_REASON]);

#endif
