/* SPDX-License-Identifier: Apache-2.0 */
/* The supplementary groups of a user, in one probe. */
#include "nss_cognito/entry.h"

#include <errno.h>
#include <stdint.h>
#include <stdlib.h>

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
append_all(const struct gid_array *array, const struct cog_gids *gids)
{
    for (size_t i = 0; i < gids->count; i++) {
        int error = append(array, gids->list[i]);

        if (error != 0)
            return error == ENOSPC ? 0 : error;
    }
    return 0;
}

/*
 * glibc asks every source about a name, found or not in the one before. So
 * a local bob would get the groups of a pool's bob, and root those of a
 * pool's root, if only the name counted (P27): the primary group that the
 * caller has from getpwnam must be the record's as well.
 */
enum nss_status
_nss_cognito_initgroups_dyn(const char *name, gid_t primary, long *count,
                            long *size, gid_t **gids, long limit, int *error)
{
    const struct gid_array array = {count, size, gids, limit};
    struct cog_gids found;
    int result = cog_cache_find_gids(&cog_nss_reader, name, &found);

    if (result == 0)
        result =
            found.primary == primary ? append_all(&array, &found) : ENOENT;
    return cog_nss_status(result, error);
}
