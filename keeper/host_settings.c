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

bool
cog_host_settings_has_group(const struct cog_host_settings *host,
                            const char *pool_id, const char *group)
{
    return host->there && strcmp(host->settings.pool_id, pool_id) != 0 &&
           cog_name_has_prefix(group, host->settings.group_prefix);
}
