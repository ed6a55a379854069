/* SPDX-License-Identifier: Apache-2.0 */
/* Changes of a room's files; see the header. */
#include "tests/unit/accounts/changes.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "accounts/cache_bulk.h"
#include "accounts/cache_levels.h"
#include "accounts/cache_read.h"
#include "accounts/cache_write.h"

#define NOW_S 1700000000

static const struct cog_id_key key = {{7}};

/* ---- a room as it was, again and again */

static struct kept_file
keep_file(const char *directory, const char *name)
{
    struct kept_file kept = {NULL, 0};

    if (file_exists(path_in(directory, name)))
        kept.bytes = read_bytes(path_in(directory, name), &kept.len);
    return kept;
}

void
keep(const struct room *room, struct kept *kept)
{
    kept->recent = keep_file(room->accounts, "recent.cdb");
    kept->base = keep_file(room->accounts, "base.cdb");
    kept->logins = keep_file(room->logins, "logins.cdb");
}

static void
bring_back_file(const char *directory, const char *name,
                const struct kept_file *kept, mode_t mode)
{
    char from[4400];

    (void) unlink(path_in(directory, name));
    if (kept->bytes == NULL)
        return;
    (void) snprintf(from, sizeof from, "%s/back", directory);
    write_bytes(from, kept->bytes, kept->len, mode);
    assert_int_equal(rename(from, path_in(directory, name)), 0);
}

void
bring_back(const struct room *room, const struct kept *kept)
{
    bring_back_file(room->accounts, "base.cdb", &kept->base, 0644);
    bring_back_file(room->accounts, "recent.cdb", &kept->recent, 0644);
    bring_back_file(room->logins, "logins.cdb", &kept->logins, 0600);
}

void
let_go(struct kept *kept)
{
    free(kept->recent.bytes);
    free(kept->base.bytes);
    free(kept->logins.bytes);
}

bool
has_account(const struct room *room, const char *name)
{
    struct cog_cache_reader reader = COG_CACHE_READER(room->accounts);
    struct cog_account account;
    int error = cog_cache_find_name(&reader, name, &account);

    assert_true(error == 0 || error == ENOENT);
    return error == 0;
}

/* ---- the changes */

static int
put_carol(const struct room *room, const struct cog_cache_lock *lock)
{
    const struct cog_settings settings = sample_settings();
    const struct cog_account carol = sample_account("carol", CAROL);
    const struct cog_groups groups = sample_groups(2);

    return cog_cache_put_account(&room->places, lock, &settings, &carol,
                                 &groups, NULL);
}

static bool
has_carol(const struct room *room)
{
    return has_account(room, "carol");
}

static int
remove_alice(const struct room *room, const struct cog_cache_lock *lock)
{
    return cog_cache_remove_account(&room->places, lock, "alice", true);
}

static bool
has_no_alice(const struct room *room)
{
    return !has_account(room, "alice");
}

static int
put_login_of_carol(const struct room *room, const struct cog_cache_lock *lock)
{
    const struct cog_login_entry login = sample_login("carol", CAROL);
    const struct cog_groups groups = sample_groups(2);

    return cog_logins_put(room->logins, lock, &login, &groups, NULL);
}

static bool
has_login_of_carol(const struct room *room)
{
    struct cog_login_entry login;
    int error = cog_logins_find(room->logins, "carol", &login);

    assert_true(error == 0 || error == ENOENT);
    return error == 0;
}

static int
add_two(struct cog_cache_bulk *bulk, const char *second, uint32_t uid)
{
    const struct cog_account alice = sample_account("alice", ALICE);
    const struct cog_account other = sample_account(second, uid);
    const struct cog_groups groups = sample_groups(2);
    int error = cog_cache_bulk_add(bulk, &alice, &groups, NULL);

    return error != 0 ? error
                      : cog_cache_bulk_add(bulk, &other, &groups, NULL);
}

static int
write_listing(const struct room *room, const struct cog_cache_lock *lock,
              const char *second, uint32_t uid, bool enumerate)
{
    cog_cleanup_cache_bulk struct cog_cache_bulk *bulk = NULL;
    struct cog_settings settings = sample_settings();
    int error;

    settings.enumerate = enumerate;
    error = cog_cache_bulk_begin(&room->places, lock, &settings, &key, &bulk,
                                 NULL);
    if (error == 0)
        error = add_two(bulk, second, uid);
    return error != 0 ? error : cog_cache_bulk_finish(bulk, NOW_S);
}

static int
list_carol(const struct room *room, const struct cog_cache_lock *lock)
{
    return write_listing(room, lock, "carol", CAROL, false);
}

static int
list_carol_with_members(const struct room *room,
                        const struct cog_cache_lock *lock)
{
    return write_listing(room, lock, "carol", CAROL, true);
}

/* Of people who are in recent by a login, and in base or not. */
static int
list_denials(const struct room *room, const struct cog_cache_lock *lock)
{
    cog_cleanup_cache_bulk struct cog_cache_bulk *bulk = NULL;
    const struct cog_settings settings = sample_settings();
    const struct cog_groups none = sample_groups(0), two = sample_groups(2);
    struct cog_account alice = sample_account("alice", ALICE);
    const struct cog_account u1 = sample_account("u1", 1950000001U);
    const struct cog_account carol = sample_account("carol", CAROL);
    int error = cog_cache_bulk_begin(&room->places, lock, &settings, &key,
                                     &bulk, NULL);

    alice.disabled = true;
    if (error == 0)
        error = cog_cache_bulk_add(bulk, &alice, &two, NULL);
    if (error == 0)
        error = cog_cache_bulk_add(bulk, &u1, &none, NULL);
    if (error == 0)
        error = cog_cache_bulk_add(bulk, &carol, &two, NULL);
    return error != 0 ? error : cog_cache_bulk_finish(bulk, NOW_S);
}

/* Nobody is admitted whom a listing refuses that is there. */
static void
assert_denied(const struct room *room, bool made)
{
    struct cog_cache_reader reader = COG_CACHE_READER(room->accounts);
    struct cog_account account;
    struct cog_gids gids;
    int error;

    if (!made)
        return;
    assert_int_equal(cog_cache_find_name(&reader, "alice", &account), 0);
    assert_true(account.disabled);
    assert_int_equal(cog_cache_find_gids(&reader, "u1", &gids), 0);
    assert_int_equal(gids.count, 0);
    error = cog_cache_find_name(&reader, "u2", &account);
    assert_true(error == ENOENT || (error == 0 && account.disabled));
    assert_false(has_account(room, "dave"));
}

const struct change changes[] = {
    [CHANGE_PUT] = {"put", 1, false, false, put_carol, has_carol, 1, 1, 2, 2,
                    false, NULL},
    [CHANGE_REMOVE] = {"remove", 2, false, false, remove_alice, has_no_alice,
                       2, 2, 1, 1, true, NULL},
    [CHANGE_FOLD] = {"fold", COG_FOLD_FROM - 1, false, true, put_carol,
                     has_carol, COG_FOLD_FROM - 1, COG_FOLD_FROM - 1,
                     COG_FOLD_FROM, COG_FOLD_FROM, false, NULL},
    [CHANGE_LOGIN] = {"login", 1, false, false, put_login_of_carol,
                      has_login_of_carol, 1, 1, 1, 1, false, NULL},
    /* Who is lost stays in recent until that is written, too. */
    [CHANGE_LISTING] = {"listing", 3, false, true, list_carol, has_carol, 3, 3,
                        2, 4, false, NULL},
    /* alice and dave of an older listing; u1 and u2 of recent. */
    [CHANGE_LISTING_AGAIN] = {"listing again", 3, true, true,
                              list_carol_with_members, has_carol, 4, 4, 2, 4,
                              false, NULL},
    [CHANGE_LISTING_DENIES] = {"listing denies", 3, true, true, list_denials,
                               has_carol, 4, 4, 3, 4, false, assert_denied},
};

void
prepare(const struct room *room, const struct change *change)
{
    struct cog_cache_lock lock = take_lock(room);
    struct cog_login_entry login = sample_login("alice", ALICE);
    int error = cog_logins_create(room->logins, &lock);

    assert_true(error == 0 || error == EEXIST);
    /* Her binding is the listing's matter; the store's is another key's. */
    login.has_id = !change->several || change->make == put_carol;
    assert_int_equal(cog_logins_put(room->logins, &lock, &login, NULL, NULL),
                     0);
    if (change->base)
        assert_int_equal(write_listing(room, &lock, "dave", 1900000003U, true),
                         0);
    cog_cache_lock_release(&lock);
    assert_int_equal(put(room, "alice", ALICE, 2), 0);
    for (unsigned i = 1; i < change->accounts; i++) {
        char name[16];

        (void) snprintf(name, sizeof name, "u%u", i);
        assert_int_equal(put(room, name, 1950000000U + i, 1), 0);
    }
}

/* ---- afterwards */

static int
count(void *context, const struct cog_account *account,
      const struct cog_groups *groups)
{
    unsigned *accounts = context;

    (void) account;
    (void) groups;
    ++*accounts;
    return 0;
}

void
assert_sound(const struct room *room, const struct change *change)
{
    bool made = change->is_made(room);
    unsigned accounts = 0;

    assert_int_equal(cog_cache_walk(room->accounts, count, &accounts), 0);
    assert_true(accounts >=
                (made ? change->least_after : change->least_before));
    assert_true(accounts <= (made ? change->most_after : change->most_before));
    assert_int_equal(cog_logins_walk(room->logins, NULL, NULL, NULL), 0);
    if (!change->takes_alice)
        assert_true(has_account(room, "alice"));
    if (change->check != NULL)
        change->check(room, made);
}

void
assert_no_temporary(const struct room *room)
{
    assert_false(file_exists(path_in(room->accounts, "recent.cdb.new")));
    assert_false(file_exists(path_in(room->accounts, "base.cdb.new")));
    assert_false(file_exists(path_in(room->logins, "logins.cdb.new")));
}

void
assert_next_writer_works(const struct room *room)
{
    const struct cog_settings settings = sample_settings();
    struct cog_cache_lock lock = take_lock(room);
    struct cog_cache_bulk *bulk = NULL;

    assert_int_equal(put_login_of_carol(room, &lock), 0);
    cog_cache_lock_release(&lock);
    assert_int_equal(put(room, "next", 1960000000, 1), 0);
    assert_true(has_account(room, "next"));
    /* One that writes base, too, removes what a dead one left there. */
    if (!file_exists(path_in(room->accounts, "base.cdb.new"))) {
        assert_no_temporary(room);
        return;
    }
    lock = take_lock(room);
    assert_int_equal(cog_cache_bulk_begin(&room->places, &lock, &settings,
                                          &key, &bulk, NULL),
                     0);
    cog_cache_bulk_free(&bulk);
    cog_cache_lock_release(&lock);
    assert_no_temporary(room);
}
