/* SPDX-License-Identifier: Apache-2.0 */
/* Own process state; see the header. */
#include "keeper/start.h"

#include "base/ids.h"
#include "wire/message.h"

#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <unistd.h>

/* Somebody who takes ten minutes to type has gone away. */
#define LIFETIME_S 600
/* The kernel's own default. */
#define TIMER_SLACK_NS 50000UL

extern char **environ;

/*
 * The limits that are set, and the least that is enough where they cannot be
 * raised (a container without CAP_SYS_RESOURCE).
 */
static const struct {
    __rlimit_resource_t which;
    rlim_t wanted, enough;
} limits[] = {
    {RLIMIT_CORE, 0, 0},
    {RLIMIT_NOFILE, 64, 16},
    {RLIMIT_FSIZE, RLIM_INFINITY, 16UL << 20},
    {RLIMIT_AS, RLIM_INFINITY, 256UL << 20},
    {RLIMIT_DATA, RLIM_INFINITY, 64UL << 20},
    {RLIMIT_STACK, 8UL << 20, 256UL << 10},
    {RLIMIT_CPU, RLIM_INFINITY, 10},
    /* The caller's limit would count all speakers of this host. */
    {RLIMIT_NPROC, RLIM_INFINITY, 0},
};

static bool
set_limit(__rlimit_resource_t which, rlim_t wanted, rlim_t enough)
{
    struct rlimit limit = {wanted, wanted};

    if (setrlimit(which, &limit) == 0)
        return true;
    if (getrlimit(which, &limit) != 0)
        return false;
    /* RLIM_INFINITY is the largest number. */
    limit.rlim_cur = limit.rlim_max < wanted ? limit.rlim_max : wanted;
    return limit.rlim_cur >= enough && setrlimit(which, &limit) == 0;
}

static bool
set_limits(void)
{
    for (size_t i = 0; i < sizeof limits / sizeof limits[0]; i++) {
        if (!set_limit(limits[i].which, limits[i].wanted, limits[i].enough))
            return false;
    }
    return true;
}

static bool
reset_signals(void)
{
    sigset_t none;

    for (int i = 1; i < NSIG; i++)
        (void) signal(i, SIG_DFL); /* fails for those that cannot change */
    if (signal(SIGPIPE, SIG_IGN) == SIG_ERR)
        return false;
    return sigemptyset(&none) == 0 &&
           sigprocmask(SIG_SETMASK, &none, NULL) == 0;
}

/* An alarm outlives exec: the caller's could fire at a chosen moment. */
static bool
reset_timers(void)
{
    const struct itimerval off = {{0, 0}, {0, 0}};

    if (setitimer(ITIMER_REAL, &off, NULL) != 0 ||
        setitimer(ITIMER_VIRTUAL, &off, NULL) != 0 ||
        setitimer(ITIMER_PROF, &off, NULL) != 0)
        return false;
    /* With a slack of minutes poll() ends minutes late. */
    if (prctl(PR_SET_TIMERSLACK, TIMER_SLACK_NS) != 0)
        return false;
    (void) alarm(LIFETIME_S);
    return true;
}

/* Of ioprio_set(2), which the C library does not declare. */
#define IOPRIO_WHO_PROCESS 1
#define IOPRIO_NONE        0

/* The caller may have given us less of the processor than others get. */
static bool
reset_scheduling(void)
{
    const struct sched_param normal = {.sched_priority = 0};

    return sched_setscheduler(0, SCHED_OTHER, &normal) == 0 &&
           setpriority(PRIO_PROCESS, 0, 0) == 0 &&
           syscall(SYS_ioprio_set, IOPRIO_WHO_PROCESS, 0, IOPRIO_NONE) == 0;
}

static bool
check_descriptors(void)
{
    struct stat info;

    for (int fd = 0; fd <= COG_FD_PERSON; fd++) {
        if (fstat(fd, &info) != 0)
            return false;
        if (fd >= COG_FD_PARENT &&
            (!S_ISSOCK(info.st_mode) || fcntl(fd, F_SETFD, FD_CLOEXEC) != 0))
            return false;
    }
    return close_range(COG_FD_PERSON + 1, ~0U, 0) == 0;
}

/*
 * Real uid 0, so that the caller, whose real uid we had, can no longer
 * stop, kill or trace us.
 */
static bool
take_root(struct cog_caller *caller)
{
    caller->is_root = caller->uid == 0;
    return geteuid() == 0 && cog_ids_become(0, 0);
}

/*
 * Without root's rights: all uids become the caller's, and there is no way
 * back. The saved group is lent.h's to give up. A host whose real uid is
 * root's although its effective one is not could become root again; it is
 * refused.
 */
static bool
stay_caller(const struct cog_caller *caller)
{
    uid_t uid = caller->uid;

    return uid != 0 && setresuid(uid, uid, uid) == 0 &&
           cog_ids_are_user(uid) && getegid() == getgid() &&
           cog_ids_are_final() && prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0;
}

static bool
take_ids(struct cog_caller *caller)
{
    caller->uid = getuid();
    caller->is_unprivileged = geteuid() != 0;
    return caller->is_unprivileged ? stay_caller(caller) : take_root(caller);
}

const char *
cog_start_own_state(struct cog_caller *caller)
{
    (void) umask(077);
    if (environ != NULL && environ[0] != NULL)
        return "the environment is not empty";
    if (!check_descriptors())
        return "the descriptors are not as expected";
    if (!take_ids(caller))
        return "ids cannot be set";
    /* After the change of ids, which may make us dumpable again. */
    if (prctl(PR_SET_DUMPABLE, 0) != 0 || prctl(PR_GET_DUMPABLE) != 0)
        return "core dumps cannot be switched off";
    if (!reset_signals())
        return "signals cannot be reset";
    if (!reset_timers())
        return "timers cannot be reset";
    if (!set_limits())
        return "resource limits are too low";
    if (!caller->is_unprivileged && !reset_scheduling())
        return "scheduling cannot be reset";
    if (chdir("/") != 0)
        return "cannot change to /";
    return NULL;
}
