/* SPDX-License-Identifier: Apache-2.0 */
/* Hashes of people who have left; see the header. */
#include "cognitoctl/sweep.h"

#include "accounts/cache_read.h"
#include "accounts/local_names.h"
#include "accounts/places.h"
#include "cognitoctl/commands.h"
#include "host/verifiers.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>

static bool
has_left(struct cog_cache_reader *reader, const char *name)
{
    const struct cog_local_files files = COG_LOCAL_FILES;
    struct cog_local_user user;
    struct cog_account account;
    int error;

    if (cog_local_user_find(&files, name, &user, NULL) != ENOENT)
        return false;
    error = cog_cache_find_name(reader, name, &account);
    return error == ENOENT || (error == 0 && account.disabled);
}

static void
look_at(void *context, const struct cog_verifier *verifier)
{
    struct cog_cache_reader *reader = context;
    int error;

    if (!has_left(reader, verifier->name))
        return;
    error = cog_verifier_remove(COG_VERIFIERS_DIR, verifier->name);
    if (error != 0)
        cog_note("the kept hash of %s cannot be removed: %s", verifier->name,
                 strerror(error));
}

void
cog_sweep_hashes(void)
{
    cog_cleanup_cache struct cog_cache_reader reader =
        COG_CACHE_READER(COG_ACCOUNTS_DIR);
    int error = cog_verifier_walk(COG_VERIFIERS_DIR, look_at, &reader);

    if (error != 0)
        cog_note("%s cannot be read: %s", COG_VERIFIERS_DIR, strerror(error));
}
