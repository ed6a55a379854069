/* SPDX-License-Identifier: Apache-2.0 */
/* The group map: one entry, by name or by number. */
#include "nss_cognito/entry.h"

#include "nss_cognito/members.h"
#include "nss_cognito/place.h"
#include "nss_cognito/status.h"

enum nss_status
_nss_cognito_getgrnam_r(const char *name, struct group *entry, char *buffer,
                        size_t size, int *error)
{
    struct cog_group group;
    int found = cog_cache_find_group(&cog_nss_reader, name, &group);

    if (found == 0)
        found = cog_nss_group_pack(&group, entry, buffer, size);
    return cog_nss_status(found, error);
}

enum nss_status
_nss_cognito_getgrgid_r(gid_t gid, struct group *entry, char *buffer,
                        size_t size, int *error)
{
    struct cog_group group;
    int found = cog_cache_find_gid(&cog_nss_reader, gid, &group);

    if (found == 0)
        found = cog_nss_group_pack(&group, entry, buffer, size);
    return cog_nss_status(found, error);
}
