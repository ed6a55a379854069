/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Looking at owners and modes of all our files; see checks.h. A table of
 * what is shipped and made, then what the configuration names.
 */
#include "cognitoctl/checks.h"

#include "accounts/places.h"
#include "accounts/trusted_file.h"
#include "cognitoctl/pam_files.h"
#include "host/account_id.h"
#include "host/breakglass.h"
#include "host/files.h"
#include "host/kept.h"
#include "host/verifiers.h"

#include <errno.h>
#include <limits.h>
#include <string.h>
#include <sys/stat.h>

#define KEEPER  COG_LIBEXEC_DIR "/pam-cognito-keeper"
#define SPEAKER COG_LIBEXEC_DIR "/pam-cognito-speaker"
#define ADMIN   COG_LIBEXEC_DIR "/pam-cognito-admin"

/* The most that each may permit. */
struct file {
    const char *path;
    mode_t most;
    bool needed; /* must be there */
};

static const struct file files[] = {
    {COG_PAM_MODULE, 0755, true},
    {COG_NSS_MODULE, 0755, true},
    /* For callers that are not root: see keeper/lent.h. */
    {KEEPER, 02755, true},
    /* Whom it runs as shall not read it: see speaker/sandbox.c. */
    {SPEAKER, 0711, true},
    {ADMIN, 0711, true},
    {COG_PROGRAM, 0755, true},
    {COG_CONFIG_DIR, 0755, true},
    {COG_STATE_DIR, 0755, true},
    {COG_ACCOUNTS_DIR, 0755, true},
    {COG_LOGINS_DIR, 0700, true},
    /* People pass through it to the tokens of their sessions. */
    {COG_RUN_DIR, 0711, false},
    {COG_SESSIONS_DIR, 0700, false},
    {COG_PENDING_DIR, 0700, false},
    {COG_VERIFIERS_DIR, 0700, false},
    {COG_BREAKGLASS_DIR, 0700, false},
    {COG_ID_KEY_FILE, 0600, false},
    {COG_ACCOUNTS_DIR "/recent.cdb", 0644, false},
    {COG_ACCOUNTS_DIR "/base.cdb", 0644, false},
    {COG_ACCOUNTS_DIR "/keys.cdb", 0644, false},
    {COG_LOGINS_DIR "/logins.cdb", 0600, false},
    {COG_LOGINS_DIR "/lock", 0600, false},
    {COG_LOGINS_DIR "/listing", 0600, false},
    {"/etc/nsswitch.conf", 0644, false},
};

/*
 * What a file may permit. A setgid bit, and rights of a group that others do
 * not have, are for the group of the client secret alone.
 */
static mode_t
most_of(const struct file *file, const struct stat *status)
{
    gid_t group = cog_files_secret_group();

    if (group != 0 && status->st_gid == group)
        return file->most;
    return file->most & ((file->most & S_IRWXO) == 0 ? S_IRWXU : 0777);
}

static void
check_file(struct cog_checks *checks, const struct file *file,
           enum cog_finding_id missing)
{
    enum cog_trust why = COG_TRUST_FINE;
    struct stat status;
    mode_t mode, most;

    if (lstat(file->path, &status) != 0) {
        if (file->needed || errno != ENOENT)
            cog_findings_add(&checks->findings, missing, "%s: %s", file->path,
                             strerror(errno));
        return;
    }
    mode = status.st_mode & 07777;
    if (status.st_uid != 0)
        cog_findings_add(&checks->findings, COG_FIND_FILE_OWNER,
                         "%s: owned by uid %u", file->path,
                         (unsigned) status.st_uid);
    most = most_of(file, &status);
    if (!S_ISLNK(status.st_mode) && (mode & ~most) != 0)
        cog_findings_add(&checks->findings, COG_FIND_FILE_MODE,
                         "%s: mode %04o, at most %04o is right", file->path,
                         (unsigned) mode, (unsigned) most);
    if (cog_trusted_dirs(file->path, &why) == EPERM)
        cog_findings_add(&checks->findings,
                         why == COG_TRUST_DIR_NOT_ROOTS ? COG_FIND_FILE_OWNER
                                                        : COG_FIND_FILE_MODE,
                         "%s: %s", file->path, cog_trust_text(why));
}

/*
 * What the configuration names. That secrets, pinned keys or the map of ids
 * are not there is the finding of cog_check_config and cog_check_settings.
 */
static void
check_named(struct cog_checks *checks)
{
    const struct cog_config *config = &checks->config;
    const struct file named[] = {
        {config->jwks_file, 0644, false},
        {config->ca_file, 0644, true},
        {config->id_map, 0644, false},
        {config->snapshot_key, 0644, true},
        {config->client_secret_file, 0640, false},
        {config->admin_credentials_file, 0600, false},
    };

    for (size_t i = 0; i < sizeof named / sizeof named[0]; i++) {
        if (named[i].path[0] != '\0')
            check_file(checks, &named[i], COG_FIND_NAMED_MISSING);
    }
}

static void
check_service(void *context, const char *service)
{
    cog_cleanup_pam_stack struct cog_pam_stack stack = {0};
    char path[PATH_MAX];
    bool ours = false;

    for (unsigned i = 0; i < COG_PAM_FACILITIES && !ours; i++)
        ours = cog_pam_stack_load(service, (enum cog_pam_facility) i,
                                  &stack) == 0 &&
               cog_pam_stack_ours(&stack) < stack.count;
    if (!ours)
        return;
    cog_pam_path(service, path);
    check_file(context, &(struct file){path, 0644, false},
               COG_FIND_FILE_MISSING);
}

void
cog_check_files(struct cog_checks *checks)
{
    const struct file config = {checks->config_path, 0644, false};

    for (size_t i = 0; i < sizeof files / sizeof files[0]; i++)
        check_file(checks, &files[i], COG_FIND_FILE_MISSING);
    check_file(checks, &config, COG_FIND_FILE_MISSING);
    if (checks->configured)
        check_named(checks);
    cog_pam_services(check_service, checks);
}
