/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cognitoctl forget: lets a name be bound anew, after a pool user was
 * deleted and made again. The old id stays retired unless the administrator
 * says that it is the same person.
 */
#include "cognitoctl/command_line.h"

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

enum { KEY_SAME_PERSON = 's' };

struct given {
    struct cog_common common;
    const char *name;
    bool same_person;
};

static error_t
parse(int key, char *arg, struct argp_state *state)
{
    struct given *given = state->input;

    switch (key) {
    case KEY_SAME_PERSON:
        given->same_person = true;
        return 0;
    case ARGP_KEY_ARG:
        if (state->arg_num > 0)
            argp_error(state, "one name at a time");
        given->name = arg;
        return 0;
    case ARGP_KEY_NO_ARGS:
        argp_error(state, "a name is wanted");
        return 0;
    default:
        return cog_common_parse(key, arg, &given->common);
    }
}

int
cog_command_forget(const struct cog_common *common, int argc, char **argv)
{
    static const struct argp_option options[] = {
        {"same-person", KEY_SAME_PERSON, NULL, 0,
         "It is the same person: the name may have its id again", 1},
        COG_OPTION_CONFIG,
        COG_OPTION_END,
    };
    static const struct argp argp = {
        .options = options,
        .parser = parse,
        .args_doc = "NAME",
        .doc = "Forget which pool user a login name is bound to.",
    };
    struct given given = {.common = *common};
    int code = cog_command_parse(&argp, argc, argv, &given);

    if (code != COG_EXIT_OK)
        return code;
    if (cog_login_name_check(given.name, strlen(given.name)) != COG_FAULT_NONE)
        return cog_fail(COG_EXIT_USAGE, "that is no login name");
    return forget(given.name, given.same_person);
}
