/* SPDX-License-Identifier: Apache-2.0 */
/* The sandbox; see the header. */
#include "speaker/sandbox.h"

#include "base/ids.h"
#include "wire/message.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <poll.h>
#include <sched.h>
#include <seccomp.h>
#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

/* As long as the keeper: a person who types for ten minutes is gone. */
#define LIFETIME_S 600
/* What a hostile server can make us use. */
#define MEMORY_MAX (512UL << 20)

extern char **environ;

#define COUNT(list) (sizeof(list) / sizeof(list)[0])

/*
 * Calls that TLS, name resolution and threads need. What is not listed
 * fails with ENOSYS, for which libraries have their ways around; what an
 * intruder would want kills.
 */
static const int allowed[] = {
    SCMP_SYS(access),
    SCMP_SYS(bind),
    SCMP_SYS(brk),
    SCMP_SYS(clock_getres),
    SCMP_SYS(clock_gettime),
    SCMP_SYS(clock_nanosleep),
    SCMP_SYS(close),
    SCMP_SYS(connect),
    SCMP_SYS(dup),
    SCMP_SYS(epoll_create1),
    SCMP_SYS(epoll_ctl),
    SCMP_SYS(epoll_pwait),
    SCMP_SYS(epoll_wait),
    SCMP_SYS(eventfd2),
    SCMP_SYS(exit),
    SCMP_SYS(exit_group),
    SCMP_SYS(faccessat),
    SCMP_SYS(faccessat2),
    SCMP_SYS(fstat),
    SCMP_SYS(fstatfs),
    SCMP_SYS(futex),
    SCMP_SYS(getegid),
    SCMP_SYS(geteuid),
    SCMP_SYS(getgid),
    SCMP_SYS(getpeername),
    SCMP_SYS(getpid),
    SCMP_SYS(getppid),
    SCMP_SYS(getrandom),
    SCMP_SYS(getsockname),
    SCMP_SYS(getsockopt),
    SCMP_SYS(gettid),
    SCMP_SYS(gettimeofday),
    SCMP_SYS(getuid),
    SCMP_SYS(lseek),
    SCMP_SYS(madvise),
    SCMP_SYS(mmap),
    SCMP_SYS(mprotect),
    SCMP_SYS(mremap),
    SCMP_SYS(munmap),
    SCMP_SYS(nanosleep),
    SCMP_SYS(newfstatat),
    SCMP_SYS(pipe2),
    SCMP_SYS(poll),
    SCMP_SYS(ppoll),
    SCMP_SYS(pread64),
    SCMP_SYS(pselect6),
    SCMP_SYS(read),
    SCMP_SYS(readlink),
    SCMP_SYS(readlinkat),
    SCMP_SYS(readv),
    SCMP_SYS(recvfrom),
    SCMP_SYS(recvmmsg),
    SCMP_SYS(recvmsg),
    SCMP_SYS(restart_syscall),
    SCMP_SYS(rseq),
    SCMP_SYS(rt_sigaction),
    SCMP_SYS(rt_sigprocmask),
    SCMP_SYS(rt_sigreturn),
    SCMP_SYS(sched_getaffinity),
    SCMP_SYS(sched_yield),
    SCMP_SYS(select),
    SCMP_SYS(sendmmsg),
    SCMP_SYS(sendmsg),
    SCMP_SYS(sendto),
    SCMP_SYS(set_robust_list),
    SCMP_SYS(setsockopt),
    SCMP_SYS(shutdown),
    SCMP_SYS(sigaltstack),
    SCMP_SYS(stat),
    SCMP_SYS(statfs),
    SCMP_SYS(statx),
    SCMP_SYS(sysinfo),
    SCMP_SYS(uname),
    SCMP_SYS(write),
    SCMP_SYS(writev),
};

/* Of a speaker that runs as its caller: see fence.h. */
static const int fencing[] = {
    SCMP_SYS(landlock_create_ruleset),
    SCMP_SYS(landlock_add_rule),
    SCMP_SYS(landlock_restrict_self),
};

static const int deadly[] = {
    SCMP_SYS(execve),
    SCMP_SYS(execveat),
    SCMP_SYS(fork),
    SCMP_SYS(vfork),
    SCMP_SYS(ptrace),
    SCMP_SYS(process_vm_readv),
    SCMP_SYS(process_vm_writev),
    SCMP_SYS(bpf),
    SCMP_SYS(mount),
    SCMP_SYS(unshare),
    SCMP_SYS(setns),
    SCMP_SYS(init_module),
    SCMP_SYS(finit_module),
    SCMP_SYS(kexec_load),
    SCMP_SYS(keyctl),
    SCMP_SYS(add_key),
    SCMP_SYS(request_key),
    SCMP_SYS(perf_event_open),
    SCMP_SYS(userfaultfd),
    SCMP_SYS(io_uring_setup),
    SCMP_SYS(chmod),
    SCMP_SYS(fchmodat),
    SCMP_SYS(unlink),
    SCMP_SYS(unlinkat),
    SCMP_SYS(rename),
    SCMP_SYS(renameat2),
    SCMP_SYS(listen),
    SCMP_SYS(accept),
    SCMP_SYS(accept4),
};

/*
 * Of fcntl and ioctl what sockets need. Not what sends a signal of one's
 * choice to a process of one's choice (F_SETOWN, FIOASYNC).
 */
static const unsigned fcntls[] = {F_GETFD, F_SETFD, F_GETFL, F_DUPFD,
                                  F_DUPFD_CLOEXEC};
static const unsigned ioctls[] = {FIONBIO, FIONREAD, TCGETS};

/* Address families that connections and the resolver use. */
static const unsigned families[] = {AF_INET, AF_INET6, AF_NETLINK};

static bool
add_lists(scmp_filter_ctx filter)
{
    for (size_t i = 0; i < COUNT(allowed); i++) {
        if (seccomp_rule_add(filter, SCMP_ACT_ALLOW, allowed[i], 0) != 0)
            return false;
    }
    for (size_t i = 0; i < COUNT(deadly); i++) {
        if (seccomp_rule_add(filter, SCMP_ACT_KILL_PROCESS, deadly[i], 0) != 0)
            return false;
    }
    return true;
}

/*
 * Calls allowed for some arguments only: files are opened to be read, a
 * clone must be a thread, signals (abort) and limits concern ourselves, not
 * other speakers of the same user. clone3 hides its arguments in memory, so it
 * stays ENOSYS and the C library uses clone.
 */
static bool
add_conditions(scmp_filter_ctx filter)
{
    const scmp_datum_t writing = O_WRONLY | O_RDWR | O_CREAT | O_TRUNC;
    const struct scmp_arg_cmp ourselves = {
        .arg = 0, .op = SCMP_CMP_EQ, .datum_a = (scmp_datum_t) getpid()};
    const struct scmp_arg_cmp no_pid = {
        .arg = 0, .op = SCMP_CMP_EQ, .datum_a = 0};

    if (seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(openat), 1,
                         SCMP_A2(SCMP_CMP_MASKED_EQ, writing, 0)) != 0 ||
        seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(open), 1,
                         SCMP_A1(SCMP_CMP_MASKED_EQ, writing, 0)) != 0 ||
        seccomp_rule_add(
            filter, SCMP_ACT_ALLOW, SCMP_SYS(clone), 1,
            SCMP_A0(SCMP_CMP_MASKED_EQ, CLONE_THREAD, CLONE_THREAD)) != 0 ||
        seccomp_rule_add_array(filter, SCMP_ACT_ALLOW, SCMP_SYS(tgkill), 1,
                               &ourselves) != 0 ||
        seccomp_rule_add_array(filter, SCMP_ACT_ALLOW, SCMP_SYS(prlimit64), 1,
                               &no_pid) != 0)
        return false;
    return true;
}

/* Allow a call when argument number arg is one of these. */
static bool
add_choices(scmp_filter_ctx filter, int call, unsigned arg,
            const unsigned *values, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        const struct scmp_arg_cmp choice = {
            .arg = arg, .op = SCMP_CMP_EQ, .datum_a = values[i]};

        if (seccomp_rule_add_array(filter, SCMP_ACT_ALLOW, call, 1, &choice) !=
            0)
            return false;
    }
    return true;
}

/*
 * Services of this machine judge a local connection by its uid. None owes
 * _cognito anything. But a speaker that runs as its caller would be taken for
 * that caller (by a database that admits its own user, by ssh-agent, by
 * systemd --user), so it gets no socket that can be connected to a path:
 * AF_UNIX does not exist for it, and of socketpair it gets streams, whose ends
 * stay with each other. It does without nscd and the like.
 */
static bool
add_local_sockets(scmp_filter_ctx filter, bool as_caller)
{
    const scmp_datum_t kind = ~(scmp_datum_t) (SOCK_NONBLOCK | SOCK_CLOEXEC);

    if (!as_caller)
        return seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(socket), 1,
                                SCMP_A0(SCMP_CMP_EQ, AF_UNIX, 0)) == 0 &&
               seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(socketpair),
                                0) == 0;
    return seccomp_rule_add(filter, SCMP_ACT_ERRNO(EAFNOSUPPORT),
                            SCMP_SYS(socket), 1,
                            SCMP_A0(SCMP_CMP_EQ, AF_UNIX, 0)) == 0 &&
           seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(socketpair), 1,
                            SCMP_A1(SCMP_CMP_MASKED_EQ, kind, SOCK_STREAM)) ==
               0;
}

static bool
add_socket_calls(scmp_filter_ctx filter, bool as_caller)
{
    return add_local_sockets(filter, as_caller) &&
           add_choices(filter, SCMP_SYS(socket), 0, families,
                       COUNT(families)) &&
           add_choices(filter, SCMP_SYS(fcntl), 1, fcntls, COUNT(fcntls)) &&
           add_choices(filter, SCMP_SYS(ioctl), 1, ioctls, COUNT(ioctls)) &&
           seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(fcntl), 2,
                            SCMP_A1(SCMP_CMP_EQ, F_SETFL, 0),
                            SCMP_A2(SCMP_CMP_MASKED_EQ, O_ASYNC, 0)) == 0;
}

static bool
add_fence(scmp_filter_ctx filter)
{
    for (size_t i = 0; i < COUNT(fencing); i++) {
        if (seccomp_rule_add(filter, SCMP_ACT_ALLOW, fencing[i], 0) != 0)
            return false;
    }
    return true;
}

static bool
install_filter(bool as_caller)
{
    scmp_filter_ctx filter = seccomp_init(SCMP_ACT_ERRNO(ENOSYS));
    bool installed;

    if (filter == NULL)
        return false;
    installed = add_lists(filter) && add_conditions(filter) &&
                add_socket_calls(filter, as_caller) &&
                (!as_caller || add_fence(filter)) && seccomp_load(filter) == 0;
    seccomp_release(filter);
    return installed;
}

static bool
set_limit(__rlimit_resource_t which, rlim_t value)
{
    struct rlimit limit = {value, value};
    struct rlimit old;

    if (getrlimit(which, &old) != 0)
        return false;
    if (old.rlim_max < value)
        limit.rlim_cur = limit.rlim_max = old.rlim_max;
    return setrlimit(which, &limit) == 0;
}

/* RLIMIT_NPROC is left alone: it counts all speakers of this user. */
static bool
set_limits(void)
{
    return set_limit(RLIMIT_CORE, 0) && set_limit(RLIMIT_FSIZE, 0) &&
           set_limit(RLIMIT_NOFILE, 64) && set_limit(RLIMIT_AS, MEMORY_MAX);
}

static bool
has_no_capabilities(void)
{
    struct __user_cap_header_struct header = {
        .version = _LINUX_CAPABILITY_VERSION_3, .pid = 0};
    struct __user_cap_data_struct data[_LINUX_CAPABILITY_U32S_3];

    if (syscall(SYS_capget, &header, data) != 0)
        return false;
    for (size_t i = 0; i < COUNT(data); i++) {
        if (data[i].effective != 0 || data[i].permitted != 0)
            return false;
    }
    return true;
}

/* A speaker that runs as its caller keeps the caller's groups. */
static bool
is_unprivileged(bool as_caller)
{
    return getuid() != 0 && cog_ids_are_user(getuid()) && getgid() != 0 &&
           cog_ids_are_group(getgid()) &&
           (as_caller || getgroups(0, NULL) == 0) && has_no_capabilities();
}

static bool
check_descriptors(void)
{
    struct stat info;

    for (int fd = 0; fd <= COG_FD_PERSON; fd++) {
        if (fstat(fd, &info) != 0 ||
            (fd >= COG_FD_PARENT && !S_ISSOCK(info.st_mode)))
            return false;
    }
    return close_range(COG_FD_PERSON + 1, ~0U, 0) == 0;
}

/*
 * The program file is not readable by the user it runs as (mode 0711), so
 * the kernel lets no other process of that user look into this one from
 * its first moment on. Installed otherwise, there would be such a moment.
 */
static bool
was_closed_from_the_start(void)
{
    return prctl(PR_GET_DUMPABLE) != 1 && prctl(PR_SET_DUMPABLE, 0) == 0;
}

/* Whether the keeper ended before PR_SET_PDEATHSIG could tell. */
static bool
keeper_is_gone(void)
{
    struct pollfd poller = {.fd = COG_FD_PARENT, .events = 0, .revents = 0};

    return poll(&poller, 1, 0) != 0;
}

const char *
cog_sandbox_enter(bool as_caller)
{
    if (!was_closed_from_the_start())
        return "the program file must have mode 0711";
    if (!is_unprivileged(as_caller))
        return "started with privileges";
    if (environ != NULL && environ[0] != NULL)
        return "the environment is not empty";
    if (!check_descriptors())
        return "the descriptors are not as expected";
    if (prctl(PR_SET_PDEATHSIG, SIGKILL) != 0 || keeper_is_gone())
        return "the keeper is gone";
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0)
        return "privileges cannot be given up";
    if (signal(SIGPIPE, SIG_IGN) == SIG_ERR)
        return "SIGPIPE cannot be ignored";
    if (!set_limits())
        return "resource limits cannot be set";
    (void) alarm(LIFETIME_S);
    if (!install_filter(as_caller))
        return "the system call filter cannot be installed";
    return NULL;
}
