/* SPDX-License-Identifier: Apache-2.0 */
/* The record of the settings; see cache_record.h. */
#include "accounts/cache_record.h"

#include <errno.h>
#include <string.h>

#include "accounts/little_endian.h"
#include "accounts/record_text.h"

/* Offsets into the data of the settings. */
enum {
    SETTINGS_BASE = 0,
    SETTINGS_RANGE = 4,
    SETTINGS_FLAGS = 8,    /* of settings_flags */
    SETTINGS_MAPPED = 9,   /* entries of group_map */
    SETTINGS_LENGTHS = 10, /* of pool id, home, shell, prefix, match; */
                           /* then the texts, then group_map */
};

enum settings_flags { FLAG_PROVISIONAL = 1, FLAG_ENUMERATE = 2 };

/* Offsets into an entry of group_map; a NUL follows the name. */
enum { MAPPED_GID = 0, MAPPED_LEN = 4, MAPPED_NAME = 5 };

static const struct cog_record_text settings_texts[] = {
    COG_RECORD_TEXT(struct cog_settings, pool_id),
    COG_RECORD_TEXT(struct cog_settings, home),
    COG_RECORD_TEXT(struct cog_settings, shell),
    COG_RECORD_TEXT(struct cog_settings, group_prefix),
    COG_RECORD_TEXT(struct cog_settings, provisional_match),
};

static int
pack_group_map(const struct cog_settings *settings,
               struct cog_cache_data *data)
{
    for (size_t i = 0; i < settings->group_map_count; i++) {
        const struct cog_mapped_group *entry = &settings->group_map[i];
        size_t len = strnlen(entry->local, COG_NAME_MAX + 1);
        unsigned char *to = data->bytes + data->len;

        if (len > COG_NAME_MAX ||
            MAPPED_NAME + len + 1 > data->size - data->len)
            return EMSGSIZE;
        cog_le32_put(to + MAPPED_GID, entry->gid);
        to[MAPPED_LEN] = (unsigned char) len;
        memcpy(to + MAPPED_NAME, entry->local, len + 1);
        data->len += MAPPED_NAME + len + 1;
    }
    return 0;
}

/* bytes end with the record; the entries must fill them. */
static int
parse_group_map(const unsigned char *bytes, size_t len, size_t count,
                struct cog_settings *settings)
{
    size_t at = 0;

    if (count > COG_GROUP_MAP_MAX)
        return EBADMSG;
    for (size_t i = 0; i < count; i++) {
        struct cog_mapped_group *entry = &settings->group_map[i];
        size_t name_len;

        if (len - at < MAPPED_NAME + 1)
            return EBADMSG;
        name_len = bytes[at + MAPPED_LEN];
        if (name_len > COG_NAME_MAX || len - at < MAPPED_NAME + name_len + 1 ||
            bytes[at + MAPPED_NAME + name_len] != '\0')
            return EBADMSG;
        entry->gid = cog_le32_get(bytes + at + MAPPED_GID);
        memcpy(entry->local, bytes + at + MAPPED_NAME, name_len + 1);
        at += MAPPED_NAME + name_len + 1;
    }
    settings->group_map_count = count;
    return at == len ? 0 : EBADMSG;
}

int
cog_cache_pack_settings(const struct cog_settings *settings,
                        struct cog_cache_data *data)
{
    unsigned char *fixed = cog_record_begin(
        data, SETTINGS_LENGTHS + COG_RECORD_TEXTS(settings_texts));
    int error;

    if (fixed == NULL || settings->group_map_count > COG_GROUP_MAP_MAX)
        return EMSGSIZE;
    cog_le32_put(fixed + SETTINGS_BASE, settings->id_base);
    cog_le32_put(fixed + SETTINGS_RANGE, settings->id_range);
    fixed[SETTINGS_FLAGS] =
        (unsigned char) ((settings->provisional ? FLAG_PROVISIONAL : 0) |
                         (settings->enumerate ? FLAG_ENUMERATE : 0));
    fixed[SETTINGS_MAPPED] = (unsigned char) settings->group_map_count;
    error = cog_record_pack_texts(settings, settings_texts,
                                  COG_RECORD_TEXTS(settings_texts),
                                  fixed + SETTINGS_LENGTHS, data);
    return error != 0 ? error : pack_group_map(settings, data);
}

int
cog_cache_view_settings(const struct cog_cache_record *record,
                        struct cog_settings_view *view)
{
    const unsigned char *fixed = record->data;

    if (record->key[0] != 'S' || record->len < SETTINGS_LENGTHS ||
        fixed[SETTINGS_FLAGS] > (FLAG_PROVISIONAL | FLAG_ENUMERATE) ||
        fixed[SETTINGS_MAPPED] > COG_GROUP_MAP_MAX)
        return EBADMSG;
    view->enumerate = (fixed[SETTINGS_FLAGS] & FLAG_ENUMERATE) != 0;
    view->group_map_count = fixed[SETTINGS_MAPPED];
    return 0;
}

int
cog_cache_parse_settings(const struct cog_cache_record *record,
                         struct cog_settings *settings)
{
    const unsigned char *fixed = record->data;
    const unsigned char *texts = fixed + SETTINGS_LENGTHS;
    size_t len = record->len - SETTINGS_LENGTHS, end = 0;
    struct cog_settings parsed;
    int error;

    if (record->key[0] != 'S' || record->len < SETTINGS_LENGTHS ||
        fixed[SETTINGS_FLAGS] > (FLAG_PROVISIONAL | FLAG_ENUMERATE))
        return EBADMSG;
    memset(&parsed, 0, sizeof parsed);
    error = cog_record_check_texts(
        settings_texts, COG_RECORD_TEXTS(settings_texts), texts, len, &end);
    if (error == 0)
        error = parse_group_map(texts + end, len - end, fixed[SETTINGS_MAPPED],
                                &parsed);
    if (error != 0)
        return error;
    parsed.id_base = cog_le32_get(fixed + SETTINGS_BASE);
    parsed.id_range = cog_le32_get(fixed + SETTINGS_RANGE);
    parsed.provisional = (fixed[SETTINGS_FLAGS] & FLAG_PROVISIONAL) != 0;
    parsed.enumerate = (fixed[SETTINGS_FLAGS] & FLAG_ENUMERATE) != 0;
    cog_record_parse_texts(settings_texts, COG_RECORD_TEXTS(settings_texts),
                           texts, &parsed);
    if (cog_settings_check(&parsed) != COG_FAULT_NONE)
        return EBADMSG;
    *settings = parsed;
    return 0;
}
