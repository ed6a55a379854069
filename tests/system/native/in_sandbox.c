/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Preloaded into the speaker: stands for a speaker that was taken over. Its
 * first message to the person, which is sent behind the sandbox, becomes
 * the try of the system call that the file /run/room/in-sandbox names; what
 * came of it goes to the keeper's socket as a text.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/prctl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <unistd.h>

#define PERSON 4
#define KEEPER 3

static long
try_call(const char *name)
{
    char *const nothing[] = {NULL};
    struct rlimit limit = {0, 0};
    const struct sockaddr_un local = {AF_UNIX, "/run/room/in-sandbox.socket"};
    int pair[2];

    if (strcmp(name, "getpid") == 0)
        return syscall(SYS_getpid);
    if (strcmp(name, "read a file") == 0)
        return syscall(SYS_openat, AT_FDCWD, "/etc/hosts", O_RDONLY, 0);
    if (strncmp(name, "read /", 6) == 0)
        return syscall(SYS_openat, AT_FDCWD, name + 5, O_RDONLY, 0);
    if (strcmp(name, "local socket") == 0)
        return syscall(SYS_socket, AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (strcmp(name, "local datagrams") == 0)
        return syscall(SYS_socket, AF_UNIX, SOCK_DGRAM, 0);
    if (strcmp(name, "pair of datagrams") == 0)
        return syscall(SYS_socketpair, AF_UNIX, SOCK_DGRAM, 0, pair);
    if (strcmp(name, "pair of packets") == 0)
        return syscall(SYS_socketpair, AF_UNIX, SOCK_SEQPACKET, 0, pair);
    if (strcmp(name, "pair of streams") == 0)
        return syscall(SYS_socketpair, AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0,
                       pair);
    if (strcmp(name, "connect a pair") == 0)
        return syscall(SYS_socketpair, AF_UNIX, SOCK_STREAM, 0, pair) < 0
                   ? -1
                   : syscall(SYS_connect, pair[0], &local, sizeof local);
    if (strcmp(name, "connect the keeper's") == 0)
        return syscall(SYS_connect, KEEPER, &local, sizeof local);
    if (strcmp(name, "write a file") == 0)
        return syscall(SYS_openat, AT_FDCWD, "/tmp/in-sandbox",
                       O_WRONLY | O_CREAT, 0600);
    if (strcmp(name, "truncate a file") == 0)
        return syscall(SYS_openat, AT_FDCWD, "/tmp/in-sandbox",
                       O_RDONLY | O_TRUNC, 0600);
    if (strcmp(name, "old open to write") == 0)
        return syscall(SYS_open, "/tmp/in-sandbox", O_RDWR | O_CREAT, 0600);
    if (strcmp(name, "openat2") == 0)
        return syscall(SYS_openat2, AT_FDCWD, "/etc/hosts", NULL, 0);
    if (strcmp(name, "run a program") == 0)
        return syscall(SYS_execve, "/bin/true", nothing, nothing);
    if (strcmp(name, "fork") == 0)
        return syscall(SYS_clone, SIGCHLD, 0, 0, 0, 0);
    if (strcmp(name, "vfork") == 0)
        return syscall(SYS_vfork);
    if (strcmp(name, "clone3") == 0)
        return syscall(SYS_clone3, NULL, 0);
    if (strcmp(name, "kill the keeper") == 0)
        return syscall(SYS_kill, getppid(), 0);
    if (strcmp(name, "tgkill another") == 0)
        return syscall(SYS_tgkill, getppid(), getppid(), 0);
    if (strcmp(name, "trace another") == 0)
        return syscall(SYS_ptrace, 0, 0, 0, 0);
    if (strcmp(name, "read another's memory") == 0)
        return syscall(SYS_process_vm_readv, getppid(), NULL, 0, NULL, 0, 0);
    if (strcmp(name, "limit another") == 0)
        return syscall(SYS_prlimit64, getppid(), RLIMIT_CPU, &limit, NULL);
    if (strcmp(name, "raw socket") == 0)
        return syscall(SYS_socket, AF_PACKET, SOCK_RAW, 0);
    if (strcmp(name, "listen") == 0)
        return syscall(SYS_listen, PERSON, 1);
    if (strcmp(name, "owner of a socket") == 0)
        return syscall(SYS_fcntl, PERSON, F_SETOWN, getpid());
    if (strcmp(name, "signals of a socket") == 0)
        return syscall(SYS_fcntl, PERSON, F_SETFL, O_ASYNC);
    if (strcmp(name, "type at a terminal") == 0)
        return syscall(SYS_ioctl, PERSON, 0x5412 /* TIOCSTI */, "x");
    if (strcmp(name, "new namespace") == 0)
        return syscall(SYS_unshare, CLONE_NEWUSER);
    if (strcmp(name, "change a mode") == 0)
        return syscall(SYS_chmod, "/tmp/in-sandbox", 0777);
    if (strcmp(name, "remove a file") == 0)
        return syscall(SYS_unlink, "/tmp/in-sandbox");
    if (strcmp(name, "be dumpable") == 0)
        return syscall(SYS_prctl, PR_SET_DUMPABLE, 1);
    if (strcmp(name, "io_uring") == 0)
        return syscall(SYS_io_uring_setup, 1, NULL);
    if (strcmp(name, "bpf") == 0)
        return syscall(SYS_bpf, 0, NULL, 0);
    errno = EINVAL;
    return -1;
}

static char name[128];

/* Before the sandbox, which may leave nothing of it to be seen. */
__attribute__((constructor)) static void
read_name(void)
{
    int file = open("/run/room/in-sandbox", O_RDONLY | O_CLOEXEC);

    if (file < 0 || read(file, name, sizeof name - 1) <= 0)
        name[0] = '\0';
    if (file >= 0)
        close(file);
}

ssize_t
send(int fd, const void *bytes, size_t len, int flags)
{
    char text[32];

    if (fd != PERSON)
        return syscall(SYS_sendto, fd, bytes, len, flags, NULL, 0);
    if (name[0] == '\0')
        _exit(3);
    errno = 0;
    if (try_call(name) < 0)
        snprintf(text, sizeof text, "error %d", errno);
    else
        snprintf(text, sizeof text, "worked");
    syscall(SYS_sendto, KEEPER, text, strlen(text), 0, NULL, 0);
    _exit(0);
}
