/* SPDX-License-Identifier: Apache-2.0 */
/* The names of /etc/passwd and /etc/group; see the header. */
#include "nss_cognito/local.h"

#include <errno.h>
#include <string.h>

#include "accounts/cache_file.h"
#include "accounts/local_names.h"
#include "base/text.h"
#include "nss_cognito/place.h"

struct walk {
    cog_nss_visit_user *visit;
    void *context;
};

/* A line counts by its name, whatever else of it can be read. */
static int
visit_line(void *context, const struct cog_local_line *line)
{
    const struct walk *walk = context;

    if (!line->is_group)
        walk->visit(walk->context, line->name);
    return 0;
}

int
cog_nss_local_users_walk(cog_nss_visit_user *visit, void *context)
{
    struct walk walk = {visit, context};

    return cog_local_walk(&cog_nss_places.local, visit_line, &walk, NULL);
}

/* What a search in one of the files means for a name of ours. */
static int
found_locally(int error)
{
    /* There, there in another case, or there and malformed. */
    if (error == 0 || error == EEXIST || error == EBADMSG)
        return EEXIST;
    return error == ENOENT ? 0 : error;
}

int
cog_nss_local_user_check(const char *name)
{
    struct cog_local_user user;

    return found_locally(
        cog_local_user_find(&cog_nss_places.local, name, &user, NULL));
}

int
cog_nss_local_group_check(const char *name)
{
    uint32_t gid;

    return found_locally(
        cog_local_group_find(&cog_nss_places.local, name, &gid, NULL));
}

static uint32_t
bit_of(const char *name)
{
    unsigned char lower[COG_NAME_MAX];
    size_t len = 0;
    uint32_t hash;

    for (; len < sizeof lower && name[len] != '\0'; len++)
        lower[len] = (unsigned char) cog_ascii_to_lower(name[len]);
    hash = cog_cache_hash(lower, len);
    return (hash ^ hash >> 13) % (8 * sizeof(struct cog_nss_names));
}

static int
add_line(void *context, const struct cog_local_line *line)
{
    struct cog_nss_names *names = context;
    uint32_t bit = bit_of(line->name);

    names->bits[bit / 32] |= 1U << bit % 32;
    return 0;
}

int
cog_nss_names_load(struct cog_nss_names *names)
{
    return cog_local_walk(&cog_nss_places.local, add_line, names, NULL);
}

static bool
may_have(const struct cog_nss_names *names, const char *name)
{
    uint32_t bit = bit_of(name);

    return (names->bits[bit / 32] & 1U << bit % 32) != 0;
}

int
cog_nss_names_check_user(const struct cog_nss_names *names, const char *name)
{
    return may_have(names, name) ? cog_nss_local_user_check(name) : 0;
}

int
cog_nss_names_check_group(const struct cog_nss_names *names, const char *name)
{
    return may_have(names, name) ? cog_nss_local_group_check(name) : 0;
}
