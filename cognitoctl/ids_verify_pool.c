/* SPDX-License-Identifier: Apache-2.0 */
/* cognitoctl ids verify without a list: the pool itself is asked. */
#include "cognitoctl/ids.h"

#include "cognitoctl/listing.h"
#include "cognitoctl/stores.h"

#include <signal.h>
#include <string.h>

/* As sync asks: leaving most of the quota to others (pool_admin.h). */
static const struct cog_pool_pace pace = {
    .patience_ms = 20 * 60 * 1000,
    .interval_ms = COG_POOL_ADMIN_INTERVAL_MS,
};

struct work {
    struct cog_verify *verify;
    int error; /* the errno that ended the walk */
};

static bool
see_group(void *context, const struct cog_pool_group_record *group)
{
    struct work *work = context;

    work->error = cog_verify_group(work->verify, group->name);
    return work->error == 0;
}

static bool
see_user(void *context, const struct cog_pool_record *user)
{
    struct work *work = context;

    work->error = cog_verify_record(work->verify, user->name, user->uid);
    return work->error == 0;
}

static void
see_refused(void *context, const char *shown, const char *why)
{
    struct work *work = context;

    cog_verify_refused(work->verify, shown, why);
}

static int
walk(struct cog_verify *verify, struct cog_taken_listing *taken)
{
    struct cog_pool_listing records = cog_listing_records(taken);
    struct work work = {.verify = verify};
    const struct cog_pool_visitor visitor = {see_group, see_user, see_refused,
                                             &work};
    char reason[COG_POOL_REASON] = "";

    if (records.walk(records.context, &visitor, reason))
        return COG_EXIT_OK;
    return cog_fail(COG_EXIT_FAILED, "the pool: %s",
                    work.error != 0 ? cog_store_error_text(work.error)
                                    : reason);
}

int
cog_ids_verify_pool(struct cog_verify *verify, const struct cog_config *config)
{
    cog_cleanup_pool_access struct cog_pool_access access = {.admin = NULL};
    cog_cleanup_taken_listing struct cog_taken_listing taken = {0};
    const struct cog_listing_settings settings = {
        .access = &access,
        .config = config,
        .sources = verify->sources,
        .settings = verify->settings,
        .max_users = UINT32_MAX,
    };
    int code;

    if (!config->allow.everybody && config->allow.groups.count == 0)
        return cog_fail(COG_EXIT_CONFIG, "allow_groups is not set, so there "
                                         "is nobody to verify");
    (void) signal(SIGPIPE, SIG_IGN); /* a connection that is lost */
    code = cog_pool_access_open(config, &pace, &access);
    if (code == COG_EXIT_OK)
        code = cog_listing_take(&settings, &taken);
    return code == COG_EXIT_OK ? walk(verify, &taken) : code;
}
