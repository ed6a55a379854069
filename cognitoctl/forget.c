/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cognitoctl forget: lets a name be bound anew, after a pool user was
 * deleted and made again. The old id stays retired unless the administrator
 * says that it is the same person.
 */
#include "cognitoctl/commands.h"

#include "accounts/cache_write.h"
#include "accounts/logins.h"
#include "accounts/places.h"
#include "base/clock.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>

#define LOCK_MS 10000

static const struct cog_places places = COG_PLACES;

/* The account goes first: without it nobody becomes that name meanwhile. */
static int
forget(const char *name, bool same_person)
{
    cog_cleanup_cache_lock struct cog_cache_lock lock = COG_CACHE_LOCK_NONE;
    int account, login, error;

    error =
        cog_cache_lock_take(COG_LOGINS_DIR, cog_clock_ms() + LOCK_MS, &lock);
    if (error != 0)
        return cog_fail(COG_EXIT_FAILED, "%s/lock: %s", COG_LOGINS_DIR,
                        strerror(error));
    account = cog_cache_remove_account(&places, &lock, name);
    if (account != 0 && account != ENOENT && account != ENODATA)
        return cog_fail(COG_EXIT_FAILED, "%s: %s", COG_ACCOUNTS_DIR,
                        strerror(account));
    login = cog_logins_forget(COG_LOGINS_DIR, &lock, name, same_person);
    if (login != 0 && login != ENOENT)
        return cog_fail(COG_EXIT_FAILED, "%s: %s", COG_LOGINS_DIR,
                        strerror(login));
    if (account != 0 && login != 0)
        return cog_fail(COG_EXIT_NOT_FOUND, "nothing is known of that name");
    return COG_EXIT_OK;
}

int
cog_command_forget(int argc, char **argv)
{
    bool same_person = argc > 1 && strcmp(argv[1], "--same-person") == 0;
    int at = same_person ? 2 : 1;

    if (argc != at + 1 || argv[at][0] == '-')
        return cog_fail(COG_EXIT_USAGE,
                        "usage: cognitoctl forget [--same-person] NAME");
    if (cog_login_name_check(argv[at], strlen(argv[at])) != COG_FAULT_NONE)
        return cog_fail(COG_EXIT_USAGE, "that is no login name");
    return forget(argv[at], same_person);
}
