/* SPDX-License-Identifier: Apache-2.0 */
/* Asking the pool with the host's AWS credentials; see the header. */
#include "cognitoctl/pool_access.h"

#include "base/clock.h"
#include "cognitoctl/commands.h"
#include "cognitoctl/environment.h"

#include <string.h>

/* For one request, or one source of credentials. */
#define TIMEOUT_MS 30000

/* An option that was not given is NULL there. */
static const char *
given(const char *text)
{
    return text[0] == '\0' ? NULL : text;
}

static enum cog_status
open_chain(const struct cog_config *config, struct cog_pool_access *access)
{
    bool has_home = cog_aws_root_home(access->home, sizeof access->home) == 0;
    const struct cog_aws_chain_settings settings = {
        .sources = cog_aws_host_sources,
        .source_count = COG_AWS_HOST_SOURCES,
        .nowhere = "none in the environment, no profile, no container (see "
                   "cognitoctl(8), AWS CREDENTIALS)",
        .environment = &access->environment,
        .home = has_home ? access->home : NULL,
        .sts_endpoint = config->sts_endpoint,
        .ca_file = given(config->ca_file),
        .ca_path = given(config->ca_path),
        .proxy = given(config->proxy),
        .clock = &cog_clock_real,
        .timeout_ms = TIMEOUT_MS,
    };

    return cog_aws_chain_new(&settings, &access->chain);
}

static enum cog_status
open_admin(const struct cog_config *config, const struct cog_pool_pace *pace,
           struct cog_pool_access *access)
{
    const struct cog_pool_admin_settings settings = {
        .endpoint = config->endpoint,
        .pool_id = config->pool_id,
        .region = config->region,
        .ca_file = given(config->ca_file),
        .ca_path = given(config->ca_path),
        .proxy = given(config->proxy),
        .chain = access->chain,
        .clock = &cog_clock_real,
        .timeout_ms = TIMEOUT_MS,
        .patience_ms = pace->patience_ms,
        .interval_ms = pace->interval_ms,
    };

    return cog_pool_admin_new(&settings, &access->admin);
}

int
cog_pool_access_open(const struct cog_config *config,
                     const struct cog_pool_pace *pace,
                     struct cog_pool_access *access)
{
    enum cog_status status;
    int error;

    memset(access, 0, sizeof *access);
    error = cog_aws_environment_take(cog_environment_given(),
                                     &access->environment);
    if (error != 0)
        return cog_fail(COG_EXIT_FAILED, "the environment's AWS variables: %s",
                        strerror(error));
    status = open_chain(config, access);
    if (status == COG_OK)
        status = open_admin(config, pace, access);
    if (status != COG_OK)
        return cog_fail(COG_EXIT_FAILED, "cannot ask the pool: %s",
                        cog_status_name(status));
    return COG_EXIT_OK;
}

int
cog_pool_access_fail(const struct cog_pool_access *access,
                     enum cog_status status)
{
    const struct cog_pool_admin_report *report =
        cog_pool_admin_report(access->admin);
    const char *why =
        report->detail[0] != '\0' ? report->detail : report->message;

    return cog_fail(
        status == COG_MISCONFIGURED ? COG_EXIT_CONFIG : COG_EXIT_FAILED,
        "%s: %s%s%s%s%s", report->operation == NULL ? "" : report->operation,
        cog_status_name(status), report->error_type[0] == '\0' ? "" : ": ",
        report->error_type, why[0] == '\0' ? "" : ": ", why);
}

void
cog_pool_access_close(struct cog_pool_access *access)
{
    cog_pool_admin_free(access->admin);
    cog_aws_chain_free(access->chain);
    cog_aws_environment_clear(&access->environment);
    access->admin = NULL;
    access->chain = NULL;
}
