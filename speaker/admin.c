/* SPDX-License-Identifier: Apache-2.0 */
/* Asking as an administrator; see the header. */
#include "speaker/admin.h"

#include "aws/pool_admin.h"
#include "aws/source.h"
#include "base/text.h"
#include "cognito/claims.h"
#include "speaker/result.h"

#include <stdio.h>
#include <string.h>

/* As the pool id's. */
#define REGION_SIZE 56

static const struct cog_aws_source sources[] = {
    {cog_aws_from_given},
    {cog_aws_from_ec2},
};

/* What is being asked for, and what came of it. */
struct asking {
    const struct cog_login_settings *login;
    struct cog_identity *identity;
    unsigned groups_dropped;
    bool answered; /* there was an answer about the user */
};

/* Who may be vouched for, while enabled; what is not here may not. */
static const enum cog_status standings[] = {
    [COG_POOL_USER_OTHER] = COG_UNSUPPORTED,
    [COG_POOL_USER_UNCONFIRMED] = COG_NOT_CONFIRMED,
    [COG_POOL_USER_CONFIRMED] = COG_OK,
    [COG_POOL_USER_FORCE_CHANGE_PASSWORD] = COG_OK,
    [COG_POOL_USER_RESET_REQUIRED] = COG_OK,
    [COG_POOL_USER_EXTERNAL_PROVIDER] = COG_WRONG_IDENTITY,
    [COG_POOL_USER_ARCHIVED] = COG_DISABLED,
    [COG_POOL_USER_COMPROMISED] = COG_DISABLED,
    [COG_POOL_USER_UNKNOWN] = COG_UNSUPPORTED,
};

static enum cog_status
standing_of(const struct cog_pool_user *user)
{
    if (!user->enabled)
        return COG_DISABLED;
    if ((size_t) user->status >= sizeof standings / sizeof standings[0])
        return COG_UNSUPPORTED;
    return standings[user->status];
}

/* The name that a login would prove: as in a token's claims (P15). */
static bool
is_name(const struct cog_pool_user *user,
        const struct cog_login_settings *login)
{
    const char *email, *verified;

    if (login->login_claim != COG_CLAIM_EMAIL)
        return cog_claims_is_name(user->username, login);
    email = cog_pool_user_attribute(user, "email");
    verified = cog_pool_user_attribute(user, "email_verified");
    return email != NULL && verified != NULL &&
           strcmp(verified, "true") == 0 && cog_claims_is_name(email, login);
}

static void
copy_display_name(const struct cog_pool_user *user,
                  struct cog_identity *identity)
{
    const char *name = cog_pool_user_attribute(user, "name");

    if (name != NULL && strlen(name) < sizeof identity->display_name)
        memcpy(identity->display_name, name, strlen(name) + 1);
}

static enum cog_status
take_user(void *context, const struct cog_pool_user *user)
{
    struct asking *asking = context;
    struct cog_identity *identity = asking->identity;

    asking->answered = true;
    if (!is_name(user, asking->login))
        return COG_WRONG_IDENTITY;
    if (user->sub == NULL || strlen(user->sub) >= sizeof identity->sub ||
        strlen(user->username) >= sizeof identity->username)
        return COG_PROTOCOL;
    memcpy(identity->sub, user->sub, strlen(user->sub) + 1);
    memcpy(identity->username, user->username, strlen(user->username) + 1);
    copy_display_name(user, identity);
    return standing_of(user);
}

/* As those of a token: what is no name is dropped, never repaired (P62). */
static enum cog_status
take_group(void *context, const struct cog_pool_group *group)
{
    struct asking *asking = context;
    struct cog_identity *identity = asking->identity;
    size_t len = strlen(group->name);

    if (identity->group_count == COG_GROUPS_MAX ||
        len >= sizeof identity->groups[0] ||
        cog_text_has_control(group->name, len))
        asking->groups_dropped++;
    else
        memcpy(identity->groups[identity->group_count++], group->name,
               len + 1);
    return COG_OK;
}

/*
 * What is no answer about the user: what else would be a refusal in a login
 * is one of our credentials here, and must not be held against anybody.
 */
static enum cog_status
mean(enum cog_status status, const struct cog_pool_admin_report *report)
{
    if (strcmp(report->error_type, "UserNotFoundException") == 0)
        return COG_BAD_CREDENTIALS;
    switch (status) {
    case COG_NETWORK:
    case COG_LOST:
    case COG_TLS:
    case COG_TIMEOUT:
    case COG_THROTTLED:
    case COG_SERVICE:
    case COG_PROTOCOL:
    case COG_NO_MEMORY:
    case COG_INTERNAL:
        return status;
    default:
        return COG_MISCONFIGURED;
    }
}

static enum cog_status
ask_both(struct cog_pool_admin *admin, struct asking *asking)
{
    const char *name = asking->login->sign_in_name;
    enum cog_status status =
        cog_pool_admin_get_user(admin, name, take_user, asking);

    if (status != COG_OK && asking->answered)
        return status;
    if (status == COG_OK)
        status =
            cog_pool_admin_list_groups_of(admin, name, take_group, asking);
    return status == COG_OK ? COG_OK
                            : mean(status, cog_pool_admin_report(admin));
}

static void
tell(const struct cog_job *job, enum cog_status status,
     const struct cog_pool_admin_report *from, const struct asking *asking)
{
    struct cog_report report = {
        .detail = from->detail[0] == '\0' ? NULL : from->detail,
        .offset_known = from->offset_known,
        .offset_s = from->offset_s,
        .groups_dropped = asking->groups_dropped,
    };
    const struct cog_result result = {.operation = job->operation,
                                      .status = status,
                                      .report = &report,
                                      .sign_in_name = job->login.sign_in_name,
                                      .identity = asking->identity};

    memcpy(report.error_type, from->error_type, sizeof report.error_type);
    memcpy(report.message, from->message, sizeof report.message);
    memcpy(report.request_id, from->request_id, sizeof report.request_id);
    (void) cog_result_send(&result);
}

/* "eu-west-1" of "eu-west-1_abc"; cog_pool_admin_new checks the id. */
static void
copy_region(const char *pool_id, char region[REGION_SIZE])
{
    (void) snprintf(region, REGION_SIZE, "%.*s", (int) strcspn(pool_id, "_"),
                    pool_id);
}

/* With a chain of credentials; COG_OK: something was told. */
static enum cog_status
ask_with(struct cog_job *job, struct cog_aws_chain *chain,
         const struct cog_clock *clock, int64_t deadline_ms)
{
    static struct cog_identity identity;
    struct asking asking = {.login = &job->login, .identity = &identity};
    cog_cleanup_pool_admin struct cog_pool_admin *admin = NULL;
    char region[REGION_SIZE];
    const struct cog_pool_admin_settings settings = {
        .endpoint = job->http.endpoint,
        .pool_id = job->login.pool_id,
        .region = region,
        .ca_file = job->http.ca_file,
        .ca_path = job->http.ca_path,
        .proxy = job->http.proxy,
        .chain = chain,
        .clock = clock,
        .timeout_ms = job->login.timeout_ms,
        .deadline_ms = deadline_ms,
    };
    enum cog_status status;

    copy_region(job->login.pool_id, region);
    status = cog_pool_admin_new(&settings, &admin);
    if (status == COG_OK)
        tell(job, ask_both(admin, &asking), cog_pool_admin_report(admin),
             &asking);
    return status;
}

void
cog_admin_ask(struct cog_job *job, const struct cog_clock *clock)
{
    cog_cleanup_secret struct cog_secret file = COG_SECRET_EMPTY;
    cog_cleanup_aws_chain struct cog_aws_chain *chain = NULL;
    const struct cog_aws_chain_settings settings = {
        .sources = sources,
        .source_count = sizeof sources / sizeof sources[0],
        .nowhere = "admin_credentials_file is not set",
        .given = &file,
        .ca_file = job->http.ca_file,
        .ca_path = job->http.ca_path,
        .proxy = job->http.proxy,
        .clock = clock,
        .timeout_ms = job->login.timeout_ms,
        .deadline_ms = clock->monotonic_ms() + job->login.timeout_ms,
    };
    enum cog_status status;

    if (cog_job_receive_aws_file(&file) != 0)
        return;
    status = cog_aws_chain_new(&settings, &chain);
    if (status == COG_OK)
        status = ask_with(job, chain, clock, settings.deadline_ms);
    if (status != COG_OK)
        (void) cog_result_send_failure(job->operation, status);
}
