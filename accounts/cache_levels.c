/* SPDX-License-Identifier: Apache-2.0 */
/* Both accounts files, checked; see the header. */
#include "accounts/cache_levels.h"

#include <errno.h>
#include <string.h>

#include "accounts/cache_record.h"

void
cog_cache_levels_close(struct cog_cache_levels *levels)
{
    cog_cache_file_unmap(&levels->recent);
    cog_cache_file_unmap(&levels->base);
}

bool
cog_cache_level_exists(const struct cog_cache_file *level)
{
    return level->bytes != NULL;
}

int
cog_cache_level_check(const struct cog_cache_file *level)
{
    return cog_cache_level_exists(level) ? cog_cache_file_check(level) : 0;
}

static int
open_level(const char *directory, const char *name,
           struct cog_cache_file *level)
{
    int error = cog_cache_file_map(directory, name, false, level);

    return error == ENODATA ? 0 : error;
}

int
cog_cache_levels_open(const char *directory, struct cog_cache_levels *levels)
{
    int error = open_level(directory, COG_RECENT_FILE, &levels->recent);

    if (error == 0)
        error = cog_cache_level_check(&levels->recent);
    if (error == 0)
        error = open_level(directory, COG_BASE_FILE, &levels->base);
    if (error == 0 && cog_cache_level_exists(&levels->recent) &&
        !cog_cache_level_exists(&levels->base) &&
        (levels->recent.flags & COG_STAMP_HAS_BASE) != 0)
        return EBADMSG;
    return error;
}

static int
find_group(const struct cog_cache_file *level, uint32_t gid,
           struct cog_group *group)
{
    struct cog_cache_record record;
    struct cog_cache_key key;
    uint32_t position = 0;
    int error;

    cog_cache_key_id('g', gid, &key);
    error = cog_cache_file_find(level, key.bytes, key.len, &record);
    if (error == 0)
        error = cog_cache_parse_number(&record, &position);
    if (error == 0)
        error = cog_cache_file_at(level, position, &record);
    if (error == 0)
        error = cog_cache_parse_group(&record, group);
    if (error == 0 && group->gid != gid)
        error = EBADMSG;
    /* Where a gid is, its group must be. */
    return error == ENOENT ? EBADMSG : error;
}

int
cog_cache_level_groups(const struct cog_cache_file *level, const char *name,
                       struct cog_groups *groups)
{
    struct cog_cache_record record;
    struct cog_cache_key key;
    struct cog_gids gids;
    int error;

    cog_cache_key_name('i', name, &key);
    error = cog_cache_file_find(level, key.bytes, key.len, &record);
    if (error == 0)
        error = cog_cache_parse_gids(&record, &gids);
    if (error != 0)
        return error == ENOENT ? EBADMSG : error;
    for (size_t i = 0; i < gids.count; i++) {
        error = find_group(level, gids.list[i], &groups->list[i]);
        if (error != 0)
            return error;
    }
    groups->count = gids.count;
    return 0;
}

int
cog_cache_level_account(const struct cog_cache_file *level, const char *name,
                        struct cog_account *account)
{
    struct cog_cache_record record;
    struct cog_cache_key key;
    int error;

    if (cog_login_name_check(name, strnlen(name, COG_NAME_MAX + 1)) !=
        COG_FAULT_NONE)
        return ENOENT;
    if (!cog_cache_level_exists(level))
        return ENOENT;
    cog_cache_key_name('N', name, &key);
    error = cog_cache_file_find(level, key.bytes, key.len, &record);
    return error == 0 ? cog_cache_parse_account(&record, account) : error;
}

int
cog_cache_level_has(const struct cog_cache_file *level, const char *name)
{
    struct cog_account account;

    return cog_cache_level_account(level, name, &account);
}

/*
 * Visit the accounts of one file, without those that hidden has too (which
 * may be missing).
 */
int
cog_cache_level_walk(const struct cog_cache_file *level,
                     const struct cog_cache_file *hidden,
                     cog_cache_visit *visit, void *context)
{
    struct cog_cache_record record;
    const struct cog_cache_record *previous = NULL;
    int error;

    if (!cog_cache_level_exists(level))
        return 0;
    while ((error = cog_cache_file_next(level, previous, &record)) == 0) {
        struct cog_account account;
        struct cog_groups groups;

        previous = &record;
        if (record.key[0] != 'N')
            continue;
        error = cog_cache_parse_account(&record, &account);
        if (error != 0)
            return error;
        error = cog_cache_level_has(hidden, account.name);
        if (error == 0)
            continue;
        if (error != ENOENT)
            return error;
        error = cog_cache_level_groups(level, account.name, &groups);
        if (error == 0)
            error = visit(context, &account, &groups);
        if (error != 0)
            return error;
    }
    return error == ENOENT ? 0 : error;
}

int
cog_cache_walk(const char *directory, cog_cache_visit *visit, void *context)
{
    static const struct cog_cache_file nothing = COG_CACHE_FILE_EMPTY;
    cog_cleanup_cache_levels struct cog_cache_levels levels =
        COG_CACHE_LEVELS_EMPTY;
    int error = cog_cache_levels_open(directory, &levels);

    if (error != 0)
        return error;
    if (!cog_cache_level_exists(&levels.recent))
        return ENODATA;
    error = cog_cache_level_check(&levels.base);
    if (error != 0)
        return error;
    error = cog_cache_level_walk(&levels.recent, &nothing, visit, context);
    return error != 0 ? error
                      : cog_cache_level_walk(&levels.base, &levels.recent,
                                             visit, context);
}

int
cog_cache_level_settings(const struct cog_cache_file *recent,
                         struct cog_settings *settings)
{
    struct cog_cache_record record;
    struct cog_cache_key key;
    int error;

    if (!cog_cache_level_exists(recent))
        return ENOENT;
    cog_cache_key_settings(&key);
    error = cog_cache_file_find(recent, key.bytes, key.len, &record);
    return error == 0 ? cog_cache_parse_settings(&record, settings) : error;
}

static bool
is_same_account(const struct cog_account *a, const struct cog_account *b)
{
    return a->uid == b->uid && a->gid == b->gid &&
           strcmp(a->gecos, b->gecos) == 0 && strcmp(a->home, b->home) == 0 &&
           strcmp(a->shell, b->shell) == 0 && a->sub_tag == b->sub_tag &&
           a->disabled == b->disabled;
}

static bool
has_group(const struct cog_groups *groups, const struct cog_group *group)
{
    for (size_t i = 0; i < groups->count; i++) {
        if (groups->list[i].gid == group->gid)
            return strcmp(groups->list[i].name, group->name) == 0;
    }
    return false;
}

/* In any order: a token and a listing have theirs. None is there twice. */
static bool
are_same_groups(const struct cog_groups *a, const struct cog_groups *b)
{
    if (a->count != b->count)
        return false;
    for (size_t i = 0; i < a->count; i++) {
        if (!has_group(b, &a->list[i]))
            return false;
    }
    return true;
}

int
cog_cache_levels_compare(const struct cog_cache_levels *levels,
                         const struct cog_account *account,
                         const struct cog_groups *groups,
                         enum cog_cache_difference *difference)
{
    const struct cog_cache_file *level = &levels->recent;
    struct cog_groups old_groups;
    struct cog_account old;
    int error = cog_cache_level_account(level, account->name, &old);

    if (error == ENOENT) {
        level = &levels->base;
        error = cog_cache_level_account(level, account->name, &old);
    }
    if (error == ENOENT) {
        *difference = COG_CACHE_ABSENT;
        return 0;
    }
    if (error == 0)
        error = cog_cache_level_groups(level, account->name, &old_groups);
    if (error != 0)
        return error;
    *difference =
        is_same_account(&old, account) && are_same_groups(&old_groups, groups)
            ? COG_CACHE_SAME
            : COG_CACHE_DIFFERS;
    return 0;
}
