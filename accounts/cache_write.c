/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Changes to the accounts files; see the header. A change reads the whole
 * old file, checked from end to end, and writes a new one: recent is small,
 * and nothing damaged is carried on. base is checked when it is rewritten.
 */
#include "accounts/cache_write.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>

#include "accounts/cache_build.h"
#include "accounts/cache_levels.h"
#include "accounts/cache_record.h"
#include "accounts/group_table.h"

#define ACCOUNTS_MODE 0644

/* ---- writing a file */

/* A file in the making, and what it will say about groups. */
struct writing {
    struct cog_cache_build build;
    struct cog_group_table groups;
    const char *without; /* this account is left out; NULL: none is */
};

#define WRITING_EMPTY                                                         \
    {                                                                         \
        .build = COG_CACHE_BUILD_EMPTY                                        \
    }

static void
end_writing(struct writing *writing)
{
    cog_cache_build_end(&writing->build);
    cog_group_table_clear(&writing->groups);
}

#define cleanup_writing __attribute__((cleanup(end_writing)))

static int
add_sealed(struct writing *writing, const struct cog_cache_key *key,
           struct cog_cache_data *data, uint32_t *position)
{
    cog_cache_seal(key, data);
    return cog_cache_build_add(&writing->build, key, data, position);
}

static int
add_number(struct writing *writing, const struct cog_cache_key *key,
           uint32_t number, uint32_t *position)
{
    unsigned char bytes[COG_HEAD_BYTES + 4];
    struct cog_cache_data data = {bytes, sizeof bytes, 0};
    int error = cog_cache_pack_number(number, &data);

    return error != 0 ? error : add_sealed(writing, key, &data, position);
}

static int
add_settings(struct writing *writing, const struct cog_settings *settings)
{
    unsigned char bytes[COG_ACCOUNT_RECORD_MAX];
    struct cog_cache_data data = {bytes, sizeof bytes, 0};
    struct cog_cache_key key;
    int error = cog_cache_pack_settings(settings, &data);

    cog_cache_key_settings(&key);
    return error != 0 ? error : add_sealed(writing, &key, &data, NULL);
}

static int
note_groups(struct writing *writing, const struct cog_account *account,
            const struct cog_groups *groups)
{
    int error =
        cog_group_table_add(&writing->groups, account->name, account->gid);

    for (size_t i = 0; error == 0 && i < groups->count; i++)
        error = cog_group_table_add(&writing->groups, groups->list[i].name,
                                    groups->list[i].gid);
    return error;
}

static int
add_account(struct writing *writing, const struct cog_account *account,
            const struct cog_groups *groups)
{
    unsigned char bytes[COG_ACCOUNT_RECORD_MAX];
    struct cog_cache_data data = {bytes, sizeof bytes, 0};
    struct cog_cache_key key;
    uint32_t position = 0;
    int error = note_groups(writing, account, groups);

    if (error == 0)
        error = cog_cache_pack_account(account, &data);
    if (error != 0)
        return error;
    cog_cache_key_name('N', account->name, &key);
    error = add_sealed(writing, &key, &data, &position);
    if (error != 0)
        return error;
    cog_cache_key_id('U', account->uid, &key);
    error = add_number(writing, &key, position, NULL);
    if (error == 0)
        error = cog_cache_pack_gids(account->gid, groups, &data);
    if (error != 0)
        return error;
    cog_cache_key_name('i', account->name, &key);
    return add_sealed(writing, &key, &data, NULL);
}

/* A visitor: carry an account over from an old file. */
static int
carry_over(void *context, const struct cog_account *account,
           const struct cog_groups *groups)
{
    struct writing *writing = context;

    if (writing->without != NULL &&
        strcmp(account->name, writing->without) == 0)
        return 0;
    return add_account(writing, account, groups);
}

static int
add_groups(struct writing *writing)
{
    for (size_t i = 0; i < writing->groups.count; i++) {
        const struct cog_group *group = &writing->groups.groups[i];
        struct cog_cache_key key;
        uint32_t position = 0;
        int error;

        cog_cache_key_name('G', group->name, &key);
        error = add_number(writing, &key, group->gid, &position);
        if (error != 0)
            return error;
        cog_cache_key_id('g', group->gid, &key);
        error = add_number(writing, &key, position, NULL);
        if (error != 0)
            return error;
    }
    return 0;
}

static int
finish(struct writing *writing, uint32_t flags)
{
    int error = add_groups(writing);

    return error != 0
               ? error
               : cog_cache_build_finish(&writing->build, ACCOUNTS_MODE, flags);
}

/* ---- changes */

/* What a new file shall hold beyond what is carried over. */
struct change {
    const struct cog_settings *settings; /* recent only; NULL: none */
    const char *without;                 /* an account to leave out */
    const struct cog_account *account;   /* one to add; NULL: none */
    const struct cog_groups *groups;     /* its groups */
};

/*
 * Write a file anew: the accounts of from (those of hidden left out) and of
 * over, which may both be missing, with a change.
 */
static int
rewrite(const char *directory, const char *name,
        const struct cog_cache_file *from, const struct cog_cache_file *over,
        uint32_t flags, const struct change *change)
{
    static const struct cog_cache_file nothing = COG_CACHE_FILE_EMPTY;
    cleanup_writing struct writing writing = WRITING_EMPTY;
    int error = cog_cache_build_begin(directory, name, &writing.build);

    writing.without = change->without;
    if (error == 0 && change->settings != NULL)
        error = add_settings(&writing, change->settings);
    if (error == 0)
        error = cog_cache_level_walk(from, over, carry_over, &writing);
    if (error == 0)
        error = cog_cache_level_walk(over, &nothing, carry_over, &writing);
    if (error == 0 && change->account != NULL)
        error = add_account(&writing, change->account, change->groups);
    return error != 0 ? error : finish(&writing, flags);
}

static int
rewrite_recent(const char *directory, const struct cog_cache_levels *levels,
               const struct cog_cache_file *from, const struct change *change)
{
    static const struct cog_cache_file nothing = COG_CACHE_FILE_EMPTY;

    return rewrite(directory, COG_RECENT_FILE, from, &nothing,
                   cog_cache_level_exists(&levels->base) ? COG_STAMP_HAS_BASE
                                                         : 0,
                   change);
}

/*
 * Everything into base, then an empty recent. Readers that come between the
 * two find all accounts in both.
 */
static int
fold(const char *directory, const struct cog_cache_levels *levels,
     const struct change *change)
{
    static const struct cog_cache_file nothing = COG_CACHE_FILE_EMPTY;
    struct change all = *change, none = {.settings = change->settings};
    int error;

    all.settings = NULL;
    error = cog_cache_level_check(&levels->base);
    if (error != 0)
        return error;
    error = rewrite(directory, COG_BASE_FILE, &levels->base, &levels->recent,
                    0, &all);
    return error != 0 ? error
                      : rewrite(directory, COG_RECENT_FILE, &nothing, &nothing,
                                COG_STAMP_HAS_BASE, &none);
}

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

static bool
same_account(const struct cog_account *a, const struct cog_account *b)
{
    return a->uid == b->uid && a->gid == b->gid &&
           strcmp(a->gecos, b->gecos) == 0 && strcmp(a->home, b->home) == 0 &&
           strcmp(a->shell, b->shell) == 0 && a->sub_tag == b->sub_tag &&
           a->disabled == b->disabled;
}

/* In the same order: whoever changes the order may pay for a write. */
static bool
same_groups(const struct cog_groups *a, const struct cog_groups *b)
{
    if (a->count != b->count)
        return false;
    for (size_t i = 0; i < a->count; i++) {
        if (a->list[i].gid != b->list[i].gid ||
            strcmp(a->list[i].name, b->list[i].name) != 0)
            return false;
    }
    return true;
}

static bool
has_same_account(const struct cog_cache_levels *levels,
                 const struct cog_account *account,
                 const struct cog_groups *groups)
{
    const struct cog_cache_file *file = &levels->recent;
    struct cog_account old;
    struct cog_groups old_groups;

    if (cog_cache_level_account(file, account->name, &old) != 0) {
        file = &levels->base;
        if (cog_cache_level_account(file, account->name, &old) != 0)
            return false;
    }
    return same_account(&old, account) &&
           cog_cache_level_groups(file, account->name, &old_groups) == 0 &&
           same_groups(&old_groups, groups);
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
    struct change change = {.settings = settings};
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
    return rewrite_recent(places->accounts, &levels, &levels.recent, &change);
}

/* Rules first, then names, then ids: the order of the log's reasons. */
static int
check_put(const struct cog_places *places, const struct cog_settings *settings,
          const struct cog_account *account, const struct cog_groups *groups,
          struct cog_write_refusal *refusal)
{
    struct cog_id_conflict *conflict =
        refusal == NULL ? NULL : &refusal->conflict;
    int error = refuse(cog_settings_check(settings), refusal);

    if (error == 0)
        error = refuse(cog_account_check(account, settings), refusal);
    if (error == 0)
        error = refuse(cog_groups_check(groups, settings), refusal);
    if (error == 0)
        error = cog_name_check_local(&places->local, account->name, conflict);
    if (error == 0)
        error = cog_id_check_free(places, COG_ID_USER, account->name,
                                  account->uid, conflict);
    for (size_t i = 0; error == 0 && i < groups->count; i++) {
        const struct cog_group *group = &groups->list[i];

        error = cog_name_check_local(&places->local, group->name, conflict);
        if (error == 0)
            error = cog_id_check_free(places, COG_ID_GROUP, group->name,
                                      group->gid, conflict);
    }
    return error;
}

int
cog_cache_put_account(const struct cog_places *places,
                      const struct cog_cache_lock *lock,
                      const struct cog_settings *settings,
                      const struct cog_account *account,
                      const struct cog_groups *groups,
                      struct cog_write_refusal *refusal)
{
    cog_cleanup_cache_levels struct cog_cache_levels levels =
        COG_CACHE_LEVELS_EMPTY;
    struct change change = {.settings = settings,
                            .without = account->name,
                            .account = account,
                            .groups = groups};
    int error;

    if (lock->fd < 0)
        return EBADF;
    error = check_put(places, settings, account, groups, refusal);
    if (error == 0)
        error = cog_cache_levels_open(places->accounts, &levels);
    if (error != 0)
        return error;
    if (has_settings(&levels, settings) &&
        has_same_account(&levels, account, groups))
        return 0;
    if (levels.recent.accounts + 1 >= COG_FOLD_FROM &&
        levels.base.accounts < COG_FOLD_UP_TO)
        return fold(places->accounts, &levels, &change);
    return rewrite_recent(places->accounts, &levels, &levels.recent, &change);
}

int
cog_cache_remove_account(const struct cog_places *places,
                         const struct cog_cache_lock *lock, const char *name)
{
    static const struct cog_cache_file nothing = COG_CACHE_FILE_EMPTY;
    cog_cleanup_cache_levels struct cog_cache_levels levels =
        COG_CACHE_LEVELS_EMPTY;
    struct change change = {.without = name};
    struct cog_settings settings;
    int base, recent, error;

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
    base = cog_cache_level_has(&levels.base, name);
    recent = cog_cache_level_has(&levels.recent, name);
    /* What cannot be read may be the account: it is not removed then. */
    if (base != 0 && base != ENOENT)
        return base;
    if (recent != 0 && recent != ENOENT)
        return recent;
    /* base first: recent's record hides an older one until both are gone. */
    if (base == 0)
        error = cog_cache_level_check(&levels.base);
    if (error == 0 && base == 0)
        error = rewrite(places->accounts, COG_BASE_FILE, &levels.base,
                        &nothing, 0, &change);
    if (error != 0 || recent == ENOENT)
        return error != 0 ? error : base;
    error = cog_cache_level_settings(&levels.recent, &settings);
    if (error == 0)
        change.settings = &settings;
    else if (error != ENOENT)
        return error;
    return rewrite_recent(places->accounts, &levels, &levels.recent, &change);
}
