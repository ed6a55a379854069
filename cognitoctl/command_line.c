/* SPDX-License-Identifier: Apache-2.0 */
/* What the subcommands' parsers share; see the header. */
#include "cognitoctl/command_line.h"

#include "accounts/account.h"
#include "base/text.h"

#include <string.h>

/* As long as a path can be; none of our words is longer. */
#define WORD_MAX 4096

error_t
cog_common_parse(int key, char *arg, struct cog_common *common)
{
    switch (key) {
    case COG_KEY_CONFIG:
        common->config = arg;
        return 0;
    case COG_KEY_JSON:
        common->json = true;
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

int
cog_command_parse(const struct argp *argp, int argc, char **argv, void *given)
{
    error_t error = argp_parse(argp, argc, argv, 0, NULL, given);

    if (error != 0)
        return cog_fail(COG_EXIT_FAILED, "cannot read the command line: %s",
                        strerror(error));
    return COG_EXIT_OK;
}

error_t
cog_named_parse(int key, char *arg, struct argp_state *state)
{
    struct cog_named *named = state->input;

    switch (key) {
    case ARGP_KEY_ARG:
        if (state->arg_num > 0)
            argp_error(state, "one name at a time");
        named->name = arg;
        return 0;
    case ARGP_KEY_END:
        if (named->name == NULL)
            argp_error(state, "a name is wanted");
        return 0;
    default:
        return cog_common_parse(key, arg, &named->common);
    }
}

int
cog_command_parse_named(const struct argp *argp, int argc, char **argv,
                        struct cog_named *named)
{
    int code = cog_command_parse(argp, argc, argv, named);

    if (code == COG_EXIT_OK &&
        cog_login_name_check(named->name, strlen(named->name)) !=
            COG_FAULT_NONE)
        code = cog_fail(COG_EXIT_USAGE, "that is no login name");
    return code;
}

bool
cog_words_are_printable(int argc, char **argv)
{
    char shown[WORD_MAX + 1];

    for (int i = 0; i < argc; i++) {
        size_t len = strlen(argv[i]);

        if (len >= sizeof shown)
            return false;
        cog_text_for_person(argv[i], len, shown, sizeof shown);
        if (strcmp(argv[i], shown) != 0)
            return false;
    }
    return true;
}
