/* SPDX-License-Identifier: Apache-2.0 */
/* Writing the file of ssh keys; see the header. */
#include "accounts/keys_write.h"

#include <errno.h>
#include <string.h>

#include "accounts/account.h"
#include "accounts/cache_record.h"

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
cog_keys_add(struct cog_keys *keys, const char *name, const char *text,
             size_t len)
{
    unsigned char bytes[COG_RECORD_MAX];
    struct cog_cache_data data = {bytes, sizeof bytes, COG_HEAD_BYTES + len};
    struct cog_cache_key key;

    if (cog_login_name_check(name, strnlen(name, COG_NAME_MAX + 1)) !=
        COG_FAULT_NONE)
        return EINVAL;
    if (len > COG_KEYS_TEXT_MAX)
        return EMSGSIZE;
    memcpy(bytes + COG_HEAD_BYTES, text, len);
    cog_cache_key_name('k', name, &key);
    cog_cache_seal(&key, &data);
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
