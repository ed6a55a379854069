/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The records of an accounts file, added to a file in the making. What is
 * added has been checked by the caller, and each account, group and tombstone
 * comes once: nothing is looked up here. Results as cache_build.h.
 */
#ifndef COG_ACCOUNTS_CACHE_COMPOSE_H
#define COG_ACCOUNTS_CACHE_COMPOSE_H

#include <sys/types.h>

#include "accounts/account.h"
#include "accounts/cache_build.h"
#include "accounts/cache_read.h"

#define COG_ACCOUNTS_MODE ((mode_t) 0644)

int cog_compose_settings(struct cog_cache_build *build,
                         const struct cog_settings *settings);

/* The account's own records; its groups' are added by themselves. */
int cog_compose_account(struct cog_cache_build *build,
                        const struct cog_account *account,
                        const struct cog_groups *groups);

/* What a record says of an account's groups. EMSGSIZE: too many. */
int cog_compose_gids(const struct cog_account *account,
                     const struct cog_groups *groups, struct cog_gids *gids);

/* The account's own records for who has made that before. */
int cog_compose_listed(struct cog_cache_build *build,
                       const struct cog_account *account,
                       const struct cog_gids *gids);

/* A group, also a private one. */
int cog_compose_group(struct cog_cache_build *build, const char *name,
                      uint32_t gid);

/* A chunk of a group's members. */
int cog_compose_members(struct cog_cache_build *build,
                        const struct cog_members *members);

int cog_compose_tombstone(struct cog_cache_build *build,
                          const struct cog_tombstone *tombstone);

#endif
