/* SPDX-License-Identifier: Apache-2.0 */
/* Replacing a file by rename; see the header. */
#include "cognitoctl/replacement.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/transfer.h"

/* "." in front and ".0123456789abcdef" behind the name. */
#define ADDED 18

static int
open_directory(const char *path, size_t len)
{
    char directory[PATH_MAX];

    if (len == 0)
        return open(".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (len >= sizeof directory) {
        errno = ENAMETOOLONG;
        return -1;
    }
    memcpy(directory, path, len);
    directory[len] = '\0';
    return open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
}

/* Of a name of its own, or of one that a lock keeps others from. */
static int
name_temporary(struct cog_replacement *file, bool alone)
{
    uint64_t draw = 0;

    if (!alone && getrandom(&draw, sizeof draw, 0) != (ssize_t) sizeof draw)
        return EIO;
    (void) snprintf(file->temporary, sizeof file->temporary,
                    ".%.*s.%016" PRIx64, NAME_MAX - ADDED, file->name, draw);
    return 0;
}

static int
open_temporary(struct cog_replacement *file, bool alone)
{
    int error = name_temporary(file, alone);

    if (error == 0 && alone &&
        unlinkat(file->dir_fd, file->temporary, 0) != 0 && errno != ENOENT)
        error = errno;
    if (error == 0) {
        file->fd =
            openat(file->dir_fd, file->temporary,
                   O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
        error = file->fd < 0 ? errno : 0;
    }
    /* What is not ours shall not be removed. */
    if (error != 0)
        file->temporary[0] = '\0';
    return error;
}

int
cog_replacement_begin(const char *path, bool alone,
                      struct cog_replacement *file)
{
    const char *slash = strrchr(path, '/');
    const char *name = slash == NULL ? path : slash + 1;

    if (*name == '\0')
        return EINVAL;
    if (strlen(name) > NAME_MAX - ADDED)
        return ENAMETOOLONG;
    file->dir_fd = open_directory(path, (size_t) (name - path));
    if (file->dir_fd < 0)
        return errno;
    memcpy(file->name, name, strlen(name) + 1);
    return open_temporary(file, alone);
}

int
cog_replacement_write(const struct cog_replacement *file, const void *bytes,
                      size_t len)
{
    return cog_write_all(file->fd, bytes, len);
}

int
cog_replacement_finish(struct cog_replacement *file, mode_t mode)
{
    int fd = file->fd;

    if (fchmod(fd, mode) != 0 || fsync(fd) != 0)
        return errno;
    file->fd = -1;
    if (close(fd) != 0)
        return errno;
    if (renameat(file->dir_fd, file->temporary, file->dir_fd, file->name) != 0)
        return errno;
    file->temporary[0] = '\0';
    return fsync(file->dir_fd) == 0 ? 0 : errno;
}

void
cog_replacement_end(struct cog_replacement *file)
{
    if (file->fd >= 0)
        (void) close(file->fd);
    if (file->temporary[0] != '\0')
        (void) unlinkat(file->dir_fd, file->temporary, 0);
    if (file->dir_fd >= 0)
        (void) close(file->dir_fd);
    file->dir_fd = file->fd = -1;
    file->temporary[0] = '\0';
}
