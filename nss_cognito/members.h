/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Group entries with their members, for hosts whose administrator has
 * switched `enumerate` on. Members are those of the last sync, less whoever
 * is a local user by now: a local bob must not get the groups of the pool's
 * bob (P27).
 */
#ifndef COG_NSS_COGNITO_MEMBERS_H
#define COG_NSS_COGNITO_MEMBERS_H

#include <grp.h>
#include <stddef.h>

#include "accounts/account.h"

/*
 * Pack a group that was found in the accounts files. 0, ERANGE as pack.h, or
 * an errno of accounts/cache_read.h when members cannot be told.
 */
int cog_nss_group_pack(const struct cog_group *group, struct group *entry,
                       char *buffer, size_t size);

#endif
