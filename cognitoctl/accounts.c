/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cognitoctl accounts list|show: whom this host knows. What everybody may
 * read of it is for everybody; what the login store has, for root.
 */
#include "cognitoctl/accounts.h"

#include "accounts/account.h"
#include "cognitoctl/command_line.h"

#include <string.h>

struct given {
    struct cog_common common;
    const char *action, *name; /* NULL: not given */
};

static error_t
take_word(struct given *given, char *word, struct argp_state *state)
{
    if (state->arg_num == 0)
        given->action = word;
    else if (state->arg_num == 1 && strcmp(given->action, "show") == 0)
        given->name = word;
    else
        argp_usage(state);
    return 0;
}

static error_t
parse(int key, char *arg, struct argp_state *state)
{
    struct given *given = state->input;

    switch (key) {
    case ARGP_KEY_ARG:
        return take_word(given, arg, state);
    case ARGP_KEY_END:
        if (given->action == NULL ||
            (strcmp(given->action, "list") != 0 && given->name == NULL))
            argp_usage(state);
        return 0;
    default:
        return cog_common_parse(key, arg, &given->common);
    }
}

int
cog_command_accounts(const struct cog_common *common, int argc, char **argv)
{
    static const struct argp_option options[] = {COG_OPTION_JSON,
                                                 COG_OPTION_END};
    static const struct argp argp = {
        .options = options,
        .parser = parse,
        .args_doc = "list\nshow NAME",
        .doc = "List the pool's users that this host knows, or show one.",
    };
    struct given given = {.common = *common};
    int code = cog_command_parse(&argp, argc, argv, &given);

    if (code != COG_EXIT_OK)
        return code;
    if (given.name == NULL)
        return cog_accounts_list(given.common.json);
    if (cog_login_name_check(given.name, strlen(given.name)) != COG_FAULT_NONE)
        return cog_fail(COG_EXIT_USAGE, "that is no login name");
    return cog_accounts_show(given.name, given.common.json);
}
