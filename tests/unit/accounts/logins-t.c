/* SPDX-License-Identifier: Apache-2.0 */
/* accounts/logins: bindings, logins, ids that are never given twice. */
#include "tests/unit/accounts/support.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "accounts/login_record.h"
#include "accounts/logins.h"
#include "tests/unit/accounts/hostile_names.h"
#include "tests/unit/accounts/pool_groups.h"

#define ALICE 1900000001U
#define CAROL 1900000002U

static void
create(const struct room *room)
{
    struct cog_cache_lock lock = take_lock(room);

    assert_int_equal(cog_logins_create(room->logins, &lock), 0);
    assert_int_equal(cog_logins_create(room->logins, &lock), EEXIST);
    cog_cache_lock_release(&lock);
}

static int
put_login(const struct room *room, const struct cog_login_entry *login,
          const struct cog_groups *groups, struct cog_id_conflict *conflict)
{
    struct cog_cache_lock lock = take_lock(room);
    int error = cog_logins_put(room->logins, &lock, login, groups, conflict);

    cog_cache_lock_release(&lock);
    return error;
}

static int
forget(const struct room *room, const char *name, bool same_person)
{
    struct cog_cache_lock lock = take_lock(room);
    int error = cog_logins_forget(room->logins, &lock, name, same_person);

    cog_cache_lock_release(&lock);
    return error;
}

static void
a_missing_store_is_not_an_empty_one(void **state)
{
    struct room *room = *state;
    struct cog_login_entry login = sample_login("alice", ALICE);
    struct cog_id_owner owner;

    assert_int_equal(cog_logins_find(room->logins, "alice", &login), ENODATA);
    assert_int_equal(find_owner(room, ALICE, &owner), ENODATA);
    assert_int_equal(put_login(room, &login, NULL, NULL), ENODATA);
    create(room);
    assert_int_equal(cog_logins_find(room->logins, "alice", &login), ENOENT);
    assert_int_equal(find_owner(room, ALICE, &owner), ENOENT);
}

static void
what_is_put_is_found(void **state)
{
    struct room *room = *state;
    struct cog_login_entry alice = sample_login("alice", ALICE), found;
    struct cog_login_entry bob = sample_login("bob", 0);

    create(room);
    bob.disabled = true;
    bob.groups = (struct cog_pool_groups){.count = 0};
    assert_int_equal(put_login(room, &alice, NULL, NULL), 0);
    assert_int_equal(put_login(room, &bob, NULL, NULL), 0);
    memset(&found, 0, sizeof found);
    assert_int_equal(cog_logins_find(room->logins, "alice", &found), 0);
    assert_memory_equal(&found, &alice, sizeof found);
    memset(&found, 0, sizeof found);
    assert_int_equal(cog_logins_find(room->logins, "bob", &found), 0);
    assert_memory_equal(&found, &bob, sizeof found);
    alice.last_login_s++;
    assert_int_equal(put_login(room, &alice, NULL, NULL), 0);
    assert_int_equal(cog_logins_find(room->logins, "alice", &found), 0);
    assert_true(found.last_login_s == alice.last_login_s);
    assert_int_equal(cog_logins_find(room->logins, "bob", &found), 0);
    assert_true(found.disabled);
}

static void
p72_the_store_is_for_root_only(void **state)
{
    struct room *room = *state;
    struct cog_login_entry login = sample_login("alice", ALICE);
    struct stat status;
    mode_t old = umask(0);

    create(room);
    assert_int_equal(put_login(room, &login, NULL, NULL), 0);
    (void) umask(old);
    assert_int_equal(stat(path_in(room->logins, "logins.cdb"), &status), 0);
    assert_int_equal(status.st_mode & 07777, 0600);
    assert_int_equal(chmod(path_in(room->logins, "logins.cdb"), 0644), 0);
    assert_int_equal(cog_logins_find(room->logins, "alice", &login), EPERM);
}

static void
p16_forget_ends_a_binding_and_retires_the_id(void **state)
{
    struct room *room = *state;
    struct cog_login_entry login = sample_login("alice", ALICE), found;
    struct cog_id_conflict conflict;
    struct cog_id_owner owner;

    create(room);
    assert_int_equal(put_login(room, &login, NULL, NULL), 0);
    assert_int_equal(forget(room, "alice", false), 0);
    assert_int_equal(cog_logins_find(room->logins, "alice", &found), ENOENT);
    assert_int_equal(find_owner(room, ALICE, &owner), 0);
    assert_true(owner.retired);
    assert_string_equal(owner.name, "alice");
    /* Not even the same name gets it, until an administrator says so. */
    assert_int_equal(put_login(room, &login, NULL, &conflict), EEXIST);
    assert_int_equal(conflict.place, COG_ID_RETIRED);
    assert_int_equal(forget(room, "nosuch", false), ENOENT);
    assert_int_equal(forget(room, "nosuch", true), ENOENT);
}

static void
p16_the_same_person_gets_the_id_of_the_binding_back(void **state)
{
    struct room *room = *state;
    struct cog_login_entry login = sample_login("alice", ALICE), found;
    struct cog_id_owner owner;

    create(room);
    assert_int_equal(put_login(room, &login, NULL, NULL), 0);
    assert_int_equal(forget(room, "alice", true), 0);
    assert_int_equal(cog_logins_find(room->logins, "alice", &found), ENOENT);
    assert_int_equal(find_owner(room, ALICE, &owner), 0);
    assert_false(owner.retired);
    assert_int_equal(put_login(room, &login, NULL, NULL), 0);
}

static void
p21_the_same_person_does_not_get_an_id_of_earlier_ones(void **state)
{
    struct room *room = *state;
    struct cog_login_entry login = sample_login("alice", ALICE);
    struct cog_id_conflict conflict;
    struct cog_id_owner owner;

    create(room);
    assert_int_equal(put_login(room, &login, NULL, NULL), 0);
    assert_int_equal(forget(room, "alice", false), 0);
    login.uid = CAROL;
    assert_int_equal(put_login(room, &login, NULL, NULL), 0);
    assert_int_equal(forget(room, "alice", true), 0);
    assert_int_equal(find_owner(room, CAROL, &owner), 0);
    assert_false(owner.retired);
    login.uid = ALICE;
    assert_int_equal(put_login(room, &login, NULL, &conflict), EEXIST);
    assert_int_equal(conflict.place, COG_ID_RETIRED);
    /* A binding without an id of ours gives none back. */
    login.has_id = false;
    assert_int_equal(put_login(room, &login, NULL, NULL), 0);
    assert_int_equal(forget(room, "alice", true), 0);
    assert_int_equal(find_owner(room, ALICE, &owner), 0);
    assert_true(owner.retired);
}

static void
p21_no_id_comes_back_when_the_binding_is_gone(void **state)
{
    struct room *room = *state;
    struct cog_login_entry login = sample_login("alice", ALICE);
    struct cog_id_owner owner;

    create(room);
    assert_int_equal(put_login(room, &login, NULL, NULL), 0);
    assert_int_equal(forget(room, "alice", false), 0);
    assert_int_equal(forget(room, "alice", true), 0);
    assert_int_equal(find_owner(room, ALICE, &owner), 0);
    assert_true(owner.retired);
}

static void
p21_an_id_once_given_is_not_given_to_another_name(void **state)
{
    struct room *room = *state;
    struct cog_login_entry alice = sample_login("alice", ALICE);
    struct cog_login_entry eve = sample_login("eve", ALICE);
    struct cog_groups groups = sample_groups(2);
    struct cog_id_conflict conflict;

    create(room);
    assert_int_equal(put_login(room, &alice, &groups, NULL), 0);
    assert_int_equal(put_login(room, &alice, &groups, NULL), 0);
    assert_int_equal(put_login(room, &eve, NULL, &conflict), EEXIST);
    assert_int_equal(conflict.place, COG_ID_GIVEN);
    assert_string_equal(conflict.owner, "alice");
    assert_string_equal(conflict.wanted_by, "eve");
    assert_int_equal(conflict.id, ALICE);
    eve.uid = 2000000001; /* a group's */
    assert_int_equal(put_login(room, &eve, NULL, &conflict), EEXIST);
    assert_string_equal(conflict.owner, "cognito-Group1");
    eve.uid = CAROL;
    groups.list[0].gid = ALICE;
    assert_int_equal(put_login(room, &eve, &groups, &conflict), EEXIST);
    assert_string_equal(conflict.owner, "alice");
    assert_int_equal(forget(room, "alice", true), 0);
    eve.uid = ALICE;
    assert_int_equal(put_login(room, &eve, NULL, &conflict), EEXIST);
}

static void
p17_p20_logins_that_break_a_rule_are_not_written(void **state)
{
    struct room *room = *state;
    struct cog_login_entry login, found;

    create(room);
    for (size_t i = 0; i < COUNT(hostile_names); i++) {
        assert_int_equal(
            cog_logins_find(room->logins, hostile_names[i], &found), ENOENT);
        if (strlen(hostile_names[i]) > COG_NAME_MAX)
            continue;
        login = sample_login("x", ALICE);
        strcpy(login.name, hostile_names[i]);
        assert_int_equal(put_login(room, &login, NULL, NULL), EINVAL);
    }
    login = sample_login("alice", ALICE);
    login.sub[0] = '\0';
    assert_int_equal(put_login(room, &login, NULL, NULL), EINVAL);
    login = sample_login("alice", ALICE);
    login.pool_id[0] = '\0';
    assert_int_equal(put_login(room, &login, NULL, NULL), EINVAL);
    login = sample_login("alice", 27);
    assert_int_equal(put_login(room, &login, NULL, NULL), EINVAL);
    login = sample_login("alice", ALICE);
    login.groups.count = 3;
    assert_int_equal(put_login(room, &login, NULL, NULL), EINVAL);
}

static void
p62_pool_groups_are_bounded_and_kept_as_they_are(void **state)
{
    struct cog_pool_groups groups = {.count = 0};
    char name[COG_POOL_GROUP_MAX + 2];
    const char *one = NULL;
    size_t count = 0;

    (void) state;
    memset(name, 'g', sizeof name);
    assert_int_equal(cog_pool_groups_add(&groups, name, 0), EINVAL);
    assert_int_equal(cog_pool_groups_add(&groups, name, sizeof name - 1),
                     EINVAL);
    assert_int_equal(cog_pool_groups_add(&groups, "a\nb", 3), EINVAL);
    assert_int_equal(cog_pool_groups_add(&groups, "a\0b", 3), EINVAL);
    for (unsigned i = 0; i < COG_GROUPS_MAX; i++) {
        (void) snprintf(name, sizeof name, "%03u", i);
        memset(name + 3, 'x', COG_POOL_GROUP_MAX - 3);
        assert_int_equal(
            cog_pool_groups_add(&groups, name, COG_POOL_GROUP_MAX), 0);
    }
    assert_int_equal(cog_pool_groups_add(&groups, name, COG_POOL_GROUP_MAX),
                     0); /* there already */
    assert_int_equal(cog_pool_groups_add(&groups, "more", 4), EMSGSIZE);
    while ((one = cog_pool_groups_next(&groups, one)) != NULL)
        count++;
    assert_int_equal(count, COG_GROUPS_MAX);
    name[COG_POOL_GROUP_MAX] = '\0';
    assert_true(pool_groups_have(&groups, name));
    assert_false(pool_groups_have(&groups, "099"));
    /* Short ones, which have room, are not more. */
    groups = (struct cog_pool_groups){.count = 0};
    for (unsigned i = 0; i <= COG_GROUPS_MAX; i++) {
        (void) snprintf(name, sizeof name, "%03u", i);
        assert_int_equal(cog_pool_groups_add(&groups, name, 3),
                         i < COG_GROUPS_MAX ? 0 : EMSGSIZE);
    }
}

static void
the_largest_login_is_written_and_found(void **state)
{
    struct room *room = *state;
    struct cog_login_entry *login = calloc(2, sizeof *login);
    char name[COG_POOL_GROUP_MAX];

    assert_non_null(login);
    create(room);
    login[0] = sample_login("x0123456789012345678901234567890", ALICE);
    login[0].groups = (struct cog_pool_groups){.count = 0};
    for (unsigned i = 0; i < COG_GROUPS_MAX; i++) {
        memset(name, 'x', sizeof name);
        name[0] = (char) ('0' + i / 10);
        name[1] = (char) ('0' + i % 10);
        assert_int_equal(
            cog_pool_groups_add(&login[0].groups, name, sizeof name), 0);
    }
    assert_int_equal(put_login(room, &login[0], NULL, NULL), 0);
    assert_int_equal(cog_logins_find(room->logins, login[0].name, &login[1]),
                     0);
    assert_memory_equal(&login[0], &login[1], sizeof login[0]);
    free(login);
}

struct seen {
    size_t logins, ids, retired;
};

static int
see_login(void *context, const struct cog_login_entry *login)
{
    struct seen *seen = context;

    seen->logins++;
    return login->name[0] == 'z' ? EINTR : 0;
}

static int
see_id(void *context, uint32_t id, const struct cog_id_owner *owner)
{
    struct seen *seen = context;

    assert_true(id >= 1900000000);
    seen->ids++;
    seen->retired += owner->retired ? 1 : 0;
    return 0;
}

static void
a_walk_sees_each_login_and_each_id_once(void **state)
{
    struct room *room = *state;
    struct cog_login_entry login = sample_login("alice", ALICE);
    struct cog_groups groups = sample_groups(2);
    struct seen seen = {.logins = 0};

    create(room);
    assert_int_equal(put_login(room, &login, &groups, NULL), 0);
    login = sample_login("carol", CAROL);
    assert_int_equal(put_login(room, &login, &groups, NULL), 0);
    assert_int_equal(forget(room, "alice", false), 0);
    assert_int_equal(cog_logins_walk(room->logins, see_login, see_id, &seen),
                     0);
    assert_int_equal(seen.logins, 1);
    assert_int_equal(seen.ids, 4);
    assert_int_equal(seen.retired, 1);
    login = sample_login("zoe", ALICE + 10);
    assert_int_equal(put_login(room, &login, NULL, NULL), 0);
    assert_int_equal(cog_logins_walk(room->logins, see_login, NULL, &seen),
                     EINTR);
}

/* A clock that was ahead at a login must not outlast the next listings. */
static void
a_login_counts_since_a_listing_unless_it_is_to_come(void **state)
{
    static const struct {
        int64_t login_s, listing_s, now_s;
        bool since;
    } rows[] = {
        {1000, 1000, 1000, true},       {999, 1000, 1000, false},
        {1001, 1000, 1000, true},       {1300, 1000, 1000, true},
        {1301, 1000, 1000, false},      {0, 0, 0, true},
        {INT64_MAX, 1000, 2000, false}, {INT64_MIN, 0, 0, false},
    };

    (void) state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct cog_login_entry login = {.last_login_s = rows[i].login_s};

        assert_int_equal(
            cog_login_is_since(&login, rows[i].listing_s, rows[i].now_s),
            rows[i].since);
    }
}

#define IN_ROOM(test)                                                         \
    cmocka_unit_test_setup_teardown(test, room_make, room_remove)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        IN_ROOM(a_missing_store_is_not_an_empty_one),
        IN_ROOM(what_is_put_is_found),
        IN_ROOM(p72_the_store_is_for_root_only),
        IN_ROOM(p16_forget_ends_a_binding_and_retires_the_id),
        IN_ROOM(p16_the_same_person_gets_the_id_of_the_binding_back),
        IN_ROOM(p21_the_same_person_does_not_get_an_id_of_earlier_ones),
        IN_ROOM(p21_no_id_comes_back_when_the_binding_is_gone),
        IN_ROOM(p21_an_id_once_given_is_not_given_to_another_name),
        IN_ROOM(p17_p20_logins_that_break_a_rule_are_not_written),
        cmocka_unit_test(p62_pool_groups_are_bounded_and_kept_as_they_are),
        cmocka_unit_test(a_login_counts_since_a_listing_unless_it_is_to_come),
        IN_ROOM(the_largest_login_is_written_and_found),
        IN_ROOM(a_walk_sees_each_login_and_each_id_once),
    };

    if (!become_root())
        return skip_program("needs uid 0 or a user namespace");
    return cmocka_run_group_tests_name("accounts/logins", tests, NULL, NULL);
}
