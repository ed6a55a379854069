/* SPDX-License-Identifier: Apache-2.0 */
/*
 * nss_cognito: the system calls of every entry point, in every state that
 * makes it go another way. A child that makes any but those of P68 is
 * killed.
 */
#include "tests/unit/nss_cognito/module.h"
#include "tests/unit/sample.h"

#include <errno.h>
#include <fcntl.h>
#include <seccomp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "accounts/cache_format.h"
#include "nss_cognito/place.h"

static int
allow(scmp_filter_ctx filter)
{
    static const int calls[] = {
        SCMP_SYS(pread64), SCMP_SYS(fstat),   SCMP_SYS(mmap),
        SCMP_SYS(munmap),  SCMP_SYS(close),   SCMP_SYS(madvise),
        SCMP_SYS(getuid),  SCMP_SYS(geteuid), SCMP_SYS(exit_group)};
    int error = 0;

    for (size_t i = 0; error == 0 && i < COUNT(calls); i++)
        error = seccomp_rule_add(filter, SCMP_ACT_ALLOW, calls[i], 0);
    /* For reading only: 0 is O_RDONLY. */
    if (error == 0)
        error = seccomp_rule_add(
            filter, SCMP_ACT_ALLOW, SCMP_SYS(openat), 1,
            SCMP_A2(SCMP_CMP_MASKED_EQ, O_ACCMODE | O_CREAT | O_TRUNC, 0));
    /* glibc's fstat: of a descriptor, not of a path. */
    if (error == 0)
        error = seccomp_rule_add(
            filter, SCMP_ACT_ALLOW, SCMP_SYS(newfstatat), 1,
            SCMP_A3(SCMP_CMP_MASKED_EQ, AT_EMPTY_PATH, AT_EMPTY_PATH));
    return error;
}

static bool
enter_cage(void)
{
    scmp_filter_ctx filter = seccomp_init(SCMP_ACT_KILL_PROCESS);

    return filter != NULL && allow(filter) == 0 && seccomp_load(filter) == 0;
}

/* The entry points, each with names and ids that are there and are not. */
typedef void entry_point(void);

static struct answer answer;

/* How often somebody was told who is provisional. */
static unsigned told;

static void
getpwnam_calls(void)
{
    ask_name("alice", &answer);
    ask_name("nosuch", &answer);
    for (int i = 0; i < 2; i++) {
        ask_name("vera", &answer);
        told += answer.status == NSS_STATUS_SUCCESS;
    }
    ask_name("../etc/passwd", &answer);
}

static void
getpwuid_calls(void)
{
    ask_uid(ALICE, &answer);
    ask_uid(1950000000, &answer);
    ask_uid(0, &answer);
}

static void
getgrnam_calls(void)
{
    ask_group("cognito-Group0", &answer);
    ask_group("alice", &answer);
    ask_group("nosuch", &answer);
}

static void
getgrgid_calls(void)
{
    ask_gid(GROUP0, &answer);
    ask_gid(ALICE, &answer);
    ask_gid(1950000000, &answer);
}

static void
initgroups_calls(void)
{
    static gid_t list[8];
    struct gids gids = {.count = 1, .size = 8, .list = list};
    int error;

    (void) ask_gids("alice", ALICE, 8, &gids, &error);
    gids.count = 1;
    (void) ask_gids("alice", CAROL, 8, &gids, &error);
    gids.count = 1;
    (void) ask_gids("alice", (gid_t) -1, 8, &gids, &error);
    (void) ask_gids("nosuch", ALICE, 8, &gids, &error);
}

static void
getpwent_calls(void)
{
    (void) _nss_cognito_setpwent(1);
    for (int i = 0; i < 4; i++)
        ask_passwd_entry(&answer);
    (void) _nss_cognito_endpwent();
    ask_passwd_entry(&answer);
}

static void
getgrent_calls(void)
{
    (void) _nss_cognito_setgrent(1);
    for (int i = 0; i < 6; i++)
        ask_group_entry(&answer);
    (void) _nss_cognito_endgrent();
    ask_group_entry(&answer);
}

static entry_point *const entry_points[] = {
    getpwnam_calls,   getpwuid_calls, getgrnam_calls, getgrgid_calls,
    initgroups_calls, getpwent_calls, getgrent_calls};

/* States of the host's files, made before the cage is entered. */
typedef void prepare(const struct room *room);

static struct cog_settings
everything(void)
{
    struct cog_settings settings = sample_settings();

    settings.enumerate = true;
    settings.group_map_count = 1;
    settings.group_map[0].gid = GROUP1;
    strcpy(settings.group_map[0].local, "sudo");
    settings.provisional = true;
    strcpy(settings.provisional_match, "v*");
    return settings;
}

static void
mapped(const struct room *room)
{
    (void) room;
    module_begin(WAY_MAPPED);
    ask_name("alice", &answer);
}

static void
mapping(const struct room *room)
{
    (void) room;
    module_begin(WAY_MAPPED);
}

static void
reading(const struct room *room)
{
    (void) room;
    module_begin(WAY_READING);
}

static void
superseded(const struct room *room)
{
    const struct cog_settings settings = everything();

    mapped(room);
    sync_accounts(room, &settings);
}

static void
half_replaced(const struct room *room)
{
    const uint32_t one = 1;
    int fd;

    mapped(room);
    fd = open(path_in(room->accounts, COG_RECENT_FILE), O_WRONLY | O_CLOEXEC);
    assert_true(fd >= 0);
    assert_int_equal(pwrite(fd, &one, sizeof one, COG_SUPERSEDED_AT),
                     sizeof one);
    assert_int_equal(close(fd), 0);
}

static void
missing(const struct room *room)
{
    mapping(room);
    assert_int_equal(unlink(path_in(room->accounts, COG_RECENT_FILE)), 0);
}

static void
writable(const struct room *room)
{
    mapping(room);
    assert_int_equal(chmod(path_in(room->accounts, COG_RECENT_FILE), 0666), 0);
}

static void
cut(const struct room *room)
{
    mapping(room);
    assert_int_equal(truncate(path_in(room->accounts, COG_BASE_FILE), 3000),
                     0);
}

static void
without_passwd(const struct room *room)
{
    mapped(room);
    assert_int_equal(unlink(room->passwd), 0);
    assert_int_equal(unlink(room->group), 0);
}

static const struct {
    const char *name;
    prepare *prepare;
    bool tells; /* of vera, whom nobody knows yet */
} states[] = {
    {"reading", reading, true},
    {"mapping", mapping, true},
    {"mapped", mapped, true},
    {"superseded", superseded, true},
    {"half replaced", half_replaced, true},
    {"missing", missing, false},
    {"writable", writable, false},
    {"cut", cut, false},
    {"without passwd", without_passwd, true},
};

static void
run_caged(struct room *room, size_t state, size_t point)
{
    const struct cog_settings settings = everything();
    int status = 0;
    pid_t child;

    (void) unlink(path_in(room->accounts, COG_RECENT_FILE));
    (void) unlink(path_in(room->accounts, COG_BASE_FILE));
    write_file(room->passwd, "root:x:0:0:::\n", 0644);
    write_file(room->group, "root:x:0:\nsudo:x:27:\n", 0644);
    sync_accounts(room, &settings);
    states[state].prepare(room);
    if (file_exists(room->passwd))
        write_file(room->passwd, "carol:x:1000:1000:::\n", 0644);
    child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        if (!enter_cage())
            _exit(1);
        /* More look-ups than those that are made by reading. */
        for (int i = 0; i < 6; i++)
            entry_points[point]();
        if (entry_points[point] == getpwnam_calls)
            _exit(told == (states[state].tells ? 12 : 0) ? 0 : 2);
        _exit(0);
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    if (status != 0)
        fail_msg("%s, entry point %zu: status %#x", states[state].name, point,
                 (unsigned) status);
    cog_cache_close(&cog_nss_reader);
}

static void
p68_no_entry_point_makes_another_system_call(void **state)
{
    struct room *room = *state;

    if (!make_key())
        skip_case("a file of root's in directories of root's is not to be "
                  "had here");
    be_called("sshd");
    for (size_t i = 0; i < COUNT(states); i++) {
        for (size_t j = 0; j < COUNT(entry_points); j++)
            run_caged(room, i, j);
    }
}

/* The cage is one: a call that is not allowed ends the child. */
static void
p68_the_filter_kills(void **state)
{
    int status = 0;
    pid_t child = fork();

    (void) state;
    assert_true(child >= 0);
    if (child == 0) {
        if (!enter_cage())
            _exit(1);
        (void) getppid();
        _exit(0);
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFSIGNALED(status));
    assert_int_equal(WTERMSIG(status), SIGSYS);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(p68_the_filter_kills),
        cmocka_unit_test_setup_teardown(
            p68_no_entry_point_makes_another_system_call, module_room_make,
            module_room_remove),
    };

    if (is_valgrind())
        return skip_program("valgrind makes system calls of its own");
    if (!become_root())
        return skip_program("no uid 0 and no user namespaces here");
    if (!make_key_place())
        return skip_program("no private mounts here");
    return cmocka_run_group_tests(tests, NULL, NULL);
}
