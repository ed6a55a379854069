/* SPDX-License-Identifier: Apache-2.0 */
/* A listing, as the tests of cache_bulk make one. */
#ifndef COG_TESTS_UNIT_ACCOUNTS_BULK_H
#define COG_TESTS_UNIT_ACCOUNTS_BULK_H

#include "tests/unit/accounts/support.h"

#include "accounts/cache_write.h"

#define ALICE 1900000001U
#define CAROL 1900000002U
#define DAVE  1900000003U
#define NOW_S 1700000000

extern const struct cog_id_key key;

/* A listing in the making, with the lock. */
struct listing {
    const struct room *room;
    struct cog_cache_lock lock;
    struct cog_settings settings;
    struct cog_cache_bulk *bulk;
};

struct listing *begin_with(const struct room *room,
                           const struct cog_settings *settings);

struct listing *begin(const struct room *room);

void abandon(struct listing *listing);

/* Both files are sound from end to end, whatever was written. */
void assert_sound(const struct room *room);

void finish(struct listing *listing);

/* groups: the first so many of the samples. */
int add_bound(struct listing *listing, const char *name, uint32_t uid,
              uint64_t sub_tag, size_t groups,
              struct cog_write_refusal *refusal);

int add(struct listing *listing, const char *name, uint32_t uid,
        size_t groups);

bool has(const struct room *room, const char *name,
         struct cog_account *account);

int forget(const struct room *room, const char *name, bool same_person);

void put_login(const struct room *room, const char *name, uint32_t uid,
               int64_t last_s);

#define IN_ROOM(test)                                                         \
    cmocka_unit_test_setup_teardown(test, room_make, room_remove)

#endif
