/* SPDX-License-Identifier: Apache-2.0 */
/* Reading the file of ssh keys; see the header. */
#include "accounts/keys.h"

#include <errno.h>
#include <string.h>

#include "accounts/account.h"
#include "accounts/cache_file.h"
#include "accounts/cache_record.h"
#include "accounts/little_endian.h"

int
cog_keys_find(const char *directory, const struct cog_keys_owner *owner,
              char *buffer, size_t size, size_t *len)
{
    cog_cleanup_cache_file struct cog_cache_file file = COG_CACHE_FILE_EMPTY;
    struct cog_cache_record record;
    struct cog_cache_key key;
    int error;

    if (owner->sub_tag == 0 ||
        cog_login_name_check(owner->name,
                             strnlen(owner->name, COG_NAME_MAX + 1)) !=
            COG_FAULT_NONE)
        return ENOENT;
    error = cog_cache_file_map(directory, COG_KEYS_FILE, false, &file);
    if (error != 0)
        return error;
    cog_cache_key_name('k', owner->name, &key);
    error = cog_cache_file_find(&file, key.bytes, key.len, &record);
    if (error != 0)
        return error;
    if (record.len < COG_KEYS_TAG_BYTES)
        return EBADMSG;
    if (cog_le64_get(record.data) != owner->sub_tag)
        return ENOENT;
    if (record.len - COG_KEYS_TAG_BYTES > size)
        return EMSGSIZE;
    *len = record.len - COG_KEYS_TAG_BYTES;
    memcpy(buffer, record.data + COG_KEYS_TAG_BYTES, *len);
    return 0;
}
