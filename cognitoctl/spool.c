/* SPDX-License-Identifier: Apache-2.0 */
/* Files without a name; see the header. */
#include "cognitoctl/spool.h"

#include "base/cleanup.h"
#include "base/transfer.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#define PIECE (16 * 1024)

/* It has this name for a moment; one that is there was left by a kill. */
#define NAME "spool.new"

int
cog_spool_open(const char *directory, struct cog_spool *spool)
{
    cog_cleanup_fd int dir_fd =
        open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    int fd;

    if (dir_fd < 0 || (unlinkat(dir_fd, NAME, 0) != 0 && errno != ENOENT))
        return errno;
    /* No O_TMPFILE, which not every file system has. */
    fd = openat(dir_fd, NAME,
                O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
    if (fd < 0)
        return errno;
    (void) unlinkat(dir_fd, NAME, 0);
    spool->fd = fd;
    return 0;
}

static int
copy(int from, int to, uint64_t max)
{
    char piece[PIECE];
    uint64_t sum = 0;

    for (;;) {
        ssize_t got = read(from, piece, sizeof piece);
        int error;

        if (got < 0 && errno == EINTR)
            continue;
        if (got <= 0)
            return got < 0 ? errno : 0;
        sum += (uint64_t) got;
        if (sum > max)
            return EFBIG;
        error = cog_write_all(to, piece, (size_t) got);
        if (error != 0)
            return error;
    }
}

int
cog_spool_copy(struct cog_spool *spool, const char *path, uint64_t max)
{
    /* A FIFO would let us wait. */
    cog_cleanup_fd int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    struct stat info;

    if (fd < 0 || fstat(fd, &info) != 0)
        return errno;
    if (!S_ISREG(info.st_mode))
        return EINVAL;
    if ((uint64_t) info.st_size > max)
        return EFBIG;
    return copy(fd, spool->fd, max);
}

int
cog_spool_map(struct cog_spool *spool)
{
    static const char nothing[1];
    struct stat info;
    void *bytes;

    if (fstat(spool->fd, &info) != 0)
        return errno;
    if (info.st_size == 0) {
        spool->bytes = nothing;
        return 0;
    }
    bytes = mmap(NULL, (size_t) info.st_size, PROT_READ, MAP_PRIVATE,
                 spool->fd, 0);
    if (bytes == MAP_FAILED)
        return errno;
    (void) madvise(bytes, (size_t) info.st_size, MADV_SEQUENTIAL);
    spool->bytes = bytes;
    spool->len = (size_t) info.st_size;
    return 0;
}

void
cog_spool_close(struct cog_spool *spool)
{
    union {
        const char *read;
        void *mapped;
    } bytes = {.read = spool->bytes};

    if (spool->len > 0)
        (void) munmap(bytes.mapped, spool->len);
    if (spool->fd >= 0)
        (void) close(spool->fd);
    *spool = (struct cog_spool) COG_SPOOL_NONE;
}
