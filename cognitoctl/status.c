/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cognitoctl status: how this host stands, from its files alone; then what
 * of it is wrong. doctor looks further.
 */
#include "accounts/cache_levels.h"
#include "accounts/logins.h"
#include "base/cleanup.h"
#include "base/clock.h"
#include "cognitoctl/checks.h"
#include "cognitoctl/command_line.h"
#include "cognitoctl/installed.h"
#include "cognitoctl/nsswitch.h"
#include "cognitoctl/pam_files.h"
#include "cognitoctl/text_file.h"
#include "host/breakglass.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

struct given {
    struct cog_common common;
};

static error_t
parse(int key, char *arg, struct argp_state *state)
{
    struct given *given = state->input;

    if (key == ARGP_KEY_ARG) {
        argp_usage(state);
        return EINVAL;
    }
    return cog_common_parse(key, arg, &given->common);
}

static void
print_config(struct cog_output *output, const struct cog_checks *checks)
{
    const struct cog_config *config = &checks->config;
    const char *group;
    size_t at = 0;

    cog_output_text(output, "configuration", checks->config_path);
    cog_output_truth(output, "configured", checks->configured);
    if (!checks->configured)
        return;
    cog_output_text(output, "pool_id", config->pool_id);
    cog_output_text(output, "client_id", config->client_id);
    cog_output_text(output, "endpoint", config->endpoint);
    cog_output_open_list(output, "allow_groups");
    if (config->allow.everybody)
        cog_output_text(output, NULL, "*");
    while ((group = cog_config_list_next(&config->allow.groups, &at)) != NULL)
        cog_output_text(output, NULL, group);
    cog_output_close_list(output);
    cog_output_truth(output, "provisional",
                     config->provisional != COG_CONFIG_PROVISIONAL_OFF);
}

/* ---- accounts */

static int64_t
written_s(const char *path)
{
    struct stat status;

    return stat(path, &status) == 0 ? (int64_t) status.st_mtim.tv_sec : 0;
}

static int
count_login(void *context, const struct cog_login_entry *login)
{
    uint64_t *count = context;

    (void) login;
    ++*count;
    return 0;
}

static void
print_level(struct cog_output *output, const char *name,
            const struct cog_cache_file *level, const char *path)
{
    cog_output_open(output, name);
    cog_output_number(output, "accounts",
                      cog_cache_level_exists(level) ? level->accounts : 0);
    cog_output_time(output, "written", written_s(path));
    cog_output_close(output);
}

static void
print_stores(struct cog_output *output)
{
    cog_cleanup_cache_levels struct cog_cache_levels levels =
        COG_CACHE_LEVELS_EMPTY;
    struct cog_installed installed = {0};
    uint64_t logins = 0;

    /* What cannot be read is a finding. */
    (void) cog_cache_levels_open(COG_ACCOUNTS_DIR, &levels);
    print_level(output, "recent", &levels.recent,
                COG_ACCOUNTS_DIR "/" COG_RECENT_FILE);
    print_level(output, "base", &levels.base,
                COG_ACCOUNTS_DIR "/" COG_BASE_FILE);
    (void) cog_logins_walk(COG_LOGINS_DIR, count_login, NULL, &logins);
    cog_output_number(output, "logins", (int64_t) logins);
    (void) cog_installed_load(COG_LOGINS_DIR, &installed);
    cog_output_time(output, "last_sync", installed.created_s);
    cog_output_text(output, "synced_from",
                    installed.created_s == 0    ? ""
                    : installed.from[0] == '\0' ? "the pool"
                                                : installed.from);
}

/* ---- windows */

static void
print_window(void *context, const struct cog_breakglass *window)
{
    struct cog_output *output = context;

    if (!cog_breakglass_is_open(window, cog_clock_unix_s()))
        return;
    cog_output_open_row(output);
    cog_output_text(output, "name", window->name);
    cog_output_time(output, "until", window->until_s);
    cog_output_close_row(output);
}

static void
print_breakglass(struct cog_output *output)
{
    static const struct cog_column columns[] = {
        {"BREAKGLASS", 33}, {"UNTIL", 0}, {NULL, 0}};

    cog_output_open_table(output, "breakglass", columns);
    (void) cog_breakglass_walk(COG_BREAKGLASS_DIR, print_window, output);
    cog_output_close_table(output);
}

/* ---- the host's own files */

static void
print_names(struct cog_output *output)
{
    static const char *const databases[] = {"passwd", "group"};
    cog_cleanup_text char *text = NULL;
    size_t len = 0;
    int error = cog_text_file_read("/etc/nsswitch.conf", &text, &len);

    cog_output_open(output, "nsswitch");
    for (size_t i = 0; i < sizeof databases / sizeof databases[0]; i++) {
        char services[COG_NSSWITCH_LINE_SIZE];

        (void) cog_nsswitch_look(error == 0 ? text : "", len, databases[i],
                                 services);
        cog_output_text(output, databases[i], services);
    }
    cog_output_close(output);
}

static void
print_service(void *context, const char *service)
{
    cog_cleanup_pam_stack struct cog_pam_stack stack = {0};
    struct cog_output *output = context;
    bool asks[COG_PAM_FACILITIES] = {false}, any = false;

    for (unsigned i = 0; i < COG_PAM_FACILITIES; i++) {
        asks[i] = cog_pam_stack_load(service, (enum cog_pam_facility) i,
                                     &stack) == 0 &&
                  cog_pam_stack_ours(&stack) < stack.count;
        any = any || asks[i];
    }
    if (!any)
        return;
    cog_output_open_row(output);
    cog_output_text(output, "service", service);
    cog_output_truth(output, "auth", asks[COG_PAM_AUTH]);
    cog_output_truth(output, "account", asks[COG_PAM_ACCOUNT]);
    cog_output_truth(output, "password", asks[COG_PAM_PASSWORD]);
    cog_output_close_row(output);
}

static void
print_pam(struct cog_output *output)
{
    static const struct cog_column columns[] = {{"PAM SERVICE", 18},
                                                {"AUTH", 4},
                                                {"ACCOUNT", 7},
                                                {"PASSWORD", 0},
                                                {NULL, 0}};

    cog_output_open_table(output, "pam", columns);
    cog_pam_services(print_service, output);
    cog_output_close_table(output);
}

static void
print_programs(struct cog_output *output)
{
    static const struct cog_column columns[] = {
        {"PROGRAM", 53}, {"MODE", 0}, {NULL, 0}};
    static const char *const paths[] = {COG_PAM_MODULE, COG_NSS_MODULE,
                                        COG_LIBEXEC_DIR "/pam-cognito-keeper",
                                        COG_LIBEXEC_DIR "/pam-cognito-speaker",
                                        COG_LIBEXEC_DIR "/pam-cognito-admin"};

    cog_output_open_table(output, "programs", columns);
    for (size_t i = 0; i < sizeof paths / sizeof paths[0]; i++) {
        struct stat status;
        char mode[16] = "missing";

        if (stat(paths[i], &status) == 0)
            (void) snprintf(mode, sizeof mode, "%04o",
                            (unsigned) status.st_mode & 07777);
        cog_output_open_row(output);
        cog_output_text(output, "path", paths[i]);
        cog_output_text(output, "mode", mode);
        cog_output_close_row(output);
    }
    cog_output_close_table(output);
}

static void
print_id_key(struct cog_output *output)
{
    struct stat status;

    cog_output_truth(output, "id_key",
                     stat(COG_CONFIG_DIR "/id_key", &status) == 0);
}

int
cog_command_status(const struct cog_common *common, int argc, char **argv)
{
    static const struct argp_option options[] = {
        COG_OPTION_CONFIG, COG_OPTION_JSON, COG_OPTION_END};
    static const struct argp argp = {
        .options = options,
        .parser = parse,
        .doc = "Say how this host stands with the pool, from its files alone.",
    };
    struct given given = {.common = *common};
    cog_cleanup_checks struct cog_checks checks = {0};
    struct cog_output output;
    int code = cog_command_parse(&argp, argc, argv, &given);

    if (code != COG_EXIT_OK)
        return code;
    checks.config_path = given.common.config;
    cog_check_config(&checks);
    cog_check_settings(&checks);
    cog_check_stores(&checks);
    cog_check_names(&checks);
    cog_check_pam(&checks);
    cog_check_files(&checks);
    cog_output_begin(&output, stdout, given.common.json);
    print_config(&output, &checks);
    print_id_key(&output);
    print_stores(&output);
    print_breakglass(&output);
    print_names(&output);
    print_programs(&output);
    print_pam(&output);
    cog_findings_print(&checks.findings, &output);
    code = cog_output_end(&output);
    return code != COG_EXIT_OK ? code : cog_findings_exit(&checks.findings);
}
