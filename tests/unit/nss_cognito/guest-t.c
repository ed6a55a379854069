/* SPDX-License-Identifier: Apache-2.0 */
/*
 * nss_cognito as a guest: in hosts with threads, hosts that fork, close and
 * reuse descriptors, while files are replaced.
 */
#include "tests/unit/nss_cognito/module.h"
#include "tests/unit/sample.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "accounts/cache_format.h"
#include "nss_cognito/place.h"

/* Less of everything where each instruction is interpreted. */
static unsigned
rounds(unsigned usual)
{
    return is_valgrind() ? usual / 20 + 1 : usual;
}

/* What is answered out of the mapped files alone; whether all was right. */
static bool
knows_account(void)
{
    gid_t list[8] = {ALICE};
    struct gids gids = {.count = 1, .size = 8, .list = list};
    struct answer answer;
    int error = 0;

    ask_name("alice", &answer);
    if (answer.status != NSS_STATUS_SUCCESS || answer.passwd.pw_uid != ALICE ||
        strcmp(answer.passwd.pw_dir, "/home/alice") != 0)
        return false;
    return ask_gids("alice", ALICE, 8, &gids, &error) == NSS_STATUS_SUCCESS &&
           gids.count == 3 && list[1] == GROUP0 && list[2] == GROUP1;
}

/* All that can be asked about alice. */
static bool
knows_alice(void)
{
    struct answer answer;

    if (!knows_account())
        return false;
    ask_uid(ALICE, &answer);
    if (answer.status != NSS_STATUS_SUCCESS ||
        strcmp(answer.passwd.pw_name, "alice") != 0)
        return false;
    ask_group("cognito-Group0", &answer);
    if (answer.status != NSS_STATUS_SUCCESS || answer.group.gr_gid != GROUP0)
        return false;
    ask_gid(ALICE, &answer);
    return answer.status == NSS_STATUS_SUCCESS &&
           strcmp(answer.group.gr_name, "alice") == 0;
}

/* ---- threads and forks, while the files are replaced */

static _Atomic bool stop;
static _Atomic unsigned wrong;

static void *
ask_for_ever(void *argument)
{
    (void) argument;
    while (!atomic_load(&stop)) {
        struct answer answer;

        if (!knows_alice())
            atomic_fetch_add(&wrong, 1);
        ask_name("nosuch", &answer);
        if (answer.status != NSS_STATUS_NOTFOUND)
            atomic_fetch_add(&wrong, 1);
    }
    return NULL;
}

static void
start(pthread_t threads[], size_t count)
{
    atomic_store(&stop, false);
    atomic_store(&wrong, 0);
    for (size_t i = 0; i < count; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, ask_for_ever, NULL),
                         0);
}

static void
join(pthread_t threads[], size_t count)
{
    atomic_store(&stop, true);
    for (size_t i = 0; i < count; i++)
        assert_int_equal(pthread_join(threads[i], NULL), 0);
    assert_int_equal(atomic_load(&wrong), 0);
}

static void
p69_threads_get_right_answers_while_files_are_replaced(void **state)
{
    struct room *room = *state;
    struct cog_settings settings = sample_settings();
    pthread_t threads[6];

    sync_accounts(room, &settings);
    start(threads, COUNT(threads));
    for (unsigned i = 0; i < rounds(150); i++) {
        char name[16];

        (void) snprintf(name, sizeof name, "u%u", i);
        put_one(room, &settings, name, 1950000000 + i);
        if (i % 10 == 9)
            sync_accounts(room, &settings);
    }
    join(threads, COUNT(threads));
}

static void
p69_children_forked_amid_look_ups_get_right_answers(void **state)
{
    struct room *room = *state;
    struct cog_settings settings = sample_settings();
    pthread_t threads[3];

    sync_accounts(room, &settings);
    start(threads, COUNT(threads));
    for (unsigned i = 0; i < rounds(200); i++) {
        int status = 0;
        pid_t child = fork();

        assert_true(child >= 0);
        if (child == 0)
            _exit(knows_alice() && knows_alice() ? 0 : 1);
        if (i % 20 == 0)
            sync_accounts(room, &settings);
        assert_int_equal(waitpid(child, &status, 0), child);
        assert_int_equal(status, 0);
    }
    join(threads, COUNT(threads));
}

/* ---- descriptors */

/* Which of the first descriptors are open, and what they are. */
struct table {
    dev_t device[1024];
    ino_t inode[1024];
};

static struct table
descriptors(void)
{
    struct table table = {.device = {0}};

    for (int fd = 0; fd < 1024; fd++) {
        struct stat status;

        if (fstat(fd, &status) == 0) {
            table.device[fd] = status.st_dev;
            table.inode[fd] = status.st_ino + 1;
        }
    }
    return table;
}

static void
p69_no_descriptor_is_kept_or_touched(void **state)
{
    struct room *room = *state;
    struct cog_settings settings = sample_settings();
    struct answer answer;
    static struct table before;

    settings.enumerate = true;
    sync_accounts(room, &settings);
    before = descriptors();
    for (int i = 0; i < 12; i++) {
        static struct table after;

        assert_true(knows_alice());
        ask_name("nosuch", &answer);
        ask_gid(GROUP0, &answer);
        ask_passwd_entry(&answer); /* amid a listing, too */
        ask_group_entry(&answer);
        after = descriptors();
        assert_memory_equal(&before, &after, sizeof before);
    }
}

/*
 * A daemon closes all that it has not opened itself, again and again, and
 * opens its own files, which get the numbers that we had.
 */
static int
be_daemon(const char *secret)
{
    for (unsigned i = 0; i < rounds(100); i++) {
        char text[16] = "";
        int own;

        for (int fd = 3; fd < 40; fd++)
            (void) close(fd);
        own = open(secret, O_RDWR | O_CLOEXEC);
        if (!knows_alice() || own != 3)
            return 1;
        /* Neither read nor closed nor moved by us. */
        if (lseek(own, 0, SEEK_CUR) != 0 ||
            read(own, text, sizeof text) != 6 ||
            memcmp(text, "secret", 6) != 0)
            return 2;
    }
    return 0;
}

static void
p69_a_host_may_close_everything_and_open_its_own(void **state)
{
    struct room *room = *state;
    struct cog_settings settings = sample_settings();
    const char *secret;
    int status = 0;
    pid_t child;

    sync_accounts(room, &settings);
    secret = path_in(room->path, "secret");
    write_file(secret, "secret", 0600);
    child = fork();
    assert_true(child >= 0);
    if (child == 0)
        _exit(be_daemon(secret));
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(status, 0);
}

/*
 * No descriptor can be had: what is in memory is still found. Whether the
 * name of an id is a local one's by now cannot be known.
 */
static int
be_without_descriptors(void)
{
    const struct rlimit none = {0, 0};
    struct answer answer;

    module_begin(WAY_MAPPED);
    if (!knows_alice() || setrlimit(RLIMIT_NOFILE, &none) != 0)
        return 1;
    if (!knows_account())
        return 2;
    ask_gid(ALICE, &answer);
    if (answer.status != NSS_STATUS_UNAVAIL || answer.error != EIO)
        return 3;
    ask_uid(ALICE, &answer);
    if (answer.status != NSS_STATUS_UNAVAIL || answer.error != EIO)
        return 3;
    module_begin(WAY_READING);
    ask_name("alice", &answer);
    return answer.status == NSS_STATUS_UNAVAIL && answer.error == EIO ? 0 : 4;
}

static void
p67_a_host_without_descriptors_gets_unavailable_never_absent(void **state)
{
    struct room *room = *state;
    struct cog_settings settings = sample_settings();
    int status = 0;
    pid_t child;

    if (is_valgrind())
        skip_case("valgrind has descriptors of its own");
    sync_accounts(room, &settings);
    child = fork();
    assert_true(child >= 0);
    if (child == 0)
        _exit(be_without_descriptors());
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(status, 0);
}

/* ---- the process */

struct process {
    mode_t mask;
    char directory[4096];
    sigset_t signals;
    struct rlimit files;
    char *const *environment;
};

static struct process
process_state(void)
{
    struct process process;

    memset(&process, 0, sizeof process);
    process.mask = umask(0);
    (void) umask(process.mask);
    assert_non_null(getcwd(process.directory, sizeof process.directory));
    assert_int_equal(sigprocmask(SIG_BLOCK, NULL, &process.signals), 0);
    assert_int_equal(getrlimit(RLIMIT_NOFILE, &process.files), 0);
    process.environment = environ;
    return process;
}

static void
p39_nothing_of_the_process_is_changed(void **state)
{
    struct room *room = *state;
    struct cog_settings settings = sample_settings();
    struct process before, after;
    struct answer answer;

    settings.enumerate = true;
    sync_accounts(room, &settings);
    before = process_state();
    for (int i = 0; i < 8; i++) {
        assert_true(knows_alice());
        ask_passwd_entry(&answer);
        ask_group_entry(&answer);
    }
    after = process_state();
    assert_memory_equal(&before, &after, sizeof before);
}

/*
 * A writer that was killed between marking the old file and renaming the new
 * one: slower, never stale.
 */
static void
a_file_marked_superseded_is_read_anew_each_time(void **state)
{
    struct room *room = *state;
    struct cog_settings settings = sample_settings();
    const uint32_t one = 1;
    int fd;

    sync_accounts(room, &settings);
    module_begin(WAY_MAPPED);
    assert_true(knows_alice());
    fd = open(path_in(room->accounts, COG_BASE_FILE), O_WRONLY | O_CLOEXEC);
    assert_true(fd >= 0);
    assert_int_equal(pwrite(fd, &one, sizeof one, COG_SUPERSEDED_AT),
                     sizeof one);
    assert_int_equal(close(fd), 0);
    for (int i = 0; i < 5; i++)
        assert_true(knows_alice());
    sync_accounts(room, &settings);
    assert_true(knows_alice());
}

int
main(void)
{
#define IN_ROOM(test)                                                         \
    cmocka_unit_test_setup_teardown(test, module_room_make, module_room_remove)
    const struct CMUnitTest tests[] = {
        /* First, while there is room for those that would be kept. */
        IN_ROOM(p69_no_descriptor_is_kept_or_touched),
        IN_ROOM(p69_threads_get_right_answers_while_files_are_replaced),
        IN_ROOM(p69_children_forked_amid_look_ups_get_right_answers),
        IN_ROOM(p69_a_host_may_close_everything_and_open_its_own),
        IN_ROOM(p67_a_host_without_descriptors_gets_unavailable_never_absent),
        IN_ROOM(p39_nothing_of_the_process_is_changed),
        IN_ROOM(a_file_marked_superseded_is_read_anew_each_time),
    };

    if (!become_root())
        return skip_program("no uid 0 and no user namespaces here");
    return cmocka_run_group_tests(tests, NULL, NULL);
}
