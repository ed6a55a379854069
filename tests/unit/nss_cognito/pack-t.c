/* SPDX-License-Identifier: Apache-2.0 */
/*
 * nss_cognito/pack and the entry points: into buffers of every size and
 * alignment (P65).
 */
#include "tests/unit/nss_cognito/module.h"

#include <errno.h>
#include <stdalign.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "nss_cognito/pack.h"

#define CANARY    0xa5
#define ALIGNMENT 8U

/*
 * A caller's buffer of just this size at just this alignment. Bytes before
 * it are canaries; behind it the block ends, which the sanitizer and
 * valgrind watch, or, in the second kind, canaries follow.
 */
struct target {
    unsigned char *block;
    char *buffer;
    size_t before, size, behind;
};

static struct target
make_target(size_t offset, size_t size, size_t behind)
{
    struct target target = {.before = offset, .size = size, .behind = behind};

    target.block = malloc(offset + size + behind + 1);
    assert_non_null(target.block);
    /* The very end of a block: one byte more than malloc(0) may give. */
    target.block = realloc(
        target.block, offset + size + behind > 0 ? offset + size + behind : 1);
    assert_non_null(target.block);
    memset(target.block, CANARY, offset + size + behind);
    target.buffer = (char *) target.block + offset;
    return target;
}

static void
free_target(struct target *target)
{
    for (size_t i = 0; i < target->before; i++)
        assert_int_equal(target->block[i], CANARY);
    for (size_t i = 0; i < target->behind; i++)
        assert_int_equal(target->block[target->before + target->size + i],
                         CANARY);
    free(target->block);
}

/* A text of an entry lies in the buffer, its NUL included. */
static void
assert_inside(const struct target *target, const char *text)
{
    assert_true(text >= target->buffer &&
                text < target->buffer + target->size);
    assert_non_null(
        memchr(text, '\0', (size_t) (target->buffer + target->size - text)));
}

/* One way to fill a buffer; *error as glibc's errno. */
typedef enum nss_status fill(struct target *target, int *error);

static enum nss_status
from_pack(int result, int *error)
{
    *error = result;
    return result == 0 ? NSS_STATUS_SUCCESS : NSS_STATUS_TRYAGAIN;
}

static void
assert_passwd(const struct target *target, const struct passwd *entry)
{
    assert_inside(target, entry->pw_name);
    assert_inside(target, entry->pw_passwd);
    assert_inside(target, entry->pw_gecos);
    assert_inside(target, entry->pw_dir);
    assert_inside(target, entry->pw_shell);
    assert_string_equal(entry->pw_name, "alice");
    assert_string_equal(entry->pw_passwd, "*");
    assert_string_equal(entry->pw_gecos, "Sample Person");
    assert_string_equal(entry->pw_dir, "/home/alice");
    assert_string_equal(entry->pw_shell, "/bin/bash");
    assert_int_equal(entry->pw_uid, ALICE);
    assert_int_equal(entry->pw_gid, ALICE);
}

static void
assert_group(const struct target *target, const struct group *entry,
             const char *name, gid_t gid, const char *members)
{
    size_t count = 0;
    char list[256] = "";

    assert_inside(target, entry->gr_name);
    assert_inside(target, entry->gr_passwd);
    assert_string_equal(entry->gr_name, name);
    assert_string_equal(entry->gr_passwd, "*");
    assert_int_equal(entry->gr_gid, gid);
    assert_true((uintptr_t) entry->gr_mem % alignof(char *) == 0);
    for (; entry->gr_mem[count] != NULL; count++) {
        assert_inside(target, entry->gr_mem[count]);
        strcat(list, entry->gr_mem[count]);
        strcat(list, " ");
    }
    assert_true((char *) entry->gr_mem >= target->buffer &&
                (char *) (entry->gr_mem + count + 1) <=
                    target->buffer + target->size);
    assert_string_equal(list, members);
}

static enum nss_status
fill_account(struct target *target, int *error)
{
    const struct cog_account alice = sample_account("alice", ALICE);
    struct passwd entry;
    enum nss_status status = from_pack(
        cog_pack_account(&alice, &entry, target->buffer, target->size), error);

    if (status == NSS_STATUS_SUCCESS)
        assert_passwd(target, &entry);
    return status;
}

static enum nss_status
fill_view(struct target *target, int *error)
{
    static const char texts[] = "Sample Person\0/home/alice\0/bin/bash";
    const struct cog_account_view view = {.uid = ALICE,
                                          .name = "aliceXX",
                                          .name_len = 5,
                                          .gecos = texts,
                                          .home = texts + 14,
                                          .shell = texts + 26,
                                          .texts_len = sizeof texts};
    struct passwd entry;
    enum nss_status status = from_pack(
        cog_pack_view(&view, &entry, target->buffer, target->size), error);

    if (status == NSS_STATUS_SUCCESS)
        assert_passwd(target, &entry);
    return status;
}

static enum nss_status
fill_group(struct target *target, int *error)
{
    const struct cog_group group = {.gid = GROUP0, .name = "cognito-A"};
    struct group entry;
    enum nss_status status = from_pack(
        cog_pack_group(&group, &entry, target->buffer, target->size), error);

    if (status == NSS_STATUS_SUCCESS)
        assert_group(target, &entry, "cognito-A", GROUP0, "");
    return status;
}

static enum nss_status
fill_members(struct target *target, int *error)
{
    const struct cog_group group = {.gid = GROUP0, .name = "cognito-A"};
    struct cog_packing packing;
    struct group entry;
    int result =
        cog_pack_begin(&group, &entry, target->buffer, target->size, &packing);

    if (result == 0)
        result = cog_pack_names(&packing, "alice\0bob", 10);
    if (result == 0)
        result = cog_pack_names(&packing, "", 0);
    if (result == 0)
        result = cog_pack_names(&packing, "c", 2);
    if (result == 0)
        result = cog_pack_end(&packing);
    if (result == 0)
        assert_group(target, &entry, "cognito-A", GROUP0, "alice bob c ");
    return from_pack(result, error);
}

static enum nss_status
fill_getpwnam(struct target *target, int *error)
{
    struct passwd entry;
    enum nss_status status = _nss_cognito_getpwnam_r(
        "alice", &entry, target->buffer, target->size, error);

    if (status == NSS_STATUS_SUCCESS)
        assert_passwd(target, &entry);
    return status;
}

static enum nss_status
fill_getpwuid(struct target *target, int *error)
{
    struct passwd entry;
    enum nss_status status = _nss_cognito_getpwuid_r(
        ALICE, &entry, target->buffer, target->size, error);

    if (status == NSS_STATUS_SUCCESS)
        assert_passwd(target, &entry);
    return status;
}

static enum nss_status
fill_getgrnam(struct target *target, int *error)
{
    struct group entry;
    enum nss_status status = _nss_cognito_getgrnam_r(
        "cognito-Group0", &entry, target->buffer, target->size, error);

    if (status == NSS_STATUS_SUCCESS)
        assert_group(target, &entry, "cognito-Group0", GROUP0, "alice carol ");
    return status;
}

static enum nss_status
fill_getgrgid(struct target *target, int *error)
{
    struct group entry;
    enum nss_status status = _nss_cognito_getgrgid_r(
        ALICE, &entry, target->buffer, target->size, error);

    if (status == NSS_STATUS_SUCCESS)
        assert_group(target, &entry, "alice", ALICE, "");
    return status;
}

/* The first entry each time; a small buffer must not use it up. */
static enum nss_status
fill_getpwent(struct target *target, int *error)
{
    struct passwd entry;
    enum nss_status status =
        _nss_cognito_getpwent_r(&entry, target->buffer, target->size, error);

    if (status == NSS_STATUS_SUCCESS) {
        assert_passwd(target, &entry);
        (void) _nss_cognito_setpwent(0);
    }
    return status;
}

static enum nss_status
fill_getgrent(struct target *target, int *error)
{
    struct group entry;
    enum nss_status status =
        _nss_cognito_getgrent_r(&entry, target->buffer, target->size, error);

    if (status == NSS_STATUS_SUCCESS) {
        assert_group(target, &entry, "alice", ALICE, "");
        (void) _nss_cognito_setgrent(0);
    }
    return status;
}

/* From which size on a buffer is large enough, at one alignment. */
static size_t
needed_size(fill *call, size_t offset, size_t behind)
{
    size_t needed = 0;

    for (size_t size = 0; needed == 0 || size <= needed + 8; size++) {
        struct target target = make_target(offset, size, behind);
        int error = 0;
        enum nss_status status = call(&target, &error);

        assert_true(size < 1000);
        if (status == NSS_STATUS_SUCCESS) {
            needed = needed == 0 ? size : needed;
        } else {
            assert_int_equal(status, NSS_STATUS_TRYAGAIN);
            assert_int_equal(error, ERANGE);
            assert_int_equal(needed, 0);
        }
        free_target(&target);
    }
    return needed;
}

/* pointers: how many need room and at most so much padding. */
static void
assert_fits(fill *call, size_t texts, size_t pointers)
{
    for (size_t offset = 0; offset < ALIGNMENT; offset++) {
        size_t needed = needed_size(call, offset, 0);

        assert_int_equal(needed_size(call, offset, 32), needed);
        assert_true(needed >= texts + pointers * sizeof(char *));
        assert_true(needed < texts + pointers * sizeof(char *) +
                                 (pointers > 0 ? alignof(char *) : 1));
    }
}

#define PASSWD_TEXTS (sizeof "alice*Sample Person/home/alice/bin/bash" + 4)

static void
p65_an_account_fits_or_nothing_is_written(void **state)
{
    (void) state;
    assert_fits(fill_account, PASSWD_TEXTS, 0);
    assert_fits(fill_view, PASSWD_TEXTS, 0);
}

static void
p65_a_group_and_its_members_fit_or_are_asked_for_again(void **state)
{
    (void) state;
    assert_fits(fill_group, sizeof "cognito-A*" + 1, 1);
    assert_fits(fill_members, sizeof "cognito-A*alicebobc" + 4, 4);
}

static void
p65_every_entry_point_counts_before_it_writes(void **state)
{
    struct room *room = *state;
    struct cog_settings settings = sample_settings();

    settings.enumerate = true;
    sync_accounts(room, &settings);
    for (int way = WAY_READING; way <= WAY_MAPPED; way++) {
        module_begin((enum way) way);
        assert_fits(fill_getpwnam, PASSWD_TEXTS, 0);
        assert_fits(fill_getpwuid, PASSWD_TEXTS, 0);
        assert_fits(fill_getgrnam, sizeof "cognito-Group0*alicecarol" + 3, 3);
        assert_fits(fill_getgrgid, sizeof "alice*" + 1, 1);
        assert_fits(fill_getpwent, PASSWD_TEXTS, 0);
        assert_fits(fill_getgrent, sizeof "alice*" + 1, 1);
    }
}

/* The longest that the rules admit, each text at its limit. */
static void
p65_the_largest_account_fits_in_the_buffer_that_sysconf_proposes(void **state)
{
    struct cog_account account = {.uid = ALICE, .gid = ALICE};
    struct passwd entry;
    char buffer[1024]; /* _SC_GETPW_R_SIZE_MAX of glibc */

    (void) state;
    memset(account.name, 'n', COG_NAME_MAX);
    memset(account.gecos, 'g', COG_GECOS_MAX);
    memset(account.home, 'h', COG_HOME_MAX);
    memset(account.shell, 's', COG_SHELL_MAX);
    assert_int_equal(cog_pack_account(&account, &entry, buffer, sizeof buffer),
                     0);
    assert_int_equal(strlen(entry.pw_dir), COG_HOME_MAX);
}

static void
names_without_an_end_are_damage(void **state)
{
    const struct cog_group group = {.gid = GROUP0, .name = "cognito-A"};
    struct cog_packing packing;
    struct group entry;
    char buffer[256];

    (void) state;
    assert_int_equal(
        cog_pack_begin(&group, &entry, buffer, sizeof buffer, &packing), 0);
    assert_int_equal(cog_pack_names(&packing, "alice\0bo", 8), EBADMSG);
}

static void
p27_dropping_takes_a_name_out_wherever_it_is(void **state)
{
    static const char *const dropped[] = {"a", "b", "c", "d", "", "b b"};
    static const char *const left[] = {"b c ",   "a c ",   "a b ",
                                       "a b c ", "a b c ", "a b c "};

    (void) state;
    for (size_t i = 0; i < COUNT(dropped); i++) {
        const struct cog_group group = {.gid = GROUP0, .name = "cognito-A"};
        struct target target = make_target(3, 200, 8);
        struct cog_packing packing;
        struct group entry;

        assert_int_equal(cog_pack_begin(&group, &entry, target.buffer,
                                        target.size, &packing),
                         0);
        assert_int_equal(cog_pack_names(&packing, "a\0b\0c", 6), 0);
        assert_int_equal(cog_pack_end(&packing), 0);
        cog_pack_drop(&entry, dropped[i]);
        assert_group(&target, &entry, "cognito-A", GROUP0, left[i]);
        free_target(&target);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(p65_an_account_fits_or_nothing_is_written),
        cmocka_unit_test(
            p65_a_group_and_its_members_fit_or_are_asked_for_again),
        cmocka_unit_test_setup_teardown(
            p65_every_entry_point_counts_before_it_writes, module_room_make,
            module_room_remove),
        cmocka_unit_test(
            p65_the_largest_account_fits_in_the_buffer_that_sysconf_proposes),
        cmocka_unit_test(names_without_an_end_are_damage),
        cmocka_unit_test(p27_dropping_takes_a_name_out_wherever_it_is),
    };

    if (!become_root())
        return skip_program("no uid 0 and no user namespaces here");
    return cmocka_run_group_tests(tests, NULL, NULL);
}
