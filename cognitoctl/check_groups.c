/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Looking for the pool groups that the configuration names; see checks.h.
 * Without the pool there is what the last listing knew: a group in which
 * nobody was. That it does not exist is then only likely.
 */
#include "cognitoctl/checks.h"

#include "accounts/cache_read.h"
#include "accounts/local_names.h"
#include "cognitoctl/installed.h"
#include "cognitoctl/named_groups.h"
#include "cognitoctl/stores.h"
#include "host/account_id.h"
#include "host/settings.h"

#include <errno.h>
#include <string.h>

/* ---- by the pool's word */

static void
add_unknown(void *context, const char *option, const char *name)
{
    struct cog_checks *checks = context;

    cog_findings_add(&checks->findings, COG_FIND_GROUP_UNKNOWN, "%s: %s",
                     option, name);
}

/* What no group can be called here is none of those that are named. */
static enum cog_status
see_group(void *context, const struct cog_pool_group *group)
{
    size_t index = 0;
    int error = cog_roster_add_group(context, group->name, &index);

    return error == 0 || error == EINVAL ? COG_OK : COG_NO_MEMORY;
}

enum cog_status
cog_check_groups(struct cog_checks *checks, struct cog_pool_admin *admin)
{
    const struct cog_roster_settings settings = {.config = &checks->config};
    struct cog_roster *roster = cog_roster_new(&settings);
    enum cog_status status = COG_NO_MEMORY;

    if (roster != NULL)
        status = cog_pool_admin_list_groups(admin, see_group, roster);
    if (status == COG_OK)
        cog_named_groups_missing(&checks->config, roster, add_unknown, checks);
    cog_roster_free(roster);
    return status;
}

/* ---- by the last listing's */

/* Whether it was made for this configuration, in which these groups stand. */
static bool
is_listed(const struct cog_config *config)
{
    cog_cleanup_id_sources struct cog_id_sources sources =
        COG_ID_SOURCES_EMPTY;
    char reason[COG_FILES_REASON];
    struct cog_installed installed;
    struct cog_settings settings;

    return cog_installed_load(cog_stores.logins, &installed) == 0 &&
           installed.created_s != 0 &&
           cog_id_sources_load(config, &sources, reason) &&
           cog_settings_from_config(config, &sources, &settings, reason) &&
           cog_installed_fingerprint(config, &sources, &settings) ==
               installed.fingerprint;
}

/* A name that can be no group here is in no file, members or not. */
static void
add_if_empty(void *context, const char *option, const char *name)
{
    cog_cleanup_cache struct cog_cache_reader reader =
        COG_CACHE_READER(COG_ACCOUNTS_DIR);
    struct cog_checks *checks = context;
    char unix_name[COG_NAME_MAX + 1];
    struct cog_group group;

    if (cog_group_name_make(checks->config.group_prefix, name, strlen(name),
                            unix_name) == COG_FAULT_NONE &&
        cog_cache_find_group(&reader, unix_name, &group) == ENOENT)
        cog_findings_add(&checks->findings, COG_FIND_GROUP_EMPTY, "%s: %s",
                         option, name);
}

void
cog_check_listed_groups(struct cog_checks *checks)
{
    if (checks->configured && is_listed(&checks->config))
        cog_named_groups_walk(&checks->config, add_if_empty, checks);
}

/* ---- on this host */

void
cog_check_mapped_groups(struct cog_checks *checks)
{
    static const struct cog_local_files files = COG_LOCAL_FILES;
    const struct cog_config *config = &checks->config;
    const char *entry;
    size_t at = 0, pool_len;
    uint32_t gid;
    int error;

    if (!checks->configured)
        return;
    while ((entry = cog_config_list_next(&config->group_map, &at)) != NULL) {
        const char *local = cog_config_group_map_local(entry, &pool_len);

        error = cog_local_group_find(&files, local, &gid, NULL);
        if (error == ENOENT || error == EEXIST)
            cog_findings_add(&checks->findings, COG_FIND_GROUP_NOT_LOCAL,
                             "group_map: %s", entry);
    }
}
