/* SPDX-License-Identifier: Apache-2.0 */
/* Files of one owner; see the header. */
#include "host/private_file.h"

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/transfer.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#define LOCK_PAUSE_MS 20

/* Nobody else may do anything with it, and it is of this type. */
static int
check(int fd, mode_t type)
{
    struct stat status;

    if (fstat(fd, &status) != 0)
        return errno;
    if ((status.st_mode & S_IFMT) != type || status.st_uid != geteuid() ||
        (status.st_mode & (S_IRWXG | S_IRWXO)) != 0)
        return EPERM;
    /* Another name could be where others may look. */
    return type == S_IFREG && status.st_nlink != 1 ? EPERM : 0;
}

int
cog_private_open(const char *path, bool make, int *dir)
{
    cog_cleanup_fd int opened = -1;
    int error;

    if (make && mkdir(path, 0700) != 0 && errno != EEXIST)
        return errno;
    opened = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (opened < 0)
        return errno;
    error = check(opened, S_IFDIR);
    if (error == 0)
        *dir = cog_take_fd(&opened);
    return error;
}

int
cog_private_read(int dir, const char *name, size_t max,
                 struct cog_secret *bytes)
{
    cog_cleanup_secret struct cog_secret buffer = COG_SECRET_EMPTY;
    /* A FIFO would let us wait for whoever made it. */
    cog_cleanup_fd int fd = openat(
        dir, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
    size_t len = 0;
    int error;

    if (max >= COG_SECRET_MAX)
        return EMSGSIZE;
    if (fd < 0)
        return errno == ELOOP ? EPERM : errno;
    error = check(fd, S_IFREG);
    if (error != 0)
        return error;
    buffer.data = malloc(max + 1);
    if (buffer.data == NULL)
        return ENOMEM;
    buffer.len = max + 1; /* all of it is wiped */
    error = cog_read_all(fd, buffer.data, max + 1, &len);
    if (error == 0 && len > max)
        error = EMSGSIZE;
    return error == 0 ? cog_secret_set(bytes, buffer.data, len) : error;
}

static int
write_new(int dir, const char *name, const struct cog_secret *bytes)
{
    cog_cleanup_fd int fd = -1;
    int error;

    (void) unlinkat(dir, name, 0);
    fd = openat(dir, name,
                O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
    if (fd < 0)
        return errno;
    error = cog_write_all(fd, bytes->data, bytes->len);
    if (error == 0 && fsync(fd) != 0)
        error = errno;
    if (close(cog_take_fd(&fd)) != 0 && error == 0)
        error = errno;
    return error;
}

int
cog_private_replace(int dir, const char *name, const struct cog_secret *bytes)
{
    char fresh[COG_PRIVATE_NAME_MAX + 8];
    int error;

    (void) snprintf(fresh, sizeof fresh, "%.*s.new", COG_PRIVATE_NAME_MAX,
                    name);
    error = write_new(dir, fresh, bytes);
    if (error == 0 && renameat(dir, fresh, dir, name) != 0)
        error = errno;
    if (error != 0)
        (void) unlinkat(dir, fresh, 0);
    else if (fsync(dir) != 0)
        error = errno;
    return error;
}

int
cog_private_remove(int dir, const char *name)
{
    if (unlinkat(dir, name, 0) != 0)
        return errno;
    return fsync(dir) == 0 ? 0 : errno;
}

int
cog_private_lock(int dir, const char *name, int64_t deadline_ms, int *lock)
{
    cog_cleanup_fd int fd =
        openat(dir, name,
               O_RDWR | O_CREAT | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC, 0600);
    int error;

    if (fd < 0)
        return errno;
    error = check(fd, S_IFREG);
    if (error != 0)
        return error;
    while (flock(fd, LOCK_EX | LOCK_NB) != 0) {
        if (errno != EWOULDBLOCK && errno != EINTR)
            return errno;
        if (cog_clock_ms() >= deadline_ms)
            return ETIMEDOUT;
        cog_clock_sleep_ms(LOCK_PAUSE_MS);
    }
    *lock = cog_take_fd(&fd);
    return 0;
}
