/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The users of a pool while they are being listed: who they are here, and in
 * which of the pool's groups. Cognito lists members group by group, so it
 * takes the whole listing to know one user.
 */
#ifndef COG_COGNITOCTL_ROSTER_H
#define COG_COGNITOCTL_ROSTER_H

#include <stdbool.h>
#include <stddef.h>

#include "aws/pool_admin.h"
#include "cognitoctl/pool_record.h"
#include "config/config.h"
#include "host/account_id.h"

struct cog_roster;

/* All borrowed: must outlive the roster. */
struct cog_roster_settings {
    const struct cog_config *config;
    const struct cog_id_sources *sources;
    const struct cog_settings *settings; /* of the config */
    size_t max_users;                    /* listed, refused ones included */
};

/* NULL without memory. */
struct cog_roster *cog_roster_new(const struct cog_roster_settings *settings);

/* NULL is fine. */
void cog_roster_free(struct cog_roster *roster);

/*
 * Note the name of a pool group; *index is for cog_roster_join. 0, EINVAL
 * for a name that no pool group can have (it is never carried), ENOMEM.
 */
int cog_roster_add_group(struct cog_roster *roster, const char *name,
                         size_t *index);

/*
 * Add a user who may have an account here, or find that they are listed
 * already. Who cannot sign in gets none: they are carried with the reason. 0,
 * E2BIG when there are more than max_users, ENOMEM.
 */
int cog_roster_add_user(struct cog_roster *roster,
                        const struct cog_pool_user *user);

/*
 * Note that a user is in a group. ENOENT for a user who was not added, whom
 * it then does not matter of. ENOMEM.
 */
int cog_roster_join(struct cog_roster *roster,
                    const struct cog_pool_user *user, size_t group);

/*
 * The listing is complete: sort by name and refuse names that two users
 * have. Nothing is added after it.
 */
void cog_roster_complete(struct cog_roster *roster);

/* How many users are listed, refused ones included. */
size_t cog_roster_count(const struct cog_roster *roster);

/* The names of the groups, in the order they were added; NULL at the end. */
const char *cog_roster_group(const struct cog_roster *roster, size_t index);

/* Whether anybody has joined the group at index. */
bool cog_roster_group_is_joined(const struct cog_roster *roster, size_t index);

/* Room for the name of somebody who is refused, made printable. */
#define COG_ROSTER_SHOWN 80

/*
 * The user at index of a complete roster, in *user. NULL; or why this one
 * gets no account: then *user is untouched, and shown has the login name, or
 * what the pool calls somebody who has none.
 */
const char *cog_roster_user(const struct cog_roster *roster, size_t index,
                            struct cog_pool_record *user,
                            char shown[COG_ROSTER_SHOWN]);

static inline void
cog_roster_free_at(struct cog_roster **roster)
{
    cog_roster_free(*roster);
}

#define cog_cleanup_roster __attribute__((cleanup(cog_roster_free_at)))

#endif
