/* SPDX-License-Identifier: Apache-2.0 */
/* What may be in a listing; see the header. */
#include "accounts/bulk_check.h"

#include <errno.h>
#include <string.h>

/* One use for the account, one for each group: pointers stay good then. */
static int
make_room(struct cog_id_table *table)
{
    return cog_id_table_reserve(table, table->count + 1 + COG_GROUPS_MAX);
}

static int
refuse(enum cog_fault fault, struct cog_write_refusal *refusal)
{
    refusal->fault = fault;
    return fault == COG_FAULT_NONE ? 0 : EINVAL;
}

/* A group that an account before this one had needs no second check. */
static struct cog_id_use *
find_known_group(const struct cog_id_table *table,
                 const struct cog_group *group)
{
    struct cog_id_use *use =
        cog_id_table_find(table, COG_USE_FILES, group->gid);

    return use != NULL && (use->flags & COG_USE_NEW) != 0 &&
                   use->kind == COG_ID_GROUP &&
                   strcmp(use->name, group->name) == 0
               ? use
               : NULL;
}

/*
 * Against the account itself and the groups before it. Two known groups have
 * different names if their gids differ, and a known group's name was held
 * against the account's by check_user.
 */
static enum cog_fault
check_distinct(const struct cog_account *account,
               const struct cog_groups *groups,
               const struct cog_bulk_known *known, size_t index)
{
    const struct cog_group *group = &groups->list[index];
    bool is_known = known->groups[index] != NULL;

    if (group->gid == account->gid ||
        (!is_known && strcmp(group->name, account->name) == 0))
        return COG_FAULT_GROUP_TWICE;
    for (size_t i = 0; i < index; i++) {
        if (groups->list[i].gid == group->gid)
            return COG_FAULT_GROUP_TWICE;
        if (!(is_known && known->groups[i] != NULL) &&
            strcmp(groups->list[i].name, group->name) == 0)
            return COG_FAULT_GROUP_TWICE;
    }
    return COG_FAULT_NONE;
}

static int
check_groups(const struct cog_id_table *table,
             const struct cog_settings *settings,
             const struct cog_account *account,
             const struct cog_groups *groups, struct cog_bulk_known *known,
             struct cog_write_refusal *refusal)
{
    int error = groups->count > COG_GROUPS_MAX
                    ? refuse(COG_FAULT_GROUP_LONG, refusal)
                    : 0;

    for (size_t i = 0; error == 0 && i < groups->count; i++) {
        const struct cog_group *group = &groups->list[i];
        struct cog_id_wish wish = {COG_ID_GROUP, group->name, group->gid, 0};

        known->groups[i] = find_known_group(table, group);
        error = refuse(check_distinct(account, groups, known, i), refusal);
        if (error != 0 || known->groups[i] != NULL)
            continue;
        error = refuse(cog_group_check(group, settings), refusal);
        if (error == 0)
            error = cog_id_table_check(table, &wish, &known->groups[i],
                                       &refusal->conflict);
    }
    return error;
}

bool
cog_bulk_may_stay(const struct cog_id_table *table,
                  const struct cog_id_use *old)
{
    const struct cog_id_wish wish = {COG_ID_USER, old->name, old->id, 0};
    struct cog_id_use *mine = NULL;

    return cog_id_table_check(table, &wish, &mine, NULL) == 0;
}

/* The name stays with its old account, which must not be lost over this. */
static void
note_bound(const struct cog_id_table *table, const char *name)
{
    struct cog_id_use *old = cog_id_table_account(table, name);

    if (old != NULL && (old->flags & COG_USE_NEW) == 0 &&
        cog_bulk_may_stay(table, old))
        old->flags |= COG_USE_BOUND;
}

static int
check_user(const struct cog_id_table *table, const struct cog_account *account,
           struct cog_id_use **known, struct cog_write_refusal *refusal)
{
    struct cog_id_wish wish = {COG_ID_USER, account->name, account->uid,
                               account->sub_tag};
    struct cog_id_conflict *conflict = &refusal->conflict;
    struct cog_id_use *mine = NULL;
    int error = cog_id_table_check(table, &wish, &mine, conflict);

    *known = mine;
    if (error == EEXIST && conflict->place == COG_ID_BOUND)
        note_bound(table, account->name);
    if (error == 0 && mine != NULL && (mine->flags & COG_USE_NEW) != 0)
        error =
            cog_id_refuse(&wish, COG_ID_TWICE, mine->name, mine->id, conflict);
    return error;
}

int
cog_bulk_check(struct cog_id_table *table, const struct cog_settings *settings,
               const struct cog_account *account,
               const struct cog_groups *groups, struct cog_bulk_known *known,
               struct cog_write_refusal *refusal)
{
    int error = refuse(cog_account_check(account, settings), refusal);

    if (error == 0)
        error = make_room(table);
    if (error == 0)
        error = check_user(table, account, &known->user, refusal);
    return error != 0 ? error
                      : check_groups(table, settings, account, groups, known,
                                     refusal);
}

int
cog_bulk_find(struct cog_id_table *table, const struct cog_account *account,
              const struct cog_groups *groups, struct cog_bulk_known *known)
{
    int error = make_room(table);

    if (error != 0)
        return error;
    known->user = cog_id_table_find(table, COG_USE_FILES, account->uid);
    for (size_t i = 0; i < groups->count; i++)
        known->groups[i] =
            cog_id_table_find(table, COG_USE_FILES, groups->list[i].gid);
    return 0;
}

/* Part of the new file from now on; there is room for it. */
static int
mark_new(struct cog_id_table *table, const struct cog_id_wish *wish,
         struct cog_id_use **known)
{
    struct cog_id_use fresh = {.sub_tag = wish->sub_tag,
                               .id = wish->id,
                               .source = COG_USE_FILES,
                               .flags = COG_USE_NEW,
                               .kind = (unsigned char) wish->kind};
    struct cog_id_use *use = *known;

    if (use == NULL) {
        memcpy(fresh.name, wish->name, strlen(wish->name) + 1);
        return cog_id_table_add(table, &fresh, known);
    }
    use->flags |= COG_USE_NEW;
    use->flags &= (unsigned char) ~COG_USE_BOUND;
    if (wish->sub_tag != 0)
        use->sub_tag = wish->sub_tag;
    return 0;
}

int
cog_bulk_mark(struct cog_id_table *table, const struct cog_account *account,
              const struct cog_groups *groups, struct cog_bulk_known *known)
{
    struct cog_id_wish wish = {COG_ID_USER, account->name, account->uid,
                               account->sub_tag};
    int error = mark_new(table, &wish, &known->user);

    for (size_t i = 0; error == 0 && i < groups->count; i++) {
        wish = (struct cog_id_wish){COG_ID_GROUP, groups->list[i].name,
                                    groups->list[i].gid, 0};
        error = mark_new(table, &wish, &known->groups[i]);
    }
    return error;
}
