/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Keys in the environment: AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, for
 * temporary ones AWS_SESSION_TOKEN too. One of the first two without the
 * other is a mistake and not a reason to look elsewhere.
 */
#include "aws/credential_document.h"
#include "aws/source.h"

static enum cog_status
copy(const struct cog_secret *from, struct cog_secret *to)
{
    return cog_secret_copy(to, from) == 0 ? COG_OK : COG_NO_MEMORY;
}

enum cog_status
cog_aws_from_environment(struct cog_aws_search *search, bool *there,
                         struct cog_aws_credentials *credentials)
{
    const struct cog_aws_environment *from = search->settings->environment;
    enum cog_status status;
    const char *problem;

    *there = cog_aws_is_set(&from->access_key_id) ||
             cog_aws_is_set(&from->secret_access_key);
    if (!*there)
        return COG_OK;
    status = copy(&from->access_key_id, &credentials->key_id);
    if (status == COG_OK)
        status = copy(&from->secret_access_key, &credentials->secret_key);
    if (status == COG_OK)
        status = copy(&from->session_token, &credentials->session_token);
    if (status != COG_OK)
        return status;
    problem = cog_aws_credentials_check(credentials);
    if (problem != NULL)
        return cog_aws_fail(search, COG_MISCONFIGURED,
                            "AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY or "
                            "AWS_SESSION_TOKEN: %s",
                            problem);
    credentials->source = "environment";
    return COG_OK;
}
