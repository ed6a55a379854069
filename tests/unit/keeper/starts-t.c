/* SPDX-License-Identifier: Apache-2.0 */
/* keeper/starts: how often a login may be begun. Cites P86. */
#include "keeper/starts.h"

#include "host/slots.h"

#include "tests/unit/accounts/support.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define NOW 1000000

static const char *const elsewhere = "192.0.2.7";

/* The room's directory is where /run/cognito would be. */
static char run[4300];

static int
make_run(void **state)
{
    return room_make_for(state, "run", run, sizeof run);
}

static struct cog_start
start_of(const char *name, const char *rhost, int64_t now_ms)
{
    return (struct cog_start){run, name, rhost, now_ms};
}

static int
take(const char *name, const char *rhost, int64_t now_ms)
{
    const struct cog_start start = start_of(name, rhost, now_ms);
    const char *full = NULL;
    int error = cog_starts_take(&start, &full);

    assert_true((error == EAGAIN) == (full != NULL));
    return error;
}

static const char *
take_refused(const char *name, const char *rhost, int64_t now_ms)
{
    const struct cog_start start = start_of(name, rhost, now_ms);
    const char *full = NULL;

    assert_int_equal(cog_starts_take(&start, &full), EAGAIN);
    return full;
}

static void
fill(enum cog_starts_kind kind, int64_t now_ms)
{
    for (int64_t i = 0; i < cog_starts_limits[kind].burst; i++) {
        char name[32], rhost[32];

        (void) snprintf(name, sizeof name, "p%d",
                        kind == COG_STARTS_NAME ? 0 : (int) i);
        (void) snprintf(rhost, sizeof rhost, "10.0.0.%d",
                        kind == COG_STARTS_ADDRESS ? 0 : (int) i);
        assert_int_equal(take(name, rhost, now_ms), 0);
    }
}

/* Who comes behind fill, for each limit. */
static const struct {
    enum cog_starts_kind kind;
    const char *name, *rhost;
} next[] = {{COG_STARTS_NAME, "p0", "10.9.9.9"},
            {COG_STARTS_ADDRESS, "new", "10.0.0.0"},
            {COG_STARTS_ALL, "new", "10.9.9.9"}};

static void
each_limit_is_kept_and_named(void **state)
{
    (void) state;
    for (size_t i = 0; i < COUNT(next); i++) {
        const struct cog_starts_limit *limit =
            &cog_starts_limits[next[i].kind];
        int64_t now_ms = NOW + (int64_t) i * 10000000;

        fill(next[i].kind, now_ms);
        assert_string_equal(take_refused(next[i].name, next[i].rhost, now_ms),
                            limit->what);
        /* One more after its time, and not two. */
        assert_string_equal(take_refused(next[i].name, next[i].rhost,
                                         now_ms + limit->interval_ms - 1),
                            limit->what);
        now_ms += limit->interval_ms;
        assert_int_equal(take(next[i].name, next[i].rhost, now_ms), 0);
        assert_string_equal(take_refused(next[i].name, next[i].rhost, now_ms),
                            limit->what);
        /* And all of them when all have decayed. */
        fill(next[i].kind, now_ms + limit->burst * limit->interval_ms);
    }
}

static void
what_is_refused_counts_nowhere(void **state)
{
    (void) state;
    fill(COG_STARTS_NAME, NOW);
    for (int i = 0; i < 200; i++)
        assert_string_equal(take_refused("p0", elsewhere, NOW),
                            cog_starts_limits[COG_STARTS_NAME].what);
    assert_int_equal(take("other", elsewhere, NOW), 0);
    /* Refused for its address: the name has begun nothing. */
    fill(COG_STARTS_ADDRESS, NOW + 10000000);
    for (int i = 0; i < 200; i++)
        assert_string_equal(take_refused("new", "10.0.0.0", NOW + 10000000),
                            cog_starts_limits[COG_STARTS_ADDRESS].what);
    assert_int_equal(take("new", elsewhere, NOW + 10000000), 0);
}

static void
a_success_is_given_back(void **state)
{
    const struct cog_start start = start_of("p0", elsewhere, NOW);

    (void) state;
    for (int i = 0; i < 500; i++) {
        assert_int_equal(take("p0", elsewhere, NOW), 0);
        cog_starts_give_back(&start);
    }
    /* More than was taken is not given. */
    cog_starts_give_back(&start);
    fill(COG_STARTS_NAME, NOW);
    assert_int_equal(take("p0", elsewhere, NOW), EAGAIN);
}

/* A keeper reads files between the clock and the counters. */
static void
who_was_slow_empties_nothing(void **state)
{
    static const int64_t slow_ms[] = {1, 50, 5000, 50000};

    (void) state;
    for (size_t i = 0; i < COUNT(next); i++) {
        int64_t now_ms = NOW + (int64_t) i * 10000000;

        fill(next[i].kind, now_ms);
        for (size_t j = 0; j < COUNT(slow_ms); j++)
            assert_string_equal(
                take_refused(next[i].name, next[i].rhost, now_ms - slow_ms[j]),
                cog_starts_limits[next[i].kind].what);
        assert_string_equal(take_refused(next[i].name, next[i].rhost, now_ms),
                            cog_starts_limits[next[i].kind].what);
    }
}

static void
counts_of_another_boot_are_none(void **state)
{
    (void) state;
    fill(COG_STARTS_NAME, NOW + 1000000000);
    assert_int_equal(take("p0", elsewhere, NOW), 0);
}

/* The address of each line is one; different lines are different ones. */
static void
addresses_are_told_apart(void **state)
{
    static const char *const same[][4] = {
        {"192.0.2.7", "::ffff:192.0.2.7", "::ffff:c000:207", NULL},
        {"2001:db8:1:2::1", "2001:db8:1:2:ffff:ffff:ffff:ffff",
         "2001:0DB8:0001:0002::", NULL},
        {"2001:db8:1:3::1", NULL},
        {"fe80::1%eth0", "fe80::2%eth1", "fe80::3", NULL},
        {"host.example", "HOST.example", NULL},
        {"hosts.example", NULL},
        {"", NULL},
        {"UNKNOWN", "unknown", NULL},
        {"192.0.2.7.", NULL},
        {"192.0.2.07", NULL},
        /* The bytes of 192.0.2.7 as text would be. */
        {"\xc0\x01\x02\x07", NULL},
        {"abcd", NULL},
        {"97.98.99.100", NULL},
    };

    (void) state;
    for (size_t i = 0; i < COUNT(same); i++) {
        unsigned char first[COG_SLOTS_ADDRESS_MAX];
        size_t len = cog_slots_address(same[i][0], first);

        for (size_t j = 0; j < COUNT(same); j++) {
            for (size_t k = 0; k < 4 && same[j][k] != NULL; k++) {
                unsigned char other[COG_SLOTS_ADDRESS_MAX];
                size_t other_len = cog_slots_address(same[j][k], other);

                assert_true((len == other_len &&
                             memcmp(first, other, len) == 0) == (i == j));
            }
        }
    }
}

static void
no_text_is_too_long_for_an_address(void **state)
{
    unsigned char out[COG_SLOTS_ADDRESS_MAX];
    char text[600];

    (void) state;
    for (size_t len = 0; len < sizeof text; len++) {
        memset(text, len % 2 == 0 ? '1' : ':', len);
        text[len] = '\0';
        assert_true(cog_slots_address(text, out) <= sizeof out);
    }
}

/* Spoil what is there; a start must not begin then. */
static void
spoiled(void (*spoil)(const char *path), int error)
{
    char path[4400];

    (void) snprintf(path, sizeof path, "%s/starts", run);
    assert_int_equal(take("p0", elsewhere, NOW), 0);
    spoil(path);
    assert_int_equal(take("p0", elsewhere, NOW), error);
    (void) chmod(run, 0700);
    (void) unlink(path);
    (void) rmdir(path);
    assert_int_equal(take("p0", elsewhere, NOW), 0);
}

static void
open_directory_to_others(const char *path)
{
    (void) path;
    assert_int_equal(chmod(run, 0750), 0);
}

static void
open_file_to_others(const char *path)
{
    assert_int_equal(chmod(path, 0640), 0);
}

static void
cut_short(const char *path)
{
    assert_int_equal(truncate(path, 100), 0);
}

static void
make_longer(const char *path)
{
    assert_int_equal(truncate(path, 1 << 20), 0);
}

static void
write_garbage(const char *path)
{
    unsigned char garbage[64];
    int fd = open(path, O_WRONLY | O_CLOEXEC);

    memset(garbage, 0xa5, sizeof garbage);
    assert_int_equal(write(fd, garbage, sizeof garbage), sizeof garbage);
    (void) close(fd);
}

static void
put_a_link(const char *path)
{
    assert_int_equal(unlink(path), 0);
    assert_int_equal(symlink("/etc/passwd", path), 0);
}

static void
put_a_directory(const char *path)
{
    assert_int_equal(unlink(path), 0);
    assert_int_equal(mkdir(path, 0700), 0);
}

static void
put_a_fifo(const char *path)
{
    assert_int_equal(unlink(path), 0);
    assert_int_equal(mkfifo(path, 0600), 0);
}

static void
counters_that_cannot_be_used_stop_all(void **state)
{
    const struct cog_start nowhere = {"/nonexistent/run", "p0", "", NOW};
    const char *full = NULL;

    (void) state;
    spoiled(open_directory_to_others, EPERM);
    spoiled(open_file_to_others, EPERM);
    spoiled(cut_short, EBADMSG);
    spoiled(make_longer, EBADMSG);
    spoiled(write_garbage, EBADMSG);
    spoiled(put_a_link, ELOOP);
    spoiled(put_a_directory, EISDIR);
    spoiled(put_a_fifo, EPERM);
    assert_int_equal(cog_starts_take(&nowhere, &full), ENOENT);
}

static void
the_file_is_roots_alone(void **state)
{
    struct stat status;
    char path[4400];

    (void) state;
    (void) umask(0);
    assert_int_equal(take("p0", elsewhere, NOW), 0);
    (void) umask(022);
    assert_int_equal(stat(run, &status), 0);
    assert_int_equal(status.st_mode & 07777, 0700);
    (void) snprintf(path, sizeof path, "%s/starts", run);
    assert_int_equal(stat(path, &status), 0);
    assert_int_equal(status.st_mode & 07777, 0600);
    assert_int_equal(status.st_nlink, 1);
    /* All of it has its place: no hole to be filled later. */
    assert_true(status.st_blocks * 512 >= status.st_size);
}

/* Many processes at once, the file not there yet: no start is lost. */
static void
many_at_once_do_not_exceed_a_limit(void **state)
{
    enum { PROCESSES = 8, EACH = 40 };
    int begun = 0;

    (void) state;
    for (int i = 0; i < PROCESSES; i++) {
        pid_t pid = fork();
        int mine = 0;

        assert_true(pid >= 0);
        if (pid != 0)
            continue;
        for (int j = 0; j < EACH; j++) {
            const struct cog_start start = start_of("p0", elsewhere, NOW);
            const char *full;
            int error = cog_starts_take(&start, &full);

            if (error != 0 && error != EAGAIN)
                _exit(200);
            mine += error == 0;
        }
        _exit(mine);
    }
    for (int i = 0; i < PROCESSES; i++) {
        int status = 0;

        assert_true(wait(&status) > 0);
        assert_true(WIFEXITED(status) && WEXITSTATUS(status) < 200);
        begun += WEXITSTATUS(status);
    }
    assert_int_equal(begun, cog_starts_limits[COG_STARTS_NAME].burst);
}

/* pam_cognito(8) has the same numbers. */
static void
the_manual_has_the_limits(void **state)
{
    char *page = read_text(COG_MANUAL);

    (void) state;
    for (size_t i = 0; i < COG_STARTS_KINDS; i++) {
        const struct cog_starts_limit *limit = &cog_starts_limits[i];
        char words[64];

        (void) snprintf(words, sizeof words,
                        " %d at once, then one in %d seconds\n",
                        (int) limit->burst, (int) (limit->interval_ms / 1000));
        assert_non_null(strstr(page, words));
    }
    free(page);
}

int
main(void)
{
#define CASE(title, test)                                                     \
    {                                                                         \
        title, test, make_run, room_remove, NULL                              \
    }
    const struct CMUnitTest tests[] = {
        CASE("P86: no limit is exceeded, and each decays",
             each_limit_is_kept_and_named),
        CASE("P86: what was refused counts against nobody",
             what_is_refused_counts_nowhere),
        CASE("a login that succeeded is taken back", a_success_is_given_back),
        CASE("P86: who read the clock before others empties no count",
             who_was_slow_empties_nothing),
        CASE("a clock that began anew locks nobody out",
             counts_of_another_boot_are_none),
        CASE("P86: an address is counted however it is written, IPv6 by its "
             "first half",
             addresses_are_told_apart),
        CASE("P17: a remote host's name of any length has room",
             no_text_is_too_long_for_an_address),
        CASE("P86: counters that cannot be used let nobody begin",
             counters_that_cannot_be_used_stop_all),
        CASE("P72: under umask 0 the counters are root's alone",
             the_file_is_roots_alone),
        CASE("P86: many at once begin no more often",
             many_at_once_do_not_exceed_a_limit),
        CASE("the manual has the same limits", the_manual_has_the_limits),
    };

    if (!become_root())
        return skip_program("no user namespaces here");
    return cmocka_run_group_tests_name("keeper/starts", tests, NULL, NULL);
}
