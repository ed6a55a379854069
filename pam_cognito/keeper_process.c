/* SPDX-License-Identifier: Apache-2.0 */
/* Starting and ending the keeper; see the header. */
#include "pam_cognito/keeper_process.h"

#include "accounts/trusted_file.h"
#include "base/clock.h"
#include "base/spawn.h"
#include "wire/message.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <stdint.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

/* The keeper's first act is to leave a child and end. */
#define REAP_MS       1000
#define REAP_PAUSE_MS 1
/* Above the two descriptors that the keeper finds its sockets at. */
#define LEAST_FD 5

static void
close_fd(int *fd)
{
    if (*fd >= 0)
        (void) close(*fd);
    *fd = -1;
}

/* A pair whose ends are both close-on-exec and at least LEAST_FD. */
static int
open_pair(int *ours, int *theirs)
{
    int pair[2], high[2];

    if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) != 0)
        return errno;
    for (int i = 0; i < 2; i++) {
        high[i] = fcntl(pair[i], F_DUPFD_CLOEXEC, LEAST_FD);
        (void) close(pair[i]);
    }
    if (high[0] < 0 || high[1] < 0) {
        close_fd(&high[0]);
        close_fd(&high[1]);
        return EMFILE;
    }
    *ours = high[0];
    *theirs = high[1];
    return 0;
}

static int
describe_files(posix_spawn_file_actions_t *files, int parent, int person)
{
    int error;

    error = posix_spawn_file_actions_addopen(files, 0, "/dev/null", O_RDWR, 0);
    if (error == 0)
        error = posix_spawn_file_actions_adddup2(files, 0, 1);
    if (error == 0)
        error = posix_spawn_file_actions_adddup2(files, 0, 2);
    if (error == 0)
        error = posix_spawn_file_actions_adddup2(files, parent, COG_FD_PARENT);
    if (error == 0)
        error = posix_spawn_file_actions_adddup2(files, person, COG_FD_PERSON);
    if (error == 0)
        error = posix_spawn_file_actions_addclosefrom_np(files, LEAST_FD);
    return error;
}

static int
spawn_keeper(const char *path, int parent, int person, pid_t *pid)
{
    posix_spawn_file_actions_t files;
    posix_spawnattr_t attributes;
    char name[] = "pam-cognito-keeper";
    char *const argv[] = {name, NULL};
    char *const envp[] = {NULL};
    int error;

    error = posix_spawn_file_actions_init(&files);
    if (error != 0)
        return error;
    error = posix_spawnattr_init(&attributes);
    if (error == 0) {
        error = describe_files(&files, parent, person);
        if (error == 0)
            error = cog_spawn_afresh(&attributes);
        if (error == 0)
            error = posix_spawn(pid, path, &files, &attributes, argv, envp);
        (void) posix_spawnattr_destroy(&attributes);
    }
    (void) posix_spawn_file_actions_destroy(&files);
    return error;
}

/* What runs as root must be root's, wherever the argument points. */
static int
check_keeper(const char *path)
{
    uint64_t size = 0;
    int fd = -1;
    int error =
        cog_trusted_open(path, COG_TRUST_DIRS, UINT64_MAX, &fd, &size, NULL);

    close_fd(&fd);
    return error;
}

int
cog_keeper_process_start(const char *path, struct cog_keeper_process *process)
{
    int parent = -1, person = -1;
    int error = check_keeper(path);

    if (error == 0)
        error = open_pair(&process->keeper_fd, &parent);
    if (error == 0)
        error = open_pair(&process->person_fd, &person);
    if (error == 0)
        error = spawn_keeper(path, parent, person, &process->starter_pid);
    close_fd(&parent);
    close_fd(&person);
    return error;
}

/*
 * login(1) takes the end of any child for the end of the session, which is
 * why none of ours may be left. A host that ignores or reaps SIGCHLD has
 * done it already.
 */
void
cog_keeper_process_reap(struct cog_keeper_process *process)
{
    int64_t deadline_ms = cog_clock_ms() + REAP_MS;

    while (process->starter_pid > 0) {
        pid_t ended = waitpid(process->starter_pid, NULL, WNOHANG);

        if (ended == process->starter_pid || (ended < 0 && errno != EINTR))
            process->starter_pid = -1;
        else if (cog_clock_left_ms(deadline_ms) == 0)
            return;
        else
            (void) poll(NULL, 0, REAP_PAUSE_MS);
    }
}

void
cog_keeper_process_mute(struct cog_keeper_process *process)
{
    close_fd(&process->person_fd);
}

void
cog_keeper_process_stop(struct cog_keeper_process *process)
{
    close_fd(&process->keeper_fd);
    close_fd(&process->person_fd);
    cog_keeper_process_reap(process);
}
