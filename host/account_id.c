/* SPDX-License-Identifier: Apache-2.0 */
/* Which id a name has; see the header. */
#include "host/account_id.h"

#include "base/text.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

void
cog_id_sources_clear(struct cog_id_sources *sources)
{
    cog_id_key_clear(&sources->key);
    cog_id_map_clear(&sources->map);
    sources->by_attribute = false;
}

static bool
load_map(const struct cog_config *config, struct cog_id_map *map,
         char reason[COG_FILES_REASON])
{
    const char *path = config->id_map;
    enum cog_trust why = COG_TRUST_FINE;
    uint32_t line = 0;
    int error;

    if (path[0] == '\0')
        return true;
    error = cog_id_map_load(path, config->id_base, config->id_range, map, &why,
                            &line);
    if (error == 0)
        return true;
    if (line != 0)
        (void) snprintf(reason, COG_FILES_REASON,
                        "%s:%lu: not \"NAME ID\" with both once in the file "
                        "and the id in the range",
                        path, (unsigned long) line);
    else
        (void) snprintf(reason, COG_FILES_REASON, "%s: %s", path,
                        error == ENOMEM ? "out of memory"
                                        : cog_trust_text(why));
    return false;
}

bool
cog_id_sources_load_from(const char *key_file, const struct cog_config *config,
                         struct cog_id_sources *sources,
                         char reason[COG_FILES_REASON])
{
    enum cog_trust why = COG_TRUST_FINE;

    *sources = (struct cog_id_sources) COG_ID_SOURCES_EMPTY;
    sources->by_attribute = config->id_attribute[0] != '\0';
    if (cog_id_key_load(key_file, &sources->key, &why) != 0) {
        (void) snprintf(reason, COG_FILES_REASON, "%s: %s", key_file,
                        cog_trust_text(why));
        return false;
    }
    if (load_map(config, &sources->map, reason))
        return true;
    cog_id_sources_clear(sources);
    return false;
}

bool
cog_id_sources_load(const struct cog_config *config,
                    struct cog_id_sources *sources,
                    char reason[COG_FILES_REASON])
{
    return cog_id_sources_load_from(COG_ID_KEY_FILE, config, sources, reason);
}

static int
parse_attribute(const char *text, const struct cog_settings *settings,
                uint32_t *id)
{
    size_t len = strnlen(text, 11);
    uint64_t sum = 0;

    if (len == 0 || len > 10)
        return EINVAL;
    for (size_t i = 0; i < len; i++) {
        if (!cog_ascii_is_digit(text[i]))
            return EINVAL;
        sum = sum * 10 + (uint64_t) (text[i] - '0');
    }
    if (sum > UINT32_MAX || cog_id_check((uint32_t) sum, settings->id_base,
                                         settings->id_range) != COG_FAULT_NONE)
        return ERANGE;
    *id = (uint32_t) sum;
    return 0;
}

int
cog_account_id(const struct cog_id_sources *sources,
               const struct cog_settings *settings, enum cog_id_kind kind,
               const char *name, const char *attribute, uint32_t *id)
{
    if (cog_id_map_find(&sources->map, kind, name, id) == 0)
        return 0;
    if (kind == COG_ID_USER && sources->by_attribute)
        return attribute == NULL ? ENODATA
                                 : parse_attribute(attribute, settings, id);
    *id = cog_id_make(&sources->key, settings, kind, name);
    return 0;
}
