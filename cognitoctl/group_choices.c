/* SPDX-License-Identifier: Apache-2.0 */
/* Unix groups of pool groups; see the header. */
#include "cognitoctl/group_choices.h"

#include "accounts/siphash.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define FIRST_ROOM 64

void
cog_group_choices_clear(struct cog_group_choices *choices)
{
    free(choices->list);
    free(choices->table);
    choices->list = NULL;
    choices->table = NULL;
    choices->count = choices->room = 0;
}

/* The slot of a name, or the empty one where it belongs. */
static uint32_t *
slot_of(const struct cog_group_choices *choices, const char *name)
{
    uint64_t hash =
        cog_siphash24(choices->sources->key.bytes, name, strlen(name));
    size_t mask = 2 * choices->room - 1, at = (size_t) hash & mask;

    while (choices->table[at] != 0 &&
           strcmp(choices->list[choices->table[at] - 1].pool_group, name) != 0)
        at = (at + 1) & mask;
    return &choices->table[at];
}

static int
make_room(struct cog_group_choices *choices)
{
    size_t room = choices->room == 0 ? FIRST_ROOM : 2 * choices->room;
    struct cog_group_choice *list;
    uint32_t *table;

    if (choices->count < choices->room)
        return 0;
    table = calloc(2 * room, sizeof *table);
    if (table == NULL)
        return ENOMEM;
    list = reallocarray(choices->list, room, sizeof *list);
    if (list == NULL) {
        free(table);
        return ENOMEM;
    }
    free(choices->table);
    choices->table = table;
    choices->list = list;
    choices->room = room;
    for (size_t i = 0; i < choices->count; i++)
        *slot_of(choices, list[i].pool_group) = (uint32_t) i + 1;
    return 0;
}

static bool
id_is_chosen(const struct cog_group_choices *choices, uint32_t gid)
{
    for (size_t i = 0; i < choices->count; i++) {
        if (choices->list[i].why == NULL && choices->list[i].group.gid == gid)
            return true;
    }
    return false;
}

/* Whether this host lets the group be. */
static int
ask_host(const struct cog_group_choices *choices,
         struct cog_group_choice *choice)
{
    const struct cog_places *places = choices->places;
    struct cog_id_conflict conflict = {0};
    int error;

    if (places == NULL)
        return 0;
    error =
        cog_name_check_local(&places->local, choice->group.name, &conflict);
    if (error == 0)
        error = cog_id_check_free(places, COG_ID_GROUP, choice->group.name,
                                  choice->group.gid, &conflict);
    if (error != EEXIST)
        return error;
    choice->why = conflict.place == COG_ID_NAME_LOCAL
                      ? "is the name of a local user or group"
                      : "has an id that is taken";
    return 0;
}

static int
decide(const struct cog_group_choices *choices, const char *name,
       struct cog_group_choice *choice)
{
    enum cog_fault fault;

    memset(choice, 0, sizeof *choice);
    memcpy(choice->pool_group, name, strlen(name) + 1);
    fault = cog_group_name_make(choices->settings->group_prefix, name,
                                strlen(name), choice->group.name);
    if (fault != COG_FAULT_NONE) {
        choice->why = cog_fault_text(fault);
        return 0;
    }
    if (cog_account_id(choices->sources, choices->settings, COG_ID_GROUP,
                       choice->group.name, NULL, &choice->group.gid) != 0) {
        choice->why = "has no id";
        return 0;
    }
    if (id_is_chosen(choices, choice->group.gid)) {
        choice->why = "has the id of another pool group";
        return 0;
    }
    return ask_host(choices, choice);
}

int
cog_group_choices_find(struct cog_group_choices *choices,
                       const char *pool_group, size_t *index)
{
    int error = make_room(choices);
    uint32_t *slot;

    if (error != 0)
        return error;
    slot = slot_of(choices, pool_group);
    if (*slot != 0) {
        *index = *slot - 1;
        return 0;
    }
    if (strlen(pool_group) > COG_POOL_GROUP_MAX)
        return EINVAL;
    error = decide(choices, pool_group, &choices->list[choices->count]);
    if (error != 0)
        return error;
    *index = choices->count++;
    *slot = (uint32_t) choices->count;
    return 0;
}
