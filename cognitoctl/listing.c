/* SPDX-License-Identifier: Apache-2.0 */
/* Listing the pool; see the header. */
#include "cognitoctl/listing.h"

#include "base/clock.h"
#include "cognitoctl/commands.h"
#include "cognitoctl/named_groups.h"
#include "cognitoctl/progress.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

/* While the pool is asked. */
struct listing {
    const struct cog_listing_settings *settings;
    struct cog_roster *roster;
    struct cog_progress progress;
    size_t group;   /* whose members are being listed */
    bool add_users; /* members are users of ours, or only members */
    int error;      /* of the roster, that ended a call */
};

/* A callback's result that is neither COG_OK nor one of the service's. */
static enum cog_status
result_of(struct listing *listing, int error)
{
    listing->error = error;
    return error == 0 ? COG_OK : COG_ABORTED;
}

static int
fail(const struct listing *listing, enum cog_status status)
{
    if (status == COG_ABORTED && listing->error == E2BIG)
        return cog_fail(COG_EXIT_FAILED,
                        "more than %llu users: see max_accounts",
                        (unsigned long long) listing->settings->max_users);
    if (status == COG_ABORTED)
        return cog_fail(COG_EXIT_FAILED, "%s", strerror(listing->error));
    return cog_pool_access_fail(listing->settings->access, status);
}

static enum cog_status
see_user(void *context, const struct cog_pool_user *user)
{
    struct listing *listing = context;
    int error = cog_roster_add_user(listing->roster, user);

    cog_progress_at(&listing->progress, cog_roster_count(listing->roster), 0);
    return result_of(listing, error);
}

static enum cog_status
see_member(void *context, const struct cog_pool_user *user)
{
    struct listing *listing = context;
    int error = 0;

    if (listing->add_users)
        error = cog_roster_add_user(listing->roster, user);
    if (error == 0)
        error = cog_roster_join(listing->roster, user, listing->group);
    cog_progress_at(&listing->progress, cog_roster_count(listing->roster), 0);
    return result_of(listing, error == ENOENT ? 0 : error);
}

/* A name that no group can have here is of no user's here either. */
static enum cog_status
see_group(void *context, const struct cog_pool_group *group)
{
    struct listing *listing = context;
    size_t index;
    int error = cog_roster_add_group(listing->roster, group->name, &index);

    return result_of(listing, error == EINVAL ? 0 : error);
}

/* ---- what to ask for */

static bool
is_in_group_map(const struct cog_config *config, const char *group)
{
    const char *entry;
    size_t at = 0, len = 0;

    while ((entry = cog_config_list_next(&config->group_map, &at)) != NULL) {
        if (cog_config_group_map_local(entry, &len) != NULL &&
            strlen(group) == len && strncmp(entry, group, len) == 0)
            return true;
    }
    return false;
}

/* Whether it matters here who is in a group. */
static bool
wants_members(const struct cog_listing_settings *settings, const char *group)
{
    char name[COG_NAME_MAX + 1];

    if (cog_config_allows_group(settings->config, group) &&
        !settings->config->allow.everybody)
        return true;
    if (settings->allowed_groups_only)
        return is_in_group_map(settings->config, group);
    return cog_group_name_make(settings->settings->group_prefix, group,
                               strlen(group), name) == COG_FAULT_NONE;
}

/* Users first: a member is looked up among them. */
static enum cog_status
list_members(struct listing *listing, bool of_allowed_groups)
{
    const struct cog_config *config = listing->settings->config;
    const char *name;

    for (listing->group = 0;
         (name = cog_roster_group(listing->roster, listing->group)) != NULL;
         listing->group++) {
        enum cog_status status;
        bool allowed =
            !config->allow.everybody && cog_config_allows_group(config, name);

        if (allowed != of_allowed_groups ||
            !wants_members(listing->settings, name))
            continue;
        listing->add_users = allowed;
        status = cog_pool_admin_list_members(listing->settings->access->admin,
                                             name, see_member, listing);
        if (status != COG_OK)
            return status;
    }
    return COG_OK;
}

static enum cog_status
list_users(struct listing *listing)
{
    const struct cog_config *config = listing->settings->config;
    const char *attributes[8] = {"sub", "name"};
    size_t count = 2;

    if (!config->allow.everybody)
        return list_members(listing, true);
    if (config->login_claim == COG_CONFIG_CLAIM_EMAIL) {
        attributes[count++] = "email";
        attributes[count++] = "email_verified";
    }
    if (config->id_attribute[0] != '\0')
        attributes[count++] = config->id_attribute;
    if (config->key_attribute[0] != '\0')
        attributes[count++] = config->key_attribute;
    return cog_pool_admin_list_users(listing->settings->access->admin,
                                     attributes, see_user, listing);
}

static void
note_missing(void *context, const char *option, const char *name)
{
    (void) context;
    cog_note("the pool has no group %s, which %s names", name, option);
}

/* ---- P23: who writes the ids? */

struct attribute_search {
    const char *name;
    bool found;
};

static enum cog_status
see_written(void *context, const char *name)
{
    struct attribute_search *search = context;

    search->found = search->found || strcmp(name, search->name) == 0;
    return COG_OK;
}

/*
 * An attribute that the app client may write is its owner's choice: with it
 * as an id, everybody could be everybody.
 */
static int
check_id_attribute(const struct cog_listing_settings *settings)
{
    struct attribute_search search = {settings->config->id_attribute, false};
    struct cog_pool_client_description description;
    enum cog_status status;

    if (search.name[0] == '\0')
        return COG_EXIT_OK;
    status = cog_pool_admin_describe_client(
        settings->access->admin, settings->config->client_id, see_written,
        &search, &description);
    if (status != COG_OK) {
        cog_note("id_attribute needs to know who may write it");
        return cog_pool_access_fail(settings->access, status);
    }
    if (search.found)
        return cog_fail(COG_EXIT_CONFIG,
                        "the app client may write %s, so anybody could "
                        "choose an id: take it out of its WriteAttributes",
                        search.name);
    return COG_EXIT_OK;
}

/* ---- all of it */

static int
ask(struct listing *listing)
{
    enum cog_status status = cog_pool_admin_list_groups(
        listing->settings->access->admin, see_group, listing);

    if (status == COG_OK) {
        cog_named_groups_missing(listing->settings->config, listing->roster,
                                 note_missing, NULL);
        status = list_users(listing);
    }
    if (status == COG_OK)
        status = list_members(listing, false);
    cog_progress_end(&listing->progress);
    return status == COG_OK ? COG_EXIT_OK : fail(listing, status);
}

int
cog_listing_take(const struct cog_listing_settings *settings,
                 struct cog_taken_listing *taken)
{
    const struct cog_roster_settings roster = {
        .config = settings->config,
        .sources = settings->sources,
        .settings = settings->settings,
        .max_users = settings->max_users,
    };
    struct listing listing = {.settings = settings};
    int code = check_id_attribute(settings);

    if (code != COG_EXIT_OK)
        return code;
    taken->settings = settings;
    taken->created_s = cog_clock_unix_s();
    taken->roster = listing.roster = cog_roster_new(&roster);
    if (taken->roster == NULL)
        return cog_fail(COG_EXIT_FAILED, "%s", strerror(ENOMEM));
    cog_progress_begin(&listing.progress, "listing the pool", "users", 0);
    code = ask(&listing);
    if (code == COG_EXIT_OK)
        cog_roster_complete(taken->roster);
    return code;
}

void
cog_listing_free(struct cog_taken_listing *taken)
{
    cog_roster_free(taken->roster);
    taken->roster = NULL;
}

/* ---- as records */

/* Those with members that are Unix groups here; others have no id. */
static bool
walk_groups(const struct cog_taken_listing *taken,
            const struct cog_pool_visitor *visitor)
{
    const struct cog_settings *settings = taken->settings->settings;
    const char *name;

    for (size_t i = 0; (name = cog_roster_group(taken->roster, i)) != NULL;
         i++) {
        struct cog_pool_group_record group;
        char unix_name[COG_NAME_MAX + 1];

        if (!cog_roster_group_is_joined(taken->roster, i) ||
            cog_group_name_make(settings->group_prefix, name, strlen(name),
                                unix_name) != COG_FAULT_NONE ||
            cog_account_id(taken->settings->sources, settings, COG_ID_GROUP,
                           unix_name, NULL, &group.gid) != 0)
            continue;
        (void) snprintf(group.name, sizeof group.name, "%s", name);
        if (!visitor->group(visitor->context, &group))
            return false;
    }
    return true;
}

static bool
walk(void *context, const struct cog_pool_visitor *visitor,
     char reason[COG_POOL_REASON])
{
    const struct cog_taken_listing *taken = context;
    struct cog_pool_record user;
    char shown[COG_ROSTER_SHOWN];

    (void) reason;
    if (!walk_groups(taken, visitor))
        return false;
    for (size_t i = 0; i < cog_roster_count(taken->roster); i++) {
        const char *why = cog_roster_user(taken->roster, i, &user, shown);

        if (why != NULL)
            visitor->refused(visitor->context, shown, why);
        else if (!visitor->user(visitor->context, &user))
            return false;
    }
    return true;
}

struct cog_pool_listing
cog_listing_records(struct cog_taken_listing *taken)
{
    return (struct cog_pool_listing){
        .walk = walk,
        .context = taken,
        .total = cog_roster_count(taken->roster),
        .created_s = taken->created_s,
    };
}
