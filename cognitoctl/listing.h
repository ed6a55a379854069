/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Listing the pool: its groups, who is in them, and who may have accounts,
 * with as few requests as that takes.
 *
 * With allow_groups = * these are ListUsers, ListGroups, and ListUsersInGroup
 * for each group. Else ListUsers is not asked, which would list all the
 * world: users are the members of the groups in allow_groups. All other
 * groups are asked only for their members among those.
 */
#ifndef COG_COGNITOCTL_LISTING_H
#define COG_COGNITOCTL_LISTING_H

#include "cognitoctl/pool_access.h"
#include "cognitoctl/pool_record.h"
#include "cognitoctl/roster.h"

struct cog_listing_settings {
    const struct cog_pool_access *access;
    const struct cog_config *config;
    const struct cog_id_sources *sources;
    const struct cog_settings *settings; /* of the config */
    uint64_t max_users;
    /*
     * Do not ask who is in groups besides those in allow_groups and
     * group_map: for pools with groups of a million customers.
     */
    bool allowed_groups_only;
};

/* A listing that was taken; zeroed is empty. */
struct cog_taken_listing {
    struct cog_roster *roster;
    const struct cog_listing_settings *settings;
    int64_t created_s;
};

/*
 * Ask for all of it. settings must outlive it. Returns COG_EXIT_OK; or
 * another exit code, having said why: then nothing is known.
 */
int cog_listing_take(const struct cog_listing_settings *settings,
                     struct cog_taken_listing *taken);

/* The same as records; borrows the listing. */
struct cog_pool_listing cog_listing_records(struct cog_taken_listing *taken);

void cog_listing_free(struct cog_taken_listing *taken);

#define cog_cleanup_taken_listing __attribute__((cleanup(cog_listing_free)))

#endif
