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
    free(choices->by_name);
    free(choices->by_id);
    choices->list = NULL;
    choices->by_name = choices->by_id = NULL;
    choices->count = choices->room = 0;
}

/* The slot of a name, or the empty one where it belongs. */
static uint32_t *
slot_of_name(const struct cog_group_choices *choices, const char *name)
{
    uint64_t hash =
        cog_siphash24(choices->sources->key.bytes, name, strlen(name));
    size_t mask = 2 * choices->room - 1, at = (size_t) hash & mask;

    while (choices->by_name[at] != 0 &&
           strcmp(choices->list[choices->by_name[at] - 1].pool_group, name) !=
               0)
        at = (at + 1) & mask;
    return &choices->by_name[at];
}

/* The same of an id, which is as good as random or few and chosen. */
static uint32_t *
slot_of_id(const struct cog_group_choices *choices, uint32_t id)
{
    size_t mask = 2 * choices->room - 1, at = id & mask;

    while (choices->by_id[at] != 0 &&
           choices->list[choices->by_id[at] - 1].group.gid != id)
        at = (at + 1) & mask;
    return &choices->by_id[at];
}

static void
fill_tables(struct cog_group_choices *choices)
{
    for (size_t i = 0; i < choices->count; i++) {
        const struct cog_group_choice *choice = &choices->list[i];

        *slot_of_name(choices, choice->pool_group) = (uint32_t) i + 1;
        if (choice->why == NULL)
            *slot_of_id(choices, choice->group.gid) = (uint32_t) i + 1;
    }
}

static int
make_room(struct cog_group_choices *choices)
{
    size_t room = choices->room == 0 ? FIRST_ROOM : 2 * choices->room;
    struct cog_group_choice *list;
    uint32_t *by_name, *by_id;

    if (choices->count < choices->room)
        return 0;
    list = reallocarray(choices->list, room, sizeof *list);
    if (list == NULL)
        return ENOMEM;
    choices->list = list;
    by_name = calloc(2 * room, sizeof *by_name);
    by_id = calloc(2 * room, sizeof *by_id);
    if (by_name == NULL || by_id == NULL) {
        free(by_name);
        free(by_id);
        return ENOMEM;
    }
    free(choices->by_name);
    free(choices->by_id);
    choices->by_name = by_name;
    choices->by_id = by_id;
    choices->room = room;
    fill_tables(choices);
    return 0;
}

const struct cog_group *
cog_group_choices_with_id(const struct cog_group_choices *choices, uint32_t id)
{
    uint32_t index = choices->count == 0 ? 0 : *slot_of_id(choices, id);

    return index == 0 ? NULL : &choices->list[index - 1].group;
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
    if (cog_group_choices_with_id(choices, choice->group.gid) != NULL) {
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
    struct cog_group_choice *choice;
    uint32_t *slot;

    if (error != 0)
        return error;
    slot = slot_of_name(choices, pool_group);
    if (*slot != 0) {
        *index = *slot - 1;
        return 0;
    }
    if (strlen(pool_group) > COG_POOL_GROUP_MAX)
        return EINVAL;
    choice = &choices->list[choices->count];
    error = decide(choices, pool_group, choice);
    if (error != 0)
        return error;
    *index = choices->count++;
    *slot = (uint32_t) choices->count;
    if (choice->why == NULL)
        *slot_of_id(choices, choice->group.gid) = (uint32_t) choices->count;
    return 0;
}
