/* SPDX-License-Identifier: Apache-2.0 */
/* recent.cdb beside a listing; see the header. */
#include "accounts/cache_recent.h"

#include <errno.h>

#include "accounts/cache_compose.h"
#include "accounts/cache_format.h"
#include "accounts/cache_record.h"

int
cog_cache_recent_begin(struct cog_cache_recent *recent, const char *directory)
{
    return recent->build.dir_fd >= 0
               ? 0
               : cog_cache_build_begin(directory, COG_RECENT_FILE,
                                       &recent->build);
}

int
cog_cache_recent_add(struct cog_cache_recent *recent,
                     const struct cog_account *account,
                     const struct cog_groups *groups)
{
    int error =
        cog_group_table_add(&recent->groups, account->name, account->gid);

    for (size_t i = 0; error == 0 && i < groups->count; i++)
        error = cog_group_table_add(&recent->groups, groups->list[i].name,
                                    groups->list[i].gid);
    return error != 0 ? error
                      : cog_compose_account(&recent->build, account, groups);
}

static int
carry_tombstones(struct cog_cache_recent *recent,
                 const struct cog_cache_file *old)
{
    struct cog_cache_record record;
    const struct cog_cache_record *previous = NULL;
    struct cog_tombstone tombstone;
    int error;

    if (old == NULL || !cog_cache_level_exists(old))
        return 0;
    while ((error = cog_cache_file_next(old, previous, &record)) == 0) {
        previous = &record;
        if (record.key[0] != 'x')
            continue;
        error = cog_cache_parse_tombstone(&record, &tombstone);
        if (error == 0 && !cog_group_table_has(&recent->groups, tombstone.id))
            error = cog_compose_tombstone(&recent->build, &tombstone);
        if (error != 0)
            return error;
    }
    return error == ENOENT ? 0 : error;
}

int
cog_cache_recent_finish(struct cog_cache_recent *recent,
                        const struct cog_settings *settings,
                        const struct cog_cache_file *old, uint32_t flags)
{
    const struct cog_group_table *groups = &recent->groups;
    int error = cog_compose_settings(&recent->build, settings);

    for (size_t i = 0; error == 0 && i < groups->count; i++)
        error = cog_compose_group(&recent->build, groups->groups[i].name,
                                  groups->groups[i].gid);
    if (error == 0)
        error = carry_tombstones(recent, old);
    return error != 0 ? error
                      : cog_cache_build_finish(&recent->build,
                                               COG_ACCOUNTS_MODE, flags);
}

void
cog_cache_recent_end(struct cog_cache_recent *recent)
{
    cog_cache_build_end(&recent->build);
    cog_group_table_clear(&recent->groups);
    *recent = (struct cog_cache_recent) COG_CACHE_RECENT_EMPTY;
}
