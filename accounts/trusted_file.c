/* SPDX-License-Identifier: Apache-2.0 */
/* Files that only root can have written; see the header. */
#include "accounts/trusted_file.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <unistd.h>

#include "base/cleanup.h"

const char *
cog_trust_text(enum cog_trust trust)
{
    static const char *const texts[] = {
        [COG_TRUST_FINE] = "fine",
        [COG_TRUST_NOT_ABSOLUTE] = "path is not absolute",
        [COG_TRUST_MISSING] = "no such file",
        [COG_TRUST_SYMLINK] = "is a symbolic link",
        [COG_TRUST_NOT_OPENED] = "cannot be opened",
        [COG_TRUST_NOT_REGULAR] = "not a regular file",
        [COG_TRUST_NOT_ROOTS] = "not owned by root",
        [COG_TRUST_WRITABLE] = "writable by group or others",
        [COG_TRUST_READABLE] = "a secret readable by group or others",
        [COG_TRUST_TOO_BIG] = "too big",
        [COG_TRUST_NOT_READ] = "cannot be read",
        [COG_TRUST_CHANGED] = "changed while it was read",
        [COG_TRUST_DIR_NOT_OPENED] =
            "a directory above is missing or a symbolic link",
        [COG_TRUST_DIR_NOT_ROOTS] = "a directory above is not owned by root",
        [COG_TRUST_DIR_WRITABLE] =
            "a directory above is writable by group or others",
        [COG_TRUST_MALFORMED] = "contents are malformed",
    };

    if ((size_t) trust >= sizeof texts / sizeof texts[0])
        return "unknown reason";
    return texts[trust];
}

static int
refuse(enum cog_trust *why, enum cog_trust reason, int error)
{
    if (why != NULL)
        *why = reason;
    return error;
}

/* What is asked of a file. */
struct rule {
    unsigned flags; /* enum cog_trust_flags */
    gid_t reader;   /* the group that may read a secret; 0: none */
    uint64_t max;   /* bytes */
};

/* The order matters for the log only: the most telling reason first. */
static enum cog_trust
judge(const struct stat *status, const struct rule *rule)
{
    mode_t open_to = status->st_mode & (S_IRWXG | S_IRWXO);

    if (rule->reader != 0 && status->st_gid == rule->reader)
        open_to &= ~(mode_t) S_IRGRP;
    if (!S_ISREG(status->st_mode))
        return COG_TRUST_NOT_REGULAR;
    if (status->st_uid != 0)
        return COG_TRUST_NOT_ROOTS;
    if ((status->st_mode & (S_IWGRP | S_IWOTH)) != 0)
        return COG_TRUST_WRITABLE;
    if ((rule->flags & COG_TRUST_SECRET) != 0 && open_to != 0)
        return COG_TRUST_READABLE;
    if (status->st_size < 0 || (uint64_t) status->st_size > rule->max)
        return COG_TRUST_TOO_BIG;
    return COG_TRUST_FINE;
}

static int
open_checked(const char *path, const struct rule *rule, int *fd,
             uint64_t *size, enum cog_trust *why)
{
    cog_cleanup_fd int opened = -1;
    struct stat status;
    enum cog_trust reason;

    /* Not open: one name less for the NSS module to import. */
    opened = openat(AT_FDCWD, path,
                    O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    if (opened < 0) {
        int error = errno;

        reason = error == ENOENT  ? COG_TRUST_MISSING
                 : error == ELOOP ? COG_TRUST_SYMLINK
                                  : COG_TRUST_NOT_OPENED;
        return refuse(why, reason, error);
    }
    if (fstat(opened, &status) != 0)
        return refuse(why, COG_TRUST_NOT_OPENED, errno);
    reason = judge(&status, rule);
    if (reason != COG_TRUST_FINE)
        return refuse(why, reason,
                      reason == COG_TRUST_TOO_BIG ? EFBIG : EPERM);
    *fd = cog_take_fd(&opened);
    *size = (uint64_t) status.st_size;
    return refuse(why, COG_TRUST_FINE, 0);
}

static int
open_path(const char *path, const struct rule *rule, int *fd, uint64_t *size,
          enum cog_trust *why)
{
    int error;

    if (path[0] != '/')
        return refuse(why, COG_TRUST_NOT_ABSOLUTE, EINVAL);
    if ((rule->flags & COG_TRUST_DIRS) != 0) {
        error = cog_trusted_dirs(path, why);
        if (error != 0)
            return error;
    }
    return open_checked(path, rule, fd, size, why);
}

int
cog_trusted_open(const char *path, unsigned flags, uint64_t max, int *fd,
                 uint64_t *size, enum cog_trust *why)
{
    const struct rule rule = {.flags = flags, .max = max};

    return open_path(path, &rule, fd, size, why);
}

/*
 * Read until the end or until the buffer is full. By pread, not by
 * base/transfer: the NSS module imports no read (P68).
 */
static int
read_all(int fd, char *buffer, size_t size, size_t *len)
{
    size_t used = 0;

    while (used < size) {
        ssize_t got = pread(fd, buffer + used, size - used, (off_t) used);

        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return errno;
        if (got == 0)
            break;
        used += (size_t) got;
    }
    *len = used;
    return 0;
}

int
cog_trusted_read(const char *path, unsigned flags, char *buffer, size_t size,
                 size_t *len, enum cog_trust *why)
{
    return cog_trusted_read_lent(path, flags, 0, buffer, size, len, why);
}

int
cog_trusted_read_lent(const char *path, unsigned flags, gid_t reader,
                      char *buffer, size_t size, size_t *len,
                      enum cog_trust *why)
{
    const struct rule rule = {
        .flags = flags, .reader = reader, .max = (uint64_t) size - 1};
    cog_cleanup_fd int fd = -1;
    uint64_t expected = 0;
    size_t got = 0;
    int error;

    if (size == 0)
        return refuse(why, COG_TRUST_TOO_BIG, EFBIG);
    error = open_path(path, &rule, &fd, &expected, why);
    if (error != 0) {
        explicit_bzero(buffer, size);
        return error;
    }
    /* One byte more than expected is asked for, to see whether it grew. */
    error = read_all(fd, buffer, size, &got);
    if (error != 0 || got != expected) {
        explicit_bzero(buffer, size);
        return error != 0 ? refuse(why, COG_TRUST_NOT_READ, error)
                          : refuse(why, COG_TRUST_CHANGED, EIO);
    }
    buffer[got] = '\0';
    *len = got;
    return 0;
}

static enum cog_trust
judge_dir(const struct stat *status)
{
    if (status->st_uid != 0)
        return COG_TRUST_DIR_NOT_ROOTS;
    /* The sticky bit is no help: the file need only be there first. */
    if ((status->st_mode & (S_IWGRP | S_IWOTH)) != 0)
        return COG_TRUST_DIR_WRITABLE;
    return COG_TRUST_FINE;
}

/* Enter the directory name of *fd (or "/" first) and check it. */
static int
step_down(int *fd, const char *name, enum cog_trust *why)
{
    cog_cleanup_fd int next = -1;
    struct stat status;
    enum cog_trust reason;

    next = openat(*fd, name, O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (next < 0 || fstat(next, &status) != 0)
        return refuse(why, COG_TRUST_DIR_NOT_OPENED, errno);
    reason = judge_dir(&status);
    if (reason != COG_TRUST_FINE)
        return refuse(why, reason, EPERM);
    cog_close_fd(fd);
    *fd = cog_take_fd(&next);
    return 0;
}

int
cog_trusted_dirs(const char *path, enum cog_trust *why)
{
    cog_cleanup_fd int fd = -1;
    char part[256];
    int error;

    if (path[0] != '/')
        return refuse(why, COG_TRUST_NOT_ABSOLUTE, EINVAL);
    error = step_down(&fd, "/", why);
    while (error == 0) {
        size_t len;

        while (*path == '/')
            path++;
        len = strcspn(path, "/");
        if (path[len] == '\0')
            return refuse(why, COG_TRUST_FINE, 0);
        if (len >= sizeof part)
            return refuse(why, COG_TRUST_DIR_NOT_OPENED, ENAMETOOLONG);
        memcpy(part, path, len);
        part[len] = '\0';
        error = step_down(&fd, part, why);
        path += len;
    }
    return error;
}
