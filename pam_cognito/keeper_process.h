/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The keeper as a process: started with posix_spawn, an empty environment and
 * a session of its own, so that neither the caller's variables nor keys typed
 * at its terminal reach it. Nothing of the host is changed: no signal
 * handling, no environment, no descriptors below five.
 */
#ifndef COG_PAM_KEEPER_PROCESS_H
#define COG_PAM_KEEPER_PROCESS_H

#include <sys/types.h>

struct cog_keeper_process {
    int keeper_fd;     /* socket to the keeper; -1: closed */
    int person_fd;     /* to the speaker, which the keeper hands it on to */
    pid_t starter_pid; /* the process started, which leaves the keeper behind
                          and ends at once; -1: reaped */
};

#define COG_KEEPER_PROCESS_NONE                                               \
    {                                                                         \
        .keeper_fd = -1, .person_fd = -1, .starter_pid = -1                   \
    }

/*
 * Start the program at this path. Returns 0; EPERM or another errno when it,
 * or a directory above it, is not root's alone; or the errno of what failed.
 * End it with cog_keeper_process_stop in any case.
 */
int cog_keeper_process_start(const char *path,
                             struct cog_keeper_process *process);

/*
 * Wait for the end of the process started, a second at most, so that the host
 * never has a child of ours that it does not know.
 */
void cog_keeper_process_reap(struct cog_keeper_process *process);

/* Close the person's socket: the speaker is heard no more. */
void cog_keeper_process_mute(struct cog_keeper_process *process);

/* Close the sockets, which ends keeper and speaker, and reap. */
void cog_keeper_process_stop(struct cog_keeper_process *process);

#endif
