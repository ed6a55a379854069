/* SPDX-License-Identifier: Apache-2.0 */
/* Changes to the accounts files; see the header. */
#include "accounts/cache_write.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>

#include "accounts/cache_levels.h"
#include "accounts/cache_record.h"
#include "accounts/cache_rewrite.h"
#include "accounts/id_checker.h"

static bool
same_group_map(const struct cog_settings *a, const struct cog_settings *b)
{
    if (a->group_map_count != b->group_map_count)
        return false;
    for (size_t i = 0; i < a->group_map_count; i++) {
        if (a->group_map[i].gid != b->group_map[i].gid ||
            strcmp(a->group_map[i].local, b->group_map[i].local) != 0)
            return false;
    }
    return true;
}

static bool
same_settings(const struct cog_settings *a, const struct cog_settings *b)
{
    return strcmp(a->pool_id, b->pool_id) == 0 && a->id_base == b->id_base &&
           a->id_range == b->id_range && strcmp(a->home, b->home) == 0 &&
           strcmp(a->shell, b->shell) == 0 &&
           strcmp(a->group_prefix, b->group_prefix) == 0 &&
           a->provisional == b->provisional &&
           strcmp(a->provisional_match, b->provisional_match) == 0 &&
           a->enumerate == b->enumerate && same_group_map(a, b);
}

static bool
has_settings(const struct cog_cache_levels *levels,
             const struct cog_settings *settings)
{
    struct cog_settings old;

    return cog_cache_level_settings(&levels->recent, &old) == 0 &&
           same_settings(&old, settings);
}

static int
refuse(enum cog_fault fault, struct cog_write_refusal *refusal)
{
    if (refusal != NULL)
        refusal->fault = fault;
    return fault == COG_FAULT_NONE ? 0 : EINVAL;
}

int
cog_cache_put_settings(const struct cog_places *places,
                       const struct cog_cache_lock *lock,
                       const struct cog_settings *settings,
                       struct cog_write_refusal *refusal)
{
    cog_cleanup_cache_levels struct cog_cache_levels levels =
        COG_CACHE_LEVELS_EMPTY;
    struct cog_cache_change change = {.settings = settings};
    int error;

    if (lock->fd < 0)
        return EBADF;
    error = refuse(cog_settings_check(settings), refusal);
    if (error == 0)
        error = cog_cache_levels_open(places->accounts, &levels);
    if (error != 0)
        return error;
    if (has_settings(&levels, settings))
        return 0;
    return cog_cache_rewrite_recent(places->accounts, &levels, &change);
}

static int
check_rules(const struct cog_settings *settings,
            const struct cog_account *account, const struct cog_groups *groups,
            struct cog_write_refusal *refusal)
{
    int error = refuse(cog_settings_check(settings), refusal);

    if (error == 0)
        error = refuse(cog_account_check(account, settings), refusal);
    return error != 0 ? error
                      : refuse(cog_groups_check(groups, settings), refusal);
}

/* Names and ids, against one look at the host's files and at ours. */
static int
check_ids(const struct cog_places *places, const struct cog_account *account,
          const struct cog_groups *groups, struct cog_id_conflict *conflict)
{
    cog_cleanup_id_checker struct cog_id_checker checker =
        COG_ID_CHECKER_EMPTY;
    struct cog_id_wish wish = {COG_ID_USER, account->name, account->uid,
                               account->sub_tag};
    int error = cog_id_checker_open(places, &checker);

    if (error == 0)
        error = cog_id_checker_ask(&checker, &wish, conflict);
    for (size_t i = 0; error == 0 && i < groups->count; i++) {
        wish = (struct cog_id_wish){COG_ID_GROUP, groups->list[i].name,
                                    groups->list[i].gid, 0};
        error = cog_id_checker_ask(&checker, &wish, conflict);
    }
    return error;
}

/* Rules first, then names and ids: the order of the log's reasons. */
static int
check_put(const struct cog_places *places, const struct cog_settings *settings,
          const struct cog_account *account, const struct cog_groups *groups,
          struct cog_write_refusal *refusal)
{
    int error = check_rules(settings, account, groups, refusal);

    return error != 0 ? error
                      : check_ids(places, account, groups,
                                  refusal == NULL ? NULL : &refusal->conflict);
}

/* Keep the settings that are there, in *settings; there may be none. */
static int
settings_of(const struct cog_cache_levels *levels,
            struct cog_settings *settings, struct cog_cache_change *change)
{
    int error = cog_cache_level_settings(&levels->recent, settings);

    change->settings = error == 0 ? settings : NULL;
    return error == ENOENT ? 0 : error;
}

/* The account is as the rules want it. */
static int
put_checked(const char *directory, const struct cog_cache_levels *levels,
            const struct cog_cache_change *change)
{
    enum cog_cache_difference difference = COG_CACHE_ABSENT;

    if ((change->settings == NULL || has_settings(levels, change->settings)) &&
        cog_cache_levels_compare(levels, change->account, change->groups,
                                 &difference) == 0 &&
        difference == COG_CACHE_SAME)
        return 0;
    if (levels->recent.accounts + 1 >= COG_FOLD_FROM &&
        levels->base.accounts < COG_FOLD_UP_TO)
        return cog_cache_rewrite_folded(directory, levels, change);
    return cog_cache_rewrite_recent(directory, levels, change);
}

/* own: the settings are written, too; else those that are there stay. */
static int
put_account(const struct cog_places *places, const struct cog_cache_lock *lock,
            const struct cog_settings *settings, bool own,
            const struct cog_account *account, const struct cog_groups *groups,
            struct cog_write_refusal *refusal)
{
    cog_cleanup_cache_levels struct cog_cache_levels levels =
        COG_CACHE_LEVELS_EMPTY;
    struct cog_cache_change change = {.settings = settings,
                                      .without = account->name,
                                      .account = account,
                                      .groups = groups};
    struct cog_settings kept;
    int error;

    if (lock->fd < 0)
        return EBADF;
    error = check_put(places, settings, account, groups, refusal);
    if (error == 0)
        error = cog_cache_levels_open(places->accounts, &levels);
    if (error == 0 && !own)
        error = settings_of(&levels, &kept, &change);
    return error != 0 ? error
                      : put_checked(places->accounts, &levels, &change);
}

int
cog_cache_put_account(const struct cog_places *places,
                      const struct cog_cache_lock *lock,
                      const struct cog_settings *settings,
                      const struct cog_account *account,
                      const struct cog_groups *groups,
                      struct cog_write_refusal *refusal)
{
    return put_account(places, lock, settings, true, account, groups, refusal);
}

int
cog_cache_put_account_only(const struct cog_places *places,
                           const struct cog_cache_lock *lock,
                           const struct cog_settings *settings,
                           const struct cog_account *account,
                           const struct cog_groups *groups,
                           struct cog_write_refusal *refusal)
{
    return put_account(places, lock, settings, false, account, groups,
                       refusal);
}

/* ---- removing */

/* What an account leaves behind: one tombstone for each id that it had. */
#define TOMBSTONES_MAX 16

struct remains {
    const char *name;
    bool retire;
    size_t count;
    struct cog_tombstone list[TOMBSTONES_MAX];
};

/* Newer ones come first; what an earlier call has retired stays so. */
static int
add_remains(struct remains *remains, uint32_t id, bool retired)
{
    struct cog_tombstone *tombstone;

    for (size_t i = 0; i < remains->count; i++) {
        if (remains->list[i].id == id) {
            remains->list[i].retired |= retired;
            return 0;
        }
    }
    if (remains->count == TOMBSTONES_MAX)
        return EOVERFLOW;
    tombstone = &remains->list[remains->count++];
    memset(tombstone, 0, sizeof *tombstone);
    memcpy(tombstone->name, remains->name, strlen(remains->name));
    tombstone->kind = COG_ID_USER;
    tombstone->id = id;
    tombstone->retired = retired || remains->retire;
    return 0;
}

static int
collect_tombstones(const struct cog_cache_file *level, struct remains *remains)
{
    struct cog_cache_record record;
    const struct cog_cache_record *previous = NULL;
    struct cog_tombstone old;
    int error = 0;

    if (!cog_cache_level_exists(level))
        return 0;
    while ((error = cog_cache_file_next(level, previous, &record)) == 0) {
        previous = &record;
        if (record.key[0] != 'x')
            continue;
        error = cog_cache_parse_tombstone(&record, &old);
        if (error == 0 && old.kind == COG_ID_USER &&
            strcmp(old.name, remains->name) == 0)
            error = add_remains(remains, old.id, old.retired);
        if (error != 0)
            return error;
    }
    return error == ENOENT ? 0 : error;
}

/* The account of one file, if it has it: *there. */
static int
collect_account(const struct cog_cache_file *level, struct remains *remains,
                bool *there)
{
    struct cog_account account;
    int error = cog_cache_level_account(level, remains->name, &account);

    *there = error == 0;
    if (error == ENOENT)
        return 0;
    /* What cannot be read may be the account: it is not removed then. */
    return error != 0 ? error : add_remains(remains, account.uid, false);
}

/* base first: recent's record hides an older one until both are gone. */
static int
remove_from(const char *directory, const struct cog_cache_levels *levels,
            const struct remains *remains, bool in_base)
{
    struct cog_cache_change change = {.without = remains->name,
                                      .tombstones = remains->list,
                                      .tombstone_count = remains->count};
    struct cog_settings settings;
    int error = 0;

    if (in_base)
        error = cog_cache_rewrite_base(directory, levels, &change);
    if (error == 0)
        error = settings_of(levels, &settings, &change);
    return error != 0 ? error
                      : cog_cache_rewrite_recent(directory, levels, &change);
}

int
cog_cache_remove_account(const struct cog_places *places,
                         const struct cog_cache_lock *lock, const char *name,
                         bool same_person)
{
    cog_cleanup_cache_levels struct cog_cache_levels levels =
        COG_CACHE_LEVELS_EMPTY;
    struct remains remains = {.name = name, .retire = !same_person};
    bool in_base = false, in_recent = false;
    int error;

    if (lock->fd < 0)
        return EBADF;
    if (cog_login_name_check(name, strnlen(name, COG_NAME_MAX + 1)) !=
        COG_FAULT_NONE)
        return ENOENT;
    error = cog_cache_levels_open(places->accounts, &levels);
    if (error != 0)
        return error;
    if (!cog_cache_level_exists(&levels.recent))
        return ENODATA;
    error = collect_account(&levels.recent, &remains, &in_recent);
    if (error == 0)
        error = collect_account(&levels.base, &remains, &in_base);
    if (error == 0)
        error = collect_tombstones(&levels.recent, &remains);
    if (error == 0)
        error = collect_tombstones(&levels.base, &remains);
    if (error == 0 && remains.count == 0)
        error = ENOENT;
    return error != 0
               ? error
               : remove_from(places->accounts, &levels, &remains, in_base);
}
