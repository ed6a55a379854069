/* SPDX-License-Identifier: Apache-2.0 */
/* aws/process: real programs, without a shell, bounded. */
#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "aws/process.h"
#include "base/clock.h"

#define PLENTY_MS 30000

static const char *
run(const char *line, const char *home, size_t max, int timeout_ms,
    struct cog_secret *output)
{
    struct cog_aws_command command;

    assert_null(cog_aws_command_split(line, &command));
    return cog_aws_process_run(&command, home, max,
                               cog_clock_ms() + timeout_ms, output);
}

static void
assert_output(const char *line, const char *home, const char *wanted)
{
    cog_cleanup_secret struct cog_secret output = COG_SECRET_EMPTY;

    assert_null(run(line, home, 65536, PLENTY_MS, &output));
    assert_string_equal(output.data != NULL ? output.data : "", wanted);
}

static void
assert_problem(const char *line, size_t max, int timeout_ms,
               const char *wanted)
{
    struct cog_secret output = COG_SECRET_EMPTY;
    const char *problem = run(line, NULL, max, timeout_ms, &output);

    assert_non_null(problem);
    assert_string_equal(problem, wanted);
    assert_null(output.data);
}

static void
test_output(void **state)
{
    (void) state;
    assert_output("/bin/echo 'a b'", NULL, "a b\n");
    assert_output("/bin/echo $HOME `id` *", NULL, "$HOME `id` *\n");
    assert_output("/bin/true", NULL, "");
    assert_output("/bin/cat", NULL, "");
}

static void
test_environment(void **state)
{
    (void) state;
    assert_int_equal(setenv("AWS_SECRET_ACCESS_KEY", "canary", 1), 0);
    assert_output("/usr/bin/env", "/root",
                  "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:"
                  "/sbin:/bin\nHOME=/root\n");
    assert_output("/usr/bin/env", NULL,
                  "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:"
                  "/sbin:/bin\n");
}

/* Descriptors without close-on-exec, signals ignored and blocked. */
static void
test_state(void **state)
{
    sigset_t blocked;
    int fd = open("/dev/null", O_RDONLY);

    (void) state;
    assert_true(fd > 2);
    (void) signal(SIGTERM, SIG_IGN);
    (void) sigemptyset(&blocked);
    (void) sigaddset(&blocked, SIGUSR1);
    assert_int_equal(sigprocmask(SIG_BLOCK, &blocked, NULL), 0);
    /* 3 is the directory that is being listed. */
    assert_output("/bin/ls /proc/self/fd", NULL, "0\n1\n2\n3\n");
    /* Bits 0 to 30; behind them are the C library's own two. */
    assert_output("/bin/grep -cE '^Sig(Ign|Blk):.[0-9a-f]{8}[08]0{7}$' "
                  "/proc/self/status",
                  NULL, "2\n");
    assert_int_equal(sigprocmask(SIG_UNBLOCK, &blocked, NULL), 0);
    (void) signal(SIGTERM, SIG_DFL);
    (void) close(fd);
}

static void
test_failures(void **state)
{
    (void) state;
    assert_problem("/nonexistent/program", 100, PLENTY_MS,
                   "cannot be started");
    assert_problem("/etc/passwd", 100, PLENTY_MS, "cannot be started");
    assert_problem("/bin/false", 100, PLENTY_MS, "ended with an error");
    assert_problem("/bin/sh -c 'echo x; exit 3'", 100, PLENTY_MS,
                   "ended with an error");
    assert_problem("/bin/sh -c 'echo x; kill -9 $$'", 100, PLENTY_MS,
                   "was killed by a signal");
    assert_problem("/usr/bin/yes", 100000, PLENTY_MS, "printed too much");
    assert_problem("/bin/echo 123456789", 9, PLENTY_MS, "printed too much");
}

/* Nothing is left of it: also not of what it started. */
static void
test_deadline(void **state)
{
    (void) state;
    assert_problem("/bin/sleep 600", 100, 200, "did not end in time");
    assert_problem("/bin/sh -c 'sleep 600 & sleep 600'", 100, 200,
                   "did not end in time");
    /* Its output closed, it goes on. */
    assert_problem("/bin/sh -c 'exec >&-; exec sleep 600'", 100, 200,
                   "did not end in time");
    assert_int_equal(waitpid(-1, NULL, WNOHANG), -1);
}

/* Whoever started us may have ignored SIGCHLD: no status could be read. */
static void
test_sigchld(void **state)
{
    (void) state;
    (void) signal(SIGCHLD, SIG_IGN);
    assert_output("/bin/echo x", NULL, "x\n");
    (void) signal(SIGCHLD, SIG_IGN);
    assert_problem("/bin/false", 100, PLENTY_MS, "ended with an error");
}

/* valgrind 3.19 knows no pidfd_open(2), without which nothing is started. */
static bool
knows_pidfds(void)
{
    int fd = (int) syscall(SYS_pidfd_open, getpid(), 0);

    if (fd >= 0)
        (void) close(fd);
    return fd >= 0;
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        {"what a program prints is kept, its words are as split", test_output,
         NULL, NULL, NULL},
        {"P82: a program gets HOME and PATH and nothing of ours",
         test_environment, NULL, NULL, NULL},
        {"a program starts with clean signals and descriptors", test_state,
         NULL, NULL, NULL},
        {"failures, and too much output, are told apart", test_failures, NULL,
         NULL, NULL},
        {"at its deadline a program is killed with all of its group",
         test_deadline, NULL, NULL, NULL},
        {"P40: how a program ended is known with SIGCHLD ignored, too",
         test_sigchld, NULL, NULL, NULL},
    };

    if (!knows_pidfds()) {
        (void) puts("skipped: valgrind knows no pidfd_open");
        return 77;
    }
    return cmocka_run_group_tests_name("aws/process", tests, NULL, NULL);
}
