/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Looking at pool and app client as an administrator sees them; see checks.h.
 * Three calls that change nothing. Without credentials it is a note.
 */
#include "cognitoctl/checks.h"

#include "cognitoctl/pool_access.h"

#include <string.h>

/* One try after throttling, not an hour of them. */
static const struct cog_pool_pace pace = {.patience_ms = 5000};

/* What one call found of another may be found already. */
static bool
is_found(const struct cog_checks *checks, enum cog_finding_id id)
{
    for (size_t i = 0; i < checks->findings.count; i++) {
        if (checks->findings.list[i].id == id)
            return true;
    }
    return false;
}

static void
add(struct cog_checks *checks, bool wrong, enum cog_finding_id id,
    const char *about)
{
    if (wrong && !is_found(checks, id))
        cog_findings_add(&checks->findings, id, "%s", about);
}

/* Each attribute that people can write through the app client. */
static enum cog_status
look_at_written(void *context, const char *name)
{
    struct cog_checks *checks = context;

    if (strcmp(name, checks->config.id_attribute) == 0)
        cog_findings_add(&checks->findings, COG_FIND_CLIENT_WRITES,
                         "id_attribute %s", name);
    if (strcmp(name, checks->config.key_attribute) == 0)
        cog_findings_add(&checks->findings, COG_FIND_CLIENT_WRITES,
                         "key_attribute %s", name);
    return COG_OK;
}

static enum cog_status
look_at_client(struct cog_checks *checks, struct cog_pool_admin *admin)
{
    struct cog_pool_client_description client;
    const struct cog_config *config = &checks->config;
    bool has_secret = config->client_secret_file[0] != '\0';
    enum cog_status status = cog_pool_admin_describe_client(
        admin, config->client_id, look_at_written, checks, &client);

    if (status != COG_OK)
        return status;
    add(checks, (client.flows & COG_POOL_FLOW_USER_SRP) == 0,
        COG_FIND_CLIENT_FLOW, "ALLOW_USER_SRP_AUTH is off");
    add(checks, (client.flows & COG_POOL_FLOW_USER_PASSWORD) != 0,
        COG_FIND_CLIENT_PASSWORD_FLOW, "ALLOW_USER_PASSWORD_AUTH is on");
    add(checks, !client.hides_unknown_users, COG_FIND_CLIENT_REVEALS,
        "PreventUserExistenceErrors is not ENABLED");
    add(checks, client.has_secret && !has_secret, COG_FIND_CLIENT_HASH,
        "the app client has a secret, client_secret_file is not set");
    add(checks, !client.has_secret && has_secret, COG_FIND_CLIENT_HASH,
        "the app client has no secret, client_secret_file is set");
    return COG_OK;
}

static enum cog_status
look_at_pool(struct cog_checks *checks, struct cog_pool_admin *admin)
{
    struct cog_pool_description pool;
    const struct cog_config *config = &checks->config;
    enum cog_status status =
        cog_pool_admin_describe_pool(admin, NULL, NULL, &pool);

    if (status != COG_OK)
        return status;
    add(checks, config->allow.everybody && !pool.admin_creates_only,
        COG_FIND_EVERYBODY, "allow_groups = *");
    add(checks, pool.case_sensitive == config->case_insensitive,
        COG_FIND_POOL_CASE,
        pool.case_sensitive ? "case_insensitive = yes, the pool minds case"
                            : "case_insensitive = no, the pool ignores case");
    return COG_OK;
}

static enum cog_status
look_at_all(struct cog_checks *checks, struct cog_pool_admin *admin)
{
    enum cog_status status = look_at_client(checks, admin);

    if (status == COG_OK)
        status = look_at_pool(checks, admin);
    return status == COG_OK ? cog_check_groups(checks, admin) : status;
}

void
cog_check_client(struct cog_checks *checks)
{
    cog_cleanup_pool_access struct cog_pool_access access = {.admin = NULL};
    const struct cog_pool_admin_report *report;
    const char *why;
    enum cog_status status;

    if (!checks->configured ||
        cog_pool_access_open(&checks->config, &pace, &access) != 0)
        return;
    status = look_at_all(checks, access.admin);
    if (status == COG_OK)
        return;
    cog_check_listed_groups(checks);
    report = cog_pool_admin_report(access.admin);
    /* A client of another pool: the logins themselves do not tell. */
    if (strcmp(report->error_type, "ResourceNotFoundException") == 0) {
        add(checks, true, COG_FIND_CLIENT_UNKNOWN, report->message);
        return;
    }
    why = report->detail[0] != '\0' ? report->detail : report->error_type;
    cog_findings_add(&checks->findings, COG_FIND_NO_CREDENTIALS, "%s: %s%s%s",
                     report->operation != NULL ? report->operation
                                               : "credentials",
                     cog_status_name(status), why[0] != '\0' ? ": " : "", why);
}
