/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a bulk must know of the old accounts files and of the login store,
 * loaded into its table of ids.
 */
#ifndef COG_ACCOUNTS_BULK_LOAD_H
#define COG_ACCOUNTS_BULK_LOAD_H

#include "accounts/cache_file.h"
#include "accounts/cache_levels.h"
#include "accounts/id_table.h"
#include "accounts/ids.h"

/*
 * Accounts, groups and tombstones of both files, recent's being newer. Each
 * record is checked. EBADMSG: damaged, or they contradict each other.
 */
int cog_bulk_load_files(struct cog_id_table *table,
                        const struct cog_cache_levels *levels);

/* Ids that were ever given, and subs that names are bound to. */
int cog_bulk_load_store(struct cog_id_table *table,
                        const struct cog_cache_file *logins,
                        const struct cog_id_key *key);

#endif
