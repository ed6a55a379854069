/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Every single bit of every file of accounts/ flipped, one after the other:
 * an answer is right or an error.
 */
#include "tests/unit/accounts/subject.h"
#include "tests/unit/accounts/support.h"
#include "tests/unit/sample.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "accounts/cache_bulk.h"
#include "accounts/cache_read.h"
#include "accounts/cache_write.h"
#include "accounts/keys_write.h"

#define ALICE 1900000001U
#define CAROL 1900000002U
#define DAVE  1900000003U
#define EVE   1900000004U
#define GROUP 2000000000U
#define NOW_S 1700000000

static const char ssh_key[] = "ssh-ed25519 AAAA alice\n";

static void
set_byte(const struct subject *subject, size_t at, unsigned char byte)
{
    assert_int_equal(pwrite(subject->fd, &byte, 1, (off_t) at), 1);
}

/* ---- files with a record of each kind */

static struct cog_settings
full_settings(void)
{
    struct cog_settings settings = sample_settings();

    settings.enumerate = true;
    settings.provisional = true;
    strcpy(settings.provisional_match, "a*");
    settings.group_map_count = 2;
    settings.group_map[0].gid = GROUP;
    strcpy(settings.group_map[0].local, "docker");
    settings.group_map[1].gid = GROUP + 1;
    strcpy(settings.group_map[1].local, "sudo");
    return settings;
}

static void
list(const struct room *room, const char *name, uint32_t uid)
{
    static const struct cog_id_key key = {{7}};
    const struct cog_settings settings = full_settings();
    const struct cog_account alice = sample_account("alice", ALICE);
    const struct cog_account other = sample_account(name, uid);
    const struct cog_groups groups = sample_groups(1), none = {.count = 0};
    struct cog_cache_lock lock = take_lock(room);
    struct cog_cache_bulk *bulk = NULL;

    assert_int_equal(cog_cache_bulk_begin(&room->places, &lock, &settings,
                                          &key, &bulk, NULL),
                     0);
    assert_int_equal(cog_cache_bulk_add(bulk, &alice, &groups, NULL), 0);
    if (uid != ALICE)
        assert_int_equal(cog_cache_bulk_add(bulk, &other, &none, NULL), 0);
    assert_int_equal(cog_cache_bulk_finish(bulk, NOW_S), 0);
    cog_cache_bulk_free(&bulk);
    cog_cache_lock_release(&lock);
}

static void
put_with(const struct room *room, const char *name, uint32_t uid)
{
    const struct cog_settings settings = full_settings();
    const struct cog_account account = sample_account(name, uid);
    const struct cog_groups groups = sample_groups(1);
    struct cog_cache_lock lock = take_lock(room);

    assert_int_equal(cog_cache_put_account(&room->places, &lock, &settings,
                                           &account, &groups, NULL),
                     0);
    cog_cache_lock_release(&lock);
}

static void
put_keys(const struct room *room)
{
    static const struct cog_keys_owner alice = {"alice", 7};
    cog_cleanup_keys_write struct cog_keys keys = COG_KEYS_EMPTY;
    struct cog_cache_lock lock = take_lock(room);

    assert_int_equal(cog_keys_begin(room->accounts, &lock, &keys), 0);
    assert_int_equal(cog_keys_add(&keys, &alice, ssh_key, sizeof ssh_key - 1),
                     0);
    assert_int_equal(cog_keys_finish(&keys), 0);
    cog_cache_lock_release(&lock);
}

/*
 * base: alice, her group and its members, a tombstone of dave. recent: the
 * settings, carol, a tombstone of eve. And keys and a login of alice.
 */
static void
fill(const struct room *room)
{
    const struct cog_login_entry login = sample_login("alice", ALICE);
    struct cog_cache_lock lock;

    list(room, "dave", DAVE);
    list(room, "alice", ALICE);
    put_with(room, "eve", EVE);
    lock = take_lock(room);
    assert_int_equal(
        cog_cache_remove_account(&room->places, &lock, "eve", true), 0);
    assert_int_equal(cog_logins_create(room->logins, &lock), 0);
    assert_int_equal(cog_logins_put(room->logins, &lock, &login, NULL, NULL),
                     0);
    cog_cache_lock_release(&lock);
    put_with(room, "carol", CAROL);
    put_keys(room);
}

/* ---- questions */

/*
 * An answer about what is there must be right or an error; about what is not
 * there it must be ENOENT or an error. strict: ENOENT for what is there is
 * wrong, too.
 */
static bool
is_wrong(int error, bool right, bool strict)
{
    return error == 0 ? !right
                      : strict && (error == ENOENT || error == ENODATA);
}

static size_t
count_wrong_account(struct cog_cache_reader *reader, const char *name,
                    uint32_t uid, bool strict)
{
    const struct cog_account expected = sample_account(name, uid);
    struct cog_account account;
    struct cog_group group;
    struct cog_gids gids;
    size_t wrong = 0;
    int error;

    memset(&account, 0, sizeof account);
    error = cog_cache_find_name(reader, name, &account);
    wrong += is_wrong(error, memcmp(&account, &expected, sizeof expected) == 0,
                      strict);
    memset(&account, 0, sizeof account);
    error = cog_cache_find_uid(reader, uid, &account);
    wrong += is_wrong(error, memcmp(&account, &expected, sizeof expected) == 0,
                      strict);
    error = cog_cache_find_gid(reader, uid, &group);
    wrong += is_wrong(error, strcmp(group.name, name) == 0, strict);
    error = cog_cache_find_gids(reader, name, &gids);
    wrong += is_wrong(
        error, gids.primary == uid && gids.count == 1 && gids.list[0] == GROUP,
        strict);
    return wrong;
}

static size_t
count_wrong_tombstone(struct cog_cache_reader *reader, const char *name,
                      uint32_t id, uint64_t sub_tag, bool strict)
{
    struct cog_tombstone tombstone;
    int error = cog_cache_find_tombstone(reader, id, &tombstone);

    return is_wrong(error,
                    tombstone.id == id && tombstone.kind == COG_ID_USER &&
                        !tombstone.retired && tombstone.sub_tag == sub_tag &&
                        strcmp(tombstone.name, name) == 0,
                    strict);
}

/* How many answers about the sample files are wrong. */
static size_t
count_wrong(struct cog_cache_reader *reader, bool strict)
{
    const struct cog_settings expected = full_settings();
    struct cog_settings settings;
    struct cog_tombstone tombstone;
    struct cog_members members;
    struct cog_account account;
    struct cog_group group;
    size_t wrong = 0;
    int error;

    wrong += count_wrong_account(reader, "alice", ALICE, strict);
    wrong += count_wrong_account(reader, "carol", CAROL, strict);
    wrong += count_wrong_tombstone(
        reader, "dave", DAVE, sample_account("dave", DAVE).sub_tag, strict);
    wrong += count_wrong_tombstone(reader, "eve", EVE, 0, strict);
    error = cog_cache_find_group(reader, "cognito-Group0", &group);
    wrong += is_wrong(error, group.gid == GROUP, strict);
    error = cog_cache_find_gid(reader, GROUP, &group);
    wrong +=
        is_wrong(error, strcmp(group.name, "cognito-Group0") == 0, strict);
    error = cog_cache_find_members(reader, GROUP, 0, &members);
    wrong += is_wrong(error,
                      members.gid == GROUP && members.chunk == 0 &&
                          members.chunks == 1 && members.len == 6 &&
                          memcmp(members.names, "alice", 6) == 0,
                      strict);
    error = cog_cache_settings(reader, &settings);
    wrong += is_wrong(
        error, memcmp(&settings, &expected, sizeof expected) == 0, strict);
    /* What is not there: a name one bit away, a missing number. */
    wrong += cog_cache_find_name(reader, "alicd", &account) == 0;
    wrong += cog_cache_find_name(reader, "nosuch", &account) == 0;
    wrong += cog_cache_find_uid(reader, DAVE, &account) == 0;
    wrong += cog_cache_find_gid(reader, GROUP + 1, &group) == 0;
    wrong += cog_cache_find_members(reader, GROUP, 1, &members) == 0;
    wrong += cog_cache_find_tombstone(reader, ALICE, &tombstone) == 0;
    return wrong;
}

/* All answers by reading, then all with the files mapped. */
static size_t
count_wrong_both_ways(const struct room *room, bool strict)
{
    struct cog_cache_reader reading = COG_CACHE_READER(room->accounts);
    struct cog_cache_reader mapping = COG_CACHE_READER_OF_MANY(room->accounts);
    size_t wrong;

    /* Closed for good: nobody enters, so everything is read. */
    atomic_store(&reading.gate, 0x40000000U);
    wrong = count_wrong(&reading, strict) + count_wrong(&mapping, strict);
    cog_cache_close(&mapping);
    return wrong;
}

static size_t
count_wrong_logins(const struct room *room, bool strict)
{
    const struct cog_login_entry expected = sample_login("alice", ALICE);
    struct cog_login_entry login;
    struct cog_id_owner owner;
    size_t wrong = 0;
    int error;

    memset(&login, 0, sizeof login);
    error = cog_logins_find(room->logins, "alice", &login);
    wrong +=
        is_wrong(error, memcmp(&login, &expected, sizeof login) == 0, strict);
    error = find_owner(room, ALICE, &owner);
    wrong += is_wrong(error,
                      owner.kind == COG_ID_USER && !owner.retired &&
                          strcmp(owner.name, "alice") == 0,
                      strict);
    wrong += cog_logins_find(room->logins, "alicd", &login) == 0;
    wrong += find_owner(room, ALICE + 1, &owner) == 0;
    return wrong;
}

static size_t
count_wrong_keys(const struct room *room, bool strict)
{
    static const struct cog_keys_owner alice = {"alice", 7},
                                       alicd = {"alicd", 7},
                                       another = {"alice", 6};
    char text[COG_KEYS_TEXT_MAX];
    size_t len = 0, wrong = 0;
    int error = cog_keys_find(room->accounts, &alice, text, sizeof text, &len);

    wrong += is_wrong(
        error, len == sizeof ssh_key - 1 && memcmp(text, ssh_key, len) == 0,
        strict);
    wrong +=
        cog_keys_find(room->accounts, &alicd, text, sizeof text, &len) == 0;
    wrong +=
        cog_keys_find(room->accounts, &another, text, sizeof text, &len) == 0;
    return wrong;
}

/* ---- every bit */

typedef size_t questions(const struct room *room, bool strict);

static void
flip_each_bit(const struct room *room, const char *path, questions *ask)
{
    struct subject subject = open_subject(path);
    size_t step = sample_step();

    assert_int_equal(ask(room, true), 0);
    for (size_t bit = 0; bit < 8 * subject.len; bit += step) {
        size_t at = bit / 8;

        set_byte(&subject, at,
                 (unsigned char) (subject.bytes[at] ^ 1U << bit % 8));
        if (ask(room, true) != 0)
            fail_msg("bit %zu of byte %zu", bit % 8, at);
        set_byte(&subject, at, subject.bytes[at]);
    }
    assert_int_equal(ask(room, true), 0);
    close_subject(&subject);
}

static void
p71_no_flipped_bit_of_recent_gives_a_wrong_answer(void **state)
{
    struct room *room = *state;

    fill(room);
    flip_each_bit(room, path_in(room->accounts, "recent.cdb"),
                  count_wrong_both_ways);
}

static void
p71_no_flipped_bit_of_base_gives_a_wrong_answer(void **state)
{
    struct room *room = *state;

    fill(room);
    flip_each_bit(room, path_in(room->accounts, "base.cdb"),
                  count_wrong_both_ways);
}

static void
p71_no_flipped_bit_of_the_login_store_gives_a_wrong_answer(void **state)
{
    struct room *room = *state;

    fill(room);
    flip_each_bit(room, path_in(room->logins, "logins.cdb"),
                  count_wrong_logins);
}

static void
p71_no_flipped_bit_of_the_keys_gives_a_wrong_one(void **state)
{
    struct room *room = *state;

    fill(room);
    flip_each_bit(room, path_in(room->accounts, "keys.cdb"), count_wrong_keys);
}

static void
see_each_bit(const char *path)
{
    struct subject subject = open_subject(path);
    size_t step = sample_step();

    for (size_t bit = 0; bit < 8 * subject.len; bit += step) {
        struct cog_cache_file file;
        size_t at = bit / 8;
        int error;

        subject.bytes[at] ^= (unsigned char) (1U << bit % 8);
        error = cog_cache_file_from_bytes(subject.bytes, subject.len, &file);
        if (error == 0)
            error = cog_cache_file_check(&file);
        if (at >= COG_SUPERSEDED_AT && at < COG_SUPERSEDED_AT + 4)
            assert_int_equal(error, 0);
        else if (error == 0)
            fail_msg("bit %zu of byte %zu", bit % 8, at);
        subject.bytes[at] ^= (unsigned char) (1U << bit % 8);
    }
    close_subject(&subject);
}

static void
p71_every_flipped_bit_is_seen_before_a_file_is_carried_on(void **state)
{
    struct room *room = *state;

    fill(room);
    see_each_bit(path_in(room->accounts, "recent.cdb"));
    see_each_bit(path_in(room->accounts, "base.cdb"));
    see_each_bit(path_in(room->logins, "logins.cdb"));
    see_each_bit(path_in(room->accounts, "keys.cdb"));
}

/* ---- more than one bit */

static uint32_t
next_random(uint32_t *seed)
{
    *seed = *seed * 1664525U + 1013904223U;
    return *seed >> 8;
}

static void
mutate(const struct room *room, const char *path)
{
    struct subject subject = open_subject(path);
    uint32_t seed = 1;

    for (size_t run = 0; run < 4000; run += sample_step()) {
        size_t changes = 1 + next_random(&seed) % 8;

        for (size_t i = 0; i < changes; i++)
            set_byte(&subject, next_random(&seed) % subject.len,
                     (unsigned char) next_random(&seed));
        if (count_wrong_both_ways(room, false) != 0)
            fail_msg("run %zu", run);
        if (run % 4 == 3)
            assert_int_equal(pwrite(subject.fd, subject.bytes, subject.len, 0),
                             subject.len);
    }
    assert_int_equal(pwrite(subject.fd, subject.bytes, subject.len, 0),
                     subject.len);
    close_subject(&subject);
}

static void
p71_files_mutated_at_random_never_give_a_wrong_answer(void **state)
{
    struct room *room = *state;

    fill(room);
    mutate(room, path_in(room->accounts, "recent.cdb"));
    mutate(room, path_in(room->accounts, "base.cdb"));
}

#define IN_ROOM(test)                                                         \
    cmocka_unit_test_setup_teardown(test, room_make, room_remove)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        IN_ROOM(p71_no_flipped_bit_of_recent_gives_a_wrong_answer),
        IN_ROOM(p71_no_flipped_bit_of_base_gives_a_wrong_answer),
        IN_ROOM(p71_no_flipped_bit_of_the_login_store_gives_a_wrong_answer),
        IN_ROOM(p71_no_flipped_bit_of_the_keys_gives_a_wrong_one),
        IN_ROOM(p71_every_flipped_bit_is_seen_before_a_file_is_carried_on),
        IN_ROOM(p71_files_mutated_at_random_never_give_a_wrong_answer),
    };

    if (!become_root())
        return skip_program("needs uid 0 or a user namespace");
    return cmocka_run_group_tests_name("accounts/flip", tests, NULL, NULL);
}
