/* SPDX-License-Identifier: Apache-2.0 */
/* Who is in which pool group; see the header. */
#include "accounts/member_lists.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "accounts/cache_compose.h"

void
cog_member_lists_clear(struct cog_member_lists *lists)
{
    for (size_t i = 0; i < lists->count; i++)
        free(lists->lists[i].users);
    free(lists->lists);
    *lists = (struct cog_member_lists){.lists = NULL};
}

/* The list of a group, made when it is the group's first member. */
static struct cog_member_list *
list_of(struct cog_member_lists *lists, struct cog_id_use *group)
{
    if (group->sub_tag != 0)
        return &lists->lists[group->sub_tag - 1];
    if (lists->count == lists->room) {
        size_t room = lists->room == 0 ? 16 : 2 * lists->room;
        void *grown = reallocarray(lists->lists, room, sizeof *lists->lists);

        if (grown == NULL)
            return NULL;
        lists->lists = grown;
        lists->room = room;
    }
    lists->lists[lists->count++] = (struct cog_member_list){.users = NULL};
    group->sub_tag = lists->count;
    return &lists->lists[lists->count - 1];
}

int
cog_member_lists_add(struct cog_member_lists *lists,
                     const struct cog_id_table *table,
                     struct cog_id_use *group, const struct cog_id_use *user)
{
    struct cog_member_list *list = list_of(lists, group);

    if (list == NULL)
        return ENOMEM;
    if (list->count == list->room) {
        size_t room = list->room == 0 ? 16 : 2 * list->room;
        void *grown = reallocarray(list->users, room, sizeof *list->users);

        if (grown == NULL)
            return ENOMEM;
        list->users = grown;
        list->room = room;
    }
    list->users[list->count++] = (uint32_t) (user - table->uses);
    return 0;
}

/* As many names from *next on as fit; *next is behind them then. */
static void
fill_chunk(const struct cog_member_list *list,
           const struct cog_id_table *table, size_t *next,
           struct cog_members *chunk)
{
    chunk->len = 0;
    for (; *next < list->count; ++*next) {
        const char *name = table->uses[list->users[*next]].name;
        size_t size = strlen(name) + 1;

        if (size > sizeof chunk->names - chunk->len)
            return;
        memcpy(chunk->names + chunk->len, name, size);
        chunk->len += size;
    }
}

static uint32_t
count_chunks(const struct cog_member_list *list,
             const struct cog_id_table *table, struct cog_members *chunk)
{
    uint32_t chunks = 0;

    for (size_t next = 0; next < list->count; chunks++)
        fill_chunk(list, table, &next, chunk);
    return chunks;
}

static int
write_list(const struct cog_member_list *list,
           const struct cog_id_table *table, struct cog_members *chunk,
           struct cog_cache_build *build)
{
    size_t next = 0;
    int error = 0;

    chunk->chunks = count_chunks(list, table, chunk);
    if (chunk->chunks > COG_MEMBERS_CHUNKS_MAX)
        return EFBIG;
    for (chunk->chunk = 0; error == 0 && chunk->chunk < chunk->chunks;
         chunk->chunk++) {
        fill_chunk(list, table, &next, chunk);
        error = cog_compose_members(build, chunk);
    }
    return error;
}

int
cog_member_lists_write(const struct cog_member_lists *lists,
                       const struct cog_id_table *table, uint64_t listing,
                       struct cog_cache_build *build)
{
    struct cog_members chunk = {.listing = listing};
    int error = 0;

    for (size_t i = 0; error == 0 && i < table->count; i++) {
        const struct cog_id_use *group = &table->uses[i];

        if (group->source != COG_USE_FILES || group->kind != COG_ID_GROUP ||
            group->sub_tag == 0)
            continue;
        chunk.gid = group->id;
        error = write_list(&lists->lists[group->sub_tag - 1], table, &chunk,
                           build);
    }
    return error;
}
