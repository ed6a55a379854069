/* SPDX-License-Identifier: Apache-2.0 */
/* accounts/cache_read, logins: damaged, forged and foreign files. */
#include "tests/unit/accounts/subject.h"
#include "tests/unit/accounts/support.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "accounts/cache_build.h"
#include "accounts/cache_compose.h"
#include "accounts/cache_levels.h"
#include "accounts/cache_read.h"
#include "accounts/cache_write.h"
#include "accounts/little_endian.h"

#define ALICE 1900000001U
#define GROUP 2000000000U

/* Where the table of a key is in the header. */
static unsigned char *
header_entry(unsigned char *bytes, const struct cog_cache_key *key)
{
    return bytes + cog_cache_hash(key->bytes, key->len) % 256 * 8;
}

/* Damage of more than one bit that is made to look well. */
static void
p71_a_moved_table_and_an_emptied_slot_are_seen(void **state)
{
    struct room *room = *state;
    struct cog_cache_record record;
    struct cog_cache_file file;
    struct cog_cache_key key;
    struct subject subject;
    unsigned char *entry, *slots;
    uint32_t at, count;

    assert_int_equal(put(room, "alice", ALICE, 1), 0);
    subject = open_subject(path_in(room->accounts, "recent.cdb"));
    cog_cache_key_name('N', "alice", &key);
    entry = header_entry(subject.bytes, &key);
    at = cog_le32_get(entry);
    count = cog_le32_get(entry + 4);
    assert_int_equal(
        cog_cache_file_from_bytes(subject.bytes, subject.len, &file), 0);
    assert_int_equal(cog_cache_file_find(&file, key.bytes, key.len, &record),
                     0);
    /* It begins two slots earlier and ends where it did. */
    cog_le32_put(entry, at - 16);
    cog_le32_put(entry + 4, count + 2);
    assert_int_equal(cog_cache_file_find(&file, key.bytes, key.len, &record),
                     EBADMSG);
    cog_le32_put(entry, at);
    cog_le32_put(entry + 4, count);
    /* The position of each slot is gone, its hash is left. */
    slots = subject.bytes + at;
    for (uint32_t i = 0; i < count; i++)
        cog_le32_put(slots + (size_t) 8 * i + 4, 0);
    assert_int_equal(cog_cache_file_find(&file, key.bytes, key.len, &record),
                     EBADMSG);
    close_subject(&subject);
}

static void
p70_a_file_of_another_length_is_unusable(void **state)
{
    struct room *room = *state;
    struct cog_cache_reader reader = COG_CACHE_READER(room->accounts);
    struct cog_account account;
    struct subject subject;

    assert_int_equal(put(room, "alice", ALICE, 1), 0);
    subject = open_subject(path_in(room->accounts, "recent.cdb"));
    for (size_t len = 0; len < subject.len; len += 7) {
        assert_int_equal(ftruncate(subject.fd, (off_t) len), 0);
        assert_int_equal(cog_cache_find_name(&reader, "alice", &account),
                         EBADMSG);
        assert_int_equal(cog_cache_find_name(&reader, "nosuch", &account),
                         EBADMSG);
    }
    assert_int_equal(pwrite(subject.fd, subject.bytes, subject.len, 0),
                     subject.len);
    assert_int_equal(cog_cache_find_name(&reader, "alice", &account), 0);
    assert_int_equal(ftruncate(subject.fd, (off_t) subject.len + 1), 0);
    assert_int_equal(cog_cache_find_name(&reader, "nosuch", &account),
                     EBADMSG);
    assert_int_equal(ftruncate(subject.fd, 0x100000000), 0);
    assert_int_equal(cog_cache_find_name(&reader, "nosuch", &account), EFBIG);
    cog_cache_close(&reader);
    close_subject(&subject);
}

static void
p70_garbage_and_text_are_unusable(void **state)
{
    struct room *room = *state;
    struct cog_cache_reader reader = COG_CACHE_READER(room->accounts);
    struct cog_account account;
    char text[8192];

    memset(text, 0, sizeof text);
    write_bytes(path_in(room->accounts, "recent.cdb"), text, sizeof text,
                0644);
    for (int i = 0; i < 6; i++)
        assert_int_equal(cog_cache_find_name(&reader, "alice", &account),
                         EBADMSG);
    memset(text, 'x', sizeof text);
    write_bytes(path_in(room->accounts, "recent.cdb"), text, sizeof text,
                0644);
    assert_int_equal(cog_cache_find_name(&reader, "alice", &account), EBADMSG);
}

/* Ask, by reading and mapped, about a file that must not be believed. */
static void
assert_unusable(const struct room *room, int expected)
{
    struct cog_cache_reader reader = COG_CACHE_READER(room->accounts);
    struct cog_account account;
    struct cog_settings settings;

    for (int i = 0; i < 7; i++) {
        assert_int_equal(cog_cache_find_name(&reader, "alice", &account),
                         expected);
        assert_int_equal(cog_cache_settings(&reader, &settings), expected);
    }
    assert_null(reader.recent.file.bytes);
}

static void
p70_a_file_not_roots_alone_to_write_is_unusable(void **state)
{
    struct room *room = *state;
    const char *path;

    assert_int_equal(put(room, "alice", ALICE, 1), 0);
    path = path_in(room->accounts, "recent.cdb");
    assert_int_equal(chmod(path, 0664), 0);
    assert_unusable(room, EPERM);
    path = path_in(room->accounts, "recent.cdb");
    assert_int_equal(chmod(path, 0646), 0);
    assert_unusable(room, EPERM);
    path = path_in(room->accounts, "recent.cdb");
    assert_int_equal(chmod(path, 0644), 0);
    if (chown(path, 65534, 65534) != 0)
        skip_case("cannot give a file away here (needs real root)");
    assert_unusable(room, EPERM);
}

static void
p70_what_is_no_regular_file_is_unusable_without_waiting(void **state)
{
    struct room *room = *state;
    char path[4400];

    assert_unusable(room, ENODATA);
    (void) snprintf(path, sizeof path, "%s/recent.cdb", room->accounts);
    assert_int_equal(mkfifo(path, 0644), 0);
    assert_unusable(room, EPERM);
    assert_int_equal(unlink(path), 0);
    assert_int_equal(mkdir(path, 0755), 0);
    assert_unusable(room, EPERM);
    assert_int_equal(rmdir(path), 0);
    assert_int_equal(put(room, "alice", ALICE, 1), 0);
    assert_int_equal(rename(path, path_in(room->accounts, "real")), 0);
    assert_int_equal(symlink("real", path), 0);
    assert_unusable(room, EPERM);
}

/* ---- forged files: well-formed, with right sums, but wrong */

static void
add(struct cog_cache_build *build, const struct cog_cache_key *key,
    struct cog_cache_data *data, uint32_t *position)
{
    assert_int_equal(cog_cache_build_add(build, key, data, position), 0);
}

static void
add_number(struct cog_cache_build *build, const struct cog_cache_key *key,
           uint32_t number)
{
    unsigned char bytes[64];
    struct cog_cache_data data = {bytes, sizeof bytes, 0};

    assert_int_equal(cog_cache_pack_number(number, &data), 0);
    add(build, key, &data, NULL);
}

/*
 * A recent.cdb with one account as given, found by name and by the number
 * asked, and a group of that number's gid under a name as given.
 */
static void
forge(const struct room *room, const struct cog_account *account,
      uint32_t asked, const char *group, uint32_t gid)
{
    struct cog_cache_build build = COG_CACHE_BUILD_EMPTY;
    unsigned char bytes[1024];
    struct cog_cache_data data = {bytes, sizeof bytes, 0};
    struct cog_cache_key key;
    uint32_t position = 0;

    assert_int_equal(
        cog_cache_build_begin(room->accounts, "recent.cdb", &build), 0);
    assert_int_equal(cog_cache_pack_account(account, &data), 0);
    cog_cache_key_name('N', account->name, &key);
    add(&build, &key, &data, &position);
    cog_cache_key_id('U', asked, &key);
    add_number(&build, &key, position);
    assert_int_equal(cog_cache_pack_number(gid, &data), 0);
    cog_cache_key_name('G', group, &key);
    add(&build, &key, &data, &position);
    cog_cache_key_id('g', asked, &key);
    add_number(&build, &key, position);
    assert_int_equal(cog_cache_build_finish(&build, 0644, 0), 0);
    cog_cache_build_end(&build);
}

static void
p20_a_forged_record_with_a_forbidden_id_is_not_returned(void **state)
{
    static const uint32_t ids[] = {0,     1,     999,        60001,
                                   65534, 65535, 2147352576, 4294967295};
    struct room *room = *state;
    struct cog_account account;
    struct cog_group group;

    for (size_t i = 0; i < COUNT(ids); i++) {
        struct cog_cache_reader reader = COG_CACHE_READER(room->accounts);
        struct cog_account forged = sample_account("alice", ids[i]);

        forge(room, &forged, ALICE, "cognito-x", ids[i]);
        assert_int_equal(cog_cache_find_name(&reader, "alice", &account),
                         EBADMSG);
        assert_int_equal(cog_cache_find_uid(&reader, ALICE, &account),
                         EBADMSG);
        assert_int_equal(cog_cache_find_group(&reader, "cognito-x", &group),
                         EBADMSG);
        assert_int_equal(cog_cache_find_gid(&reader, ALICE, &group), EBADMSG);
        cog_cache_close(&reader);
    }
}

static void
p71_an_index_that_leads_to_another_number_is_no_answer(void **state)
{
    struct room *room = *state;
    struct cog_cache_reader reader = COG_CACHE_READER(room->accounts);
    struct cog_account forged = sample_account("alice", ALICE), account;
    struct cog_group group;

    forge(room, &forged, ALICE + 1, "cognito-x", GROUP);
    assert_int_equal(cog_cache_find_uid(&reader, ALICE + 1, &account),
                     EBADMSG);
    assert_int_equal(cog_cache_find_gid(&reader, ALICE + 1, &group), EBADMSG);
    assert_int_equal(cog_cache_find_name(&reader, "alice", &account), 0);
    cog_cache_close(&reader);
}

static void
p17_a_forged_record_with_a_bad_name_is_not_returned(void **state)
{
    static const char *const names[] = {"Root", "0", "a b", "x:0", "a..b"};
    struct room *room = *state;
    struct cog_account account;

    for (size_t i = 0; i < COUNT(names); i++) {
        struct cog_cache_reader reader = COG_CACHE_READER(room->accounts);
        struct cog_account forged = sample_account("x", ALICE);

        strcpy(forged.name, names[i]);
        forge(room, &forged, ALICE, "cognito-x", GROUP);
        assert_int_equal(cog_cache_find_uid(&reader, ALICE, &account),
                         EBADMSG);
        cog_cache_close(&reader);
    }
}

/* Records of an accounts file beside the account of alice. */
static void
forge_beside(const struct room *room, const struct cog_members *members,
             const struct cog_tombstone *tombstone)
{
    struct cog_cache_build build = COG_CACHE_BUILD_EMPTY;

    assert_int_equal(
        cog_cache_build_begin(room->accounts, "recent.cdb", &build), 0);
    assert_int_equal(cog_compose_members(&build, members), 0);
    assert_int_equal(cog_compose_tombstone(&build, tombstone), 0);
    assert_int_equal(cog_cache_build_finish(&build, 0644, 0), 0);
    cog_cache_build_end(&build);
}

static void
p17_p67_forged_members_and_tombstones_are_not_returned(void **state)
{
    static const struct {
        const char *names;
        size_t len;
        uint32_t chunks;
        int error;
    } cases[] = {
        {"alice\0bob", 10, 1, 0},
        {"", 0, 1, 0},
        {"alice\0bob", 9, 1, EBADMSG}, /* the last has no NUL */
        {"Root", 5, 1, EBADMSG},
        {"0", 2, 1, EBADMSG},
        {"alice\0\0bob", 11, 1, EBADMSG},
        {"alice\0a:b", 10, 1, EBADMSG},
        {"alice", 6, 0, EBADMSG}, /* chunk 0 of none */
        {"alice", 6, COG_MEMBERS_CHUNKS_MAX, 0},
        {"alice", 6, COG_MEMBERS_CHUNKS_MAX + 1, EBADMSG},
    };
    struct room *room = *state;

    for (size_t i = 0; i < COUNT(cases); i++) {
        struct cog_cache_reader reader = COG_CACHE_READER(room->accounts);
        struct cog_tombstone tombstone = {.id = ALICE, .kind = COG_ID_USER};
        struct cog_members members = {
            .gid = GROUP, .chunks = cases[i].chunks, .len = cases[i].len};

        memcpy(members.names, cases[i].names, cases[i].len);
        strcpy(tombstone.name, i == 0 ? "alice" : "a..b");
        forge_beside(room, &members, &tombstone);
        assert_int_equal(cog_cache_find_members(&reader, GROUP, 0, &members),
                         cases[i].error);
        assert_int_equal(cog_cache_find_tombstone(&reader, ALICE, &tombstone),
                         i == 0 ? 0 : EBADMSG);
        cog_cache_close(&reader);
    }
}

static void
p71_another_version_is_told_from_damage(void **state)
{
    struct room *room = *state;
    struct cog_cache_reader reader = COG_CACHE_READER(room->accounts);
    struct cog_account account;
    unsigned char *bytes, *stamp;
    size_t len;

    assert_int_equal(put(room, "alice", ALICE, 1), 0);
    bytes = read_bytes(path_in(room->accounts, "recent.cdb"), &len);
    stamp = bytes + COG_STAMP_AT;
    stamp[6] = '2';
    cog_le64_put(stamp + COG_STAMP_SUM,
                 cog_cache_sum(stamp, COG_STAMP_SUPERSEDED,
                               stamp + COG_STAMP_FLAGS,
                               COG_STAMP_SUM - COG_STAMP_FLAGS));
    write_bytes(path_in(room->accounts, "recent.cdb"), bytes, len, 0644);
    assert_int_equal(cog_cache_find_name(&reader, "alice", &account),
                     EPROTONOSUPPORT);
    assert_int_equal(put(room, "carol", ALICE + 1, 0), EPROTONOSUPPORT);
    free(bytes);
}

static void
p71_a_damaged_file_is_not_carried_on(void **state)
{
    struct room *room = *state;
    unsigned char *bytes;
    size_t len;

    assert_int_equal(put(room, "alice", ALICE, 1), 0);
    bytes = read_bytes(path_in(room->accounts, "recent.cdb"), &len);
    bytes[len - 1] ^= 1;
    write_bytes(path_in(room->accounts, "recent.cdb"), bytes, len, 0644);
    assert_int_equal(put(room, "carol", ALICE + 1, 0), EBADMSG);
    free(bytes);
}

/* base is checked when it is to be rewritten, not at each login. */
static void
p71_a_damaged_base_is_not_carried_on(void **state)
{
    struct room *room = *state;
    struct cog_cache_lock lock;
    unsigned char *bytes;
    char from[4400];
    size_t len;

    assert_int_equal(put(room, "alice", ALICE, 1), 0);
    (void) snprintf(from, sizeof from, "%s/recent.cdb", room->accounts);
    assert_int_equal(rename(from, path_in(room->accounts, "base.cdb")), 0);
    bytes = read_bytes(path_in(room->accounts, "base.cdb"), &len);
    bytes[len - 1] ^= 1;
    write_bytes(path_in(room->accounts, "base.cdb"), bytes, len, 0644);
    assert_int_equal(put(room, "carol", ALICE + 1, 0), 0);
    lock = take_lock(room);
    assert_int_equal(
        cog_cache_remove_account(&room->places, &lock, "alice", true),
        EBADMSG);
    cog_cache_lock_release(&lock);
    assert_int_equal(cog_cache_walk(room->accounts, NULL, NULL), EBADMSG);
    free(bytes);
}

/* The account's own record in base, hidden by a newer one or not. */
static void
p71_a_removal_tells_a_damaged_record_from_none(void **state)
{
    struct room *room = *state;
    struct cog_cache_record record;
    struct cog_cache_file file;
    struct cog_cache_lock lock;
    struct cog_cache_key key;
    unsigned char *base, *recent, *left;
    char from[4400];
    size_t base_len, recent_len, left_len;

    assert_int_equal(put(room, "alice", ALICE, 1), 0);
    (void) snprintf(from, sizeof from, "%s/recent.cdb", room->accounts);
    assert_int_equal(rename(from, path_in(room->accounts, "base.cdb")), 0);
    assert_int_equal(put(room, "alice", ALICE, 2), 0);
    recent = read_bytes(from, &recent_len);
    base = read_bytes(path_in(room->accounts, "base.cdb"), &base_len);
    assert_int_equal(cog_cache_file_from_bytes(base, base_len, &file), 0);
    cog_cache_key_name('N', "alice", &key);
    assert_int_equal(cog_cache_file_find(&file, key.bytes, key.len, &record),
                     0);
    base[(size_t) (record.data - base) + record.len - 1] ^= 1;
    write_bytes(path_in(room->accounts, "base.cdb"), base, base_len, 0644);
    lock = take_lock(room);
    assert_int_equal(
        cog_cache_remove_account(&room->places, &lock, "alice", true),
        EBADMSG);
    cog_cache_lock_release(&lock);
    left = read_bytes(from, &left_len);
    assert_int_equal(left_len, recent_len);
    assert_memory_equal(left, recent, left_len);
    assert_int_equal(unlink(from), 0);
    assert_int_equal(put(room, "carol", ALICE + 1, 0), 0);
    lock = take_lock(room);
    assert_int_equal(
        cog_cache_remove_account(&room->places, &lock, "alice", true),
        EBADMSG);
    cog_cache_lock_release(&lock);
    free(base);
    free(recent);
    free(left);
}

#define IN_ROOM(test)                                                         \
    cmocka_unit_test_setup_teardown(test, room_make, room_remove)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        IN_ROOM(p71_a_moved_table_and_an_emptied_slot_are_seen),
        IN_ROOM(p70_a_file_of_another_length_is_unusable),
        IN_ROOM(p70_garbage_and_text_are_unusable),
        IN_ROOM(p70_a_file_not_roots_alone_to_write_is_unusable),
        IN_ROOM(p70_what_is_no_regular_file_is_unusable_without_waiting),
        IN_ROOM(p20_a_forged_record_with_a_forbidden_id_is_not_returned),
        IN_ROOM(p71_an_index_that_leads_to_another_number_is_no_answer),
        IN_ROOM(p17_a_forged_record_with_a_bad_name_is_not_returned),
        IN_ROOM(p17_p67_forged_members_and_tombstones_are_not_returned),
        IN_ROOM(p71_another_version_is_told_from_damage),
        IN_ROOM(p71_a_damaged_file_is_not_carried_on),
        IN_ROOM(p71_a_damaged_base_is_not_carried_on),
        IN_ROOM(p71_a_removal_tells_a_damaged_record_from_none),
    };

    if (!become_root())
        return skip_program("needs uid 0 or a user namespace");
    return cmocka_run_group_tests_name("accounts/damage", tests, NULL, NULL);
}
