/* SPDX-License-Identifier: Apache-2.0 */
/* cognitoctl: the administrator's command line. A table of subcommands. */
#include "config.h"

#include "cognitoctl/commands.h"

#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static const struct {
    const char *name;
    int (*run)(int argc, char **argv);
    const char *usage, *purpose;
} commands[] = {
    {"apply", cog_command_apply, "apply",
     "write the settings of cognito.conf for NSS and make the stores"},
    {"forget", cog_command_forget, "forget [--same-person] NAME",
     "forget whom a name is bound to"},
    {"ids", cog_command_ids, "ids init",
     "make the secret key that ids are computed with"},
};

#define COMMANDS (sizeof commands / sizeof commands[0])

const char *cog_config_path = COG_CONFIG_DIR "/cognito.conf";

static int
usage(FILE *out, int code)
{
    (void) fputs("usage: cognitoctl [--config FILE] COMMAND ...\n\n", out);
    for (size_t i = 0; i < COMMANDS; i++)
        (void) fprintf(out, "  %-28s %s\n", commands[i].usage,
                       commands[i].purpose);
    return code;
}

/* The program's own options, before the command. Returns how many words. */
static int
take_options(int argc, char **argv)
{
    int at = 1;

    if (argc > 2 && strcmp(argv[1], "--config") == 0) {
        cog_config_path = argv[2];
        at = 3;
    }
    return at;
}

/*
 * With standard streams closed, a file of ours would become one of them
 * and receive our messages.
 */
static bool
open_standard_streams(void)
{
    int fd;

    do
        fd = open("/dev/null", O_RDWR | O_CLOEXEC);
    while (fd >= 0 && fd <= STDERR_FILENO);
    if (fd >= 0)
        (void) close(fd);
    return fd >= 0;
}

int
main(int argc, char **argv)
{
    int at = take_options(argc, argv);

    if (!open_standard_streams())
        return COG_EXIT_FAILED;
    if (at >= argc)
        return usage(stderr, COG_EXIT_USAGE);
    if (strcmp(argv[at], "--help") == 0)
        return usage(stdout, COG_EXIT_OK);
    if (strcmp(argv[at], "--version") == 0) {
        (void) puts("cognitoctl " PACKAGE_VERSION);
        return COG_EXIT_OK;
    }
    for (size_t i = 0; i < COMMANDS; i++) {
        if (strcmp(argv[at], commands[i].name) != 0)
            continue;
        if (geteuid() != 0)
            return cog_fail(COG_EXIT_FAILED, "%s needs root", argv[at]);
        (void) umask(077);
        return commands[i].run(argc - at, argv + at);
    }
    return cog_fail(COG_EXIT_USAGE, "no such command: %s", argv[at]);
}
