/* SPDX-License-Identifier: Apache-2.0 */
/* What a pool id is; see the header. */
#include "cognito/pool.h"

#include <string.h>

#include "base/text.h"

/* One label of a host name: letters, digits, inner hyphens. */
static bool
is_region(const char *region, size_t len)
{
    if (len == 0 || region[0] == '-' || region[len - 1] == '-')
        return false;
    for (size_t i = 0; i < len; i++) {
        if (!cog_ascii_is_lower(region[i]) && !cog_ascii_is_digit(region[i]) &&
            region[i] != '-')
            return false;
    }
    return true;
}

bool
cog_pool_id_is_valid(const char *pool_id)
{
    const char *name = strchr(pool_id, '_');

    if (name == NULL || strlen(pool_id) > COG_POOL_ID_MAX ||
        !is_region(pool_id, (size_t) (name - pool_id)) || name[1] == '\0')
        return false;
    for (name++; *name != '\0'; name++) {
        if (!cog_ascii_is_alnum(*name))
            return false;
    }
    return true;
}

const char *
cog_pool_name(const char *pool_id)
{
    return strchr(pool_id, '_') + 1;
}
