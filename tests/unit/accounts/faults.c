/* SPDX-License-Identifier: Apache-2.0 */
/* Calls that fail on demand; see the header. */
#include "tests/unit/accounts/faults.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "accounts/cache_format.h"

struct fault fault;

static bool
fails(const char *name)
{
    if (!fault.armed || ++fault.calls != fault.fail)
        return false;
    fault.hit = true;
    fault.name = name;
    errno = fault.error;
    return true;
}

/* ---- what is not on the disk yet */

int __real_fstat(int fd, struct stat *status);

static ino_t unsynced[16];

static void
forget_unsynced(ino_t inode)
{
    size_t left = 0;

    for (size_t i = 0; i < fault.unsynced; i++) {
        if (unsynced[i] != inode)
            unsynced[left++] = unsynced[i];
    }
    fault.unsynced = left;
}

static void
note_unsynced(int fd)
{
    struct stat status;

    if (!fault.armed || __real_fstat(fd, &status) != 0)
        return;
    forget_unsynced(status.st_ino);
    if (fault.unsynced < sizeof unsynced / sizeof unsynced[0])
        unsynced[fault.unsynced++] = status.st_ino;
}

/* The word in an old file is for readers of this moment. */
static bool
is_for_the_moment(int fd, off_t at)
{
    struct stat status;

    return at == COG_SUPERSEDED_AT && __real_fstat(fd, &status) == 0 &&
           (fcntl(fd, F_GETFL) & O_ACCMODE) == O_WRONLY;
}

/* ---- the calls */

ssize_t __real_write(int fd, const void *bytes, size_t len);
ssize_t __wrap_write(int fd, const void *bytes, size_t len);
ssize_t
__wrap_write(int fd, const void *bytes, size_t len)
{
    if (fails("write"))
        return -1;
    note_unsynced(fd);
    if (fault.armed && fault.dribble && len > 1)
        len = 1;
    return __real_write(fd, bytes, len);
}

ssize_t __real_pwrite(int fd, const void *bytes, size_t len, off_t at);
ssize_t __wrap_pwrite(int fd, const void *bytes, size_t len, off_t at);
ssize_t
__wrap_pwrite(int fd, const void *bytes, size_t len, off_t at)
{
    if (fails("pwrite"))
        return -1;
    if (!is_for_the_moment(fd, at))
        note_unsynced(fd);
    if (fault.armed && fault.dribble && len > 1)
        len = 1;
    return __real_pwrite(fd, bytes, len, at);
}

int __real_fsync(int fd);
int __wrap_fsync(int fd);
int
__wrap_fsync(int fd)
{
    struct stat status;

    if (fails("fsync"))
        return -1;
    if (__real_fstat(fd, &status) == 0)
        forget_unsynced(status.st_ino);
    return __real_fsync(fd);
}

int __real_fchmod(int fd, mode_t mode);
int __wrap_fchmod(int fd, mode_t mode);
int
__wrap_fchmod(int fd, mode_t mode)
{
    note_unsynced(fd);
    return fails("fchmod") ? -1 : __real_fchmod(fd, mode);
}

int __real_renameat(int from_fd, const char *from, int to_fd, const char *to);
int __wrap_renameat(int from_fd, const char *from, int to_fd, const char *to);
int
__wrap_renameat(int from_fd, const char *from, int to_fd, const char *to)
{
    if (fails("renameat"))
        return -1;
    fault.too_soon += fault.armed && fault.unsynced > 0;
    note_unsynced(to_fd);
    return __real_renameat(from_fd, from, to_fd, to);
}

int __real_unlinkat(int fd, const char *name, int flags);
int __wrap_unlinkat(int fd, const char *name, int flags);
int
__wrap_unlinkat(int fd, const char *name, int flags)
{
    return fails("unlinkat") ? -1 : __real_unlinkat(fd, name, flags);
}

int __real_openat(int fd, const char *name, int flags, ...);
int __wrap_openat(int fd, const char *name, int flags, mode_t mode);
int
__wrap_openat(int fd, const char *name, int flags, mode_t mode)
{
    return fails("openat") ? -1 : __real_openat(fd, name, flags, mode);
}

int __real_open(const char *name, int flags, ...);
int __wrap_open(const char *name, int flags, mode_t mode);
int
__wrap_open(const char *name, int flags, mode_t mode)
{
    return fails("open") ? -1 : __real_open(name, flags, mode);
}

int __real_close(int fd);
int __wrap_close(int fd);
int
__wrap_close(int fd)
{
    bool failed = fails("close");
    int result = __real_close(fd);

    if (failed)
        errno = fault.error;
    return failed ? -1 : result;
}

int __wrap_fstat(int fd, struct stat *status);
int
__wrap_fstat(int fd, struct stat *status)
{
    return fails("fstat") ? -1 : __real_fstat(fd, status);
}

void *__real_mmap(void *at, size_t len, int prot, int flags, int fd,
                  off_t offset);
void *__wrap_mmap(void *at, size_t len, int prot, int flags, int fd,
                  off_t offset);
void *
__wrap_mmap(void *at, size_t len, int prot, int flags, int fd, off_t offset)
{
    return fails("mmap") ? MAP_FAILED
                         : __real_mmap(at, len, prot, flags, fd, offset);
}

void *__real_malloc(size_t size);
void *__wrap_malloc(size_t size);
void *
__wrap_malloc(size_t size)
{
    return fails("malloc") ? NULL : __real_malloc(size);
}

void *__real_calloc(size_t count, size_t size);
void *__wrap_calloc(size_t count, size_t size);
void *
__wrap_calloc(size_t count, size_t size)
{
    return fails("calloc") ? NULL : __real_calloc(count, size);
}

void *__real_reallocarray(void *old, size_t count, size_t size);
void *__wrap_reallocarray(void *old, size_t count, size_t size);
void *
__wrap_reallocarray(void *old, size_t count, size_t size)
{
    return fails("reallocarray") ? NULL
                                 : __real_reallocarray(old, count, size);
}

int __real_flock(int fd, int operation);
int __wrap_flock(int fd, int operation);
int
__wrap_flock(int fd, int operation)
{
    return fails("flock") ? -1 : __real_flock(fd, operation);
}
