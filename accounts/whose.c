/* SPDX-License-Identifier: Apache-2.0 */
/* Whose name it is; see the header. */
#include "accounts/whose.h"

#include "accounts/cache_read.h"
#include "accounts/local_names.h"
#include "accounts/places.h"

#include <errno.h>
#include <string.h>

#define MINIMUM_UID_FLOOR 1000

static uid_t
least_uid(const struct cog_whose_question *question)
{
    if (question->minimum_uid < MINIMUM_UID_FLOOR)
        return MINIMUM_UID_FLOOR;
    return question->minimum_uid;
}

/* A name of /etc/passwd is ours only by the local group, never as root. */
static enum cog_whose
judge_local(const struct cog_whose_question *question,
            const struct cog_local_files *files,
            const struct cog_local_user *user)
{
    if (user->uid < least_uid(question) || cog_id_is_forbidden(user->uid))
        return COG_WHOSE_OTHERS;
    switch (cog_local_user_is_member(files, question->name, user,
                                     question->local_group, NULL)) {
    case 0:
        return COG_WHOSE_LOCAL;
    case ENOENT:
        return COG_WHOSE_OTHERS;
    default:
        return COG_WHOSE_UNREADABLE;
    }
}

static enum cog_whose
judge_pool(const struct cog_whose_question *question, const char *directory,
           struct cog_whose_ids *ids)
{
    cog_cleanup_cache struct cog_cache_reader reader =
        COG_CACHE_READER(directory);
    struct cog_account account;

    switch (cog_cache_find_name(&reader, question->name, &account)) {
    case 0:
        ids->uid = account.uid;
        ids->gid = account.gid;
        return COG_WHOSE_ACCOUNT;
    case ENOENT:
    case ENODATA:
        return COG_WHOSE_NOBODY;
    default:
        return COG_WHOSE_UNREADABLE;
    }
}

static struct cog_places
places_or_compiled(const struct cog_places *places)
{
    return places != NULL ? *places : (struct cog_places) COG_PLACES;
}

bool
cog_whose_is_system(const char *name, const struct cog_places *places)
{
    const struct cog_places there = places_or_compiled(places);
    struct cog_local_user user;

    return strcmp(name, "root") == 0 ||
           (cog_local_user_find(&there.local, name, &user, NULL) == 0 &&
            user.uid < MINIMUM_UID_FLOOR);
}

enum cog_whose
cog_whose_is(const struct cog_whose_question *question,
             struct cog_whose_ids *ids)
{
    const struct cog_places places = places_or_compiled(question->places);
    struct cog_local_user user;
    enum cog_whose whose;

    /*
     * Said first, so that no broken file of ours or of the host's can stand
     * between root and the machine.
     */
    if (strcmp(question->name, "root") == 0 ||
        cog_login_name_check(question->name, strlen(question->name)) !=
            COG_FAULT_NONE)
        return COG_WHOSE_OTHERS;
    switch (cog_local_user_find(&places.local, question->name, &user, NULL)) {
    case 0:
        whose = judge_local(question, &places.local, &user);
        if (whose == COG_WHOSE_LOCAL) {
            ids->uid = user.uid;
            ids->gid = user.gid;
        }
        return whose;
    case EEXIST:
        whose = judge_pool(question, places.accounts, ids);
        return whose == COG_WHOSE_ACCOUNT  ? COG_WHOSE_NAMESAKE
               : whose == COG_WHOSE_NOBODY ? COG_WHOSE_OTHERS
                                           : whose;
    case ENOENT:
        return judge_pool(question, places.accounts, ids);
    default:
        return COG_WHOSE_UNREADABLE;
    }
}
