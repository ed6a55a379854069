/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the subcommands' argp parsers share. A parser's input begins with a
 * struct cog_common, its table of options has COG_OPTION_CONFIG (and, for
 * one that reads, COG_OPTION_JSON), and it hands what it does not know to
 * cog_common_parse.
 */
#ifndef COG_COGNITOCTL_COMMAND_LINE_H
#define COG_COGNITOCTL_COMMAND_LINE_H

#include "cognitoctl/commands.h"

#include <argp.h>

/* Keys of the common options; beyond all letters. */
enum { COG_KEY_CONFIG = 0x1000, COG_KEY_JSON };

#define COG_OPTION_CONFIG                                                     \
    {                                                                         \
        "config", COG_KEY_CONFIG, "FILE", 0, "Another configuration file", 9  \
    }
#define COG_OPTION_JSON                                                       \
    {                                                                         \
        "json", COG_KEY_JSON, NULL, 0, "Print one JSON document", 9           \
    }
#define COG_OPTION_END                                                        \
    {                                                                         \
        NULL, 0, NULL, 0, NULL, 0                                             \
    }

/* For the default branch of a parser. */
error_t cog_common_parse(int key, char *arg, struct cog_common *common);

/*
 * Parse a subcommand's words into given, which argp hands to the parser as
 * its input. Wrong words and --help end the program, as argp does; another
 * failure is said and returned as an exit code.
 */
int cog_command_parse(const struct argp *argp, int argc, char **argv,
                      void *given);

/*
 * Whether each word is fit to be printed, so that argp's messages are: no
 * control, invisible or bidirectional characters, and UTF-8.
 */
bool cog_words_are_printable(int argc, char **argv);

/* ---- subcommands about one login name */

/* Such a parser's input begins with it. */
struct cog_named {
    struct cog_common common;
    const char *name; /* never NULL behind cog_command_parse */
};

/*
 * A parser for such words, of whoever has no options of their own; for the
 * default branch of others. One word, neither more nor none.
 */
error_t cog_named_parse(int key, char *arg, struct argp_state *state);

/* As cog_command_parse; COG_EXIT_USAGE, too, for what is no login name. */
int cog_command_parse_named(const struct argp *argp, int argc, char **argv,
                            struct cog_named *named);

#endif
