/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The shared files. ~/.aws/credentials must be a secret (0600), as keys are
 * in it; ~/.aws/config may be readable by all, and then no keys are taken
 * from it. Both, and all directories above, must be root's and not writable
 * by others, also those that the environment names. There "~" means nothing.
 */
#include <stdio.h>
#include <string.h>

#include "accounts/trusted_file.h"
#include "aws/credential_document.h"
#include "aws/process.h"
#include "aws/profile_file.h"
#include "aws/source.h"
#include "aws/web_identity.h"
#include "base/cleanup.h"

#define PATH_SIZE    512
#define PROFILE_SIZE 128

/* The profile as both files have it. */
struct view {
    const char *name;
    char credentials_path[PATH_SIZE];
    char config_path[PATH_SIZE];
    struct cog_aws_profile credentials;
    struct cog_aws_profile config;
    bool config_is_secret; /* keys may be taken from it */
};

static void
clear_view(struct view *view)
{
    cog_aws_profile_clear(&view->credentials);
    cog_aws_profile_clear(&view->config);
}

/* The path that the environment names, or one below the home; "": none. */
static enum cog_status
make_path(struct cog_aws_search *search, const struct cog_secret *named,
          const char *file, char path[PATH_SIZE])
{
    const char *home = search->settings->home;
    int len = 0;

    path[0] = '\0';
    if (cog_aws_is_set(named))
        len = snprintf(path, PATH_SIZE, "%s", named->data);
    else if (home != NULL)
        len = snprintf(path, PATH_SIZE, "%s/.aws/%s",
                       strcmp(home, "/") == 0 ? "" : home, file);
    if (len < 0 || len >= PATH_SIZE)
        return cog_aws_fail(search, COG_MISCONFIGURED,
                            "the path of AWS's %s file is too long", file);
    return COG_OK;
}

/* One file's part of the profile; a file of the home may be missing. */
static enum cog_status
load(struct cog_aws_search *search, const char *path, bool named,
     unsigned flags, enum cog_aws_file_kind kind, const char *name,
     struct cog_aws_profile *profile)
{
    cog_cleanup_secret struct cog_secret contents = COG_SECRET_EMPTY;
    enum cog_status status;
    unsigned line = 0;
    bool missing = false;

    if (path[0] == '\0')
        return COG_OK;
    status =
        cog_aws_read_file(search, path, flags, COG_AWS_PROFILE_FILE_MAX - 1,
                          &contents, &missing);
    if (status != COG_OK && missing && !named)
        return COG_OK;
    if (status != COG_OK)
        return status;
    if (contents.len == 0)
        return COG_OK;
    status = cog_aws_profile_parse(contents.data, contents.len, kind, name,
                                   profile, &line);
    if (status == COG_MISCONFIGURED)
        return cog_aws_fail(search, status, "%s:%u: malformed or given twice",
                            path, line);
    return status;
}

/* As a secret if it is one, so that its keys may be used; else as public. */
static enum cog_status
load_config(struct cog_aws_search *search, struct view *view)
{
    bool named = cog_aws_is_set(&search->settings->environment->config_file);
    enum cog_trust why = COG_TRUST_FINE;
    uint64_t size;
    int fd = -1;

    if (view->config_path[0] == '\0')
        return COG_OK;
    view->config_is_secret =
        cog_trusted_open(view->config_path, COG_TRUST_SECRET | COG_TRUST_DIRS,
                         COG_AWS_PROFILE_FILE_MAX, &fd, &size, &why) == 0;
    if (view->config_is_secret)
        cog_close_fd(&fd);
    return load(search, view->config_path, named,
                view->config_is_secret ? COG_TRUST_SECRET : COG_TRUST_PUBLIC,
                COG_AWS_FILE_CONFIG, view->name, &view->config);
}

static enum cog_status
load_view(struct cog_aws_search *search, struct view *view)
{
    const struct cog_aws_environment *from = search->settings->environment;
    enum cog_status status;

    view->name =
        cog_aws_is_set(&from->profile) ? from->profile.data : "default";
    status = make_path(search, &from->shared_credentials_file, "credentials",
                       view->credentials_path);
    if (status == COG_OK)
        status =
            make_path(search, &from->config_file, "config", view->config_path);
    if (status == COG_OK)
        status = load(search, view->credentials_path,
                      cog_aws_is_set(&from->shared_credentials_file),
                      COG_TRUST_SECRET, COG_AWS_FILE_CREDENTIALS, view->name,
                      &view->credentials);
    return status == COG_OK ? load_config(search, view) : status;
}

static enum cog_status
take_keys(struct cog_aws_search *search, struct cog_aws_profile *profile,
          const char *path, struct cog_aws_credentials *credentials)
{
    const char *problem;

    cog_secret_move(&credentials->key_id, &profile->access_key_id);
    cog_secret_move(&credentials->secret_key, &profile->secret_access_key);
    cog_secret_move(&credentials->session_token, &profile->session_token);
    problem = cog_aws_credentials_check(credentials);
    if (problem != NULL)
        return cog_aws_fail(search, COG_MISCONFIGURED, "%s: %s", path,
                            problem);
    credentials->source = "profile";
    return COG_OK;
}

static enum cog_status
run_process(struct cog_aws_search *search, const struct cog_secret *line,
            struct cog_aws_credentials *credentials)
{
    static const char what[] = "credential_process";
    struct cog_aws_command command;
    cog_cleanup_secret struct cog_secret output = COG_SECRET_EMPTY;
    const char *problem = cog_aws_command_split(line->data, &command);
    enum cog_status status;

    if (problem != NULL)
        return cog_aws_fail(search, COG_MISCONFIGURED, "%s: %s", what,
                            problem);
    problem = cog_aws_process_run(&command, search->settings->home,
                                  COG_AWS_DOCUMENT_MAX, search->deadline_ms,
                                  &output);
    if (problem != NULL)
        return cog_aws_fail(search, COG_MISCONFIGURED, "%s: %s %s", what,
                            command.words[0], problem);
    status =
        cog_aws_document_read(output.data, output.len,
                              COG_AWS_DOCUMENT_PROCESS, credentials, &problem);
    if (status != COG_OK)
        return cog_aws_fail(search, status, "%s: what %s printed: %s", what,
                            command.words[0], problem);
    credentials->source = "credential_process";
    return COG_OK;
}

/* A setting of either file, the credentials file first. */
static const struct cog_secret *
either(const struct cog_secret *a, const struct cog_secret *b)
{
    return cog_aws_is_set(a) ? a : b;
}

static bool
has_keys(const struct cog_aws_profile *profile)
{
    return cog_aws_is_set(&profile->access_key_id) ||
           cog_aws_is_set(&profile->secret_access_key);
}

/* botocore's order: a role by web identity, keys, a program, keys in config.
 */
static enum cog_status
use(struct cog_aws_search *search, struct view *view,
    struct cog_aws_credentials *credentials)
{
    struct cog_aws_profile *first = &view->credentials,
                           *second = &view->config;
    const struct cog_secret *token_file = either(
        &first->web_identity_token_file, &second->web_identity_token_file);
    const struct cog_secret *process =
        either(&first->credential_process, &second->credential_process);
    const char *unsupported =
        first->unsupported != NULL ? first->unsupported : second->unsupported;

    if (cog_aws_is_set(token_file))
        return cog_aws_web_identity(
            search, token_file, either(&first->role_arn, &second->role_arn),
            either(&first->role_session_name, &second->role_session_name),
            credentials);
    if (unsupported != NULL)
        return cog_aws_fail(search, COG_MISCONFIGURED,
                            "profile %s: %s is not supported; use "
                            "credential_process with AWS's command line",
                            view->name, unsupported);
    if (has_keys(first))
        return take_keys(search, first, view->credentials_path, credentials);
    if (cog_aws_is_set(process))
        return run_process(search, process, credentials);
    if (has_keys(second) && !view->config_is_secret)
        return cog_aws_fail(search, COG_MISCONFIGURED, "%s: %s",
                            view->config_path,
                            cog_trust_text(COG_TRUST_READABLE));
    if (has_keys(second))
        return take_keys(search, second, view->config_path, credentials);
    return cog_aws_fail(search, COG_MISCONFIGURED,
                        "profile %s: no keys, credential_process or web "
                        "identity in it",
                        view->name);
}

/* Whether the profile says anything about credentials. */
static bool
says_something(const struct cog_aws_profile *profile)
{
    return has_keys(profile) || cog_aws_is_set(&profile->credential_process) ||
           cog_aws_is_set(&profile->role_arn) ||
           cog_aws_is_set(&profile->web_identity_token_file) ||
           profile->unsupported != NULL;
}

enum cog_status
cog_aws_from_profile(struct cog_aws_search *search, bool *there,
                     struct cog_aws_credentials *credentials)
{
    __attribute__((cleanup(clear_view))) struct view view = {.name = NULL};
    bool named = cog_aws_is_set(&search->settings->environment->profile);
    enum cog_status status = load_view(search, &view);

    *there = true;
    if (status != COG_OK)
        return status;
    if (named && !view.credentials.found && !view.config.found)
        return cog_aws_fail(search, COG_MISCONFIGURED,
                            "profile %s: in neither file", view.name);
    *there = named || says_something(&view.credentials) ||
             says_something(&view.config);
    return *there ? use(search, &view, credentials) : COG_OK;
}
