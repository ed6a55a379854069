/* SPDX-License-Identifier: Apache-2.0 */
/* nss_cognito: what is answered, from sound files and from others. */
#include "tests/unit/nss_cognito/module.h"
#include "tests/unit/sample.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "accounts/cache_build.h"
#include "accounts/cache_format.h"
#include "nss_cognito/status.h"
#include "tests/unit/accounts/hostile_names.h"

/* ---- the table of codes */

static void
p67_each_outcome_has_the_status_and_errno_of_the_glibc_manual(void **state)
{
    static const struct {
        int error;
        enum nss_status status;
        int glibcs;
    } cases[] = {
        {ENOENT, NSS_STATUS_NOTFOUND, ENOENT},
        {ERANGE, NSS_STATUS_TRYAGAIN, ERANGE},
        {ENOMEM, NSS_STATUS_TRYAGAIN, ENOMEM},
        {ENODATA, NSS_STATUS_UNAVAIL, ENOENT},
    };

    (void) state;
    for (int error = 1; error < 200; error++) {
        enum nss_status status = NSS_STATUS_UNAVAIL;
        int expected = EIO, glibcs = 0;

        for (size_t i = 0; i < COUNT(cases); i++) {
            if (cases[i].error == error) {
                status = cases[i].status;
                expected = cases[i].glibcs;
            }
        }
        assert_int_equal(cog_nss_status(error, &glibcs), status);
        assert_int_equal(glibcs, expected);
    }
    int glibcs = 77;
    assert_int_equal(cog_nss_status(0, &glibcs), NSS_STATUS_SUCCESS);
    assert_int_equal(glibcs, 77);
}

/* ---- sound files */

static void
assert_everything_is_found(void)
{
    struct gids gids = {.count = 1, .size = 1, .list = malloc(sizeof(gid_t))};
    struct answer answer;
    int error = 0;

    assert_non_null(gids.list);
    gids.list[0] = ALICE;
    ask_name("alice", &answer);
    assert_is_alice(&answer);
    ask_uid(ALICE, &answer);
    assert_is_alice(&answer);
    ask_group("alice", &answer);
    assert_found(&answer);
    assert_int_equal(answer.group.gr_gid, ALICE);
    ask_gid(GROUP1, &answer);
    assert_found(&answer);
    assert_string_equal(answer.group.gr_name, "cognito-Group1");
    assert_null(answer.group.gr_mem[0]);
    assert_int_equal(ask_gids("alice", ALICE, 0, &gids, &error),
                     NSS_STATUS_SUCCESS);
    assert_int_equal(gids.count, 3);
    assert_int_equal(gids.list[0], ALICE);
    assert_int_equal(gids.list[1], GROUP0);
    assert_int_equal(gids.list[2], GROUP1);
    free(gids.list);
}

static void
everything_is_found_by_reading_and_in_memory(void **state)
{
    struct room *room = *state;
    struct cog_settings settings = sample_settings();

    sync_accounts(room, &settings);
    for (int round = 0; round < 4; round++) {
        module_begin(round % 2 == 0 ? WAY_READING : WAY_MAPPED);
        assert_everything_is_found();
    }
}

static void
assert_everybody_is_absent(const char *name, uint32_t id)
{
    struct gids gids = {.count = 0, .size = 0, .list = NULL};
    struct answer answer;
    int error = 0;

    ask_name(name, &answer);
    assert_absent(&answer);
    ask_uid(id, &answer);
    assert_absent(&answer);
    ask_group(name, &answer);
    assert_absent(&answer);
    ask_gid(id, &answer);
    assert_absent(&answer);
    assert_int_equal(ask_gids(name, id, 0, &gids, &error),
                     NSS_STATUS_NOTFOUND);
    assert_int_equal(error, ENOENT);
    assert_null(gids.list);
}

static void
who_is_not_there_is_absent(void **state)
{
    struct room *room = *state;
    struct cog_settings settings = sample_settings();

    sync_accounts(room, &settings);
    for (int way = WAY_READING; way <= WAY_MAPPED; way++) {
        module_begin((enum way) way);
        assert_everybody_is_absent("alic", 1950000000);
        assert_everybody_is_absent("alicf", ALICE - 1);
    }
}

/*
 * There is no file, so a look at it would be UNAVAIL: hostile names are
 * turned away before.
 */
static void
p17_hostile_names_are_absent_without_a_look_at_any_file(void **state)
{
    struct answer answer;
    struct gids gids = {.count = 0, .size = 0, .list = NULL};
    int error;

    (void) state;
    for (size_t i = 0; i < COUNT(hostile_names); i++) {
        ask_name(hostile_names[i], &answer);
        assert_absent(&answer);
        error = 0;
        assert_int_equal(ask_gids(hostile_names[i], ALICE, 0, &gids, &error),
                         NSS_STATUS_NOTFOUND);
        assert_int_equal(error, ENOENT);
    }
    /* Groups have capitals and may begin with a digit. */
    ask_group("cognito-Ä", &answer);
    assert_absent(&answer);
    ask_group("", &answer);
    assert_absent(&answer);
    ask_name("alice", &answer);
    assert_unavailable(&answer, ENOENT);
}

static void
p66_a_name_of_60000_bytes_is_absent(void **state)
{
    char *name = malloc(60001);
    struct gids gids = {.count = 0, .size = 0, .list = NULL};
    struct answer answer;
    int error = 0;

    (void) state;
    assert_non_null(name);
    memset(name, 'a', 60000);
    name[60000] = '\0';
    ask_name(name, &answer);
    assert_absent(&answer);
    ask_group(name, &answer);
    assert_absent(&answer);
    assert_int_equal(ask_gids(name, ALICE, 0, &gids, &error),
                     NSS_STATUS_NOTFOUND);
    free(name);
}

static void
p20_ids_of_the_system_are_absent_without_a_look_at_any_file(void **state)
{
    static const uint32_t ids[] = {0,     1,     999,        60000,
                                   65534, 65535, 2147352576, 4294967295};
    struct answer answer;

    (void) state;
    for (size_t i = 0; i < COUNT(ids); i++) {
        ask_uid(ids[i], &answer);
        assert_absent(&answer);
        ask_gid(ids[i], &answer);
        assert_absent(&answer);
    }
}

/* ---- files that are not to be believed */

/* Every entry point that opens a file answers the same. */
static void
assert_nothing_is_answered(int expected)
{
    struct gids gids = {.count = 0, .size = 0, .list = NULL};
    struct answer answer;
    int error = 0;

    ask_name("alice", &answer);
    assert_unavailable(&answer, expected);
    ask_uid(ALICE, &answer);
    assert_unavailable(&answer, expected);
    ask_group("alice", &answer);
    assert_unavailable(&answer, expected);
    ask_gid(ALICE, &answer);
    assert_unavailable(&answer, expected);
    assert_int_equal(ask_gids("alice", ALICE, 0, &gids, &error),
                     NSS_STATUS_UNAVAIL);
    assert_int_equal(error, expected);
    assert_null(gids.list);
    (void) _nss_cognito_setpwent(0);
    ask_passwd_entry(&answer);
    assert_unavailable(&answer, expected);
    (void) _nss_cognito_setgrent(0);
    ask_group_entry(&answer);
    assert_unavailable(&answer, expected);
}

static void
assert_nothing_either_way(int expected)
{
    module_begin(WAY_READING);
    assert_nothing_is_answered(expected);
    module_begin(WAY_MAPPED);
    assert_nothing_is_answered(expected);
}

static void
p67_without_any_file_the_next_source_is_asked(void **state)
{
    struct room *room = *state;

    assert_nothing_either_way(ENOENT);
    assert_int_equal(rmdir(room->accounts), 0);
    assert_nothing_either_way(ENOENT);
}

static void
listed(const struct room *room)
{
    struct cog_settings settings = sample_settings();

    settings.enumerate = true;
    sync_accounts(room, &settings);
}

static void
p70_a_file_that_others_may_write_is_not_believed(void **state)
{
    static const mode_t modes[] = {0664, 0646, 0666, 0777, 0620, 0602};
    struct room *room = *state;
    struct answer answer;
    const char *path;

    listed(room);
    path = path_in(room->accounts, COG_RECENT_FILE);
    for (size_t i = 0; i < COUNT(modes); i++) {
        assert_int_equal(chmod(path, modes[i]), 0);
        assert_nothing_either_way(EIO);
    }
    assert_int_equal(chmod(path, 0644), 0);
    module_begin(WAY_MAPPED);
    ask_name("alice", &answer);
    assert_is_alice(&answer);
}

/* The same for base.cdb: half of the truth is not told. */
static void
p70_nor_is_one_beside_it(void **state)
{
    struct room *room = *state;
    const char *path;
    struct answer answer;

    listed(room);
    path = path_in(room->accounts, COG_BASE_FILE);
    assert_int_equal(chmod(path, 0666), 0);
    module_begin(WAY_READING);
    ask_name("alice", &answer);
    assert_unavailable(&answer, EIO);
    assert_int_equal(chmod(path, 0644), 0);
    assert_int_equal(unlink(path), 0);
    module_begin(WAY_MAPPED);
    ask_name("alice", &answer);
    assert_unavailable(&answer, EIO);
    ask_uid(ALICE, &answer);
    assert_unavailable(&answer, EIO);
}

static void
p70_a_file_of_somebody_else_is_not_believed(void **state)
{
    struct room *room = *state;

    listed(room);
    if (chown(path_in(room->accounts, COG_RECENT_FILE), 1000, 0) != 0)
        skip_case("no other ids in this user namespace");
    assert_nothing_either_way(EIO);
}

static void
p70_what_is_no_regular_file_is_not_believed(void **state)
{
    struct room *room = *state;
    const char *path;

    listed(room);
    path = path_in(room->accounts, COG_RECENT_FILE);
    assert_int_equal(unlink(path), 0);
    assert_int_equal(symlink(COG_BASE_FILE, path), 0);
    assert_nothing_either_way(EIO);
    assert_int_equal(unlink(path), 0);
    assert_int_equal(mkfifo(path, 0644), 0);
    assert_nothing_either_way(EIO);
    assert_int_equal(unlink(path), 0);
    assert_int_equal(mkdir(path, 0755), 0);
    assert_nothing_either_way(EIO);
}

static void
p70_a_file_of_another_length_is_not_believed(void **state)
{
    struct room *room = *state;
    unsigned char *bytes;
    size_t len;
    const char *path;
    off_t lengths[] = {0, 1, 2047, 2048, 2095, 2096, 0, 0, 5000000000};

    listed(room);
    path = path_in(room->accounts, COG_RECENT_FILE);
    bytes = read_bytes(path, &len);
    lengths[6] = (off_t) len - 1;
    lengths[7] = (off_t) len + 1;
    for (size_t i = 0; i < COUNT(lengths); i++) {
        write_bytes(path, bytes, len, 0644);
        assert_int_equal(truncate(path, lengths[i]), 0);
        assert_nothing_either_way(EIO);
    }
    free(bytes);
}

static void
p71_garbage_and_other_versions_are_not_believed(void **state)
{
    struct room *room = *state;
    unsigned char *bytes;
    size_t len;
    const char *path;

    listed(room);
    path = path_in(room->accounts, COG_RECENT_FILE);
    bytes = read_bytes(path, &len);
    bytes[COG_STAMP_AT + 6] = '2';
    write_bytes(path, bytes, len, 0644);
    assert_nothing_either_way(EIO);
    for (size_t i = 0; i < len; i++)
        bytes[i] = (unsigned char) (i * 2654435761U >> 13);
    write_bytes(path, bytes, len, 0644);
    assert_nothing_either_way(EIO);
    free(bytes);
}

static bool
is_alice(const struct answer *answer)
{
    return strcmp(answer->passwd.pw_name, "alice") == 0 &&
           answer->passwd.pw_uid == ALICE && answer->passwd.pw_gid == ALICE &&
           strcmp(answer->passwd.pw_gecos, "Sample Person") == 0 &&
           strcmp(answer->passwd.pw_dir, "/home/alice") == 0 &&
           strcmp(answer->passwd.pw_shell, "/bin/bash") == 0;
}

/* Answers about what is there: right, or none; never "absent". */
static size_t
count_wrong(void)
{
    struct gids gids = {.count = 0, .size = 0, .list = NULL};
    struct answer answer;
    size_t wrong = 0;
    int error = 0;
    enum nss_status status;

    ask_name("alice", &answer);
    wrong += answer.status == NSS_STATUS_NOTFOUND ||
             (answer.status == NSS_STATUS_SUCCESS && !is_alice(&answer));
    ask_uid(ALICE, &answer);
    wrong += answer.status == NSS_STATUS_NOTFOUND ||
             (answer.status == NSS_STATUS_SUCCESS && !is_alice(&answer));
    ask_gid(GROUP0, &answer);
    wrong += answer.status == NSS_STATUS_NOTFOUND ||
             (answer.status == NSS_STATUS_SUCCESS &&
              strcmp(answer.group.gr_name, "cognito-Group0") != 0);
    status = ask_gids("alice", ALICE, 0, &gids, &error);
    wrong += status == NSS_STATUS_NOTFOUND ||
             (status == NSS_STATUS_SUCCESS &&
              (gids.count != 2 || gids.list[0] != GROUP0 ||
               gids.list[1] != GROUP1));
    free(gids.list);
    /* ... and about what is not there: "absent", or none. */
    ask_name("alicf", &answer);
    wrong += answer.status == NSS_STATUS_SUCCESS;
    ask_uid(ALICE ^ 4, &answer);
    wrong += answer.status == NSS_STATUS_SUCCESS;
    return wrong;
}

static void
p71_no_flipped_bit_leads_to_a_wrong_answer(void **state)
{
    struct room *room = *state;
    struct cog_settings settings = sample_settings();
    unsigned char *bytes;
    size_t len, step = sample_step();
    int fd;

    sync_accounts(room, &settings);
    fd = open(path_in(room->accounts, COG_BASE_FILE), O_RDWR | O_CLOEXEC);
    assert_true(fd >= 0);
    bytes = read_bytes(path_in(room->accounts, COG_BASE_FILE), &len);
    module_begin(WAY_READING);
    assert_int_equal(count_wrong(), 0);
    for (size_t bit = 0; bit < 8 * len; bit += step) {
        unsigned char byte = bytes[bit / 8] ^ (unsigned char) (1 << bit % 8);
        off_t at = (off_t) (bit / 8);

        assert_int_equal(pwrite(fd, &byte, 1, at), 1);
        module_begin(bit % 2 == 0 ? WAY_READING : WAY_MAPPED);
        if (count_wrong() != 0)
            fail_msg("wrong with bit %zu flipped", bit);
        assert_int_equal(pwrite(fd, &bytes[bit / 8], 1, at), 1);
    }
    assert_int_equal(close(fd), 0);
    free(bytes);
}

static void
add_record(struct cog_cache_build *build, const struct cog_cache_key *key,
           struct cog_cache_data *data, uint32_t *position)
{
    assert_int_equal(cog_cache_build_add(build, key, data, position), 0);
}

/* What only root could forge: a sound file with an unsound account. */
static void
forge(const struct room *room, const struct cog_account *account)
{
    struct cog_cache_build build = COG_CACHE_BUILD_EMPTY;
    unsigned char bytes[1024];
    struct cog_cache_data data = {bytes, sizeof bytes, 0};
    struct cog_cache_key key;
    uint32_t position = 0;

    assert_int_equal(
        cog_cache_build_begin(room->accounts, COG_RECENT_FILE, &build), 0);
    assert_int_equal(cog_cache_pack_account(account, &data), 0);
    cog_cache_key_name('N', account->name, &key);
    add_record(&build, &key, &data, &position);
    assert_int_equal(cog_cache_pack_number(position, &data), 0);
    cog_cache_key_id('U', ALICE, &key);
    add_record(&build, &key, &data, NULL);
    assert_int_equal(cog_cache_build_finish(&build, 0644, 0), 0);
    cog_cache_build_end(&build);
}

static void
p20_forged_ids_are_not_returned(void **state)
{
    static const uint32_t ids[] = {0,     1,     999,        60001,
                                   65534, 65535, 2147352576, 4294967295};
    struct room *room = *state;
    struct answer answer;

    for (size_t i = 0; i < COUNT(ids); i++) {
        struct cog_account forged = sample_account("alice", ids[i]);

        forge(room, &forged);
        for (int way = WAY_READING; way <= WAY_MAPPED; way++) {
            module_begin((enum way) way);
            ask_name("alice", &answer);
            assert_unavailable(&answer, EIO);
            ask_uid(ALICE, &answer);
            assert_unavailable(&answer, EIO);
        }
    }
}

static void
p17_forged_names_are_not_returned(void **state)
{
    static const char *const names[] = {"Root", "0", "a b", "x:0", "a..b"};
    struct room *room = *state;
    struct answer answer;

    for (size_t i = 0; i < COUNT(names); i++) {
        struct cog_account forged = sample_account(names[i], ALICE);

        forge(room, &forged);
        for (int way = WAY_READING; way <= WAY_MAPPED; way++) {
            module_begin((enum way) way);
            ask_uid(ALICE, &answer);
            assert_unavailable(&answer, EIO);
        }
    }
}

int
main(void)
{
#define IN_ROOM(test)                                                         \
    cmocka_unit_test_setup_teardown(test, module_room_make, module_room_remove)
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(
            p67_each_outcome_has_the_status_and_errno_of_the_glibc_manual),
        IN_ROOM(everything_is_found_by_reading_and_in_memory),
        IN_ROOM(who_is_not_there_is_absent),
        IN_ROOM(p17_hostile_names_are_absent_without_a_look_at_any_file),
        IN_ROOM(p66_a_name_of_60000_bytes_is_absent),
        IN_ROOM(p20_ids_of_the_system_are_absent_without_a_look_at_any_file),
        IN_ROOM(p67_without_any_file_the_next_source_is_asked),
        IN_ROOM(p70_a_file_that_others_may_write_is_not_believed),
        IN_ROOM(p70_nor_is_one_beside_it),
        IN_ROOM(p70_a_file_of_somebody_else_is_not_believed),
        IN_ROOM(p70_what_is_no_regular_file_is_not_believed),
        IN_ROOM(p70_a_file_of_another_length_is_not_believed),
        IN_ROOM(p71_garbage_and_other_versions_are_not_believed),
        IN_ROOM(p71_no_flipped_bit_leads_to_a_wrong_answer),
        IN_ROOM(p20_forged_ids_are_not_returned),
        IN_ROOM(p17_forged_names_are_not_returned),
    };

    if (!become_root())
        return skip_program("no uid 0 and no user namespaces here");
    return cmocka_run_group_tests(tests, NULL, NULL);
}
