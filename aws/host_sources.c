/* SPDX-License-Identifier: Apache-2.0 */
/* Where cognitoctl finds credentials, and root's home; see credentials.h. */
#include "aws/source.h"

#include <errno.h>
#include <pwd.h>
#include <stdio.h>

const struct cog_aws_source cog_aws_host_sources[COG_AWS_HOST_SOURCES] = {
    {cog_aws_from_environment}, {cog_aws_from_web_identity},
    {cog_aws_from_profile},     {cog_aws_from_container},
    {cog_aws_from_ec2},
};

int
cog_aws_root_home(char *out, size_t out_size)
{
    struct passwd entry, *found = NULL;
    char buffer[4096];
    int error = getpwuid_r(0, &entry, buffer, sizeof buffer, &found);
    int len;

    if (error != 0)
        return error;
    if (found == NULL || found->pw_dir == NULL || found->pw_dir[0] != '/')
        return ENOENT;
    len = snprintf(out, out_size, "%s", found->pw_dir);
    return len < 0 || (size_t) len >= out_size ? EMSGSIZE : 0;
}
