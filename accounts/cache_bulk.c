/* SPDX-License-Identifier: Apache-2.0 */
/* A whole listing written at once; see the header. */
#include "accounts/cache_bulk.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "accounts/bulk_check.h"
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
    enum cog_fault fault;
    int error;

    if (lock->fd < 0)
        return EBADF;
    fault = cog_settings_check(settings);
    if (refusal != NULL)
        refusal->fault = fault;
    if (fault != COG_FAULT_NONE)
        return EINVAL;
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

static int
note_members(struct cog_cache_bulk *bulk, const struct cog_groups *groups,
             const struct cog_bulk_known *known)
{
    int error = 0;

    if (!bulk->settings->enumerate)
        return 0;
    for (size_t i = 0; error == 0 && i < groups->count; i++)
        error = cog_member_lists_add(&bulk->members, &bulk->table,
                                     known->groups[i], known->user);
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

/*
 * What fails from here on is no refusal, whatever a file system calls it: the
 * account is marked, and its record may be missing.
 */
static int
write_account(struct cog_cache_bulk *bulk, const struct cog_account *account,
              const struct cog_groups *groups, struct cog_bulk_known *known)
{
    int error = cog_bulk_mark(&bulk->table, account, groups, known);

    if (error == 0)
        error = note_members(bulk, groups, known);
    if (error == 0)
        error = bridge_account(bulk, account, groups);
    if (error == 0)
        error = cog_bulk_writer_add(&bulk->writer, account, groups);
    return error == EINVAL || error == EEXIST ? EIO : error;
}

int
cog_cache_bulk_add(struct cog_cache_bulk *bulk,
                   const struct cog_account *account,
                   const struct cog_groups *groups,
                   struct cog_write_refusal *refusal)
{
    struct cog_write_refusal unread;
    struct cog_bulk_known known;
    int error;

    if (refusal == NULL)
        refusal = &unread;
    cog_id_table_prefetch(&bulk->table, account->uid, account->name,
                          strnlen(account->name, COG_NAME_MAX));
    error = cog_bulk_check(&bulk->table, bulk->settings, account, groups,
                           &known, refusal);
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
        cog_bulk_may_stay(table, use))
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

/* Its record as it was, but disabled. */
static int
carry_bound(struct cog_cache_bulk *bulk, const char *name)
{
    const struct cog_cache_file *level = &bulk->levels.recent;
    struct cog_account account;
    struct cog_groups groups;
    struct cog_bulk_known known;
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
    error = cog_bulk_find(&bulk->table, &account, &groups, &known);
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
