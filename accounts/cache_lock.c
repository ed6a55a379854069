/* SPDX-License-Identifier: Apache-2.0 */
/* The writers' lock; see the header. */
#include "accounts/cache_lock.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>

#include "accounts/cache_format.h"
#include "base/cleanup.h"
#include "base/clock.h"

/* Between two tries: short beside the fsyncs of the holder. */
#define PAUSE_NS 2000000

static int
check_private(int fd, mode_t type)
{
    struct stat status;

    if (fstat(fd, &status) != 0)
        return errno;
    if ((status.st_mode & S_IFMT) != type || status.st_uid != 0 ||
        (status.st_mode & (S_IRWXG | S_IRWXO)) != 0)
        return EPERM;
    return 0;
}

static int
open_lock_file(const char *directory, int *fd)
{
    cog_cleanup_fd int dir_fd = -1;
    cog_cleanup_fd int opened = -1;
    int error;

    dir_fd = open(directory, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (dir_fd < 0)
        return errno;
    error = check_private(dir_fd, S_IFDIR);
    if (error != 0)
        return error;
    opened = openat(dir_fd, COG_LOCK_FILE,
                    O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK |
                        O_NOCTTY,
                    0600);
    if (opened < 0)
        return errno;
    error = check_private(opened, S_IFREG);
    if (error != 0)
        return error;
    *fd = cog_take_fd(&opened);
    return 0;
}

int
cog_cache_lock_take(const char *directory, int64_t deadline_ms,
                    struct cog_cache_lock *lock)
{
    const struct timespec pause = {0, PAUSE_NS};
    cog_cleanup_fd int fd = -1;
    int error;

    error = open_lock_file(directory, &fd);
    if (error != 0)
        return error;
    /* No blocking wait: it could be ended only by a signal. */
    while (flock(fd, LOCK_EX | LOCK_NB) != 0) {
        if (errno != EWOULDBLOCK && errno != EINTR)
            return errno;
        if (cog_clock_left_ms(deadline_ms) == 0)
            return ETIMEDOUT;
        (void) nanosleep(&pause, NULL);
    }
    lock->fd = cog_take_fd(&fd);
    return 0;
}

void
cog_cache_lock_release(struct cog_cache_lock *lock)
{
    cog_close_fd(&lock->fd);
    lock->fd = -1;
}
