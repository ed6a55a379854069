/* SPDX-License-Identifier: Apache-2.0 */
/* Records into a file in the making; see the header. */
#include "accounts/cache_compose.h"

#include <errno.h>

#include "accounts/cache_record.h"

static int
add_number(struct cog_cache_build *build, const struct cog_cache_key *key,
           uint32_t number, uint32_t *position)
{
    unsigned char bytes[COG_HEAD_BYTES + 4];
    struct cog_cache_data data = {bytes, sizeof bytes, 0};
    int error = cog_cache_pack_number(number, &data);

    return error != 0 ? error
                      : cog_cache_build_add(build, key, &data, position);
}

int
cog_compose_settings(struct cog_cache_build *build,
                     const struct cog_settings *settings)
{
    unsigned char bytes[COG_ACCOUNT_RECORD_MAX];
    struct cog_cache_data data = {bytes, sizeof bytes, 0};
    struct cog_cache_key key;
    int error = cog_cache_pack_settings(settings, &data);

    cog_cache_key_settings(&key);
    return error != 0 ? error : cog_cache_build_add(build, &key, &data, NULL);
}

int
cog_compose_gids(const struct cog_account *account,
                 const struct cog_groups *groups, struct cog_gids *gids)
{
    if (groups->count > COG_GROUPS_MAX)
        return EMSGSIZE;
    gids->primary = account->gid;
    gids->count = groups->count;
    for (size_t i = 0; i < groups->count; i++)
        gids->list[i] = groups->list[i].gid;
    return 0;
}

int
cog_compose_account(struct cog_cache_build *build,
                    const struct cog_account *account,
                    const struct cog_groups *groups)
{
    struct cog_gids gids;
    int error = cog_compose_gids(account, groups, &gids);

    return error != 0 ? error : cog_compose_listed(build, account, &gids);
}

int
cog_compose_listed(struct cog_cache_build *build,
                   const struct cog_account *account,
                   const struct cog_gids *gids)
{
    unsigned char bytes[COG_ACCOUNT_RECORD_MAX];
    struct cog_cache_data data = {bytes, sizeof bytes, 0};
    struct cog_cache_key key;
    uint32_t position = 0;
    int error = cog_cache_pack_account(account, &data);

    if (error != 0)
        return error;
    cog_cache_key_name('N', account->name, &key);
    error = cog_cache_build_add(build, &key, &data, &position);
    if (error != 0)
        return error;
    cog_cache_key_id('U', account->uid, &key);
    error = add_number(build, &key, position, NULL);
    if (error == 0)
        error = cog_cache_pack_gids(gids, &data);
    if (error != 0)
        return error;
    cog_cache_key_name('i', account->name, &key);
    return cog_cache_build_add(build, &key, &data, NULL);
}

int
cog_compose_group(struct cog_cache_build *build, const char *name,
                  uint32_t gid)
{
    struct cog_cache_key key;
    uint32_t position = 0;
    int error;

    cog_cache_key_name('G', name, &key);
    error = add_number(build, &key, gid, &position);
    if (error != 0)
        return error;
    cog_cache_key_id('g', gid, &key);
    return add_number(build, &key, position, NULL);
}

int
cog_compose_members(struct cog_cache_build *build,
                    const struct cog_members *members)
{
    unsigned char bytes[COG_ACCOUNT_RECORD_MAX];
    struct cog_cache_data data = {bytes, sizeof bytes, 0};
    struct cog_cache_key key;
    int error = cog_cache_pack_members(members, &data);

    cog_cache_key_members(members->gid, members->chunk, &key);
    return error != 0 ? error : cog_cache_build_add(build, &key, &data, NULL);
}

int
cog_compose_tombstone(struct cog_cache_build *build,
                      const struct cog_tombstone *tombstone)
{
    unsigned char bytes[128];
    struct cog_cache_data data = {bytes, sizeof bytes, 0};
    struct cog_cache_key key;
    int error = cog_cache_pack_tombstone(tombstone, &data);

    cog_cache_key_id('x', tombstone->id, &key);
    return error != 0 ? error : cog_cache_build_add(build, &key, &data, NULL);
}
