/* SPDX-License-Identifier: Apache-2.0 */
/* Starting, reading, ending a program; see the header. */
#include "aws/process.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/pidfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/spawn.h"

/* A program under way; pid is ours until it was waited for. */
struct child {
    pid_t pid; /* 0: none */
    int output;
    int end; /* readable when it has ended */
};

#define CHILD_EMPTY                                                           \
    {                                                                         \
        0, -1, -1                                                             \
    }

/* Whatever still runs is killed: all of its group, which its session began. */
static void
end_child(struct child *child)
{
    if (child->pid > 0) {
        (void) kill(-child->pid, SIGKILL);
        (void) kill(child->pid, SIGKILL);
        while (waitpid(child->pid, NULL, 0) < 0 && errno == EINTR)
            ;
    }
    cog_close_fd(&child->output);
    cog_close_fd(&child->end);
}

/* What the child's descriptors become. */
static int
set_files(posix_spawn_file_actions_t *files, int output)
{
    int error = posix_spawn_file_actions_addopen(files, STDIN_FILENO,
                                                 "/dev/null", O_RDONLY, 0);

    if (error == 0)
        error = posix_spawn_file_actions_adddup2(files, output, STDOUT_FILENO);
    if (error == 0)
        error =
            posix_spawn_file_actions_addclosefrom_np(files, STDERR_FILENO + 1);
    return error;
}

static int
spawn(const struct cog_aws_command *command, char *const *environment,
      int output, pid_t *pid)
{
    posix_spawn_file_actions_t files;
    posix_spawnattr_t attributes;
    int error = posix_spawn_file_actions_init(&files);

    if (error != 0)
        return error;
    error = posix_spawnattr_init(&attributes);
    if (error == 0) {
        error = set_files(&files, output);
        if (error == 0)
            error = cog_spawn_afresh(&attributes);
        if (error == 0)
            error = posix_spawn(pid, command->words[0], &files, &attributes,
                                command->words, environment);
        (void) posix_spawnattr_destroy(&attributes);
    }
    (void) posix_spawn_file_actions_destroy(&files);
    return error;
}

static bool
start(const struct cog_aws_command *command, const char *home,
      struct child *child)
{
    char path[] = "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:"
                  "/sbin:/bin";
    char home_variable[512] = "";
    char *environment[] = {path, NULL, NULL};
    cog_cleanup_fd int theirs = -1;
    int ends[2], len;

    if (home != NULL) {
        len = snprintf(home_variable, sizeof home_variable, "HOME=%s", home);
        if (len < 0 || (size_t) len >= sizeof home_variable)
            return false;
        environment[1] = home_variable;
    }
    if (pipe2(ends, O_CLOEXEC) != 0)
        return false;
    child->output = ends[0];
    theirs = ends[1];
    if (spawn(command, environment, theirs, &child->pid) != 0) {
        child->pid = 0;
        return false;
    }
    child->end = pidfd_open(child->pid, 0);
    return child->end >= 0;
}

/* Until its end; NULL or what is wrong. */
static const char *
read_output(const struct child *child, size_t max, int64_t deadline_ms,
            struct cog_secret *output)
{
    const char *problem = NULL;
    char piece[4096];

    while (problem == NULL) {
        ssize_t got;

        if (cog_clock_wait_for(child->output, POLLIN, deadline_ms) != 0) {
            problem = "did not end in time";
            break;
        }
        got = read(child->output, piece, sizeof piece);
        if (got == 0)
            break;
        if (got < 0 && errno != EINTR)
            problem = "ended with an error";
        else if (got > 0 && (size_t) got > max - output->len)
            problem = "printed too much";
        else if (got > 0 &&
                 cog_secret_append(output, piece, (size_t) got) != 0)
            problem = "out of memory";
    }
    explicit_bzero(piece, sizeof piece);
    return problem;
}

/* How it ended. A status that is not ours to read is no success. */
static const char *
judge_end(struct child *child, int64_t deadline_ms)
{
    int status = 0;
    pid_t waited;

    if (cog_clock_wait_for(child->end, POLLIN, deadline_ms) != 0)
        return "did not end in time";
    do
        waited = waitpid(child->pid, &status, 0);
    while (waited < 0 && errno == EINTR);
    if (waited != child->pid) {
        child->pid = 0;
        return "ended with an error";
    }
    child->pid = 0;
    if (WIFSIGNALED(status))
        return "was killed by a signal";
    return WIFEXITED(status) && WEXITSTATUS(status) == 0
               ? NULL
               : "ended with an error";
}

const char *
cog_aws_process_run(const struct cog_aws_command *command, const char *home,
                    size_t max, int64_t deadline_ms, struct cog_secret *output)
{
    __attribute__((cleanup(end_child))) struct child child = CHILD_EMPTY;
    const char *problem;

    if (signal(SIGCHLD, SIG_DFL) == SIG_ERR || !start(command, home, &child))
        return "cannot be started";
    problem = read_output(&child, max, deadline_ms, output);
    if (problem == NULL)
        problem = judge_end(&child, deadline_ms);
    if (problem != NULL)
        cog_secret_clear(output);
    return problem;
}
