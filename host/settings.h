/* SPDX-License-Identifier: Apache-2.0 */
/* What NSS and the writers need of the configuration. */
#ifndef COG_HOST_SETTINGS_H
#define COG_HOST_SETTINGS_H

#include "accounts/account.h"
#include "config/config.h"

/*
 * The settings record of a configuration that passed its checks; all its
 * texts fit by those checks.
 */
void cog_settings_from_config(const struct cog_config *config,
                              struct cog_settings *settings);

#endif
