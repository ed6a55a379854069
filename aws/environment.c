/* SPDX-License-Identifier: Apache-2.0 */
/* AWS's variables, taken and wiped; see the header. */
#include "aws/environment.h"

#include <errno.h>
#include <stddef.h>
#include <string.h>

#include "base/text.h"

#define VALUE_MAX (64 * 1024)

#define FIELD(name) offsetof(struct cog_aws_environment, name)

static const struct {
    const char *name;
    size_t field;
} variables[] = {
    {"AWS_ACCESS_KEY_ID", FIELD(access_key_id)},
    {"AWS_SECRET_ACCESS_KEY", FIELD(secret_access_key)},
    {"AWS_SESSION_TOKEN", FIELD(session_token)},
    {"AWS_PROFILE", FIELD(profile)},
    {"AWS_SHARED_CREDENTIALS_FILE", FIELD(shared_credentials_file)},
    {"AWS_CONFIG_FILE", FIELD(config_file)},
    {"AWS_ROLE_ARN", FIELD(role_arn)},
    {"AWS_ROLE_SESSION_NAME", FIELD(role_session_name)},
    {"AWS_WEB_IDENTITY_TOKEN_FILE", FIELD(web_identity_token_file)},
    {"AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", FIELD(container_relative_uri)},
    {"AWS_CONTAINER_CREDENTIALS_FULL_URI", FIELD(container_full_uri)},
    {"AWS_CONTAINER_AUTHORIZATION_TOKEN", FIELD(container_authorization)},
    {"AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE",
     FIELD(container_authorization_file)},
    {"AWS_EC2_METADATA_DISABLED", FIELD(metadata_disabled)},
    {"AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE", FIELD(metadata_mode)},
};

#define VARIABLES (sizeof variables / sizeof variables[0])

static struct cog_secret *
field_at(struct cog_aws_environment *environment, size_t i)
{
    return (struct cog_secret *) (void *) ((char *) environment +
                                           variables[i].field);
}

/* The value of one entry, if it is that variable. */
static char *
value_of(char *entry, const char *name)
{
    size_t len = strlen(name);

    return cog_text_begins(entry, name) && entry[len] == '=' ? entry + len + 1
                                                             : NULL;
}

static int
take_one(char *entry, struct cog_aws_environment *out)
{
    for (size_t i = 0; i < VARIABLES; i++) {
        char *value = value_of(entry, variables[i].name);

        if (value == NULL || field_at(out, i)->data != NULL)
            continue;
        if (strlen(value) > VALUE_MAX)
            return EMSGSIZE;
        return cog_secret_set_text(field_at(out, i), value);
    }
    return 0;
}

/* The value of any AWS_* entry, from where /proc shows it too. */
static void
wipe(char *entry)
{
    char *equals = strchr(entry, '=');

    if (equals != NULL && cog_text_begins(entry, "AWS_"))
        explicit_bzero(equals + 1, strlen(equals + 1));
}

int
cog_aws_environment_take(char **environment, struct cog_aws_environment *out)
{
    cog_cleanup_aws_environment struct cog_aws_environment fresh = {
        .profile = COG_SECRET_EMPTY};
    int error = 0;

    for (size_t i = 0; environment[i] != NULL; i++) {
        if (error == 0)
            error = take_one(environment[i], &fresh);
        wipe(environment[i]);
    }
    environment[0] = NULL;
    if (error != 0)
        return error;
    *out = fresh;
    memset(&fresh, 0, sizeof fresh);
    return 0;
}

void
cog_aws_environment_clear(struct cog_aws_environment *environment)
{
    for (size_t i = 0; i < VARIABLES; i++)
        cog_secret_clear(field_at(environment, i));
}
