/* SPDX-License-Identifier: Apache-2.0 */
/* The distinct groups of a file; see the header. */
#include "accounts/group_table.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "accounts/cache_file.h"

static size_t
hash_name(const char *name)
{
    return cog_cache_hash((const unsigned char *) name, strlen(name));
}

/* Spread: gids of a range often differ in their lowest bits only. */
static size_t
hash_gid(uint32_t gid)
{
    return (gid * 2654435769U) >> 8;
}

static size_t
slots(const struct cog_group_table *table)
{
    return 2 * table->room;
}

/* The slot of a name or of a free place for it. */
static size_t *
slot_of_name(const struct cog_group_table *table, const char *name)
{
    size_t i = hash_name(name) % slots(table);

    while (table->by_name[i] != 0 &&
           strcmp(table->groups[table->by_name[i] - 1].name, name) != 0)
        i = (i + 1) % slots(table);
    return &table->by_name[i];
}

static size_t *
slot_of_gid(const struct cog_group_table *table, uint32_t gid)
{
    size_t i = hash_gid(gid) % slots(table);

    while (table->by_gid[i] != 0 &&
           table->groups[table->by_gid[i] - 1].gid != gid)
        i = (i + 1) % slots(table);
    return &table->by_gid[i];
}

static void
index_group(struct cog_group_table *table, size_t i)
{
    *slot_of_name(table, table->groups[i].name) = i + 1;
    *slot_of_gid(table, table->groups[i].gid) = i + 1;
}

static int
grow(struct cog_group_table *table)
{
    struct cog_group_table larger = {
        .count = table->count,
        .room = table->room == 0 ? 64 : 2 * table->room};

    larger.groups = calloc(larger.room, sizeof *larger.groups);
    larger.by_name = calloc(slots(&larger), sizeof *larger.by_name);
    larger.by_gid = calloc(slots(&larger), sizeof *larger.by_gid);
    if (larger.groups == NULL || larger.by_name == NULL ||
        larger.by_gid == NULL) {
        cog_group_table_clear(&larger);
        return ENOMEM;
    }
    for (size_t i = 0; i < table->count; i++) {
        larger.groups[i] = table->groups[i];
        index_group(&larger, i);
    }
    cog_group_table_clear(table);
    *table = larger;
    return 0;
}

int
cog_group_table_add(struct cog_group_table *table, const char *name,
                    uint32_t gid)
{
    struct cog_group *group;
    size_t by_name, by_gid, len = strnlen(name, COG_NAME_MAX + 1);
    int error;

    if (len > COG_NAME_MAX)
        return EINVAL;
    if (table->count == table->room) {
        error = grow(table);
        if (error != 0)
            return error;
    }
    by_name = *slot_of_name(table, name);
    by_gid = *slot_of_gid(table, gid);
    if (by_name != by_gid)
        return EEXIST;
    if (by_name != 0)
        return 0;
    group = &table->groups[table->count];
    group->gid = gid;
    memcpy(group->name, name, len + 1);
    index_group(table, table->count++);
    return 0;
}

bool
cog_group_table_has(const struct cog_group_table *table, uint32_t gid)
{
    return table->room != 0 && *slot_of_gid(table, gid) != 0;
}

void
cog_group_table_clear(struct cog_group_table *table)
{
    free(table->groups);
    free(table->by_name);
    free(table->by_gid);
    *table = (struct cog_group_table){.groups = NULL};
}
