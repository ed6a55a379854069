/* SPDX-License-Identifier: Apache-2.0 */
/* Writing the file of ssh keys; see the header. */
#include "accounts/keys_write.h"

#include <errno.h>
#include <string.h>

#include "accounts/account.h"
#include "accounts/cache_file.h"
#include "accounts/cache_record.h"
#include "accounts/little_endian.h"

#define KEYS_MODE 0644

int
cog_keys_begin(const char *directory, const struct cog_cache_lock *lock,
               struct cog_keys *keys)
{
    if (lock->fd < 0)
        return EBADF;
    return cog_cache_build_begin(directory, COG_KEYS_FILE, &keys->build);
}

int
cog_keys_add(struct cog_keys *keys, const struct cog_keys_owner *owner,
             const char *text, size_t len)
{
    unsigned char bytes[COG_RECORD_MAX];
    struct cog_cache_data data = {bytes, sizeof bytes,
                                  COG_HEAD_BYTES + COG_KEYS_TAG_BYTES + len};
    struct cog_cache_key key;

    if (owner->sub_tag == 0 ||
        cog_login_name_check(owner->name,
                             strnlen(owner->name, COG_NAME_MAX + 1)) !=
            COG_FAULT_NONE)
        return EINVAL;
    if (len > COG_KEYS_TEXT_MAX)
        return EMSGSIZE;
    cog_le64_put(bytes + COG_HEAD_BYTES, owner->sub_tag);
    memcpy(bytes + COG_HEAD_BYTES + COG_KEYS_TAG_BYTES, text, len);
    cog_cache_key_name('k', owner->name, &key);
    return cog_cache_build_add(&keys->build, &key, &data, NULL);
}

int
cog_keys_finish(struct cog_keys *keys)
{
    return cog_cache_build_finish(&keys->build, KEYS_MODE, 0);
}

void
cog_keys_end(struct cog_keys *keys)
{
    cog_cache_build_end(&keys->build);
}

/* All records of a sound file but the one with this key. */
static int
copy_others(const struct cog_cache_file *file, const struct cog_cache_key *key,
            struct cog_keys *keys)
{
    const struct cog_cache_record *previous = NULL;
    struct cog_cache_record record;
    int error;

    while ((error = cog_cache_file_next(file, previous, &record)) == 0) {
        previous = &record;
        if (record.key_len == key->len &&
            memcmp(record.key, key->bytes, key->len) == 0)
            continue;
        error = cog_cache_build_copy(&keys->build, &record);
        if (error != 0)
            return error;
    }
    return error == ENOENT ? 0 : error;
}

int
cog_keys_remove(const char *directory, const struct cog_cache_lock *lock,
                const char *name)
{
    cog_cleanup_cache_file struct cog_cache_file file = COG_CACHE_FILE_EMPTY;
    cog_cleanup_keys_write struct cog_keys keys = COG_KEYS_EMPTY;
    struct cog_cache_record record;
    struct cog_cache_key key;
    int error;

    if (cog_login_name_check(name, strnlen(name, COG_NAME_MAX + 1)) !=
        COG_FAULT_NONE)
        return ENOENT;
    cog_cache_key_name('k', name, &key);
    error = cog_cache_file_map(directory, COG_KEYS_FILE, false, &file);
    if (error == 0)
        error = cog_cache_file_check(&file);
    if (error == 0)
        error = cog_cache_file_find(&file, key.bytes, key.len, &record);
    if (error == 0)
        error = cog_keys_begin(directory, lock, &keys);
    if (error == 0)
        error = copy_others(&file, &key, &keys);
    return error == 0 ? cog_keys_finish(&keys) : error;
}
