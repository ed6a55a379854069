/* SPDX-License-Identifier: Apache-2.0 */
/* Own names and trusted callers; see the header. */
#include "keeper/callers.h"

#include "accounts/cache_read.h"
#include "accounts/local_names.h"

#include <errno.h>
#include <string.h>

/* The first line of /etc/passwd with a uid. */
struct search {
    uid_t uid;
    char name[COG_NAME_MAX + 1];
};

/* EEXIST: found. A line whose uid cannot be read might be the one. */
static int
visit(void *context, const struct cog_local_line *line)
{
    struct search *search = context;

    if (line->is_group)
        return 0;
    if (line->is_broken || line->ids == 0)
        return EBADMSG;
    if (line->id[0] != search->uid)
        return 0;
    if (!line->name_is_whole)
        return EBADMSG;
    memcpy(search->name, line->name, sizeof search->name);
    return EEXIST;
}

static bool
is_account_of(const struct cog_places *places, uid_t uid, const char *user)
{
    cog_cleanup_cache struct cog_cache_reader reader =
        COG_CACHE_READER(places->accounts);
    struct cog_local_user local;
    struct cog_account account;

    return cog_local_user_find(&places->local, user, &local, NULL) == ENOENT &&
           cog_cache_find_uid(&reader, uid, &account) == 0 &&
           strcmp(account.name, user) == 0;
}

static bool
is_own_name(const struct cog_places *places, uid_t uid, const char *user)
{
    struct search search = {.uid = uid};

    switch (cog_local_walk(&places->local, visit, &search, NULL)) {
    case EEXIST:
        return strcmp(search.name, user) == 0;
    case 0:
        return is_account_of(places, uid, user);
    default:
        return false;
    }
}

static bool
is_trusted(const struct cog_places *places, const struct cog_config *config,
           uid_t uid)
{
    struct cog_local_user local;
    const char *name;
    size_t at = 0;

    while ((name = cog_config_list_next(&config->trusted_callers, &at)) !=
           NULL) {
        if (cog_local_user_find(&places->local, name, &local, NULL) == 0 &&
            local.uid == uid)
            return true;
    }
    return false;
}

bool
cog_callers_may_ask(const struct cog_places *places,
                    const struct cog_config *config, uid_t uid,
                    const char *user)
{
    return is_own_name(places, uid, user) || is_trusted(places, config, uid);
}
