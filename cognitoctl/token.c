/* SPDX-License-Identifier: Apache-2.0 */
/* cognitoctl token: an ID or access token of the person who runs it. */
#include "cognitoctl/command_line.h"

#include "cognitoctl/own_tokens.h"

#include <stdio.h>

enum { KEY_ID = 'i', KEY_ACCESS = 'a' };

struct given {
    struct cog_common common;
    bool id;
};

static error_t
parse(int key, char *arg, struct argp_state *state)
{
    struct given *given = state->input;

    switch (key) {
    case KEY_ID:
    case KEY_ACCESS:
        given->id = key == KEY_ID;
        return 0;
    case ARGP_KEY_ARG:
        argp_error(state, "no word is wanted: the tokens are your own");
        return 0;
    default:
        return cog_common_parse(key, arg, &given->common);
    }
}

int
cog_command_token(const struct cog_common *common, int argc, char **argv)
{
    static const struct argp_option options[] = {
        {"access", KEY_ACCESS, NULL, 0,
         "The access token, for APIs of the pool's owner (the default)", 1},
        {"id", KEY_ID, NULL, 0, "The ID token, which says who you are", 1},
        COG_OPTION_CONFIG,
        COG_OPTION_END,
    };
    static const struct argp argp = {
        .options = options,
        .parser = parse,
        .doc = "Print a token of the session you are logged in to, renewed "
               "when it is about to expire.",
    };
    cog_cleanup_own_tokens struct cog_own_tokens own = COG_OWN_TOKENS_EMPTY;
    struct given given = {.common = *common};
    int code = cog_command_parse(&argp, argc, argv, &given);

    if (code == COG_EXIT_OK)
        code = cog_own_tokens_open(given.common.config, &own);
    if (code == COG_EXIT_OK)
        code = cog_own_tokens_renew(&own);
    if (code == COG_EXIT_OK)
        (void) puts(given.id ? own.kept.id.data : own.kept.access.data);
    return code;
}
