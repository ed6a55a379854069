/* SPDX-License-Identifier: Apache-2.0 */
/* The settings record; see the header. */
#include "host/settings.h"

#include <stdio.h>
#include <string.h>

static void
copy_plain(const struct cog_config *config, struct cog_settings *settings)
{
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
    settings->enumerate = config->enumerate;
}

/* What one takes, the other must hold. */
_Static_assert(COG_CONFIG_GROUP_MAP_MAX == COG_GROUP_MAP_MAX,
               "group_map has one limit");

/* One entry; NULL, or what is wrong with it. */
static const char *
add_mapped(const char *text, const struct cog_id_sources *sources,
           struct cog_settings *settings)
{
    struct cog_mapped_group *entry;
    char name[COG_NAME_MAX + 1];
    size_t pool_len = 0;
    const char *local = cog_config_group_map_local(text, &pool_len);
    enum cog_fault fault;

    if (settings->group_map_count == COG_GROUP_MAP_MAX)
        return "is over 16 entries";
    if (local == NULL ||
        cog_group_name_check(local, strlen(local)) != COG_FAULT_NONE)
        return "has no local group behind its \":\"";
    fault = cog_group_name_make(settings->group_prefix, text, pool_len, name);
    if (fault != COG_FAULT_NONE)
        return cog_fault_text(fault);
    entry = &settings->group_map[settings->group_map_count];
    if (cog_account_id(sources, settings, COG_ID_GROUP, name, NULL,
                       &entry->gid) != 0)
        return "has no id";
    (void) snprintf(entry->local, sizeof entry->local, "%s", local);
    settings->group_map_count++;
    return NULL;
}

bool
cog_settings_from_config(const struct cog_config *config,
                         const struct cog_id_sources *sources,
                         struct cog_settings *settings,
                         char reason[COG_FILES_REASON])
{
    struct cog_settings made;
    const char *text;
    size_t at = 0;

    memset(&made, 0, sizeof made);
    copy_plain(config, &made);
    while ((text = cog_config_list_next(&config->group_map, &at)) != NULL) {
        const char *why = add_mapped(text, sources, &made);

        if (why != NULL) {
            (void) snprintf(reason, COG_FILES_REASON, "group_map: %s %s", text,
                            why);
            return false;
        }
    }
    *settings = made;
    return true;
}
