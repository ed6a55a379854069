/* SPDX-License-Identifier: Apache-2.0 */
/* Questions to a parsed configuration; see the header. */
#include "config/config.h"

#include "config/options.h"

#include <errno.h>
#include <string.h>

bool
cog_config_allows_group(const struct cog_config *config, const char *group)
{
    const char *allowed;
    size_t at = 0;

    if (config->allow.everybody)
        return true;
    while ((allowed = cog_config_list_next(&config->allow.groups, &at))) {
        if (strcmp(allowed, group) == 0)
            return true;
    }
    return false;
}

int
cog_config_expand(const char *pattern, const char *name, char *out,
                  size_t out_size)
{
    const char *mark = strstr(pattern, "%u");
    size_t before, name_len = strlen(name), behind;

    if (mark == NULL)
        return EINVAL;
    before = (size_t) (mark - pattern);
    behind = strlen(mark + 2);
    if (before + name_len + behind >= out_size)
        return EMSGSIZE;
    memcpy(out, pattern, before);
    memcpy(out + before, name, name_len);
    memcpy(out + before + name_len, mark + 2, behind + 1);
    return 0;
}

bool
cog_config_matches_provisional(const struct cog_config *config,
                               const char *name)
{
    const char *pattern = config->provisional_match;
    size_t len = strcspn(pattern, "*");

    if (config->provisional == COG_CONFIG_PROVISIONAL_OFF || *pattern == '\0')
        return false;
    if (pattern[len] == '*')
        return strncmp(pattern, name, len) == 0;
    return strcmp(pattern, name) == 0;
}

const char *
cog_config_list_next(const struct cog_config_list *list, size_t *at)
{
    const char *text;

    if (*at >= list->len)
        return NULL;
    text = list->text + *at;
    *at += strlen(text) + 1;
    return text;
}

const char *
cog_config_group_map_local(const char *entry, size_t *pool_len)
{
    /* The last one: names of pool groups may hold ":", local ones not. */
    const char *colon = strrchr(entry, ':');

    if (colon == NULL)
        return NULL;
    *pool_len = (size_t) (colon - entry);
    return colon + 1;
}

const char *
cog_config_option(size_t index, const char **default_text)
{
    if (index >= COG_OPTION_COUNT)
        return NULL;
    *default_text = cog_options[index].fallback;
    return cog_options[index].name;
}

uint32_t
cog_config_max_age_s(const struct cog_config *config)
{
    if (config->account_max_age_s != 0)
        return config->account_max_age_s;
    return config->account_check == COG_CONFIG_CHECK_CACHED ? 0 : 900;
}
