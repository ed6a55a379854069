/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The subcommands and what they have in common. main.c has the table: a new
 * one gets a line there, a file of its own, and its part of cognitoctl(8).
 */
#ifndef COG_COGNITOCTL_COMMANDS_H
#define COG_COGNITOCTL_COMMANDS_H

#include <stdbool.h>

/*
 * Exit codes, as documented in cognitoctl(8) and printed by --help, from
 * one table in say.c.
 */
enum cog_exit {
    COG_EXIT_OK = 0,
    COG_EXIT_FAILED,    /* 1: it was tried and did not work */
    COG_EXIT_USAGE,     /* 2: the command line is wrong, or not root's */
    COG_EXIT_CONFIG,    /* 3: cognito.conf is missing or wrong */
    COG_EXIT_NOT_FOUND, /* 4: nothing is known of that name */
    COG_EXIT_WARNINGS,  /* 5: looked, and something deserves a look */
    COG_EXIT_ERRORS,    /* 6: looked, and something is wrong or unsafe */
    COG_EXIT_FORCE,     /* 7: refused: it would lose too much */
    COG_EXIT_COUNT
};

/* A few words for --help; NULL past the end. */
const char *cog_exit_text(enum cog_exit code);

/* What every subcommand may be given; filled in by cog_common_parse. */
struct cog_common {
    const char *config; /* path of the configuration, never NULL */
    bool json;          /* only where the command has --json */
};

/*
 * A subcommand: gets its own words (argv[0] is "cognitoctl NAME") and what
 * stood before its name; returns the exit code of the program.
 */
typedef int cog_command(const struct cog_common *common, int argc,
                        char **argv);

cog_command cog_command_accounts;
cog_command cog_command_apply;
cog_command cog_command_authorized_keys;
cog_command cog_command_aws_credentials;
cog_command cog_command_breakglass;
cog_command cog_command_export;
cog_command cog_command_doctor;
cog_command cog_command_forget;
cog_command cog_command_ids;
cog_command cog_command_status;
cog_command cog_command_sync;
cog_command cog_command_token;
cog_command cog_command_unlock;

/*
 * An error or a remark on standard error, "cognitoctl: ..." in one line;
 * what a terminal could take for a command is made harmless. cog_fail
 * returns code.
 */
int cog_fail(int code, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
void cog_note(const char *format, ...) __attribute__((format(printf, 1, 2)));

#endif
