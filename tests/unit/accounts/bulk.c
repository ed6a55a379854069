/* SPDX-License-Identifier: Apache-2.0 */
/* See the header. */
#include "tests/unit/accounts/bulk.h"

#include "tests/unit/accounts/support.h"

#include "accounts/cache_bulk.h"
#include "accounts/cache_levels.h"
#include "accounts/cache_read.h"
#include "accounts/cache_write.h"

#include <errno.h>
#include <stdlib.h>

const struct cog_id_key key = {{7}};

struct listing *
begin_with(const struct room *room, const struct cog_settings *settings)
{
    struct listing *listing = calloc(1, sizeof *listing);

    assert_non_null(listing);
    listing->room = room;
    listing->lock = take_lock(room);
    listing->settings = *settings;
    assert_int_equal(cog_cache_bulk_begin(&room->places, &listing->lock,
                                          &listing->settings, &key,
                                          &listing->bulk, NULL),
                     0);
    return listing;
}

struct listing *
begin(const struct room *room)
{
    const struct cog_settings settings = sample_settings();

    return begin_with(room, &settings);
}

void
abandon(struct listing *listing)
{
    cog_cache_bulk_free(&listing->bulk);
    assert_null(listing->bulk);
    cog_cache_lock_release(&listing->lock);
    free(listing);
}

void
assert_sound(const struct room *room)
{
    struct cog_cache_levels levels = COG_CACHE_LEVELS_EMPTY;

    assert_int_equal(cog_cache_levels_open(room->accounts, &levels), 0);
    assert_int_equal(cog_cache_level_check(&levels.base), 0);
    cog_cache_levels_close(&levels);
    assert_false(file_exists(path_in(room->accounts, "base.cdb.new")));
    assert_false(file_exists(path_in(room->accounts, "recent.cdb.new")));
}

void
finish(struct listing *listing)
{
    const struct room *room = listing->room;

    assert_int_equal(cog_cache_bulk_finish(listing->bulk, NOW_S), 0);
    abandon(listing);
    assert_sound(room);
}

int
add_bound(struct listing *listing, const char *name, uint32_t uid,
          uint64_t sub_tag, size_t groups, struct cog_write_refusal *refusal)
{
    struct cog_account account = sample_account(name, uid);
    struct cog_groups list = sample_groups(groups);

    account.sub_tag = sub_tag;
    return cog_cache_bulk_add(listing->bulk, &account, &list, refusal);
}

int
add(struct listing *listing, const char *name, uint32_t uid, size_t groups)
{
    return add_bound(listing, name, uid, 1000, groups, NULL);
}

bool
has(const struct room *room, const char *name, struct cog_account *account)
{
    struct cog_cache_reader reader = COG_CACHE_READER(room->accounts);
    int error = cog_cache_find_name(&reader, name, account);

    assert_true(error == 0 || error == ENOENT);
    return error == 0;
}

int
forget(const struct room *room, const char *name, bool same_person)
{
    struct cog_cache_lock lock = take_lock(room);
    int error =
        cog_cache_remove_account(&room->places, &lock, name, same_person);

    cog_cache_lock_release(&lock);
    return error;
}

void
put_login(const struct room *room, const char *name, uint32_t uid,
          int64_t last_s)
{
    struct cog_cache_lock lock = take_lock(room);
    struct cog_login_entry login = sample_login(name, uid);
    int error = cog_logins_create(room->logins, &lock);

    assert_true(error == 0 || error == EEXIST);
    login.last_login_s = last_s;
    assert_int_equal(cog_logins_put(room->logins, &lock, &login, NULL, NULL),
                     0);
    cog_cache_lock_release(&lock);
}
