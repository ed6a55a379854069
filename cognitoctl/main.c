/* SPDX-License-Identifier: Apache-2.0 */
/* cognitoctl: the administrator's command line. A table of subcommands. */
#include "config.h"

#include "cognitoctl/command_line.h"
#include "cognitoctl/environment.h"
#include "host/files.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static const struct command {
    const char *name;
    cog_command *run;
    bool for_anybody; /* needs no root, and must not use what root has */
    const char *usage, *purpose;
} commands[] = {
    {"accounts", cog_command_accounts, true, "accounts list | show NAME",
     "the pool's users that this host knows"},
    {"apply", cog_command_apply, false, "apply",
     "write the settings of cognito.conf for NSS, make the stores"},
    {"authorized-keys", cog_command_authorized_keys, true,
     "authorized-keys NAME", "ssh keys of one user, for sshd"},
    {"aws-credentials", cog_command_aws_credentials, true, "aws-credentials",
     "your own AWS credentials, as a credential_process"},
    {"breakglass", cog_command_breakglass, false,
     "breakglass NAME --for 2h | --close",
     "let NAME in by the password alone while the pool is away"},
    {"doctor", cog_command_doctor, false, "doctor",
     "look for all that can be wrong, with the cure of each"},
    {"export", cog_command_export, false, "export [--output FILE] ...",
     "write the users of the pool as a signed snapshot"},
    {"forget", cog_command_forget, false, "forget NAME",
     "forget whom a name is bound to"},
    {"ids", cog_command_ids, false, "ids init | verify [FILE]",
     "make the secret key of ids; try a whole pool before rollout"},
    {"status", cog_command_status, false, "status",
     "how this host stands with the pool"},
    {"sync", cog_command_sync, false, "sync [--from FILE|URL] ...",
     "make the accounts of this host those of the pool"},
    {"token", cog_command_token, true, "token [--id|--access]",
     "your own token, fresh, in a session that has one"},
    {"unlock", cog_command_unlock, false, "unlock NAME",
     "forget the wrong passwords counted for a name"},
};

#define COMMANDS (sizeof commands / sizeof commands[0])

/* What stands before the subcommand; at is where that is. */
struct given {
    struct cog_common common;
    int at;
};

static error_t
parse(int key, char *arg, struct argp_state *state)
{
    struct given *given = state->input;

    switch (key) {
    case ARGP_KEY_ARG:
        given->at = state->next - 1;
        state->next = state->argc;
        return 0;
    case ARGP_KEY_NO_ARGS:
        argp_usage(state);
        return EINVAL;
    default:
        return cog_common_parse(key, arg, &given->common);
    }
}

/* The tables behind the options in --help. */
static char *
help(int key, const char *text, void *input)
{
    char *out = NULL;
    size_t len;
    FILE *stream;

    (void) input;
    if (key != ARGP_KEY_HELP_POST_DOC)
        return (char *) (uintptr_t) text;
    stream = open_memstream(&out, &len);
    if (stream == NULL)
        return NULL;
    (void) fputs("Commands:\n", stream);
    for (size_t i = 0; i < COMMANDS; i++)
        (void) fprintf(stream, "  %s\n      %s\n", commands[i].usage,
                       commands[i].purpose);
    (void) fputs("\nExit codes:\n", stream);
    for (unsigned i = 0; i < COG_EXIT_COUNT; i++)
        (void) fprintf(stream, "  %u  %s\n", i,
                       cog_exit_text((enum cog_exit) i));
    (void) fputs("\ncognitoctl(8) tells more; COMMAND --help has each "
                 "command's options.",
                 stream);
    if (fclose(stream) != 0) {
        free(out);
        return NULL;
    }
    return out;
}

/*
 * With standard streams closed, a file of ours would become one of them and
 * receive our messages. What stands in their place cannot be written, so
 * that lost output is noticed.
 */
static bool
open_standard_streams(void)
{
    int fd;

    do
        fd = open("/dev/null", O_RDONLY | O_CLOEXEC);
    while (fd >= 0 && fd <= STDERR_FILENO);
    if (fd >= 0)
        (void) close(fd);
    return fd >= 0;
}

static int
run(const struct command *command, const struct given *given, int argc,
    char **argv)
{
    char name[64];

    if (!command->for_anybody && geteuid() != 0)
        return cog_fail(COG_EXIT_USAGE, "%s needs root", command->name);
    (void) umask(077);
    (void) snprintf(name, sizeof name, "cognitoctl %s", command->name);
    argv[given->at] = name;
    return command->run(&given->common, argc - given->at, argv + given->at);
}

/* What was printed must have arrived, or the exit code is a lie. */
static void
check_output(void)
{
    bool failed = ferror(stdout) != 0;

    if (fflush(stdout) != 0 || failed)
        _exit(cog_fail(COG_EXIT_FAILED, "cannot write to standard output"));
}

int
main(int argc, char **argv)
{
    static const struct argp_option options[] = {COG_OPTION_CONFIG,
                                                 COG_OPTION_END};
    static const struct argp argp = {
        .options = options,
        .parser = parse,
        .args_doc = "COMMAND ...",
        .doc = "Look after the sign-in with an Amazon Cognito user pool.",
        .help_filter = help,
    };
    struct given given = {.common.config = COG_HOST_CONFIG};
    char name[] = "cognitoctl";

    cog_environment_take();
    if (!open_standard_streams() || atexit(check_output) != 0)
        return COG_EXIT_FAILED;
    if (argc < 1 || !cog_words_are_printable(argc, argv))
        return cog_fail(COG_EXIT_USAGE, "a word of the command line is too "
                                        "long or cannot be printed");
    argv[0] = name;
    argp_program_version = "cognitoctl " PACKAGE_VERSION;
    argp_err_exit_status = COG_EXIT_USAGE;
    if (argp_parse(&argp, argc, argv, ARGP_IN_ORDER, NULL, &given) != 0)
        return COG_EXIT_FAILED;
    for (size_t i = 0; i < COMMANDS; i++) {
        if (strcmp(argv[given.at], commands[i].name) == 0)
            return run(&commands[i], &given, argc, argv);
    }
    return cog_fail(COG_EXIT_USAGE, "no such command: %s", argv[given.at]);
}
