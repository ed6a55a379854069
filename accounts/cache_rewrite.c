/* SPDX-License-Identifier: Apache-2.0 */
/* An accounts file with a change; see the header. */
#include "accounts/cache_rewrite.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>

#include "accounts/cache_build.h"
#include "accounts/cache_compose.h"
#include "accounts/cache_record.h"
#include "accounts/group_table.h"
#include "accounts/id_table.h"

static const struct cog_cache_file nothing = COG_CACHE_FILE_EMPTY;

/* Where a new file comes from; both may be missing. */
struct sources {
    const struct cog_cache_file *from; /* but for what over has, too */
    const struct cog_cache_file *over;
};

/* A file in the making, and what it says so far. */
struct writing {
    struct cog_cache_build build;
    struct cog_group_table groups;
    struct cog_id_table tombstones;
    const struct cog_cache_change *change;
};

static void
end_writing(struct writing *writing)
{
    cog_cache_build_end(&writing->build);
    cog_group_table_clear(&writing->groups);
    cog_id_table_clear(&writing->tombstones);
}

#define cleanup_writing __attribute__((cleanup(end_writing)))

/* ---- accounts and groups */

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
    int error = note_groups(writing, account, groups);

    return error != 0 ? error
                      : cog_compose_account(&writing->build, account, groups);
}

static bool
is_left_out(const struct writing *writing, const char *name)
{
    const char *without = writing->change->without;

    return without != NULL && strcmp(name, without) == 0;
}

/* A visitor: carry an account over from an old file. */
static int
carry_account(void *context, const struct cog_account *account,
              const struct cog_groups *groups)
{
    struct writing *writing = context;

    if (is_left_out(writing, account->name))
        return 0;
    return add_account(writing, account, groups);
}

static int
add_groups(struct writing *writing)
{
    int error = 0;

    for (size_t i = 0; error == 0 && i < writing->groups.count; i++)
        error =
            cog_compose_group(&writing->build, writing->groups.groups[i].name,
                              writing->groups.groups[i].gid);
    return error;
}

/* ---- tombstones */

/* Told each record of a file of one kind. */
typedef int visit_record(struct writing *writing,
                         const struct cog_cache_file *file,
                         const struct cog_cache_record *record);

static int
walk_records(struct writing *writing, const struct cog_cache_file *file,
             unsigned char kind, visit_record *visit)
{
    struct cog_cache_record record;
    const struct cog_cache_record *previous = NULL;
    int error;

    if (!cog_cache_level_exists(file))
        return 0;
    while ((error = cog_cache_file_next(file, previous, &record)) == 0) {
        previous = &record;
        if (record.key[0] == kind)
            error = visit(writing, file, &record);
        if (error != 0)
            return error;
    }
    return error == ENOENT ? 0 : error;
}

/* Each id once: the first that comes counts. None for an id in use. */
static int
add_tombstone(struct writing *writing, const struct cog_tombstone *tombstone)
{
    struct cog_id_use use = {.id = tombstone->id, .source = COG_USE_FILES};
    int error;

    if (cog_group_table_has(&writing->groups, tombstone->id) ||
        cog_id_table_find(&writing->tombstones, COG_USE_FILES,
                          tombstone->id) != NULL)
        return 0;
    error = cog_id_table_add(&writing->tombstones, &use, NULL);
    return error != 0 ? error
                      : cog_compose_tombstone(&writing->build, tombstone);
}

static int
carry_tombstone(struct writing *writing, const struct cog_cache_file *file,
                const struct cog_cache_record *record)
{
    struct cog_tombstone tombstone;
    int error = cog_cache_parse_tombstone(record, &tombstone);

    (void) file;
    return error != 0 ? error : add_tombstone(writing, &tombstone);
}

/* A pool group that nobody is in any more; a private one goes with its user.
 */
static int
bury_group(struct writing *writing, const struct cog_cache_file *file,
           const struct cog_cache_record *record)
{
    struct cog_tombstone tombstone = {.kind = COG_ID_GROUP};
    struct cog_cache_record account;
    struct cog_cache_key key;
    struct cog_group group;
    int error = cog_cache_parse_group(record, &group);

    if (error != 0)
        return error;
    cog_cache_key_id('U', group.gid, &key);
    error = cog_cache_file_find(file, key.bytes, key.len, &account);
    if (error != ENOENT)
        return error;
    tombstone.id = group.gid;
    memcpy(tombstone.name, group.name, sizeof group.name);
    return add_tombstone(writing, &tombstone);
}

/* The change's first, then recent's, which are newer than base's. */
static int
add_tombstones(struct writing *writing, const struct sources *sources)
{
    const struct cog_cache_change *change = writing->change;
    int error = 0;

    for (size_t i = 0; error == 0 && i < change->tombstone_count; i++)
        error = add_tombstone(writing, &change->tombstones[i]);
    if (error == 0)
        error = walk_records(writing, sources->over, 'x', carry_tombstone);
    return error != 0
               ? error
               : walk_records(writing, sources->from, 'x', carry_tombstone);
}

/*
 * Groups that came with a login are in the login store for ever; those that
 * sync brought are known by base alone.
 */
static int
bury_groups(struct writing *writing, const struct sources *sources)
{
    int error = walk_records(writing, sources->over, 'G', bury_group);

    return error != 0 ? error
                      : walk_records(writing, sources->from, 'G', bury_group);
}

/* ---- members, as of the last sync */

static void
leave_out(const struct writing *writing, struct cog_members *members)
{
    size_t at = 0;

    while (at < members->len) {
        char *name = members->names + at;
        size_t size = strlen(name) + 1;

        if (is_left_out(writing, name)) {
            memmove(name, name + size, members->len - at - size);
            members->len -= size;
        } else {
            at += size;
        }
    }
}

static int
carry_members(struct writing *writing, const struct cog_cache_file *file,
              const struct cog_cache_record *record)
{
    struct cog_members members;
    int error = cog_cache_parse_members(record, &members);

    (void) file;
    if (error != 0 || !cog_group_table_has(&writing->groups, members.gid))
        return error;
    leave_out(writing, &members);
    return cog_compose_members(&writing->build, &members);
}

/* ---- files */

static int
write_records(struct writing *writing, const struct sources *sources)
{
    const struct cog_cache_change *change = writing->change;
    int error = cog_cache_level_walk(sources->from, sources->over,
                                     carry_account, writing);

    if (error == 0)
        error = cog_cache_level_walk(sources->over, &nothing, carry_account,
                                     writing);
    if (error == 0 && change->account != NULL)
        error = add_account(writing, change->account, change->groups);
    if (error == 0)
        error = add_groups(writing);
    return error != 0 ? error : add_tombstones(writing, sources);
}

static int
rewrite_recent(const char *directory, const struct sources *sources,
               uint32_t flags, const struct cog_cache_change *change)
{
    cleanup_writing struct writing writing = {.build = COG_CACHE_BUILD_EMPTY,
                                              .change = change};
    int error =
        cog_cache_build_begin(directory, COG_RECENT_FILE, &writing.build);

    if (error == 0 && change->settings != NULL)
        error = cog_compose_settings(&writing.build, change->settings);
    if (error == 0)
        error = write_records(&writing, sources);
    return error != 0 ? error
                      : cog_cache_build_finish(&writing.build,
                                               COG_ACCOUNTS_MODE, flags);
}

static int
rewrite_base(const char *directory, const struct sources *sources,
             const struct cog_cache_change *change)
{
    cleanup_writing struct writing writing = {.build = COG_CACHE_BUILD_EMPTY,
                                              .change = change};
    int error = cog_cache_level_check(sources->from);

    if (error == 0)
        error =
            cog_cache_build_begin(directory, COG_BASE_FILE, &writing.build);
    if (error == 0)
        error = write_records(&writing, sources);
    if (error == 0)
        error = bury_groups(&writing, sources);
    if (error == 0)
        error = walk_records(&writing, sources->from, 'm', carry_members);
    return error != 0
               ? error
               : cog_cache_build_finish(&writing.build, COG_ACCOUNTS_MODE, 0);
}

int
cog_cache_rewrite_recent(const char *directory,
                         const struct cog_cache_levels *levels,
                         const struct cog_cache_change *change)
{
    const struct sources sources = {&levels->recent, &nothing};

    return rewrite_recent(
        directory, &sources,
        cog_cache_level_exists(&levels->base) ? COG_STAMP_HAS_BASE : 0,
        change);
}

int
cog_cache_rewrite_base(const char *directory,
                       const struct cog_cache_levels *levels,
                       const struct cog_cache_change *change)
{
    const struct sources sources = {&levels->base, &nothing};

    return rewrite_base(directory, &sources, change);
}

int
cog_cache_rewrite_folded(const char *directory,
                         const struct cog_cache_levels *levels,
                         const struct cog_cache_change *change)
{
    const struct sources both = {&levels->base, &levels->recent};
    const struct sources neither = {&nothing, &nothing};
    const struct cog_cache_change empty = {.settings = change->settings};
    int error = rewrite_base(directory, &both, change);

    return error != 0 ? error
                      : rewrite_recent(directory, &neither, COG_STAMP_HAS_BASE,
                                       &empty);
}
