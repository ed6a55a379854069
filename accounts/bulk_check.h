/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Whether a listing may have an account, held against the table of ids and the
 * accounts that came before it; and noting in the table that it has it. What
 * the check found there is handed on, so that it is looked for once.
 *
 * For cache_bulk.c, whose results these are: EINVAL and EEXIST refuse the
 * account, ENOMEM and EBADMSG end the listing.
 */
#ifndef COG_ACCOUNTS_BULK_CHECK_H
#define COG_ACCOUNTS_BULK_CHECK_H

#include <stdbool.h>

#include "accounts/account.h"
#include "accounts/cache_write.h"
#include "accounts/id_table.h"

/*
 * What the table has of an account and its groups, NULL where there is
 * nothing. Good until cog_bulk_mark, which fills in what was missing, and from
 * then until the table grows.
 */
struct cog_bulk_known {
    struct cog_id_use *user, *groups[COG_GROUPS_MAX];
};

/*
 * All that can be said against an account of a listing. Afterwards there is
 * room in the table for what it adds. A name that another sub asks for stays
 * its old account's, which is marked.
 */
int cog_bulk_check(struct cog_id_table *table,
                   const struct cog_settings *settings,
                   const struct cog_account *account,
                   const struct cog_groups *groups,
                   struct cog_bulk_known *known,
                   struct cog_write_refusal *refusal);

/* The same room and finds for an account that is carried over unchecked. */
int cog_bulk_find(struct cog_id_table *table,
                  const struct cog_account *account,
                  const struct cog_groups *groups,
                  struct cog_bulk_known *known);

/* Account and groups are in the new file from now on. ENOMEM. */
int cog_bulk_mark(struct cog_id_table *table,
                  const struct cog_account *account,
                  const struct cog_groups *groups,
                  struct cog_bulk_known *known);

/* Whether an old account may stay: the host may have taken its name or id. */
bool cog_bulk_may_stay(const struct cog_id_table *table,
                       const struct cog_id_use *old);

#endif
