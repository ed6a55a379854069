/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Credentials out of a file that somebody else has opened and checked: the
 * profile "default" of AWS's form, keys only. What asks for them elsewhere (a
 * program, a role, a sign-on) is refused: this runs where a login waits, in a
 * process that may start nothing.
 */
#include "aws/credential_document.h"
#include "aws/profile_file.h"
#include "aws/source.h"

static const char what[] = "the file of AWS credentials";

static const char *
problem_of(const struct cog_aws_profile *profile)
{
    if (!profile->found)
        return "it has no profile [default]";
    if (profile->unsupported != NULL ||
        cog_aws_is_set(&profile->credential_process) ||
        cog_aws_is_set(&profile->role_arn) ||
        cog_aws_is_set(&profile->web_identity_token_file))
        return "only keys may stand in it";
    return NULL;
}

enum cog_status
cog_aws_from_given(struct cog_aws_search *search, bool *there,
                   struct cog_aws_credentials *credentials)
{
    cog_cleanup_aws_profile struct cog_aws_profile profile = {.found = false};
    const struct cog_secret *given = search->settings->given;
    const char *problem;
    enum cog_status status;
    unsigned line = 0;

    *there = given != NULL && given->len > 0;
    if (!*there)
        return COG_OK;
    status = cog_aws_profile_parse(given->data, given->len,
                                   COG_AWS_FILE_CREDENTIALS, "default",
                                   &profile, &line);
    if (status == COG_MISCONFIGURED)
        return cog_aws_fail(search, status,
                            "%s: line %u is malformed or given twice", what,
                            line);
    if (status != COG_OK)
        return status;
    problem = problem_of(&profile);
    if (problem == NULL) {
        cog_secret_move(&credentials->key_id, &profile.access_key_id);
        cog_secret_move(&credentials->secret_key, &profile.secret_access_key);
        cog_secret_move(&credentials->session_token, &profile.session_token);
        problem = cog_aws_credentials_check(credentials);
    }
    if (problem != NULL)
        return cog_aws_fail(search, COG_MISCONFIGURED, "%s: %s", what,
                            problem);
    credentials->source = "file";
    return COG_OK;
}
