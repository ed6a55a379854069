/* SPDX-License-Identifier: Apache-2.0 */
/* Accounts that the tests of the cache put and look for. */
#ifndef COG_TESTS_UNIT_ACCOUNTS_CACHE_H
#define COG_TESTS_UNIT_ACCOUNTS_CACHE_H

#include "tests/unit/accounts/support.h"

#include "accounts/cache_read.h"
#include "accounts/cache_write.h"
#include "tests/unit/accounts/hostile_names.h"

#define ALICE 1900000001U
#define CAROL 1900000002U
#define DAVE  1900000003U

/* A reader that maps at its first look-up. */
struct cog_cache_reader mapping_reader(const struct room *room);

/* Everything that can be asked about alice with two groups. */
void assert_alice(struct cog_cache_reader *reader);

int put_account(const struct room *room, const struct cog_account *account,
                const struct cog_groups *groups,
                struct cog_write_refusal *refusal);

#define IN_ROOM(test)                                                         \
    cmocka_unit_test_setup_teardown(test, room_make, room_remove)

#endif
