/* SPDX-License-Identifier: Apache-2.0 */
/* host/failures: guesses that are let through. Cites P84. */
#include "host/failures.h"

#include "tests/unit/accounts/support.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define MINUTE INT64_C(60000)
#define NOW    (5 * MINUTE)

static char run[4300];

static int
make_run(void **state)
{
    return room_make_for(state, "run", run, sizeof run);
}

static struct cog_guess
of(const char *name, const char *rhost, int64_t now_ms)
{
    return (struct cog_guess){run, name, rhost, now_ms};
}

static int
take(const char *name, const char *rhost, int64_t now_ms)
{
    const struct cog_guess guess = of(name, rhost, now_ms);
    const char *full = NULL;

    return cog_failures_take(&guess, &full);
}

/* A guess that fails. */
static int
guess_wrong(const char *name, const char *rhost, int64_t now_ms)
{
    const struct cog_guess guess = of(name, rhost, now_ms);
    const char *full = NULL;
    int error = cog_failures_take(&guess, &full);

    if (error == 0)
        cog_failures_settle(&guess, true);
    return error;
}

/* A login that succeeds. */
static int
guess_right(const char *name, const char *rhost, int64_t now_ms)
{
    const struct cog_guess guess = of(name, rhost, now_ms);
    const char *full = NULL;
    int error = cog_failures_take(&guess, &full);

    if (error == 0)
        cog_failures_settle(&guess, false);
    (void) cog_failures_forget(run, name);
    return error;
}

/* Cognito locks after the fifth. */
static void
test_below_the_fifth(void **state)
{
    int sent = 0;

    (void) state;
    for (int i = 0; i < 100; i++) {
        char rhost[32];

        (void) snprintf(rhost, sizeof rhost, "192.0.2.%d", i);
        sent += guess_wrong("alice", rhost, NOW + i) == 0;
    }
    assert_int_equal(sent, 4);
    assert_int_equal(guess_wrong("alice", "", NOW + 200), EACCES);
    assert_int_equal(guess_wrong("bob", "192.0.2.200", NOW), 0);
}

/* The pool forgets after 15 minutes without a failure, not before. */
static void
test_forgotten_as_in_the_pool(void **state)
{
    (void) state;
    for (int i = 0; i < 4; i++)
        assert_int_equal(guess_wrong("alice", "", NOW + i * 10 * MINUTE), 0);
    assert_int_equal(take("alice", "", NOW + 44 * MINUTE), EACCES);
    assert_int_equal(take("alice", "", NOW + 45 * MINUTE), 0);
}

static void
test_refusals_do_not_extend(void **state)
{
    (void) state;
    for (int i = 0; i < 4; i++)
        assert_int_equal(guess_wrong("alice", "", NOW), 0);
    for (int i = 1; i < 15; i++)
        assert_int_equal(take("alice", "", NOW + i * MINUTE), EACCES);
    assert_int_equal(take("alice", "", NOW + 15 * MINUTE), 0);
}

static void
test_success_forgets(void **state)
{
    (void) state;
    for (int round = 0; round < 5; round++) {
        for (int i = 0; i < 3; i++)
            assert_int_equal(guess_wrong("alice", "", NOW), 0);
        assert_int_equal(guess_right("alice", "", NOW), 0);
    }
}

/* Success with one name is no way to go on guessing at others. */
static void
test_hosts(void **state)
{
    char name[16];
    int sent = 0;

    (void) state;
    for (int i = 0; i < 60; i++) {
        (void) snprintf(name, sizeof name, "u%d", i);
        sent += guess_wrong(name, "198.51.100.1", NOW) == 0;
        (void) guess_right("mallory", "198.51.100.1", NOW);
    }
    assert_int_equal(sent, COG_FAILURES_OF_HOST);
    assert_int_equal(guess_wrong("alice", "198.51.100.2", NOW), 0);
    assert_int_equal(guess_wrong("alice", "::ffff:198.51.100.1", NOW), EACCES);
}

/* Mistyping goes on all day behind an address: it must not end its use. */
static void
test_host_decays(void **state)
{
    char name[16];
    int sent = 0;

    (void) state;
    for (int i = 0; i < 200; i++) {
        (void) snprintf(name, sizeof name, "u%d", i);
        sent += guess_wrong(name, "198.51.100.1", NOW + i * MINUTE) == 0;
    }
    assert_int_equal(sent, 200);
    for (int i = 0; i < 40; i++) {
        (void) snprintf(name, sizeof name, "v%d", i);
        sent += guess_wrong(name, "198.51.100.1", NOW + 200 * MINUTE) == 0;
    }
    assert_in_range(sent, 218, 220);
    assert_int_equal(
        guess_wrong("w", "198.51.100.1", NOW + 200 * MINUTE + 46000), 0);
    assert_int_equal(
        guess_wrong("x", "198.51.100.1", NOW + 200 * MINUTE + 47000), EACCES);
}

/* Behind a proxy everybody comes from there. */
static void
test_loopback(void **state)
{
    static const char *const hosts[] = {"127.0.0.1", "::1", "localhost",
                                        "::ffff:127.0.0.1", ""};
    char name[16];

    (void) state;
    for (size_t h = 0; h < sizeof hosts / sizeof hosts[0]; h++) {
        for (int i = 0; i < 30; i++) {
            (void) snprintf(name, sizeof name, "u%zu.%d", h, i);
            assert_int_equal(guess_wrong(name, hosts[h], NOW), 0);
        }
    }
    for (int i = 0; i < 4; i++)
        assert_int_equal(guess_wrong("alice", "127.0.0.1", NOW), 0);
    assert_int_equal(guess_wrong("alice", "127.0.0.1", NOW), EACCES);
}

/* Two processes read the clock before one of them writes. */
static void
test_clock_a_little_behind(void **state)
{
    (void) state;
    for (int i = 0; i < 4; i++)
        assert_int_equal(guess_wrong("alice", "192.0.2.1", NOW + 1000), 0);
    assert_int_equal(guess_wrong("alice", "192.0.2.1", NOW), EACCES);
    assert_int_equal(guess_wrong("alice", "192.0.2.1", NOW + 1000), EACCES);
}

/*
 * A host may run for months without hearing of somebody again, and its
 * counters may outlive a start at which the clock begins anew.
 */
static void
test_forgotten_for_good(void **state)
{
    static const int64_t days[] = {1, 96, 98, 150, 193, 300};

    (void) state;
    for (size_t i = 0; i < sizeof days / sizeof days[0]; i++) {
        const int64_t later = NOW + days[i] * 24 * 60 * MINUTE;
        char name[16];

        (void) snprintf(name, sizeof name, "u%zu", i);
        for (int n = 0; n < 4; n++)
            assert_int_equal(guess_wrong(name, "", NOW), 0);
        assert_int_equal(take(name, "", later), 0);
        (void) snprintf(name, sizeof name, "v%zu", i);
        for (int n = 0; n < 4; n++)
            assert_int_equal(guess_wrong(name, "", later), 0);
        assert_int_equal(take(name, "", NOW), 0);
    }
}

/* What a host's limit refuses is not counted against the name. */
static void
test_refused_by_host(void **state)
{
    char name[16];

    (void) state;
    for (int i = 0; i < COG_FAILURES_OF_HOST; i++) {
        (void) snprintf(name, sizeof name, "u%d", i);
        assert_int_equal(guess_wrong(name, "198.51.100.1", NOW), 0);
    }
    for (int i = 0; i < 10; i++)
        assert_int_equal(guess_wrong("alice", "198.51.100.1", NOW), EACCES);
    for (int i = 0; i < 4; i++)
        assert_int_equal(guess_wrong("alice", "198.51.100.2", NOW), 0);
}

/* Nor does it keep alive what the name has failed. */
static void
test_refused_by_host_does_not_extend(void **state)
{
    char name[32];

    (void) state;
    for (int i = 0; i < 3; i++)
        assert_int_equal(guess_wrong("alice", "", NOW), 0);
    for (int minute = 0; minute < 15; minute++) {
        int64_t now_ms = NOW + minute * MINUTE;

        for (int i = 0; i < COG_FAILURES_OF_HOST; i++) {
            (void) snprintf(name, sizeof name, "u%d.%d", minute, i);
            (void) guess_wrong(name, "198.51.100.1", now_ms);
        }
        assert_int_equal(take("alice", "198.51.100.1", now_ms), EACCES);
    }
    for (int i = 0; i < 4; i++)
        assert_int_equal(guess_wrong("alice", "", NOW + 15 * MINUTE), 0);
}

/* Keepers that were killed left these: they count as failures, no longer. */
static void
test_never_settled(void **state)
{
    char name[16];

    (void) state;
    for (int i = 0; i < COG_FAILURES_OF_HOST; i++) {
        (void) snprintf(name, sizeof name, "u%d", i);
        assert_int_equal(take(name, "198.51.100.1", NOW), 0);
    }
    assert_int_equal(take("v", "198.51.100.1", NOW), EAGAIN);
    for (int minute = 1; minute <= 15; minute++)
        assert_int_equal(
            guess_right("w", "198.51.100.1", NOW + minute * MINUTE), 0);
    for (int i = 0; i < COG_FAILURES_OF_HOST; i++) {
        (void) snprintf(name, sizeof name, "x%d", i);
        assert_int_equal(guess_wrong(name, "198.51.100.1", NOW + 15 * MINUTE),
                         0);
    }
}

/* Guesses on their way count, so that many at once are no way around. */
static void
test_at_once(void **state)
{
    const struct cog_guess guess = of("alice", "", NOW);

    (void) state;
    for (int i = 0; i < 4; i++)
        assert_int_equal(take("alice", "", NOW), 0);
    assert_int_equal(take("alice", "", NOW), EAGAIN);
    cog_failures_settle(&guess, false);
    assert_int_equal(take("alice", "", NOW), 0);
    cog_failures_settle(&guess, true);
    assert_int_equal(take("alice", "", NOW), EAGAIN);
}

static void
test_processes(void **state)
{
    int let_through = 0;

    (void) state;
    (void) guess_wrong("other", "", NOW); /* the file is there */
    for (int i = 0; i < 40; i++) {
        if (fork() == 0)
            _exit(take("alice", "", NOW) == 0 ? 1 : 0);
    }
    for (int i = 0; i < 40; i++) {
        int status = 0;

        assert_true(wait(&status) > 0);
        let_through += WIFEXITED(status) && WEXITSTATUS(status) == 1;
    }
    assert_int_equal(let_through, 4);
}

/* As many names as there may be do not push one out, nor grow the file. */
static void
test_crowd(void **state)
{
    struct stat before, after;
    char name[16], path[4400];
    int lost = 0;

    (void) state;
    (void) snprintf(path, sizeof path, "%s/failures", run);
    for (int i = 0; i < 4; i++)
        assert_int_equal(guess_wrong("alice", "", NOW), 0);
    assert_int_equal(stat(path, &before), 0);
    for (int i = 0; i < 2000; i++) {
        (void) snprintf(name, sizeof name, "u%d", i);
        (void) guess_wrong(name, "", NOW + 1000);
        lost += take("alice", "", NOW + 1000) != EACCES;
    }
    assert_int_equal(lost, 0);
    assert_int_equal(stat(path, &after), 0);
    assert_int_equal(before.st_size, after.st_size);
}

static void
test_unusable(void **state)
{
    char path[4400];
    int fd;

    (void) state;
    (void) snprintf(path, sizeof path, "%s/failures", run);
    assert_int_equal(guess_wrong("alice", "", NOW), 0);
    assert_int_equal(chmod(path, 0644), 0);
    assert_int_equal(take("alice", "", NOW), EPERM);
    assert_int_equal(unlink(path), 0);
    fd = open(path, O_WRONLY | O_CREAT, 0600);
    assert_true(fd >= 0 && write(fd, "short", 5) == 5 && close(fd) == 0);
    assert_int_equal(take("alice", "", NOW), EBADMSG);
    assert_int_equal(unlink(path), 0);
    assert_int_equal(guess_wrong("alice", "", NOW), 0);
    assert_int_equal(truncate(path, 100), 0); /* the beginning is right */
    assert_int_equal(take("alice", "", NOW), EBADMSG);
    assert_int_equal(unlink(path), 0);
    assert_int_equal(guess_wrong("alice", "", NOW), 0);
    fd = open(path, O_WRONLY); /* the size is right */
    assert_true(fd >= 0 && write(fd, "COGSTA1\n", 8) == 8 && close(fd) == 0);
    assert_int_equal(take("alice", "", NOW), EBADMSG);
    assert_int_equal(unlink(path), 0);
    assert_int_equal(chmod(run, 0755), 0);
    assert_int_equal(take("alice", "", NOW), EPERM);
}

/* As where /run is full; the log then says what it is. */
static void
test_no_room(void **state)
{
    const struct rlimit little = {1000, RLIM_INFINITY};
    const struct rlimit enough = {RLIM_INFINITY, RLIM_INFINITY};
    char path[4400];

    (void) state;
    assert_true(signal(SIGXFSZ, SIG_IGN) != SIG_ERR);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &little), 0);
    assert_int_equal(take("alice", "", NOW), EFBIG);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &enough), 0);
    (void) snprintf(path, sizeof path, "%s/failures", run);
    assert_int_equal(access(path, F_OK), -1);
    assert_int_equal(take("alice", "", NOW), 0);
}

#define CASE(sentence, function)                                              \
    {                                                                         \
        sentence, function, make_run, room_remove, NULL                       \
    }

int
main(void)
{
    static const struct CMUnitTest tests[] = {
        CASE("P84: of a hundred guesses at a name four are sent",
             test_below_the_fifth),
        CASE("P84: failures are forgotten when the pool has forgotten them",
             test_forgotten_as_in_the_pool),
        CASE("P84: what was refused here does not lock anybody longer",
             test_refusals_do_not_extend),
        CASE("who signs in begins anew", test_success_forgets),
        CASE("P84: one host guesses at few names, whoever it may be",
             test_hosts),
        CASE("a host's failures are forgotten one by one", test_host_decays),
        CASE("this machine itself is no remote host", test_loopback),
        CASE("P84: who reads the clock too early forgets nothing",
             test_clock_a_little_behind),
        CASE("P84: failures of long ago do not come back",
             test_forgotten_for_good),
        CASE("a host's limit is not held against the name",
             test_refused_by_host),
        CASE("nor does it lengthen what is held against the name",
             test_refused_by_host_does_not_extend),
        CASE("guesses that nobody settled are forgotten as failures are",
             test_never_settled),
        CASE("P84: guesses on their way count", test_at_once),
        CASE("P84: forty processes at once are let through four",
             test_processes),
        CASE("P84: a crowd of names makes nobody's failures forgotten",
             test_crowd),
        CASE("P84: counters that are not root's alone let nothing through",
             test_unusable),
        CASE("P84: counters that find no room let nothing through",
             test_no_room),
    };

    return cmocka_run_group_tests_name("host/failures", tests, NULL, NULL);
}
