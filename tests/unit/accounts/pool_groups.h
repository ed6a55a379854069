/* SPDX-License-Identifier: Apache-2.0 */
/* What tests ask of a list of pool groups. */
#ifndef COG_TESTS_ACCOUNTS_POOL_GROUPS_H
#define COG_TESTS_ACCOUNTS_POOL_GROUPS_H

#include <stdbool.h>
#include <string.h>

#include "accounts/logins.h"

/* Whether a name is among them, byte for byte. */
static inline bool
pool_groups_have(const struct cog_pool_groups *groups, const char *name)
{
    const char *one = NULL;

    while ((one = cog_pool_groups_next(groups, one)) != NULL) {
        if (strcmp(one, name) == 0)
            return true;
    }
    return false;
}

#endif
