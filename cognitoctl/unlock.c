/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cognitoctl unlock: forgets the wrong passwords and codes that this host
 * has counted for a name. The pool has its own count, which this leaves.
 */
#include "cognitoctl/command_line.h"

#include "accounts/account.h"
#include "host/failures.h"

#include <errno.h>
#include <string.h>

struct given {
    struct cog_common common;
    const char *name;
};

static error_t
parse(int key, char *arg, struct argp_state *state)
{
    struct given *given = state->input;

    switch (key) {
    case ARGP_KEY_ARG:
        if (state->arg_num > 0)
            argp_error(state, "one name at a time");
        given->name = arg;
        return 0;
    case ARGP_KEY_END:
        if (given->name == NULL)
            argp_error(state, "a name is wanted");
        return 0;
    default:
        return cog_common_parse(key, arg, &given->common);
    }
}

int
cog_command_unlock(const struct cog_common *common, int argc, char **argv)
{
    static const struct argp_option options[] = {
        COG_OPTION_CONFIG,
        COG_OPTION_END,
    };
    static const struct argp argp = {
        .options = options,
        .parser = parse,
        .args_doc = "NAME",
        .doc = "Forget the wrong passwords and codes counted on this host "
               "for a name.",
    };
    struct given given = {.common = *common};
    int code = cog_command_parse(&argp, argc, argv, &given), error;

    if (code != COG_EXIT_OK)
        return code;
    if (cog_login_name_check(given.name, strlen(given.name)) != COG_FAULT_NONE)
        return cog_fail(COG_EXIT_USAGE, "that is no login name");
    error = cog_failures_forget(COG_RUN_DIR, given.name);
    if (error == ENOENT)
        return cog_fail(COG_EXIT_NOT_FOUND, "no failures of that name");
    if (error != 0)
        return cog_fail(COG_EXIT_FAILED, "%s: %s", COG_RUN_DIR,
                        strerror(error));
    return COG_EXIT_OK;
}
