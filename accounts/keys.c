/* SPDX-License-Identifier: Apache-2.0 */
/* Reading the file of ssh keys; see the header. */
#include "accounts/keys.h"

#include <errno.h>
#include <string.h>

#include "accounts/account.h"
#include "accounts/cache_file.h"
#include "accounts/cache_record.h"

int
cog_keys_find(const char *directory, const char *name, char *buffer,
              size_t size, size_t *len)
{
    cog_cleanup_cache_file struct cog_cache_file file = COG_CACHE_FILE_EMPTY;
    struct cog_cache_record record;
    struct cog_cache_key key;
    int error;

    if (cog_login_name_check(name, strnlen(name, COG_NAME_MAX + 1)) !=
        COG_FAULT_NONE)
        return ENOENT;
    error = cog_cache_file_map(directory, COG_KEYS_FILE, false, &file);
    if (error != 0)
        return error;
    cog_cache_key_name('k', name, &key);
    error = cog_cache_file_find(&file, key.bytes, key.len, &record);
    if (error != 0)
        return error;
    if (record.len > size)
        return EMSGSIZE;
    memcpy(buffer, record.data, record.len);
    *len = record.len;
    return 0;
}
