/* SPDX-License-Identifier: Apache-2.0 */
/* The supplementary groups of a user, in one probe. */
#include "nss_cognito/entry.h"

#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>

#include "accounts/local_names.h"
#include "nss_cognito/place.h"
#include "nss_cognito/status.h"

/* The caller's array, as glibc hands it in. */
struct gid_array {
    long *count, *size;
    gid_t **gids;
    long limit; /* above 0: no more entries than these */
};

/*
 * Make room for one more. ENOMEM, or ENOSPC when the limit is reached. This
 * is the only allocation of the module: the interface asks for it.
 */
static int
make_room(const struct gid_array *array)
{
    long larger = *array->size;
    size_t bytes = 0;
    gid_t *moved;

    if (*array->count < *array->size)
        return 0;
    if (array->limit > 0 && *array->size >= array->limit)
        return ENOSPC;
    larger = larger < 16 ? 16 : 2 * larger;
    if (array->limit > 0 && larger > array->limit)
        larger = array->limit;
    if (__builtin_mul_overflow((size_t) larger, sizeof *moved, &bytes))
        return ENOMEM;
    moved = realloc(*array->gids, bytes);
    if (moved == NULL)
        return ENOMEM;
    *array->gids = moved;
    *array->size = larger;
    return 0;
}

static int
append(const struct gid_array *array, gid_t gid)
{
    int error = make_room(array);

    if (error == 0)
        (*array->gids)[(*array->count)++] = gid;
    return error;
}

static int
append_list(const struct gid_array *array, const struct cog_gids *gids)
{
    int error = 0;

    for (size_t i = 0; error == 0 && i < gids->count; i++)
        error = append(array, gids->list[i]);
    return error;
}

static bool
has_gid(const struct cog_gids *gids, uint32_t gid)
{
    for (size_t i = 0; i < gids->count; i++) {
        if (gids->list[i] == gid)
            return true;
    }
    return false;
}

/*
 * The local groups that group_map gives for groups of ours (P26), with the
 * gid that /etc/group has now; never gid 0. Where it cannot be read, or has
 * no such group, nothing is given.
 */
static int
append_mapped(const struct gid_array *array, const struct cog_gids *gids)
{
    struct cog_settings_view view;
    struct cog_settings settings;
    int error = 0;

    if (gids->count == 0 || cog_nss_settings(&view) != 0 ||
        view.group_map_count == 0 ||
        cog_cache_settings(&cog_nss_reader, &settings) != 0)
        return 0;
    for (size_t i = 0; error == 0 && i < settings.group_map_count; i++) {
        const struct cog_mapped_group *mapped = &settings.group_map[i];
        uint32_t gid = 0;

        if (has_gid(gids, mapped->gid) &&
            cog_local_group_find(&cog_nss_places.local, mapped->local, &gid,
                                 NULL) == 0 &&
            gid != 0)
            error = append(array, gid);
    }
    return error;
}

static int
append_all(const struct gid_array *array, const struct cog_gids *gids)
{
    int error = append_list(array, gids);

    if (error == 0)
        error = append_mapped(array, gids);
    return error == ENOSPC ? 0 : error;
}

/*
 * glibc asks every source about a name, found or not in the one before. So
 * a local bob would get the groups of a pool's bob, and root those of a
 * pool's root, if only the name counted (P27): the primary group that the
 * caller has from getpwnam must be the record's as well. nscd and getent
 * have none and say -1; then the name must not be a local user's.
 */
static bool
is_meant(const char *name, gid_t primary, const struct cog_gids *found)
{
    struct cog_local_user user;

    if (primary != (gid_t) -1)
        return primary == found->primary;
    return cog_local_user_find(&cog_nss_places.local, name, &user, NULL) ==
           ENOENT;
}

enum nss_status
_nss_cognito_initgroups_dyn(const char *name, gid_t primary, long *count,
                            long *size, gid_t **gids, long limit, int *error)
{
    const struct gid_array array = {count, size, gids, limit};
    struct cog_gids found;
    int result = cog_cache_find_gids(&cog_nss_reader, name, &found);

    if (result == 0)
        result = is_meant(name, primary, &found) ? append_all(&array, &found)
                                                 : ENOENT;
    return cog_nss_status(result, error);
}
