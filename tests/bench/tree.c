/* SPDX-License-Identifier: Apache-2.0 */
/*
 * tree DELAY_MS COMMAND [ARGUMENT...]
 *
 * Runs a command, types the line PASSWORD (environment) into it after a
 * delay, and prints what it and everything it started have used, as JSON.
 *
 * Keeper and speaker are not children of the command's parent, and nobody
 * waits for the speaker. So this process is their subreaper: whoever
 * loses its parent becomes our child, and only when no child is left are
 * the times read. The kernel adds a process's times to its parent's when
 * it is waited for; the sum misses nobody.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

/* Longer than any time limit of what is measured here. */
#define PATIENCE_S 120

static double
now_ms(void)
{
    struct timespec now;

    (void) clock_gettime(CLOCK_MONOTONIC, &now);
    return (double) now.tv_sec * 1e3 + (double) now.tv_nsec / 1e6;
}

static double
as_ms(struct timeval time)
{
    return (double) time.tv_sec * 1e3 + (double) time.tv_usec / 1e3;
}

static void
fail(const char *what)
{
    (void) fprintf(stderr, "tree: %s: %s\n", what, strerror(errno));
    exit(2);
}

static void
run_command(char *const argv[], int input, int unused)
{
    (void) close(unused);
    if (dup2(input, 0) < 0)
        fail("dup2");
    (void) close(input);
    (void) unsetenv("PASSWORD");
    (void) execvp(argv[0], argv);
    fail(argv[0]);
}

static void
type_line(int fd, const char *line, long delay_ms)
{
    const struct timespec delay = {delay_ms / 1000, delay_ms % 1000 * 1000000};
    char text[512];
    int len = snprintf(text, sizeof text, "%s\n", line);

    (void) nanosleep(&delay, NULL);
    /* A command that reads nothing is no failure. */
    if (len > 0 && write(fd, text, (size_t) len) < 0 && errno != EPIPE)
        fail("write");
    (void) close(fd);
}

int
main(int argc, char **argv)
{
    const char *line = getenv("PASSWORD");
    double start_ms, typed_ms, end_ms = 0;
    struct rusage usage;
    int input[2], status = 0, orphans = 0;
    pid_t command, gone;

    if (argc < 3) {
        (void) fputs("usage: tree DELAY_MS COMMAND...\n", stderr);
        return 2;
    }
    (void) alarm(PATIENCE_S);
    (void) signal(SIGPIPE, SIG_IGN);
    if (prctl(PR_SET_CHILD_SUBREAPER, 1) != 0 || pipe(input) != 0)
        fail("subreaper and pipe");
    start_ms = now_ms();
    command = fork();
    if (command < 0)
        fail("fork");
    if (command == 0) {
        (void) signal(SIGPIPE, SIG_DFL);
        (void) alarm(0);
        run_command(argv + 2, input[0], input[1]);
    }
    (void) close(input[0]);
    type_line(input[1], line == NULL ? "" : line, strtol(argv[1], NULL, 10));
    typed_ms = now_ms();
    for (;;) {
        int ended;

        gone = wait(&ended);
        if (gone < 0 && errno == EINTR)
            continue;
        if (gone < 0)
            break;
        if (gone == command) {
            end_ms = now_ms();
            status = ended;
        } else {
            orphans++;
        }
    }
    if (getrusage(RUSAGE_CHILDREN, &usage) != 0)
        fail("getrusage");
    printf("{\"status\": %d, \"orphans\": %d, \"typed_at_ms\": %.3f, "
           "\"wall_ms\": %.3f, "
           "\"after_enter_ms\": %.3f, \"user_ms\": %.3f, \"sys_ms\": %.3f, "
           "\"peak_kib\": %ld}\n",
           WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status),
           orphans, typed_ms, end_ms - start_ms, end_ms - typed_ms,
           as_ms(usage.ru_utime), as_ms(usage.ru_stime), usage.ru_maxrss);
    return 0;
}
