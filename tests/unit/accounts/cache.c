/* SPDX-License-Identifier: Apache-2.0 */
/* See the header. */
#include "tests/unit/accounts/cache.h"

#include "tests/unit/accounts/support.h"

#include "accounts/cache_read.h"
#include "accounts/cache_write.h"
#include "tests/unit/accounts/hostile_names.h"

#include <string.h>

struct cog_cache_reader
mapping_reader(const struct room *room)
{
    struct cog_cache_reader reader = COG_CACHE_READER(room->accounts);

    atomic_store(&reader.lookups, 100);
    return reader;
}

void
assert_alice(struct cog_cache_reader *reader)
{
    const struct cog_account alice = sample_account("alice", ALICE);
    struct cog_account account;
    struct cog_group group;
    struct cog_gids gids;

    assert_int_equal(cog_cache_find_name(reader, "alice", &account), 0);
    assert_same_account(&account, &alice);
    memset(&account, 0, sizeof account);
    assert_int_equal(cog_cache_find_uid(reader, ALICE, &account), 0);
    assert_same_account(&account, &alice);
    assert_int_equal(cog_cache_find_group(reader, "alice", &group), 0);
    assert_int_equal(group.gid, ALICE);
    assert_int_equal(cog_cache_find_gid(reader, ALICE, &group), 0);
    assert_string_equal(group.name, "alice");
    assert_int_equal(cog_cache_find_group(reader, "cognito-Group1", &group),
                     0);
    assert_int_equal(group.gid, 2000000001U);
    assert_int_equal(cog_cache_find_gid(reader, 2000000000U, &group), 0);
    assert_string_equal(group.name, "cognito-Group0");
    assert_int_equal(cog_cache_find_gids(reader, "alice", &gids), 0);
    assert_int_equal(gids.primary, ALICE);
    assert_int_equal(gids.count, 2);
    assert_int_equal(gids.list[0], 2000000000U);
    assert_int_equal(gids.list[1], 2000000001U);
}

int
put_account(const struct room *room, const struct cog_account *account,
            const struct cog_groups *groups, struct cog_write_refusal *refusal)
{
    struct cog_cache_lock lock = take_lock(room);
    struct cog_settings settings = sample_settings();
    int error = cog_cache_put_account(&room->places, &lock, &settings, account,
                                      groups, refusal);

    cog_cache_lock_release(&lock);
    return error;
}
