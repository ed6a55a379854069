/* SPDX-License-Identifier: Apache-2.0 */
/* Records of ids that are not in use; see cache_record.h. */
#include "accounts/cache_record.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>

#include "accounts/little_endian.h"
#include "accounts/record_text.h"

/* Offsets into the data of a tombstone; a NUL follows the name. */
enum {
    TOMBSTONE_SUB_TAG = 0,
    TOMBSTONE_KIND = 8,
    TOMBSTONE_FLAGS = 9, /* bit 0: retired */
    TOMBSTONE_NAME = 10
};

int
cog_cache_pack_tombstone(const struct cog_tombstone *tombstone,
                         struct cog_cache_data *data)
{
    size_t len = strnlen(tombstone->name, COG_NAME_MAX + 1);
    unsigned char *fixed;

    if (len > COG_NAME_MAX)
        return EMSGSIZE;
    fixed = cog_record_begin(data, TOMBSTONE_NAME + len + 1);
    if (fixed == NULL)
        return EMSGSIZE;
    cog_le64_put(fixed + TOMBSTONE_SUB_TAG, tombstone->sub_tag);
    fixed[TOMBSTONE_KIND] = (unsigned char) tombstone->kind;
    fixed[TOMBSTONE_FLAGS] = tombstone->retired ? 1 : 0;
    memcpy(fixed + TOMBSTONE_NAME, tombstone->name, len + 1);
    return 0;
}

int
cog_cache_parse_tombstone(const struct cog_cache_record *record,
                          struct cog_tombstone *tombstone)
{
    const unsigned char *fixed = record->data;
    const char *name = (const char *) fixed + TOMBSTONE_NAME;
    size_t len = record->len - TOMBSTONE_NAME - 1;
    bool user;

    if (record->key[0] != 'x' || record->key_len != 5 ||
        record->len < TOMBSTONE_NAME + 2 || fixed[TOMBSTONE_FLAGS] > 1)
        return EBADMSG;
    user = fixed[TOMBSTONE_KIND] == COG_ID_USER;
    if ((!user && fixed[TOMBSTONE_KIND] != COG_ID_GROUP) ||
        len > COG_NAME_MAX || name[len] != '\0' ||
        (user ? cog_login_name_check(name, len)
              : cog_group_name_check(name, len)) != COG_FAULT_NONE)
        return EBADMSG;
    tombstone->id = cog_le32_get(record->key + 1);
    tombstone->kind = user ? COG_ID_USER : COG_ID_GROUP;
    tombstone->retired = fixed[TOMBSTONE_FLAGS] == 1;
    tombstone->sub_tag = cog_le64_get(fixed + TOMBSTONE_SUB_TAG);
    memcpy(tombstone->name, name, len + 1);
    return 0;
}
