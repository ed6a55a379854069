/* SPDX-License-Identifier: Apache-2.0 */
/* Who is in which pool group, collected while a listing is written. */
#ifndef COG_ACCOUNTS_MEMBER_LISTS_H
#define COG_ACCOUNTS_MEMBER_LISTS_H

#include <stddef.h>
#include <stdint.h>

#include "accounts/cache_build.h"
#include "accounts/id_table.h"

/* One group's, as places in the table of ids. */
struct cog_member_list {
    uint32_t *users;
    size_t count, room;
};

/* Zeroed is empty. */
struct cog_member_lists {
    struct cog_member_list *lists;
    size_t count, room;
};

/*
 * Add a user to a group, both in the table. The group's sub_tag, which means
 * nothing there, becomes the number of its list. ENOMEM.
 */
int cog_member_lists_add(struct cog_member_lists *lists,
                         const struct cog_id_table *table,
                         struct cog_id_use *group,
                         const struct cog_id_use *user);

/* Write all of them as records. listing tells which belong together. */
int cog_member_lists_write(const struct cog_member_lists *lists,
                           const struct cog_id_table *table, uint64_t listing,
                           struct cog_cache_build *build);

void cog_member_lists_clear(struct cog_member_lists *lists);

#endif
