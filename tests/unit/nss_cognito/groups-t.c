/* SPDX-License-Identifier: Apache-2.0 */
/* nss_cognito: the groups of a user. Cites P26, P27. */
#include "tests/unit/nss_cognito/module.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <unistd.h>

/* ---- the groups of a user */

static struct gids
make_gids(long size, gid_t first)
{
    struct gids gids = {.count = 1, .size = size};

    gids.list = malloc((size_t) size * sizeof(gid_t));
    assert_non_null(gids.list);
    gids.list[0] = first;
    return gids;
}

static void
p27_only_who_hands_in_the_records_gid_gets_its_groups(void **state)
{
    static const gid_t others[] = {0,      1000,  CAROL,      ALICE + 1,
                                   GROUP0, 65534, (gid_t) -2U};
    struct room *room = *state;
    struct cog_settings settings = sample_settings();

    sync_accounts(room, &settings);
    for (int way = WAY_READING; way <= WAY_MAPPED; way++) {
        module_begin((enum way) way);
        for (size_t i = 0; i < COUNT(others); i++) {
            struct gids gids = make_gids(1, others[i]);
            int error = 0;

            assert_int_equal(ask_gids("alice", others[i], 0, &gids, &error),
                             NSS_STATUS_NOTFOUND);
            assert_int_equal(error, ENOENT);
            assert_int_equal(gids.count, 1);
            assert_int_equal(gids.size, 1);
            free(gids.list);
        }
    }
}

/* nscd has no gid to hand in, and keeps what it hears under the name. */
static void
p27_without_a_gid_the_name_must_not_be_a_local_users(void **state)
{
    static const char *const locals[] = {
        "root:x:0:0:::\nalice:x:1000:1000:::\n", "alice:x:1000x:1000:::\n",
        "alice\n"};
    struct room *room = *state;
    struct cog_settings settings = sample_settings();
    struct gids gids = make_gids(1, (gid_t) -1);
    int error = 0;

    sync_accounts(room, &settings);
    assert_int_equal(ask_gids("alice", (gid_t) -1, 0, &gids, &error),
                     NSS_STATUS_SUCCESS);
    assert_int_equal(gids.count, 3);
    gids.count = 1;
    for (size_t i = 0; i < COUNT(locals); i++) {
        write_file(room->passwd, locals[i], 0644);
        assert_int_equal(ask_gids("alice", (gid_t) -1, 0, &gids, &error),
                         NSS_STATUS_NOTFOUND);
    }
    /* Nobody knows who is local. */
    write_file(room->passwd, "root:x:0:0:::\n", 0666);
    assert_int_equal(ask_gids("alice", (gid_t) -1, 0, &gids, &error),
                     NSS_STATUS_NOTFOUND);
    assert_int_equal(gids.count, 1);
    free(gids.list);
}

/* Writes alice again, with so many groups. */
static void
give_groups(const struct room *room, size_t count)
{
    assert_int_equal(put(room, "alice", ALICE, count), 0);
}

static void
the_array_grows_as_far_as_the_groups_need(void **state)
{
    static const size_t counts[] = {0, 1, 2, 15, 16, 17, 99, 100};
    struct room *room = *state;

    for (size_t i = 0; i < COUNT(counts); i++) {
        give_groups(room, counts[i]);
        for (long size = 1; size <= 128; size = size * 2 + size % 3) {
            struct gids gids = make_gids(size, ALICE);
            int error = 0;

            assert_int_equal(ask_gids("alice", ALICE, 0, &gids, &error),
                             NSS_STATUS_SUCCESS);
            assert_int_equal(gids.count, counts[i] + 1);
            assert_true(gids.size >= gids.count);
            assert_int_equal(gids.list[0], ALICE);
            for (size_t j = 0; j < counts[i]; j++)
                assert_int_equal(gids.list[j + 1], GROUP0 + j);
            /* Grown no further than needed. */
            if ((size_t) size > counts[i])
                assert_int_equal(gids.size, size);
            free(gids.list);
        }
    }
}

static void
the_array_never_grows_beyond_its_limit(void **state)
{
    struct room *room = *state;

    give_groups(room, 100);
    for (long limit = 1; limit <= 110; limit++) {
        struct gids gids = make_gids(1, ALICE);
        int error = 0;

        assert_int_equal(ask_gids("alice", ALICE, limit, &gids, &error),
                         NSS_STATUS_SUCCESS);
        assert_int_equal(gids.count, limit < 101 ? limit : 101);
        assert_true(gids.size <= limit);
        for (long j = 1; j < gids.count; j++)
            assert_int_equal(gids.list[j], GROUP0 + (gid_t) j - 1);
        free(gids.list);
    }
}

static void
map_group(struct cog_settings *settings, gid_t gid, const char *local)
{
    struct cog_mapped_group *mapped =
        &settings->group_map[settings->group_map_count++];

    mapped->gid = gid;
    (void) snprintf(mapped->local, sizeof mapped->local, "%s", local);
}

/* alice's groups as text, without the first. */
static const char *
groups_of(const char *name, gid_t gid, long limit)
{
    static char text[256];
    struct gids gids = make_gids(1, gid);
    int error = 0;

    text[0] = '\0';
    assert_int_equal(ask_gids(name, gid, limit, &gids, &error),
                     NSS_STATUS_SUCCESS);
    for (long i = 1; i < gids.count; i++) {
        size_t len = strlen(text);

        (void) snprintf(text + len, sizeof text - len, "%u ",
                        (unsigned) gids.list[i]);
    }
    free(gids.list);
    return text;
}

static void
p26_a_local_group_is_reached_by_group_map_with_its_gid_of_now(void **state)
{
    struct room *room = *state;
    struct cog_settings settings = sample_settings();

    map_group(&settings, GROUP1, "sudo");
    map_group(&settings, GROUP0, "builders");
    map_group(&settings, GROUP0, "nosuch");
    map_group(&settings, GROUP0 + 7, "daemon"); /* nobody is in that one */
    sync_accounts(room, &settings);
    for (int way = WAY_READING; way <= WAY_MAPPED; way++) {
        module_begin((enum way) way);
        assert_string_equal(groups_of("alice", ALICE, 0),
                            "2000000000 2000000001 27 1879048300 ");
        assert_string_equal(groups_of("carol", CAROL, 0),
                            "2000000000 1879048300 ");
        assert_string_equal(groups_of("alice", ALICE, 4),
                            "2000000000 2000000001 27 ");
    }
    write_file(room->group, "sudo:x:28:\nbuilders:x:30:\n", 0644);
    assert_string_equal(groups_of("alice", ALICE, 0),
                        "2000000000 2000000001 28 30 ");
}

static void
p26_gid_0_and_groups_that_cannot_be_read_are_not_given(void **state)
{
    static const char *const files[] = {"sudo:x:0:\n",
                                        "sudo:x:\n",
                                        "sudo:x:27a:\n",
                                        "sudo:x:-1:\n",
                                        "sudo:x:4294967323:\n",
                                        "sudo:x:27:\nsudo:x:0:\n",
                                        ""};
    struct room *room = *state;
    struct cog_settings settings = sample_settings();

    map_group(&settings, GROUP1, "sudo");
    sync_accounts(room, &settings);
    for (size_t i = 0; i < COUNT(files); i++) {
        write_file(room->group, files[i], 0644);
        assert_string_equal(groups_of("alice", ALICE, 0),
                            "2000000000 2000000001 ");
    }
    write_file(room->group, "sudo:x:27:\n", 0666);
    assert_string_equal(groups_of("alice", ALICE, 0),
                        "2000000000 2000000001 ");
    assert_int_equal(unlink(room->group), 0);
    assert_string_equal(groups_of("alice", ALICE, 0),
                        "2000000000 2000000001 ");
}

int
main(void)
{
#define IN_ROOM(test)                                                         \
    cmocka_unit_test_setup_teardown(test, groups_room_make, module_room_remove)
    const struct CMUnitTest tests[] = {
        IN_ROOM(p27_only_who_hands_in_the_records_gid_gets_its_groups),
        IN_ROOM(p27_without_a_gid_the_name_must_not_be_a_local_users),
        IN_ROOM(the_array_grows_as_far_as_the_groups_need),
        IN_ROOM(the_array_never_grows_beyond_its_limit),
        IN_ROOM(p26_a_local_group_is_reached_by_group_map_with_its_gid_of_now),
        IN_ROOM(p26_gid_0_and_groups_that_cannot_be_read_are_not_given),
    };

    if (!become_root())
        return skip_program("no uid 0 and no user namespaces here");
    if (!make_key_place())
        return skip_program("no private mounts here");
    return cmocka_run_group_tests(tests, NULL, NULL);
}
