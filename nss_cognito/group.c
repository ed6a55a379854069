/* SPDX-License-Identifier: Apache-2.0 */
/* The group map: one entry, by name or by number. */
#include "nss_cognito/entry.h"

#include <errno.h>

#include "nss_cognito/local.h"
#include "nss_cognito/members.h"
#include "nss_cognito/place.h"
#include "nss_cognito/status.h"

/*
 * A group that the host got after our record was made has its name to
 * itself: sudo, polkit and others compare names of groups, so what they give
 * to the local one would be given to whoever has our gid (P19). Then ours
 * has no name. One pass over /etc/group, behind a hit only.
 */
static int
pack(const struct cog_group *group, struct group *entry, char *buffer,
     size_t size)
{
    int error = cog_nss_local_group_check(group->name);

    if (error == EEXIST)
        return ENOENT;
    if (error != 0)
        return error;
    return cog_nss_group_pack(group, entry, buffer, size);
}

enum nss_status
_nss_cognito_getgrnam_r(const char *name, struct group *entry, char *buffer,
                        size_t size, int *error)
{
    struct cog_group group;
    int found = cog_cache_find_group(&cog_nss_reader, name, &group);

    if (found == 0)
        found = pack(&group, entry, buffer, size);
    return cog_nss_status(found, error);
}

enum nss_status
_nss_cognito_getgrgid_r(gid_t gid, struct group *entry, char *buffer,
                        size_t size, int *error)
{
    struct cog_group group;
    int found = cog_cache_find_gid(&cog_nss_reader, gid, &group);

    if (found == 0)
        found = pack(&group, entry, buffer, size);
    return cog_nss_status(found, error);
}
