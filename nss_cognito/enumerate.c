/* SPDX-License-Identifier: Apache-2.0 */
/*
 * All entries, one after the other, for hosts whose administrator has
 * switched `enumerate` on. A walk sees the files as they were at its first
 * entry; they stay mapped, not open, until it ends.
 */
#include "nss_cognito/entry.h"

#include <errno.h>
#include <string.h>

#include "accounts/cache_cursor.h"
#include "nss_cognito/local.h"
#include "nss_cognito/members.h"
#include "nss_cognito/pack.h"
#include "nss_cognito/place.h"
#include "nss_cognito/status.h"

/* glibc lets one thread at a time into each of the two maps. */
struct listing {
    struct cog_cache_cursor cursor;
    struct cog_nss_names local; /* none of these is listed */
};

static struct listing users, groups;

static void
end(struct listing *listing)
{
    cog_cache_cursor_close(&listing->cursor);
}

/* ENOENT: nobody is to be listed. */
static int
begin(struct listing *listing)
{
    struct cog_settings_view settings;
    int error;

    if (cog_cache_cursor_is_open(&listing->cursor))
        return 0;
    error = cog_nss_settings(&settings);
    if (error != 0)
        return error;
    if (!settings.enumerate)
        return ENOENT;
    memset(&listing->local, 0, sizeof listing->local);
    error = cog_nss_names_load(&listing->local);
    if (error == ENOENT)
        return EIO; /* no /etc/passwd: nothing is known */
    if (error != 0)
        return error;
    return cog_cache_cursor_open(cog_nss_places.accounts, &listing->cursor);
}

/* The next account that no local user hides. */
static int
next_account(struct listing *listing, struct cog_account *account)
{
    int error;

    do {
        error = cog_cache_cursor_account(&listing->cursor, account);
        if (error == 0)
            error = cog_nss_names_check_user(&listing->local, account->name);
    } while (error == EEXIST);
    return error;
}

/*
 * The next group that nothing local hides: a private one goes with its user,
 * and no group is told beside a local one of its name (P19).
 */
static int
next_group(struct listing *listing, struct cog_group *group)
{
    int error;

    do {
        error = cog_cache_cursor_group(&listing->cursor, group);
        if (error == 0)
            error = cog_nss_names_check_user(&listing->local, group->name);
        if (error == 0)
            error = cog_nss_names_check_group(&listing->local, group->name);
    } while (error == EEXIST);
    return error;
}

enum nss_status
_nss_cognito_setpwent(int stay_open)
{
    (void) stay_open;
    end(&users);
    return NSS_STATUS_SUCCESS;
}

enum nss_status
_nss_cognito_getpwent_r(struct passwd *entry, char *buffer, size_t size,
                        int *error)
{
    int found = begin(&users);
    struct cog_cache_mark mark = cog_cache_cursor_mark(&users.cursor);
    struct cog_account account;

    if (found == 0)
        found = next_account(&users, &account);
    if (found == 0) {
        found = cog_pack_account(&account, entry, buffer, size);
        if (found != 0) /* asked for again, with a larger buffer */
            cog_cache_cursor_return(&users.cursor, mark);
    }
    return cog_nss_status(found, error);
}

enum nss_status
_nss_cognito_endpwent(void)
{
    end(&users);
    return NSS_STATUS_SUCCESS;
}

enum nss_status
_nss_cognito_setgrent(int stay_open)
{
    (void) stay_open;
    end(&groups);
    return NSS_STATUS_SUCCESS;
}

enum nss_status
_nss_cognito_getgrent_r(struct group *entry, char *buffer, size_t size,
                        int *error)
{
    int found = begin(&groups);
    struct cog_cache_mark mark = cog_cache_cursor_mark(&groups.cursor);
    struct cog_group group;

    if (found == 0)
        found = next_group(&groups, &group);
    if (found == 0) {
        found = cog_nss_group_pack(&group, entry, buffer, size);
        if (found != 0)
            cog_cache_cursor_return(&groups.cursor, mark);
    }
    return cog_nss_status(found, error);
}

enum nss_status
_nss_cognito_endgrent(void)
{
    end(&groups);
    return NSS_STATUS_SUCCESS;
}
