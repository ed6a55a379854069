/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The subcommands. Each gets its own arguments (argv[0] is its name) and
 * returns the exit code of the program.
 */
#ifndef COG_COGNITOCTL_COMMANDS_H
#define COG_COGNITOCTL_COMMANDS_H

/* Exit codes, as documented in cognitoctl(8). */
enum cog_exit {
    COG_EXIT_OK = 0,
    COG_EXIT_FAILED = 1,    /* it was tried and did not work */
    COG_EXIT_USAGE = 2,     /* the command line is wrong */
    COG_EXIT_CONFIG = 3,    /* cognito.conf is missing or wrong */
    COG_EXIT_NOT_FOUND = 4, /* nothing known of that name */
};

int cog_command_apply(int argc, char **argv);
int cog_command_forget(int argc, char **argv);
int cog_command_ids(int argc, char **argv);

/* The configuration file all commands read: --config, else the default. */
extern const char *cog_config_path;

/* An error on standard error, "cognitoctl: ..."; returns code. */
int cog_fail(int code, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

#endif
