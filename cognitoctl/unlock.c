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

int
cog_command_unlock(const struct cog_common *common, int argc, char **argv)
{
    static const struct argp_option options[] = {
        COG_OPTION_CONFIG,
        COG_OPTION_END,
    };
    static const struct argp argp = {
        .options = options,
        .parser = cog_named_parse,
        .args_doc = "NAME",
        .doc = "Forget the wrong passwords and codes counted on this host "
               "for a name.",
    };
    struct cog_named named = {.common = *common};
    int code = cog_command_parse_named(&argp, argc, argv, &named), error;

    if (code != COG_EXIT_OK)
        return code;
    error = cog_failures_forget(COG_RUN_DIR, named.name);
    if (error == ENOENT)
        return cog_fail(COG_EXIT_NOT_FOUND, "no failures of that name");
    if (error != 0)
        return cog_fail(COG_EXIT_FAILED, "%s: %s", COG_RUN_DIR,
                        strerror(error));
    return COG_EXIT_OK;
}
