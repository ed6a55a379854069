/* SPDX-License-Identifier: Apache-2.0 */
/* Accounts that a first login will make; see the header. */
#include "accounts/provisional.h"

#include <errno.h>
#include <string.h>

#include "accounts/id_check.h"
#include "accounts/ids.h"

bool
cog_provisional_matches(const struct cog_settings *settings, const char *name)
{
    const char *match = settings->provisional_match;
    size_t len = strnlen(match, COG_MATCH_MAX);

    if (!settings->provisional || len == 0 ||
        cog_login_name_admit(name, settings->group_prefix) != COG_FAULT_NONE)
        return false;
    if (match[len - 1] != '*')
        return strcmp(name, match) == 0;
    return strncmp(name, match, len - 1) == 0;
}

/* Refused, not failed: there is no such account then. */
static int
none_when_taken(int error)
{
    return error == EEXIST ? ENOENT : error;
}

int
cog_provisional_make(const struct cog_places *places, const char *id_key_path,
                     const struct cog_settings *settings, const char *name,
                     struct cog_account *account)
{
    cog_cleanup_id_key struct cog_id_key key = COG_ID_KEY_EMPTY;
    struct cog_account made;
    int error;

    if (!cog_provisional_matches(settings, name))
        return ENOENT;
    error = cog_name_check_local(&places->local, name, NULL);
    if (error == 0)
        error = cog_id_key_load(id_key_path, &key, NULL);
    if (error != 0)
        return none_when_taken(error);
    memset(&made, 0, sizeof made);
    memcpy(made.name, name, strlen(name) + 1);
    made.uid = cog_id_make(&key, settings, COG_ID_USER, name);
    made.gid = made.uid;
    memcpy(made.shell, settings->shell, sizeof made.shell);
    if (cog_home_expand(settings->home, name, made.home) != COG_FAULT_NONE ||
        cog_account_check(&made, settings) != COG_FAULT_NONE)
        return ENOENT;
    error = cog_id_check_free(places, COG_ID_USER, name, made.uid, NULL);
    if (error != 0)
        return none_when_taken(error);
    *account = made;
    return 0;
}
