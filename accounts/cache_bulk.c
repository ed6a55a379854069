/* SPDX-License-Identifier: Apache-2.0 */
/* A whole listing written at once; see the header. */
#include "accounts/cache_bulk.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "accounts/bulk_load.h"
#include "accounts/bulk_writer.h"
#include "accounts/cache_build.h"
#include "accounts/cache_compose.h"
#include "accounts/cache_recent.h"
#include "accounts/cache_record.h"
#include "accounts/id_table.h"
#include "accounts/login_record.h"
#include "accounts/member_lists.h"
#include "base/clock.h"

struct cog_cache_bulk {
    const struct cog_places *places;
    const struct cog_settings *settings;
    struct cog_cache_levels levels; /* as they were */
    struct cog_cache_file logins;   /* of no bytes when missing */
    struct cog_id_table table;      /* all that stands against an id */
    struct cog_member_lists members;
    struct cog_cache_build build;   /* base in the making */
    struct cog_bulk_writer writer;  /* of its accounts */
    struct cog_cache_recent recent; /* first of two: see write_bridge */
    uint32_t added;
};

void
cog_cache_bulk_free(struct cog_cache_bulk **bulk)
{
    struct cog_cache_bulk *gone = *bulk;

    *bulk = NULL;
    if (gone == NULL)
        return;
    cog_bulk_writer_end(&gone->writer);
    cog_cache_build_end(&gone->build);
    cog_cache_recent_end(&gone->recent);
    cog_member_lists_clear(&gone->members);
    cog_id_table_clear(&gone->table);
    cog_cache_file_unmap(&gone->logins);
    cog_cache_levels_close(&gone->levels);
    free(gone);
}

static int
refuse(enum cog_fault fault, struct cog_write_refusal *refusal)
{
    if (refusal != NULL)
        refusal->fault = fault;
    return fault == COG_FAULT_NONE ? 0 : EINVAL;
}

static int
load(struct cog_cache_bulk *bulk, const struct cog_id_key *key)
{
    const struct cog_places *places = bulk->places;
    int error = cog_id_table_load_local(&bulk->table, &places->local);

    if (error == 0)
        error = cog_cache_levels_open(places->accounts, &bulk->levels);
    if (error == 0)
        error = cog_bulk_load_files(&bulk->table, &bulk->levels);
    if (error == 0)
        error = cog_logins_file_open_checked(places->logins, &bulk->logins);
    if (error == ENODATA)
        return 0;
    return error != 0 ? error
                      : cog_bulk_load_store(&bulk->table, &bulk->logins, key);
}

int
cog_cache_bulk_begin(const struct cog_places *places,
                     const struct cog_cache_lock *lock,
                     const struct cog_settings *settings,
                     const struct cog_id_key *key,
                     struct cog_cache_bulk **bulk,
                     struct cog_write_refusal *refusal)
{
    cog_cleanup_cache_bulk struct cog_cache_bulk *fresh = NULL;
    int error;

    if (lock->fd < 0)
        return EBADF;
    error = refuse(cog_settings_check(settings), refusal);
    if (error != 0)
        return error;
    fresh = calloc(1, sizeof *fresh);
    if (fresh == NULL)
        return ENOMEM;
    fresh->places = places;
    fresh->settings = settings;
    fresh->build = (struct cog_cache_build) COG_CACHE_BUILD_EMPTY;
    fresh->recent = (struct cog_cache_recent) COG_CACHE_RECENT_EMPTY;
    error = load(fresh, key);
    if (error == 0)
        error = cog_cache_build_begin(places->accounts, COG_BASE_FILE,
                                      &fresh->build);
    if (error == 0)
        error = cog_bulk_writer_begin(&fresh->writer, &fresh->build);
    if (error != 0)
        return error;
    *bulk = fresh;
    fresh = NULL;
    return 0;
}

/* ---- adding */

int
cog_cache_bulk_expect(struct cog_cache_bulk *bulk, size_t accounts)
{
    size_t count = bulk->table.count;

    /* Most of them are there already, if there was a listing before. */
    return cog_id_table_reserve(&bulk->table,
                                accounts > count ? accounts : count);
}

/*
 * What the table has of an account and its groups already, NULL where there
 * is nothing. Good while there is room for what is added.
 */
struct known {
    struct cog_id_use *user, *groups[COG_GROUPS_MAX];
};

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
               const struct cog_groups *groups, const struct known *known,
               size_t index)
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
check_groups(const struct cog_cache_bulk *bulk,
             const struct cog_account *account,
             const struct cog_groups *groups, struct known *known,
             struct cog_write_refusal *refusal)
{
    int error = 0;

    for (size_t i = 0; error == 0 && i < groups->count; i++) {
        const struct cog_group *group = &groups->list[i];
        struct cog_id_wish wish = {COG_ID_GROUP, group->name, group->gid, 0};

        known->groups[i] = find_known_group(&bulk->table, group);
        error = refuse(check_distinct(account, groups, known, i), refusal);
        if (error != 0 || known->groups[i] != NULL)
            continue;
        error = refuse(cog_group_check(group, bulk->settings), refusal);
        if (error == 0)
            error = cog_id_table_check(&bulk->table, &wish, &known->groups[i],
                                       &refusal->conflict);
    }
    return error;
}

/* Whether an old account may stay: the host may have taken its name or id. */
static bool
may_stay(const struct cog_id_table *table, const struct cog_id_use *old)
{
    const struct cog_id_wish wish = {COG_ID_USER, old->name, old->id, 0};
    struct cog_id_use *mine = NULL;

    return cog_id_table_check(table, &wish, &mine, NULL) == 0;
}

/* The name stays with its old account, which must not be lost over this. */
static void
note_bound(const struct cog_cache_bulk *bulk, const char *name)
{
    struct cog_id_use *old = cog_id_table_account(&bulk->table, name);

    if (old != NULL && (old->flags & COG_USE_NEW) == 0 &&
        may_stay(&bulk->table, old))
        old->flags |= COG_USE_BOUND;
}

static int
check_user(const struct cog_cache_bulk *bulk,
           const struct cog_account *account, struct cog_id_use **known,
           struct cog_write_refusal *refusal)
{
    struct cog_id_wish wish = {COG_ID_USER, account->name, account->uid,
                               account->sub_tag};
    struct cog_id_conflict *conflict = &refusal->conflict;
    struct cog_id_use *mine = NULL;
    int error = cog_id_table_check(&bulk->table, &wish, &mine, conflict);

    *known = mine;
    if (error == EEXIST && conflict->place == COG_ID_BOUND)
        note_bound(bulk, account->name);
    if (error == 0 && mine != NULL && (mine->flags & COG_USE_NEW) != 0)
        error =
            cog_id_refuse(&wish, COG_ID_TWICE, mine->name, mine->id, conflict);
    return error;
}

/*
 * Everything that can be said against an account. Afterwards there is room for
 * all that it adds.
 */
static int
check_all(struct cog_cache_bulk *bulk, const struct cog_account *account,
          const struct cog_groups *groups, struct known *known,
          struct cog_write_refusal *refusal)
{
    int error = refuse(cog_account_check(account, bulk->settings), refusal);

    if (error == 0 && groups->count > COG_GROUPS_MAX)
        error = refuse(COG_FAULT_GROUP_LONG, refusal);
    if (error == 0)
        error = cog_id_table_reserve(&bulk->table,
                                     bulk->table.count + 1 + groups->count);
    if (error == 0)
        error = check_user(bulk, account, &known->user, refusal);
    return error != 0 ? error
                      : check_groups(bulk, account, groups, known, refusal);
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

static int
mark_all(struct cog_cache_bulk *bulk, const struct cog_account *account,
         const struct cog_groups *groups, struct known *known)
{
    struct cog_id_wish wish = {COG_ID_USER, account->name, account->uid,
                               account->sub_tag};
    int error = mark_new(&bulk->table, &wish, &known->user);

    for (size_t i = 0; error == 0 && i < groups->count; i++) {
        wish = (struct cog_id_wish){COG_ID_GROUP, groups->list[i].name,
                                    groups->list[i].gid, 0};
        error = mark_new(&bulk->table, &wish, &known->groups[i]);
        if (error == 0 && bulk->settings->enumerate)
            error = cog_member_lists_add(&bulk->members, &bulk->table,
                                         known->groups[i], known->user);
    }
    return error;
}

/* What recent has, too, is to say there what base will say. */
static int
bridge_account(struct cog_cache_bulk *bulk, const struct cog_account *account,
               const struct cog_groups *groups)
{
    int error = bulk->levels.recent.accounts == 0
                    ? ENOENT
                    : cog_cache_level_has(&bulk->levels.recent, account->name);

    if (error == ENOENT)
        return 0;
    if (error == 0)
        error = cog_cache_recent_begin(&bulk->recent, bulk->places->accounts);
    return error != 0 ? error
                      : cog_cache_recent_add(&bulk->recent, account, groups);
}

static int
write_account(struct cog_cache_bulk *bulk, const struct cog_account *account,
              const struct cog_groups *groups, struct known *known)
{
    int error = mark_all(bulk, account, groups, known);

    if (error == 0)
        error = bridge_account(bulk, account, groups);
    return error != 0 ? error
                      : cog_bulk_writer_add(&bulk->writer, account, groups);
}

int
cog_cache_bulk_add(struct cog_cache_bulk *bulk,
                   const struct cog_account *account,
                   const struct cog_groups *groups,
                   struct cog_write_refusal *refusal)
{
    struct cog_write_refusal unread;
    struct known known;
    int error;

    if (refusal == NULL)
        refusal = &unread;
    cog_id_table_prefetch(&bulk->table, account->uid, account->name,
                          strnlen(account->name, COG_NAME_MAX));
    error = check_all(bulk, account, groups, &known, refusal);
    if (error == 0)
        error = write_account(bulk, account, groups, &known);
    if (error == 0)
        bulk->added++;
    return error;
}

int
cog_cache_bulk_compare(const struct cog_cache_bulk *bulk,
                       const struct cog_account *account,
                       const struct cog_groups *groups,
                       enum cog_cache_difference *difference)
{
    return cog_cache_levels_compare(&bulk->levels, account, groups,
                                    difference);
}

/* ---- what becomes of the old accounts */

static int
has_signed_in(const struct cog_cache_bulk *bulk, const char *name,
              int64_t since_s, bool *yes)
{
    struct cog_login_entry login;
    int error;

    *yes = false;
    if (bulk->logins.bytes == NULL)
        return 0;
    error = cog_logins_file_find(&bulk->logins, name, &login);
    *yes =
        error == 0 && cog_login_is_since(&login, since_s, cog_clock_unix_s());
    return error == ENOENT ? 0 : error;
}

struct keeping {
    struct cog_cache_bulk *bulk;
    int64_t since_s;
    bool bridging; /* see write_bridge */
};

static void
set_kept(const struct cog_id_table *table, uint32_t id, bool kept)
{
    struct cog_id_use *use = cog_id_table_find(table, COG_USE_FILES, id);

    if (use != NULL && kept)
        use->flags |= COG_USE_KEPT;
}

/* A visitor of recent's accounts. */
static int
keep_account(void *context, const struct cog_account *account,
             const struct cog_groups *groups)
{
    const struct keeping *keeping = context;
    const struct cog_id_table *table = &keeping->bulk->table;
    const struct cog_id_use *use =
        cog_id_table_find(table, COG_USE_FILES, account->uid);
    bool kept = false;
    int error = 0;

    if (use != NULL && (use->flags & (COG_USE_NEW | COG_USE_BOUND)) == 0 &&
        may_stay(table, use))
        error = has_signed_in(keeping->bulk, account->name, keeping->since_s,
                              &kept);
    if (error != 0)
        return error;
    set_kept(table, account->uid, kept);
    for (size_t i = 0; i < groups->count; i++)
        set_kept(table, groups->list[i].gid, kept);
    return 0;
}

/* Decide who of recent stays there. */
static int
mark_kept(struct cog_cache_bulk *bulk, int64_t since_s)
{
    static const struct cog_cache_file nothing = COG_CACHE_FILE_EMPTY;
    struct keeping keeping = {.bulk = bulk, .since_s = since_s};

    for (size_t i = 0; i < bulk->table.count; i++)
        bulk->table.uses[i].flags &= (unsigned char) ~COG_USE_KEPT;
    return cog_cache_level_walk(&bulk->levels.recent, &nothing, keep_account,
                                &keeping);
}

/* An account of the old files. */
static bool
was_account(const struct cog_id_use *use)
{
    return use->source == COG_USE_FILES && use->kind == COG_ID_USER &&
           (use->flags & COG_USE_OLD) != 0;
}

static bool
is_lost(const struct cog_id_use *use)
{
    return was_account(use) &&
           (use->flags & (COG_USE_NEW | COG_USE_KEPT | COG_USE_BOUND)) == 0;
}

int
cog_cache_bulk_count(struct cog_cache_bulk *bulk, int64_t since_s,
                     struct cog_bulk_counts *counts)
{
    struct cog_bulk_counts sum = {.added = bulk->added};
    int error = mark_kept(bulk, since_s);

    if (error != 0)
        return error;
    for (size_t i = 0; i < bulk->table.count; i++) {
        const struct cog_id_use *use = &bulk->table.uses[i];

        if (!was_account(use))
            continue;
        sum.before++;
        sum.kept += (use->flags & COG_USE_KEPT) != 0;
        sum.bound += (use->flags & COG_USE_BOUND) != 0;
        sum.lost += is_lost(use);
    }
    *counts = sum;
    return 0;
}

int
cog_cache_bulk_walk_lost(struct cog_cache_bulk *bulk, int64_t since_s,
                         cog_bulk_visit *visit, void *context)
{
    int error = mark_kept(bulk, since_s);

    for (size_t i = 0; error == 0 && i < bulk->table.count; i++) {
        if (is_lost(&bulk->table.uses[i]))
            error = visit(context, bulk->table.uses[i].name,
                          bulk->table.uses[i].id);
    }
    return error;
}

/* ---- finishing */

/* What the table has of an account of the old files; with room for more. */
static int
find_all(struct cog_id_table *table, const struct cog_account *account,
         const struct cog_groups *groups, struct known *known)
{
    int error = cog_id_table_reserve(table, table->count + 1 + groups->count);

    if (error != 0)
        return error;
    known->user = cog_id_table_find(table, COG_USE_FILES, account->uid);
    for (size_t i = 0; i < groups->count; i++)
        known->groups[i] =
            cog_id_table_find(table, COG_USE_FILES, groups->list[i].gid);
    return 0;
}

/* Its record as it was, but disabled. */
static int
carry_bound(struct cog_cache_bulk *bulk, const char *name)
{
    const struct cog_cache_file *level = &bulk->levels.recent;
    struct cog_account account;
    struct cog_groups groups;
    struct known known;
    int error = cog_cache_level_account(level, name, &account);

    if (error == ENOENT) {
        level = &bulk->levels.base;
        error = cog_cache_level_account(level, name, &account);
    }
    if (error == 0)
        error = cog_cache_level_groups(level, name, &groups);
    if (error != 0)
        return error;
    account.disabled = true;
    error = find_all(&bulk->table, &account, &groups, &known);
    return error != 0 ? error : write_account(bulk, &account, &groups, &known);
}

static int
carry_all_bound(struct cog_cache_bulk *bulk)
{
    size_t count = bulk->table.count;
    int error = 0;

    for (size_t i = 0; error == 0 && i < count; i++) {
        struct cog_id_use use = bulk->table.uses[i];

        if (was_account(&use) && (use.flags & COG_USE_BOUND) != 0)
            error = carry_bound(bulk, use.name);
    }
    return error;
}

static int
bury(struct cog_cache_build *build, const struct cog_id_use *use)
{
    struct cog_tombstone tombstone = {
        .id = use->id,
        .kind = (enum cog_id_kind) use->kind,
        .retired = (use->flags & COG_USE_RETIRED) != 0,
        .sub_tag = use->kind == COG_ID_USER ? use->sub_tag : 0};

    memcpy(tombstone.name, use->name, sizeof use->name);
    return cog_compose_tombstone(build, &tombstone);
}

/* Pool groups that somebody is in, and what is remembered of the rest. */
static int
write_uses(struct cog_cache_bulk *bulk)
{
    int error = 0;

    for (size_t i = 0; error == 0 && i < bulk->table.count; i++) {
        const struct cog_id_use *use = &bulk->table.uses[i];

        if (use->source != COG_USE_FILES)
            continue;
        if ((use->flags & (COG_USE_NEW | COG_USE_KEPT)) == 0)
            error = bury(&bulk->build, use);
        else if (use->kind == COG_ID_GROUP && (use->flags & COG_USE_NEW) != 0)
            error = cog_compose_group(&bulk->build, use->name, use->id);
    }
    return error;
}

/* A visitor of recent's accounts. */
static int
carry_recent(void *context, const struct cog_account *account,
             const struct cog_groups *groups)
{
    const struct keeping *keeping = context;
    const struct cog_id_use *use =
        cog_id_table_find(&keeping->bulk->table, COG_USE_FILES, account->uid);
    unsigned flags = use == NULL ? 0 : use->flags;
    struct cog_account old = *account;

    if ((flags & COG_USE_KEPT) == 0) {
        if (!keeping->bridging || (flags & COG_USE_NEW) != 0)
            return 0;
        old.disabled = true; /* lost */
    }
    return cog_cache_recent_add(&keeping->bulk->recent, &old, groups);
}

static int
write_recent(struct cog_cache_bulk *bulk, bool bridging, bool has_base)
{
    static const struct cog_cache_file nothing = COG_CACHE_FILE_EMPTY;
    const struct cog_cache_file *old = &bulk->levels.recent;
    struct keeping keeping = {.bulk = bulk, .bridging = bridging};
    int error = cog_cache_recent_begin(&bulk->recent, bulk->places->accounts);

    if (error == 0)
        error = cog_cache_level_walk(old, &nothing, carry_recent, &keeping);
    if (error == 0)
        error = cog_cache_recent_finish(&bulk->recent, bulk->settings,
                                        bridging ? old : NULL,
                                        has_base ? COG_STAMP_HAS_BASE : 0);
    cog_cache_recent_end(&bulk->recent);
    return error;
}

/*
 * recent hides base. The old one beside the new base would keep enabled whom
 * the listing disabled or lost, if we were killed there; the last one beside
 * the old base would show what that says of them. So one comes between, with
 * the accounts of the old recent as the listing has them, those lost
 * disabled: once the new base is in place, nothing says otherwise (P76).
 */
static int
write_bridge(struct cog_cache_bulk *bulk)
{
    return bulk->levels.recent.accounts == 0
               ? 0
               : write_recent(bulk, true,
                              cog_cache_level_exists(&bulk->levels.base));
}

/* Distinct enough: one number for each listing. */
static uint64_t
number_listing(void)
{
    struct timespec now = {0, 0};

    (void) clock_gettime(CLOCK_REALTIME, &now);
    return (uint64_t) now.tv_sec * 1000000000U + (uint64_t) now.tv_nsec;
}

int
cog_cache_bulk_finish(struct cog_cache_bulk *bulk, int64_t since_s)
{
    int error = mark_kept(bulk, since_s);

    if (error == 0)
        error = carry_all_bound(bulk);
    if (error == 0)
        error = cog_bulk_writer_finish(&bulk->writer);
    if (error == 0)
        error = write_uses(bulk);
    if (error == 0)
        error = cog_member_lists_write(&bulk->members, &bulk->table,
                                       number_listing(), &bulk->build);
    if (error == 0)
        error = cog_cache_build_seal(&bulk->build, COG_ACCOUNTS_MODE, 0);
    if (error == 0)
        error = write_bridge(bulk);
    if (error == 0)
        error = cog_cache_build_place(&bulk->build);
    return error != 0 ? error : write_recent(bulk, false, true);
}
