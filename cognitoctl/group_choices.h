/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which Unix group a pool group is here, if it can be one: decided once for
 * each, however many members it has.
 */
#ifndef COG_COGNITOCTL_GROUP_CHOICES_H
#define COG_COGNITOCTL_GROUP_CHOICES_H

#include "accounts/account.h"
#include "accounts/id_check.h"
#include "accounts/logins.h"
#include "accounts/places.h"
#include "host/account_id.h"

struct cog_group_choice {
    char pool_group[COG_POOL_GROUP_MAX + 1];
    struct cog_group group; /* valid if why is NULL */
    const char *why;        /* why it can be none: a fixed text; or NULL */
};

/* All those decided; use COG_GROUP_CHOICES_EMPTY. */
struct cog_group_choices {
    const struct cog_id_sources *sources; /* borrowed, as the next */
    const struct cog_settings *settings;
    const struct cog_places *places; /* NULL: do not ask this host */
    struct cog_group_choice *list;
    size_t count, room;
    uint32_t *by_name, *by_id; /* open hash tables of index + 1, twice the
                                  room; by_id of those that are groups */
};

#define COG_GROUP_CHOICES_EMPTY                                               \
    {                                                                         \
        .list = NULL                                                          \
    }

/* Free all; empty afterwards. */
void cog_group_choices_clear(struct cog_group_choices *choices);

#define cog_cleanup_group_choices                                             \
    __attribute__((cleanup(cog_group_choices_clear)))

/*
 * The choice for a pool group: its Unix name by prefix and grammar (P25), its
 * id by host/account_id.h, neither a local name nor an id that is taken.
 * *index is where it stands in list. 0, ENOMEM, or the error of a file of
 * this host that could not be read: then nothing can be decided.
 */
int cog_group_choices_find(struct cog_group_choices *choices,
                           const char *pool_group, size_t *index);

/* The Unix group among those decided that has this id; NULL: none. */
const struct cog_group *
cog_group_choices_with_id(const struct cog_group_choices *choices,
                          uint32_t id);

#endif
