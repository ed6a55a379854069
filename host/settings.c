/* SPDX-License-Identifier: Apache-2.0 */
/* The settings record; see the header. */
#include "host/settings.h"

#include <stdio.h>
#include <string.h>

void
cog_settings_from_config(const struct cog_config *config,
                         struct cog_settings *settings)
{
    memset(settings, 0, sizeof *settings);
    (void) snprintf(settings->pool_id, sizeof settings->pool_id, "%s",
                    config->pool_id);
    settings->id_base = config->id_base;
    settings->id_range = config->id_range;
    (void) snprintf(settings->home, sizeof settings->home, "%s", config->home);
    (void) snprintf(settings->shell, sizeof settings->shell, "%s",
                    config->shell);
    (void) snprintf(settings->group_prefix, sizeof settings->group_prefix,
                    "%s", config->group_prefix);
    settings->provisional = config->provisional == COG_CONFIG_PROVISIONAL_SSHD;
    (void) snprintf(settings->provisional_match,
                    sizeof settings->provisional_match, "%s",
                    config->provisional_match);
}
