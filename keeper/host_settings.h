/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a login by config= of a PAM service must leave to the host's own
 * configuration, as the settings record has it: names and groups that mean
 * power there (P19, P25), and accounts that it has made.
 */
#ifndef COG_KEEPER_HOST_SETTINGS_H
#define COG_KEEPER_HOST_SETTINGS_H

#include "keeper/rules.h"

/* Zeroed is a login by the host's own configuration: nothing is refused. */
struct cog_host_settings {
    bool there;
    struct cog_settings settings;
};

/* 0, also where no settings were written; or an errno of cache_read.h. */
int cog_host_settings_load(const struct cog_subject *subject,
                           struct cog_host_settings *host);

/* Whether an account may have this name. */
enum cog_fault cog_host_settings_admit(const struct cog_host_settings *host,
                                       const char *name);

/* Whether a group of this pool would have a name of another pool's. */
bool cog_host_settings_has_group(const struct cog_host_settings *host,
                                 const char *pool_id, const char *group);

/*
 * Whether this account looks as the host's settings make it, and would look
 * otherwise with those of another configuration: then it stays as it is.
 */
bool cog_host_settings_keep(const struct cog_host_settings *host,
                            const struct cog_settings *others,
                            const char *name);

#endif
