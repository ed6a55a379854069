/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Writes the file of ssh keys as a sync would: put_keys NAME FILE...
 * FILE has all the text of the NAME before it; the keys are of whom the
 * account of that name is bound to.
 */
#include "accounts/cache_read.h"
#include "accounts/keys_write.h"
#include "accounts/places.h"
#include "base/clock.h"

#include <stdio.h>
#include <string.h>

static int
add(struct cog_keys *keys, const char *name, const char *path)
{
    cog_cleanup_cache struct cog_cache_reader reader =
        COG_CACHE_READER(COG_ACCOUNTS_DIR);
    struct cog_keys_owner owner = {name, 1};
    struct cog_account account;
    char text[COG_KEYS_TEXT_MAX];
    FILE *stream = fopen(path, "rb");
    size_t len;

    if (stream == NULL)
        return 1;
    len = fread(text, 1, sizeof text, stream);
    (void) fclose(stream);
    if (cog_cache_find_name(&reader, name, &account) == 0)
        owner.sub_tag = account.sub_tag;
    return cog_keys_add(keys, &owner, text, len);
}

int
main(int argc, char **argv)
{
    cog_cleanup_cache_lock struct cog_cache_lock lock = COG_CACHE_LOCK_NONE;
    cog_cleanup_keys_write struct cog_keys keys = COG_KEYS_EMPTY;
    int error =
        cog_cache_lock_take(COG_LOGINS_DIR, cog_clock_ms() + 10000, &lock);

    if (error == 0)
        error = cog_keys_begin(COG_ACCOUNTS_DIR, &lock, &keys);
    for (int i = 1; error == 0 && i + 1 < argc; i += 2)
        error = add(&keys, argv[i], argv[i + 1]);
    if (error == 0)
        error = cog_keys_finish(&keys);
    if (error != 0)
        (void) fprintf(stderr, "put_keys: %s\n", strerror(error));
    return error != 0;
}
