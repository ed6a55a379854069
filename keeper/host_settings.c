/* SPDX-License-Identifier: Apache-2.0 */
/* The host's settings and those of other configurations; see the header. */
#include "keeper/host_settings.h"

#include "accounts/cache_read.h"
#include "accounts/places.h"

#include <errno.h>
#include <string.h>

int
cog_host_settings_load(const struct cog_subject *subject,
                       struct cog_host_settings *host)
{
    cog_cleanup_cache struct cog_cache_reader reader =
        COG_CACHE_READER(COG_ACCOUNTS_DIR);
    int error;

    host->there = false;
    if (!subject->other_config)
        return 0;
    error = cog_cache_settings(&reader, &host->settings);
    host->there = error == 0;
    return error == ENOENT || error == ENODATA ? 0 : error;
}

enum cog_fault
cog_host_settings_admit(const struct cog_host_settings *host, const char *name)
{
    const struct cog_settings *settings = &host->settings;

    if (!host->there)
        return COG_FAULT_NONE;
    for (size_t i = 0; i < settings->group_map_count; i++) {
        if (strcmp(settings->group_map[i].local, name) == 0)
            return COG_FAULT_NAME_RESERVED;
    }
    return cog_login_name_admit(name, settings->group_prefix);
}

/* Whether home and shell are those that these settings give. */
static bool
has_paths_of(const struct cog_settings *settings,
             const struct cog_account *account)
{
    char home[COG_HOME_MAX + 1];

    return cog_home_expand(settings->home, account->name, home) ==
               COG_FAULT_NONE &&
           strcmp(account->home, home) == 0 &&
           strcmp(account->shell, settings->shell) == 0;
}

static bool
has_group_of(const struct cog_settings *settings,
             struct cog_cache_reader *reader, const char *name)
{
    struct cog_gids gids;
    struct cog_group group;

    if (cog_cache_find_gids(reader, name, &gids) != 0)
        return false;
    for (size_t i = 0; i < gids.count; i++) {
        if (cog_cache_find_gid(reader, gids.list[i], &group) == 0 &&
            cog_name_has_prefix(group.name, settings->group_prefix))
            return true;
    }
    return false;
}

bool
cog_host_settings_keep(const struct cog_host_settings *host,
                       const struct cog_settings *others, const char *name)
{
    const struct cog_settings *own = &host->settings;
    cog_cleanup_cache struct cog_cache_reader reader =
        COG_CACHE_READER(COG_ACCOUNTS_DIR);
    struct cog_account account;

    if (!host->there || strcmp(own->pool_id, others->pool_id) != 0 ||
        cog_cache_find_name(&reader, name, &account) != 0 ||
        !has_paths_of(own, &account))
        return false;
    if (!has_paths_of(others, &account) || own->id_base != others->id_base ||
        own->id_range != others->id_range)
        return true;
    return strcmp(own->group_prefix, others->group_prefix) != 0 &&
           has_group_of(own, &reader, name);
}

bool
cog_host_settings_has_group(const struct cog_host_settings *host,
                            const char *pool_id, const char *group)
{
    return host->there && strcmp(host->settings.pool_id, pool_id) != 0 &&
           cog_name_has_prefix(group, host->settings.group_prefix);
}
