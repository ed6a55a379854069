/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Stands in for the speaker in tests: set-uid root, it runs itself under
 * strace with the injection that the file /run/room/injection asks for, and
 * then becomes the speaker's user again and the real speaker. strace must be
 * root: nobody else may trace a program that its user cannot read.
 */
#include <fcntl.h>
#include <grp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static char *no_environment[] = {NULL};

static int
be_speaker(uid_t uid, gid_t gid)
{
    char *argv[] = {"pam-cognito-speaker", NULL};

    if (setgroups(0, NULL) != 0 || setresgid(gid, gid, gid) != 0 ||
        setresuid(uid, uid, uid) != 0)
        return 1;
    execve("/usr/libexec/pam-cognito-speaker.real", argv, no_environment);
    return 1;
}

int
main(int argc, char **argv)
{
    char injection[256] = "", uid[16], gid[16];
    char *command[] = {"strace", "-o",      "/dev/null",
                       "-e",     injection, "/usr/libexec/pam-cognito-speaker",
                       uid,      gid,       NULL};
    int fd = open("/run/room/injection", O_RDONLY | O_CLOEXEC);

    if (argc == 3)
        return be_speaker((uid_t) atoi(argv[1]), (gid_t) atoi(argv[2]));
    snprintf(uid, sizeof uid, "%d", (int) getuid());
    snprintf(gid, sizeof gid, "%d", (int) getgid());
    if (read(fd, injection, sizeof injection - 1) <= 0 ||
        setresgid(0, 0, 0) != 0 || setresuid(0, 0, 0) != 0)
        return 1;
    injection[strcspn(injection, "\n")] = '\0';
    execve("/usr/bin/strace", command, no_environment);
    return 1;
}
