/* SPDX-License-Identifier: Apache-2.0 */
/* The names of /etc/passwd; see the header. */
#include "nss_cognito/local_users.h"

#include <errno.h>
#include <string.h>

#include "accounts/cache_file.h"
#include "accounts/local_names.h"
#include "nss_cognito/place.h"

struct walk {
    cog_nss_visit_user *visit;
    void *context;
};

/*
 * Lines of group come, too: those have one id. What is not readable counts
 * as a user.
 */
static int
visit_line(void *context, const struct cog_local_line *line)
{
    const struct walk *walk = context;

    if (line->ids != 1 || line->is_broken)
        walk->visit(walk->context, line->name);
    return 0;
}

int
cog_nss_local_users_walk(cog_nss_visit_user *visit, void *context)
{
    struct walk walk = {visit, context};

    return cog_local_walk(&cog_nss_places.local, visit_line, &walk, NULL);
}

static uint32_t
bit_of(const char *name)
{
    uint32_t hash = cog_cache_hash((const unsigned char *) name, strlen(name));

    return (hash ^ hash >> 13) % (8 * sizeof(struct cog_nss_names));
}

static void
add_name(void *context, const char *name)
{
    struct cog_nss_names *names = context;
    uint32_t bit = bit_of(name);

    names->bits[bit / 32] |= 1U << bit % 32;
}

int
cog_nss_names_load(struct cog_nss_names *names)
{
    return cog_nss_local_users_walk(add_name, names);
}

int
cog_nss_names_check(const struct cog_nss_names *names, const char *name)
{
    struct cog_local_user user;
    uint32_t bit = bit_of(name);
    int error;

    if ((names->bits[bit / 32] & 1U << bit % 32) == 0)
        return 0;
    error = cog_local_user_find(&cog_nss_places.local, name, &user, NULL);
    if (error == 0 || error == EBADMSG) /* there, or there and malformed */
        return EEXIST;
    return error == ENOENT ? 0 : error;
}
