/* SPDX-License-Identifier: Apache-2.0 */
/* Looking at the configuration; see checks.h. */
#include "cognitoctl/checks.h"

#include "accounts/cache_read.h"
#include "base/text.h"
#include "cognito/jwt.h"
#include "cognitoctl/stores.h"
#include "host/account_id.h"
#include "host/files.h"
#include "host/settings.h"

#include <errno.h>
#include <sys/stat.h>

#define KEEPER COG_LIBEXEC_DIR "/pam-cognito-keeper"

static void
check_id_key(struct cog_checks *checks)
{
    cog_cleanup_id_key struct cog_id_key key = COG_ID_KEY_EMPTY;
    enum cog_trust why = COG_TRUST_FINE;

    if (cog_id_key_load(COG_ID_KEY_FILE, &key, &why) != 0)
        cog_findings_add(&checks->findings, COG_FIND_ID_KEY, "%s: %s",
                         COG_ID_KEY_FILE, cog_trust_text(why));
}

/* Secret and pinned keys, as a login loads them. */
static void
check_secrets(struct cog_checks *checks)
{
    cog_cleanup_files struct cog_host_files files = {0};
    const char *secret = checks->config.client_secret_file;
    char reason[COG_FILES_REASON];

    if (!cog_files_load(checks->config_path, &files, reason)) {
        cog_findings_add(&checks->findings,
                         secret[0] != '\0' && cog_text_begins(reason, secret)
                             ? COG_FIND_CLIENT_SECRET
                             : COG_FIND_PINNED_KEYS,
                         "%s", reason);
        return;
    }
    if (files.config.account_check == COG_CONFIG_CHECK_ADMIN &&
        !cog_files_load_admin(&files, reason))
        cog_findings_add(&checks->findings, COG_FIND_ADMIN_CREDENTIALS, "%s",
                         reason);
    if (!files.keys_pinned)
        cog_findings_add(&checks->findings, COG_FIND_KEYS_NOT_PINNED,
                         "jwks_file is not set");
    else if (cog_jwks_check(files.keys.data, files.keys.len) != COG_OK)
        cog_findings_add(&checks->findings, COG_FIND_PINNED_KEYS,
                         "%s: no key in it can be used",
                         checks->config.jwks_file);
}

static bool
has_for_group(const char *path, mode_t wanted)
{
    gid_t group = cog_files_secret_group();
    struct stat status;

    return group != 0 && stat(path, &status) == 0 && status.st_gid == group &&
           (status.st_mode & wanted) != 0;
}

/*
 * What is done for callers that are not root is done whole: the group may
 * read the secret, and the keeper has the group.
 */
static void
check_callers(struct cog_checks *checks)
{
    const struct cog_config *config = &checks->config;
    const char *secret = config->client_secret_file;
    bool lent = secret[0] != '\0' && has_for_group(secret, S_IRGRP);

    if (secret[0] == '\0' || (!lent && config->trusted_callers.count == 0))
        return;
    if (!lent)
        cog_findings_add(&checks->findings, COG_FIND_CALLERS,
                         "%s: root's alone, and trusted_callers is set",
                         secret);
    if (!has_for_group(KEEPER, S_ISGID))
        cog_findings_add(&checks->findings, COG_FIND_CALLERS,
                         KEEPER ": not setgid to " COG_FILES_SECRET_GROUP);
}

/* As sshd looks at it before it asks PAM. */
static void
check_shell(struct cog_checks *checks)
{
    const char *shell = checks->config.shell;
    struct stat status;

    if (stat(shell, &status) != 0 || !S_ISREG(status.st_mode) ||
        (status.st_mode & (S_IXUSR | S_IXGRP | S_IXOTH)) == 0)
        cog_findings_add(&checks->findings, COG_FIND_NO_SHELL, "shell: %s",
                         shell);
}

void
cog_check_config(struct cog_checks *checks)
{
    char reason[COG_FILES_REASON];

    check_id_key(checks);
    checks->configured =
        cog_files_load_config(checks->config_path, &checks->config, reason);
    if (!checks->configured) {
        cog_findings_add(&checks->findings, COG_FIND_CONFIG, "%s", reason);
        return;
    }
    if (!checks->config.allow.everybody &&
        checks->config.allow.groups.count == 0)
        cog_findings_add(&checks->findings, COG_FIND_NOBODY,
                         "allow_groups is not set");
    check_secrets(checks);
    check_callers(checks);
    check_shell(checks);
}

void
cog_check_settings(struct cog_checks *checks)
{
    cog_cleanup_id_sources struct cog_id_sources sources =
        COG_ID_SOURCES_EMPTY;
    cog_cleanup_cache struct cog_cache_reader reader =
        COG_CACHE_READER(COG_ACCOUNTS_DIR);
    char reason[COG_FILES_REASON], names[COG_SUBJECT_SIZE / 2];
    struct cog_settings wanted, written;
    int error = cog_cache_settings(&reader, &written);

    if (error == ENOENT || error == ENODATA)
        cog_findings_add(&checks->findings, COG_FIND_SETTINGS_MISSING,
                         COG_ACCOUNTS_DIR);
    if (!checks->configured)
        return;
    if (!cog_id_sources_load(&checks->config, &sources, reason) ||
        !cog_settings_from_config(&checks->config, &sources, &wanted,
                                  reason)) {
        if (!cog_text_begins(reason, COG_ID_KEY_FILE)) /* id-key says it */
            cog_findings_add(&checks->findings, COG_FIND_IDS, "%s", reason);
        return;
    }
    if (error != 0 || cog_files_is_of_service(checks->config_path))
        return;
    cog_settings_compare(&wanted, &written, names, sizeof names);
    if (names[0] != '\0')
        cog_findings_add(&checks->findings, COG_FIND_SETTINGS_DIFFER, "%s",
                         names);
}
