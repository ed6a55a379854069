/* SPDX-License-Identifier: Apache-2.0 */
/*
 * accounts/ with random users: what is written is read back, by us and by
 * tinycdb's tool; what that writes is read by us; a listing and single writes
 * agree on who is refused.
 */
#include "tests/unit/accounts/support.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "accounts/cache_bulk.h"
#include "accounts/cache_levels.h"
#include "accounts/cache_read.h"
#include "accounts/cache_write.h"

#define NOW_S 1700000000
#define CDB   "/usr/bin/cdb"

static const struct cog_id_key key = {{7}};

/* ---- random users */

static uint64_t seed;

/* splitmix64 */
static uint64_t
draw(void)
{
    uint64_t z = (seed += 0x9e3779b97f4a7c15U);

    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9U;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebU;
    return z ^ (z >> 31);
}

static size_t
below(size_t limit)
{
    return (size_t) (draw() % limit);
}

static void
draw_text(const char *bytes, size_t len, char *out)
{
    for (size_t i = 0; i < len; i++)
        out[i] = bytes[below(strlen(bytes))];
    out[len] = '\0';
}

/* Short names often, so that they collide; long ones up to the limit. */
static void
draw_name(char out[COG_NAME_MAX + 1])
{
    do
        draw_text("abcdefghijklmnopqrstuvwxyz_0123456789.-",
                  below(2) == 0 ? 1 + below(3) : 1 + below(COG_NAME_MAX), out);
    while (cog_login_name_admit(out, "cognito-") != COG_FAULT_NONE);
}

struct user {
    struct cog_account account;
    struct cog_groups groups;
    int refused; /* by the writer */
};

static void
draw_user(const struct cog_settings *settings, struct user *user)
{
    struct cog_account *account = &user->account;

    memset(user, 0, sizeof *user);
    draw_name(account->name);
    account->uid = cog_id_make(&key, settings, COG_ID_USER, account->name);
    account->gid = account->uid;
    account->sub_tag = draw() | 1;
    account->disabled = below(4) == 0;
    draw_text("abc XYZ.'\"\\%#!~", below(COG_GECOS_MAX + 1), account->gecos);
    (void) snprintf(account->home, sizeof account->home, "/home/%s",
                    account->name);
    strcpy(account->shell, below(2) == 0 ? "/bin/bash" : "/usr/bin/zsh");
    /* Distinct ones: a run of the same thirty groups. */
    user->groups.count = below(3) == 0 ? 0 : below(30);
    for (size_t i = 0; i < user->groups.count; i++) {
        struct cog_group *group = &user->groups.list[i];

        (void) snprintf(group->name, sizeof group->name, "cognito-Team%u",
                        (unsigned) i);
        group->gid = cog_id_make(&key, settings, COG_ID_GROUP, group->name);
    }
}

static struct user *
draw_users(const struct cog_settings *settings, size_t count)
{
    struct user *users = calloc(count, sizeof *users);

    assert_non_null(users);
    for (size_t i = 0; i < count; i++)
        draw_user(settings, &users[i]);
    return users;
}

/* ---- writing them */

static void
write_listing(const struct room *room, const struct cog_settings *settings,
              struct user *users, size_t count)
{
    struct cog_cache_lock lock = take_lock(room);
    struct cog_cache_bulk *bulk = NULL;

    assert_int_equal(cog_cache_bulk_begin(&room->places, &lock, settings, &key,
                                          &bulk, NULL),
                     0);
    for (size_t i = 0; i < count; i++) {
        users[i].refused = cog_cache_bulk_add(bulk, &users[i].account,
                                              &users[i].groups, NULL);
        assert_true(users[i].refused == 0 || users[i].refused == EEXIST ||
                    users[i].refused == EINVAL);
    }
    assert_int_equal(cog_cache_bulk_finish(bulk, NOW_S), 0);
    cog_cache_bulk_free(&bulk);
    cog_cache_lock_release(&lock);
}

static void
write_one_by_one(const struct room *room, const struct cog_settings *settings,
                 struct user *users, size_t count)
{
    struct cog_cache_lock lock = take_lock(room);

    for (size_t i = 0; i < count; i++)
        users[i].refused =
            cog_cache_put_account(&room->places, &lock, settings,
                                  &users[i].account, &users[i].groups, NULL);
    cog_cache_lock_release(&lock);
}

/* ---- reading them back */

static void
assert_user(struct cog_cache_reader *reader, const struct user *user)
{
    const struct cog_account *expected = &user->account;
    struct cog_account account;
    struct cog_group group;
    struct cog_gids gids;

    assert_int_equal(cog_cache_find_name(reader, expected->name, &account), 0);
    assert_same_account(&account, expected);
    assert_int_equal(cog_cache_find_uid(reader, expected->uid, &account), 0);
    assert_same_account(&account, expected);
    assert_int_equal(cog_cache_find_group(reader, expected->name, &group), 0);
    assert_int_equal(group.gid, expected->uid);
    assert_int_equal(cog_cache_find_gid(reader, expected->uid, &group), 0);
    assert_string_equal(group.name, expected->name);
    assert_int_equal(cog_cache_find_gids(reader, expected->name, &gids), 0);
    assert_int_equal(gids.primary, expected->uid);
    assert_int_equal(gids.count, user->groups.count);
    for (size_t i = 0; i < gids.count; i++) {
        assert_int_equal(gids.list[i], user->groups.list[i].gid);
        assert_int_equal(cog_cache_find_gid(reader, gids.list[i], &group), 0);
        assert_string_equal(group.name, user->groups.list[i].name);
    }
}

/* Whether one who was written has this name or id. */
static bool
is_there(const struct user *users, size_t count, const char *name,
         uint32_t uid)
{
    for (size_t i = 0; i < count; i++) {
        if (users[i].refused == 0 &&
            ((name != NULL && strcmp(users[i].account.name, name) == 0) ||
             (name == NULL && users[i].account.uid == uid)))
            return true;
    }
    return false;
}

static void
assert_all(const struct room *room, const struct user *users, size_t count)
{
    struct cog_cache_reader reader = COG_CACHE_READER_OF_MANY(room->accounts);
    struct cog_account account;

    for (size_t i = 0; i < count; i++) {
        if (users[i].refused == 0)
            assert_user(&reader, &users[i]);
    }
    for (size_t i = 0; i < 200; i++) {
        char name[COG_NAME_MAX + 1];
        uint32_t uid = (uint32_t) (COG_ID_BASE_DEFAULT + below(100000));

        draw_name(name);
        assert_int_equal(cog_cache_find_name(&reader, name, &account),
                         is_there(users, count, name, 0) ? 0 : ENOENT);
        assert_int_equal(cog_cache_find_uid(&reader, uid, &account),
                         is_there(users, count, NULL, uid) ? 0 : ENOENT);
    }
    cog_cache_close(&reader);
}

static size_t
rounds(void)
{
    const char *wanted = getenv("COGNITO_LONG");

    return wanted != NULL && strcmp(wanted, "1") == 0 ? 50 : 3;
}

/* A file less the other: both levels empty again. */
static void
empty(const struct room *room)
{
    (void) unlink(path_in(room->accounts, "base.cdb"));
    (void) unlink(path_in(room->accounts, "recent.cdb"));
}

static void
whoever_is_written_is_read_back(void **state)
{
    struct room *room = *state;
    const struct cog_settings settings = sample_settings();

    for (size_t i = 0; i < rounds(); i++) {
        size_t count = 1 + below(i == 0 ? 3000 : 300);
        struct user *users = draw_users(&settings, count);

        write_listing(room, &settings, users, count);
        assert_all(room, users, count);
        empty(room);
        if (count > 300)
            count = 300;
        write_one_by_one(room, &settings, users, count);
        assert_all(room, users, count);
        empty(room);
        free(users);
    }
}

/* In a small range many ids collide; who comes first is served. */
static void
p21_a_listing_and_single_writes_refuse_the_same(void **state)
{
    struct room *room = *state;
    struct cog_settings settings = sample_settings();
    size_t refused = 0, written = 0;

    settings.id_range = 400;
    for (size_t i = 0; i < 3 * rounds(); i++) {
        size_t count = 150;
        struct user *users = draw_users(&settings, count);
        struct user *again = draw_users(&settings, count);

        memcpy(again, users, count * sizeof *users);
        write_listing(room, &settings, users, count);
        empty(room);
        write_one_by_one(room, &settings, again, count);
        for (size_t j = 0; j < count; j++) {
            /* Twice in a listing is refused; a second login is not. */
            bool twice = false;

            for (size_t k = 0; k < j; k++)
                twice = twice || strcmp(users[k].account.name,
                                        users[j].account.name) == 0;
            if (!twice)
                assert_int_equal(users[j].refused != 0, again[j].refused != 0);
            refused += users[j].refused != 0;
            written += users[j].refused == 0;
        }
        empty(room);
        free(users);
        free(again);
    }
    assert_true(refused > 20);
    assert_true(written > 200);
}

/* ---- tinycdb, the other implementation */

static void
run_cdb(const char *options, const char *file, const char *redirection,
        const char *other)
{
    static char command[16384];

    (void) snprintf(command, sizeof command, CDB " %s '%s' %s'%s'", options,
                    file, redirection, other);
    assert_int_equal(system(command), 0);
}

/* The next record of a dump: "+KEYLEN,LEN:KEY->DATA" and a line feed. */
static bool
next_dumped(const unsigned char *dump, size_t len, size_t *at,
            struct cog_cache_record *record)
{
    unsigned key_len = 0, data_len = 0;
    int used = 0;

    if (*at >= len || dump[*at] != '+')
        return false;
    assert_int_equal(sscanf((const char *) dump + *at, "+%u,%u:%n", &key_len,
                            &data_len, &used),
                     2);
    *at += (size_t) used;
    record->key = dump + *at;
    record->key_len = key_len;
    record->data = dump + *at + key_len + 2;
    record->len = data_len;
    *at += key_len + 2 + data_len + 1;
    assert_true(*at <= len);
    return true;
}

static void
assert_dump(const struct cog_cache_file *file, const unsigned char *dump,
            size_t len)
{
    struct cog_cache_record ours, theirs;
    const struct cog_cache_record *previous = NULL;
    size_t at = 0;
    int error;

    /* First the stamp, which only the file knows. */
    assert_true(next_dumped(dump, len, &at, &theirs));
    assert_int_equal(theirs.key_len, 0);
    assert_int_equal(theirs.len, COG_STAMP_BYTES);
    while ((error = cog_cache_file_next(file, previous, &ours)) == 0) {
        previous = &ours;
        assert_true(next_dumped(dump, len, &at, &theirs));
        assert_int_equal(theirs.key_len, ours.key_len);
        assert_memory_equal(theirs.key, ours.key, ours.key_len);
        assert_int_equal(theirs.len, ours.len + COG_HEAD_BYTES);
        assert_memory_equal(theirs.data + COG_HEAD_BYTES, ours.data, ours.len);
    }
    assert_int_equal(error, ENOENT);
    assert_false(next_dumped(dump, len, &at, &theirs));
}

static void
tinycdb_dumps_what_we_write_and_we_read_what_it_makes_of_it(void **state)
{
    struct room *room = *state;
    struct cog_settings settings = sample_settings();
    struct user *users = draw_users(&settings, 2000);
    struct cog_cache_file file = COG_CACHE_FILE_EMPTY;
    char base[4400], made[4400], dumped[4400];
    unsigned char *dump;
    size_t len = 0;

    if (access(CDB, X_OK) != 0)
        skip_case("tinycdb's cdb is not installed");
    settings.enumerate = true;
    write_listing(room, &settings, users, 2000);
    (void) snprintf(base, sizeof base, "%s/base.cdb", room->accounts);
    (void) snprintf(made, sizeof made, "%s/made.cdb", room->accounts);
    (void) snprintf(dumped, sizeof dumped, "%s/dump", room->path);
    run_cdb("-d", base, ">", dumped);
    dump = read_bytes(dumped, &len);
    dump[len] = '\0';
    assert_int_equal(
        cog_cache_file_map(room->accounts, "base.cdb", false, &file), 0);
    assert_dump(&file, dump, len);
    cog_cache_file_unmap(&file);
    free(dump);
    /* And back: its file is as good as ours. */
    run_cdb("-c", made, "", dumped);
    assert_int_equal(chmod(made, 0644), 0);
    assert_int_equal(rename(made, base), 0);
    assert_int_equal(
        cog_cache_file_map(room->accounts, "base.cdb", false, &file), 0);
    assert_int_equal(cog_cache_file_check(&file), 0);
    cog_cache_file_unmap(&file);
    assert_all(room, users, 2000);
    free(users);
}

#define IN_ROOM(test)                                                         \
    cmocka_unit_test_setup_teardown(test, room_make, room_remove)

int
main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        IN_ROOM(whoever_is_written_is_read_back),
        IN_ROOM(p21_a_listing_and_single_writes_refuse_the_same),
        IN_ROOM(tinycdb_dumps_what_we_write_and_we_read_what_it_makes_of_it),
    };

    /* Always the same users; others: property-t SEED. */
    seed = argc > 1 ? strtoull(argv[1], NULL, 10) : 1;
    if (!become_root())
        return skip_program("needs uid 0 or a user namespace");
    return cmocka_run_group_tests_name("accounts/property", tests, NULL, NULL);
}
