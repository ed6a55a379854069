/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cognitoctl apply: after installation and after each edit of cognito.conf.
 * Makes the login store, without which no pool user comes in, and writes
 * the settings record that NSS and the module read instead of parsing. The
 * configuration of one PAM service is checked, and no more.
 */
#include "cognitoctl/command_line.h"

#include "accounts/cache_write.h"
#include "accounts/logins.h"
#include "cognitoctl/stores.h"
#include "host/account_id.h"
#include "host/files.h"
#include "host/settings.h"

#include <errno.h>
#include <sys/stat.h>
#include <unistd.h>

/* As make install makes them: a host may be an image with an empty /var. */
static int
make_directories(void)
{
    static const struct {
        const char *path;
        mode_t mode;
    } directories[] = {{COG_STATE_DIR, 0755},
                       {COG_ACCOUNTS_DIR, 0755},
                       {COG_LOGINS_DIR, 0700}};

    for (size_t i = 0; i < sizeof directories / sizeof directories[0]; i++) {
        const char *path = directories[i].path;

        if (mkdir(path, 0700) != 0) {
            if (errno != EEXIST)
                return cog_store_fail(path, errno);
        } else if (chmod(path, directories[i].mode) != 0) { /* any umask */
            return cog_store_fail(path, errno);
        }
    }
    return COG_EXIT_OK;
}

static int
write_stores(const char *config_path, const struct cog_settings *settings)
{
    cog_cleanup_cache_lock struct cog_cache_lock lock = COG_CACHE_LOCK_NONE;
    struct cog_write_refusal refusal = {0};
    int code = make_directories();
    int error;

    if (code == COG_EXIT_OK)
        code = cog_stores_lock(&lock);
    if (code != COG_EXIT_OK)
        return code;
    error = cog_logins_create(COG_LOGINS_DIR, &lock);
    if (error != 0 && error != EEXIST)
        return cog_store_fail(COG_LOGINS_DIR, error);
    error = cog_cache_put_settings(&cog_stores, &lock, settings, &refusal);
    if (error == EINVAL)
        return cog_fail(COG_EXIT_CONFIG, "%s: %s", config_path,
                        cog_fault_text(refusal.fault));
    return error == 0 ? COG_EXIT_OK : cog_store_fail(COG_ACCOUNTS_DIR, error);
}

/* What a login needs besides: said now, not only to the log of the first. */
static void
note_unusable(const char *config_path, const char *done)
{
    cog_cleanup_files struct cog_host_files files = {0};
    char reason[COG_FILES_REASON];

    if (!cog_files_load(config_path, &files, reason))
        cog_note("%s, but nobody is admitted before this is mended: %s", done,
                 reason);
}

static int
apply(const char *config_path, const struct cog_settings *settings)
{
    int code;

    if (cog_files_is_of_service(config_path)) {
        enum cog_fault fault = cog_settings_check(settings);

        if (fault != COG_FAULT_NONE)
            return cog_fail(COG_EXIT_CONFIG, "%s: %s", config_path,
                            cog_fault_text(fault));
        cog_note("checked; this machine goes on by " COG_HOST_CONFIG);
        note_unusable(config_path, "checked");
        return COG_EXIT_OK;
    }
    code = write_stores(config_path, settings);
    if (code != COG_EXIT_OK)
        return code;
    cog_stores_changed();
    note_unusable(config_path, "applied");
    return COG_EXIT_OK;
}

struct given {
    struct cog_common common;
};

static error_t
parse(int key, char *arg, struct argp_state *state)
{
    struct given *given = state->input;

    return cog_common_parse(key, arg, &given->common);
}

int
cog_command_apply(const struct cog_common *common, int argc, char **argv)
{
    static const struct argp_option options[] = {COG_OPTION_CONFIG,
                                                 COG_OPTION_END};
    static const struct argp argp = {
        .options = options,
        .parser = parse,
        .doc = "Check cognito.conf, write what NSS and the PAM module need of "
               "it, and make the stores where they are missing.",
    };
    struct given given = {.common = *common};
    char reason[COG_FILES_REASON];
    cog_cleanup_id_sources struct cog_id_sources sources =
        COG_ID_SOURCES_EMPTY;
    struct cog_settings settings;
    struct cog_config config;
    int code = cog_command_parse(&argp, argc, argv, &given);

    if (code != COG_EXIT_OK)
        return code;
    if (!cog_files_load_config(given.common.config, &config, reason))
        return cog_fail(COG_EXIT_CONFIG, "%s", reason);
    if (!config.allow.everybody && config.allow.groups.count == 0)
        cog_note("allow_groups is not set, so nobody is admitted");
    if (!cog_id_sources_load(&config, &sources, reason)) {
        if (access(COG_ID_KEY_FILE, F_OK) != 0)
            cog_note("for the ids of a machine of its own: cognitoctl ids "
                     "init; for those of others, copy their %s first",
                     COG_ID_KEY_FILE);
        return cog_fail(COG_EXIT_FAILED, "%s", reason);
    }
    if (!cog_settings_from_config(&config, &sources, &settings, reason))
        return cog_fail(COG_EXIT_CONFIG, "%s: %s", given.common.config,
                        reason);
    return apply(given.common.config, &settings);
}
