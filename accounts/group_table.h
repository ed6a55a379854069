/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The distinct groups of a file in the making: each name has one gid and
 * each gid one name, whoever's group it is.
 */
#ifndef COG_ACCOUNTS_GROUP_TABLE_H
#define COG_ACCOUNTS_GROUP_TABLE_H

#include <stdbool.h>
#include <stddef.h>

#include "accounts/account.h"

/* Growing; zeroed is empty. */
struct cog_group_table {
    struct cog_group *groups; /* in the order they came */
    size_t count, room;
    size_t *by_name, *by_gid; /* open hash tables of index + 1, 2 x room */
};

/*
 * Add a group, or find it there already. EEXIST: the name has another gid or
 * the gid another name. ENOMEM.
 */
int cog_group_table_add(struct cog_group_table *table, const char *name,
                        uint32_t gid);

/* Whether a gid is there. */
bool cog_group_table_has(const struct cog_group_table *table, uint32_t gid);

/* Free everything; the table is empty then. */
void cog_group_table_clear(struct cog_group_table *table);

#define cog_cleanup_group_table __attribute__((cleanup(cog_group_table_clear)))

#endif
