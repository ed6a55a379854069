/* SPDX-License-Identifier: Apache-2.0 */
/* accounts/trusted_file, accounts/secret_file: files only root can write. */
#include "tests/unit/accounts/support.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "accounts/secret_file.h"
#include "accounts/trusted_file.h"

/* Read a file of the room; the text must be there on success only. */
static int
load(struct room *room, const char *name, unsigned flags, enum cog_trust *why)
{
    char buffer[64];
    size_t len = 77;
    int error;

    memset(buffer, 'x', sizeof buffer);
    error = cog_trusted_read(path_in(room->path, name), flags, buffer,
                             sizeof buffer, &len, why);
    if (error == 0) {
        assert_int_equal(len, 7);
        assert_string_equal(buffer, "secret\n");
    } else {
        assert_int_equal(len, 77);
        for (size_t i = 0; i < sizeof buffer; i++)
            assert_int_equal(buffer[i], 0);
    }
    return error;
}

static void
p79_modes_decide_whether_a_file_is_trusted(void **state)
{
    static const struct {
        mode_t mode;
        unsigned flags;
        enum cog_trust why;
    } cases[] = {
        {0644, COG_TRUST_PUBLIC, COG_TRUST_FINE},
        {0600, COG_TRUST_PUBLIC, COG_TRUST_FINE},
        {0444, COG_TRUST_PUBLIC, COG_TRUST_FINE},
        {0664, COG_TRUST_PUBLIC, COG_TRUST_WRITABLE},
        {0646, COG_TRUST_PUBLIC, COG_TRUST_WRITABLE},
        {0666, COG_TRUST_PUBLIC, COG_TRUST_WRITABLE},
        {0600, COG_TRUST_SECRET, COG_TRUST_FINE},
        {0400, COG_TRUST_SECRET, COG_TRUST_FINE},
        {0700, COG_TRUST_SECRET, COG_TRUST_FINE},
        {0640, COG_TRUST_SECRET, COG_TRUST_READABLE},
        {0604, COG_TRUST_SECRET, COG_TRUST_READABLE},
        {0610, COG_TRUST_SECRET, COG_TRUST_READABLE},
        {0602, COG_TRUST_SECRET, COG_TRUST_WRITABLE},
    };
    struct room *room = *state;

    for (size_t i = 0; i < COUNT(cases); i++) {
        enum cog_trust why = COG_TRUST_MALFORMED;

        write_file(path_in(room->path, "file"), "secret\n", cases[i].mode);
        assert_int_equal(load(room, "file", cases[i].flags, &why),
                         cases[i].why == COG_TRUST_FINE ? 0 : EPERM);
        assert_int_equal(why, cases[i].why);
    }
}

static void
p79_a_file_of_somebody_else_is_not_trusted(void **state)
{
    struct room *room = *state;
    const char *path = path_in(room->path, "file");
    enum cog_trust why;

    write_file(path, "secret\n", 0600);
    if (chown(path, 65534, 65534) != 0)
        skip_case("cannot give a file away here (needs real root)");
    assert_int_equal(load(room, "file", COG_TRUST_PUBLIC, &why), EPERM);
    assert_int_equal(why, COG_TRUST_NOT_ROOTS);
}

static void
p79_what_is_no_regular_file_is_refused_without_waiting(void **state)
{
    struct room *room = *state;
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    enum cog_trust why;
    int fd;

    assert_int_equal(mkfifo(path_in(room->path, "fifo"), 0600), 0);
    assert_int_equal(load(room, "fifo", COG_TRUST_PUBLIC, &why), EPERM);
    assert_int_equal(why, COG_TRUST_NOT_REGULAR);
    assert_int_equal(load(room, "accounts", COG_TRUST_PUBLIC, &why), EPERM);
    assert_int_equal(why, COG_TRUST_NOT_REGULAR);
    /* The path may be too long for a socket: by the directory, then. */
    assert_int_equal(chdir(room->path), 0);
    strcpy(address.sun_path, "socket");
    fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_int_equal(bind(fd, (struct sockaddr *) &address, sizeof address),
                     0);
    assert_int_equal(close(fd), 0);
    assert_int_equal(chdir(".."), 0);
    assert_int_not_equal(load(room, "socket", COG_TRUST_PUBLIC, &why), 0);
    assert_int_equal(why, COG_TRUST_NOT_OPENED);
}

static void
p79_symbolic_links_and_missing_files_are_told_apart(void **state)
{
    struct room *room = *state;
    enum cog_trust why;

    write_file(path_in(room->path, "file"), "secret\n", 0600);
    assert_int_equal(symlink("file", path_in(room->path, "link")), 0);
    assert_int_equal(load(room, "link", COG_TRUST_PUBLIC, &why), ELOOP);
    assert_int_equal(why, COG_TRUST_SYMLINK);
    assert_int_equal(load(room, "nothing", COG_TRUST_PUBLIC, &why), ENOENT);
    assert_int_equal(why, COG_TRUST_MISSING);
}

static void
p31_a_path_that_is_not_absolute_is_refused(void **state)
{
    char buffer[8];
    size_t len;
    enum cog_trust why;

    (void) state;
    assert_int_equal(cog_trusted_read("passwd", COG_TRUST_PUBLIC, buffer,
                                      sizeof buffer, &len, &why),
                     EINVAL);
    assert_int_equal(why, COG_TRUST_NOT_ABSOLUTE);
    assert_int_equal(cog_trusted_dirs("etc/passwd", &why), EINVAL);
    assert_int_equal(why, COG_TRUST_NOT_ABSOLUTE);
}

static void
p79_a_file_of_exactly_the_limit_is_read_and_one_more_is_not(void **state)
{
    struct room *room = *state;
    const char *path = path_in(room->path, "file");
    char buffer[8];
    size_t len = 0;
    enum cog_trust why;

    write_file(path, "1234567", 0600);
    assert_int_equal(cog_trusted_read(path, COG_TRUST_PUBLIC, buffer,
                                      sizeof buffer, &len, &why),
                     0);
    assert_int_equal(len, 7);
    assert_string_equal(buffer, "1234567");
    write_file(path, "12345678", 0600);
    assert_int_equal(cog_trusted_read(path, COG_TRUST_PUBLIC, buffer,
                                      sizeof buffer, &len, &why),
                     EFBIG);
    assert_int_equal(why, COG_TRUST_TOO_BIG);
    write_file(path, "", 0600);
    assert_int_equal(cog_trusted_read(path, COG_TRUST_PUBLIC, buffer,
                                      sizeof buffer, &len, &why),
                     0);
    assert_int_equal(len, 0);
}

/* A file of /proc has no length and yet bytes: as if it grew. */
static void
p79_a_file_whose_length_changes_is_refused(void **state)
{
    char buffer[4096];
    size_t len = 0;
    enum cog_trust why;

    (void) state;
    if (access("/proc/version", R_OK) != 0)
        skip_case("there is no /proc/version");
    if (cog_trusted_read("/proc/version", COG_TRUST_PUBLIC, buffer,
                         sizeof buffer, &len, &why) == EPERM)
        skip_case("/proc is not root's here (needs real root)");
    assert_int_equal(why, COG_TRUST_CHANGED);
    assert_int_equal(buffer[0], 0);
}

/* Directories above the build tree are not ours: a mount of our own. */
static bool
private_mnt(void)
{
    struct stat status;

    return stat("/", &status) == 0 && status.st_uid == 0 &&
           unshare(CLONE_NEWNS) == 0 &&
           mount("none", "/", "none", MS_REC | MS_PRIVATE, "") == 0 &&
           mount("none", "/mnt", "tmpfs", 0, "mode=0755") == 0;
}

static void
p79_a_writable_or_linked_directory_above_is_seen(void **state)
{
    enum cog_trust why;

    (void) state;
    if (!private_mnt())
        skip_case("needs real root, for a mount of its own");
    assert_int_equal(mkdir("/mnt/a", 0755), 0);
    assert_int_equal(mkdir("/mnt/a/b", 0755), 0);
    write_file("/mnt/a/b/file", "secret\n", 0600);
    assert_int_equal(cog_trusted_dirs("/mnt/a/b/file", &why), 0);
    assert_int_equal(why, COG_TRUST_FINE);
    assert_int_equal(cog_trusted_dirs("//mnt//a/b///file", &why), 0);
    assert_int_equal(chmod("/mnt/a", 0775), 0);
    assert_int_equal(cog_trusted_dirs("/mnt/a/b/file", &why), EPERM);
    assert_int_equal(why, COG_TRUST_DIR_WRITABLE);
    assert_int_equal(chmod("/mnt/a", 01777), 0);
    assert_int_equal(cog_trusted_dirs("/mnt/a/b/file", &why), EPERM);
    assert_int_equal(why, COG_TRUST_DIR_WRITABLE);
    assert_int_equal(chmod("/mnt/a", 0755), 0);
    assert_int_equal(symlink("b", "/mnt/a/link"), 0);
    assert_int_not_equal(cog_trusted_dirs("/mnt/a/link/file", &why), 0);
    assert_int_equal(why, COG_TRUST_DIR_NOT_OPENED);
    assert_int_equal(cog_trusted_dirs("/mnt/a/none/file", &why), ENOENT);
    assert_int_equal(why, COG_TRUST_DIR_NOT_OPENED);
    if (chown("/mnt/a", 65534, 65534) == 0) {
        assert_int_equal(cog_trusted_dirs("/mnt/a/b/file", &why), EPERM);
        assert_int_equal(why, COG_TRUST_DIR_NOT_ROOTS);
    }
}

static void
p79_a_secret_is_read_whole_or_not_at_all(void **state)
{
    struct room *room = *state;
    const char *path = path_in(room->path, "file");
    struct cog_secret secret = COG_SECRET_EMPTY;
    enum cog_trust why;

    write_file(path, "secret\n", 0600);
    assert_int_equal(cog_secret_file_load(path, 0, 7, &secret, &why), 0);
    assert_int_equal(secret.len, 7);
    assert_memory_equal(secret.data, "secret\n", 8);
    assert_int_equal(cog_secret_file_load(path, 0, 6, &secret, &why), EFBIG);
    assert_int_equal(secret.len, 7);
    assert_int_equal(chmod(path, 0644), 0);
    assert_int_equal(cog_secret_file_load(path, 0, 7, &secret, &why), EPERM);
    assert_int_equal(why, COG_TRUST_READABLE);
    cog_secret_clear(&secret);
}

static void
p79_a_secret_may_be_read_by_one_group_and_no_other(void **state)
{
    static const struct {
        mode_t mode;
        gid_t group, reader;
        enum cog_trust why;
    } cases[] = {
        {0640, 4711, 4711, COG_TRUST_FINE},
        {0440, 4711, 4711, COG_TRUST_FINE},
        {0600, 4712, 4711, COG_TRUST_FINE},
        {0640, 4712, 4711, COG_TRUST_READABLE},
        {0640, 0, 4711, COG_TRUST_READABLE},
        {0640, 4711, 0, COG_TRUST_READABLE},
        {0640, 0, 0, COG_TRUST_READABLE},
        {0650, 4711, 4711, COG_TRUST_READABLE},
        {0644, 4711, 4711, COG_TRUST_READABLE},
        {0641, 4711, 4711, COG_TRUST_READABLE},
        {0660, 4711, 4711, COG_TRUST_WRITABLE},
        {0642, 4711, 4711, COG_TRUST_WRITABLE},
    };
    struct room *room = *state;
    const char *path = path_in(room->path, "file");

    for (size_t i = 0; i < COUNT(cases); i++) {
        struct cog_secret secret = COG_SECRET_EMPTY;
        enum cog_trust why = COG_TRUST_MALFORMED;

        write_file(path, "secret\n", 0600);
        if (chown(path, 0, cases[i].group) != 0)
            skip_case("cannot give a file to a group here");
        assert_int_equal(chmod(path, cases[i].mode), 0);
        assert_int_equal(cog_secret_file_load_lent(path, 0, cases[i].reader,
                                                   100, &secret, &why),
                         cases[i].why == COG_TRUST_FINE ? 0 : EPERM);
        assert_int_equal(why, cases[i].why);
        cog_secret_clear(&secret);
    }
}

static void
p37_an_opened_file_is_close_on_exec(void **state)
{
    struct room *room = *state;
    uint64_t size = 0;
    int fd = -1;

    write_file(path_in(room->path, "file"), "secret\n", 0600);
    assert_int_equal(cog_trusted_open(path_in(room->path, "file"),
                                      COG_TRUST_PUBLIC, 100, &fd, &size, NULL),
                     0);
    assert_int_equal(size, 7);
    assert_int_equal(fcntl(fd, F_GETFD), FD_CLOEXEC);
    assert_int_equal(close(fd), 0);
}

static void
each_reason_has_words(void **state)
{
    (void) state;
    for (int i = 0; i <= COG_TRUST_MALFORMED; i++)
        assert_string_not_equal(cog_trust_text((enum cog_trust) i),
                                "unknown reason");
    assert_string_equal(cog_trust_text((enum cog_trust) 99), "unknown reason");
}

#define IN_ROOM(test)                                                         \
    cmocka_unit_test_setup_teardown(test, room_make, room_remove)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        IN_ROOM(p79_modes_decide_whether_a_file_is_trusted),
        IN_ROOM(p79_a_file_of_somebody_else_is_not_trusted),
        IN_ROOM(p79_what_is_no_regular_file_is_refused_without_waiting),
        IN_ROOM(p79_symbolic_links_and_missing_files_are_told_apart),
        IN_ROOM(p31_a_path_that_is_not_absolute_is_refused),
        IN_ROOM(p79_a_file_of_exactly_the_limit_is_read_and_one_more_is_not),
        cmocka_unit_test(p79_a_file_whose_length_changes_is_refused),
        IN_ROOM(p79_a_secret_is_read_whole_or_not_at_all),
        IN_ROOM(p79_a_secret_may_be_read_by_one_group_and_no_other),
        IN_ROOM(p37_an_opened_file_is_close_on_exec),
        cmocka_unit_test(each_reason_has_words),
        cmocka_unit_test(p79_a_writable_or_linked_directory_above_is_seen),
    };

    if (!become_root())
        return skip_program("needs uid 0 or a user namespace");
    return cmocka_run_group_tests_name("accounts/trusted_file", tests, NULL,
                                       NULL);
}
