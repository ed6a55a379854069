/* SPDX-License-Identifier: Apache-2.0 */
/* Records of a group's members; see cache_record.h. */
#include "accounts/cache_record.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>

#include "accounts/little_endian.h"
#include "accounts/record_text.h"

/* Offsets into the data of members; the names follow. */
enum { MEMBERS_LISTING = 0, MEMBERS_CHUNKS = 8, MEMBERS_NAMES = 12 };

int
cog_cache_pack_members(const struct cog_members *members,
                       struct cog_cache_data *data)
{
    unsigned char *fixed;

    if (members->len > COG_MEMBERS_BYTES)
        return EMSGSIZE;
    fixed = cog_record_begin(data, MEMBERS_NAMES + members->len);
    if (fixed == NULL)
        return EMSGSIZE;
    cog_le64_put(fixed + MEMBERS_LISTING, members->listing);
    cog_le32_put(fixed + MEMBERS_CHUNKS, members->chunks);
    memcpy(fixed + MEMBERS_NAMES, members->names, members->len);
    return 0;
}

/* Names of our grammar, each with its NUL, and nothing else. */
static bool
are_names(const char *names, size_t len)
{
    size_t at = 0;

    while (at < len) {
        size_t one = strnlen(names + at, len - at);

        if (one == len - at ||
            cog_login_name_check(names + at, one) != COG_FAULT_NONE)
            return false;
        at += one + 1;
    }
    return true;
}

int
cog_cache_parse_members(const struct cog_cache_record *record,
                        struct cog_members *members)
{
    const unsigned char *fixed = record->data;
    const char *names = (const char *) fixed + MEMBERS_NAMES;
    size_t len = record->len - MEMBERS_NAMES;

    if (record->key[0] != 'm' || record->key_len != 9 ||
        record->len < MEMBERS_NAMES || len > COG_MEMBERS_BYTES ||
        cog_le32_get(fixed + MEMBERS_CHUNKS) > COG_MEMBERS_CHUNKS_MAX ||
        cog_le32_get(record->key + 5) >=
            cog_le32_get(fixed + MEMBERS_CHUNKS) ||
        !are_names(names, len))
        return EBADMSG;
    members->listing = cog_le64_get(fixed + MEMBERS_LISTING);
    members->chunks = cog_le32_get(fixed + MEMBERS_CHUNKS);
    members->gid = cog_le32_get(record->key + 1);
    members->chunk = cog_le32_get(record->key + 5);
    members->len = len;
    memcpy(members->names, names, len);
    return 0;
}
