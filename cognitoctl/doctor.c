/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cognitoctl doctor: all that can be wrong with the sign-in of this host, as
 * far as a program can see it, each with its cure.
 */
#include "cognitoctl/checks.h"
#include "cognitoctl/command_line.h"

#include <errno.h>
#include <signal.h>

struct given {
    struct cog_common common;
    bool offline;
};

enum { KEY_OFFLINE = 'o' };

static error_t
parse(int key, char *arg, struct argp_state *state)
{
    struct given *given = state->input;

    switch (key) {
    case KEY_OFFLINE:
        given->offline = true;
        return 0;
    case ARGP_KEY_ARG:
        argp_usage(state);
        return EINVAL;
    default:
        return cog_common_parse(key, arg, &given->common);
    }
}

static void
look(struct cog_checks *checks, bool offline)
{
    static void (*const here[])(struct cog_checks *) = {
        cog_check_config,  cog_check_settings,  cog_check_stores,
        cog_check_names,   cog_check_pam,       cog_check_arguments,
        cog_check_modules, cog_check_sshd,      cog_check_files,
        cog_check_power,   cog_check_accounts,  cog_check_subids,
        cog_check_homes,   cog_check_local_way, cog_check_mapped_groups};

    for (size_t i = 0; i < sizeof here / sizeof here[0]; i++)
        here[i](checks);
    if (offline) {
        cog_check_listed_groups(checks);
        return;
    }
    cog_check_pool(checks);
    cog_check_client(checks);
}

int
cog_command_doctor(const struct cog_common *common, int argc, char **argv)
{
    static const struct argp_option options[] = {
        {"offline", KEY_OFFLINE, NULL, 0, "Do not ask the service", 1},
        COG_OPTION_CONFIG,
        COG_OPTION_JSON,
        COG_OPTION_END,
    };
    static const struct argp argp = {
        .options = options,
        .parser = parse,
        .doc = "Look at all that the sign-in with the pool depends on, and "
               "say what is wrong and what helps. Changes nothing.",
    };
    struct given given = {.common = *common};
    cog_cleanup_checks struct cog_checks checks = {0};
    struct cog_output output;
    int code = cog_command_parse(&argp, argc, argv, &given);

    if (code != COG_EXIT_OK)
        return code;
    (void) signal(SIGPIPE, SIG_IGN); /* a connection that is lost */
    checks.config_path = given.common.config;
    look(&checks, given.offline);
    cog_output_begin(&output, stdout, given.common.json);
    if (checks.findings.count == 0 && !given.common.json)
        (void) puts("Nothing is wrong.");
    cog_findings_print(&checks.findings, &output);
    code = cog_output_end(&output);
    return code != COG_EXIT_OK ? code : cog_findings_exit(&checks.findings);
}
