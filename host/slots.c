/* SPDX-License-Identifier: Apache-2.0 */
/* Files of counters; see the header. */
#include "host/slots.h"

#include "base/cleanup.h"
#include "base/text.h"
#include "base/transfer.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

/*
 * Others may pass through the directory, to their own below it; what is in it
 * they can neither list nor open.
 */
#define OTHERS_IN_DIRECTORY (S_IRGRP | S_IWGRP | S_IROTH | S_IWOTH)

/* Zeros that a new file is written with, at a time. */
#define CHUNK 4096

static int
check_private(int fd, mode_t type, mode_t forbidden)
{
    struct stat status;

    if (fstat(fd, &status) != 0)
        return errno;
    if ((status.st_mode & S_IFMT) != type || status.st_uid != 0 ||
        (status.st_mode & forbidden) != 0)
        return EPERM;
    return 0;
}

static int
check_size(int fd, const struct cog_slots_file *file)
{
    struct stat status;

    if (fstat(fd, &status) != 0)
        return errno;
    return status.st_size == (off_t) file->size ? 0 : EBADMSG;
}

static int
open_directory(const char *path, int *fd)
{
    cog_cleanup_fd int fresh = -1;
    int error;

    if (mkdir(path, 0700) != 0 && errno != EEXIST)
        return errno;
    fresh = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (fresh < 0)
        return errno;
    error = check_private(fresh, S_IFDIR, OTHERS_IN_DIRECTORY);
    if (error == 0)
        *fd = cog_take_fd(&fresh);
    return error;
}

/* All bytes are written: a hole that finds no room later is a SIGBUS. */
static int
write_slots(int fd, size_t left)
{
    static const char zeros[CHUNK];
    int error = 0;

    while (error == 0 && left > 0) {
        size_t len = left < sizeof zeros ? left : sizeof zeros;

        error = cog_write_all(fd, zeros, len);
        left -= len;
    }
    return error;
}

static int
write_new(int dir, const char *name, const struct cog_slots_file *file)
{
    struct cog_slots_head head;
    cog_cleanup_fd int fd = openat(
        dir, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
    int error;

    if (fd < 0)
        return errno;
    memcpy(head.magic, file->magic, sizeof head.magic);
    if (getrandom(head.key, sizeof head.key, GRND_NONBLOCK) !=
        (ssize_t) sizeof head.key)
        return EAGAIN;
    error = cog_write_all(fd, &head, sizeof head);
    return error == 0 ? write_slots(fd, file->size - sizeof head) : error;
}

/* It appears whole, under a link; another keeper may have been sooner. */
static int
make_file(int dir, const struct cog_slots_file *file)
{
    char name[64];
    int error;

    (void) snprintf(name, sizeof name, "%s.%ld", file->name, (long) getpid());
    (void) unlinkat(dir, name, 0);
    error = write_new(dir, name, file);
    if (error == 0 && linkat(dir, name, dir, file->name, 0) != 0 &&
        errno != EEXIST)
        error = errno;
    (void) unlinkat(dir, name, 0);
    return error;
}

static int
open_file(int dir, const struct cog_slots_file *file, int *fd)
{
    const int flags = O_RDWR | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK;
    cog_cleanup_fd int found = openat(dir, file->name, flags);
    int error;

    if (found < 0 && errno == ENOENT) {
        error = make_file(dir, file);
        if (error != 0)
            return error;
        found = openat(dir, file->name, flags);
    }
    if (found < 0)
        return errno;
    error = check_private(found, S_IFREG, S_IRWXG | S_IRWXO);
    if (error == 0)
        error = check_size(found, file);
    if (error == 0)
        *fd = cog_take_fd(&found);
    return error;
}

int
cog_slots_map(const char *directory, const struct cog_slots_file *file,
              struct cog_slots *slots)
{
    cog_cleanup_fd int dir = -1;
    cog_cleanup_fd int fd = -1;
    int error = open_directory(directory, &dir);
    void *bytes;

    if (error == 0)
        error = open_file(dir, file, &fd);
    if (error != 0)
        return error;
    bytes = mmap(NULL, file->size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    if (bytes == MAP_FAILED)
        return errno;
    if (memcmp(((struct cog_slots_head *) bytes)->magic, file->magic,
               sizeof file->magic) != 0) {
        (void) munmap(bytes, file->size);
        return EBADMSG;
    }
    *slots = (struct cog_slots){bytes, file->size};
    return 0;
}

int
cog_slots_open_empty(const char *directory, const char *name, int *fd)
{
    cog_cleanup_fd int dir = -1;
    cog_cleanup_fd int found = -1;
    int error = open_directory(directory, &dir);

    if (error != 0)
        return error;
    found =
        openat(dir, name,
               O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK, 0600);
    if (found < 0)
        return errno;
    error = check_private(found, S_IFREG, S_IRWXG | S_IRWXO);
    if (error == 0)
        *fd = cog_take_fd(&found);
    return error;
}

void
cog_slots_unmap(struct cog_slots *slots)
{
    if (slots->bytes != NULL)
        (void) munmap(slots->bytes, slots->size);
}

size_t
cog_slots_address(const char *rhost, unsigned char out[COG_SLOTS_ADDRESS_MAX])
{
    static const unsigned char mapped[12] = {[10] = 0xff, [11] = 0xff};
    unsigned char bytes[16];
    char text[INET6_ADDRSTRLEN];
    size_t len = strcspn(rhost, "%"); /* fe80::1%eth0 */

    if (len < sizeof text) {
        (void) snprintf(text, sizeof text, "%.*s", (int) len, rhost);
        if (inet_pton(AF_INET, text, bytes) == 1) {
            out[0] = '4';
            memcpy(out + 1, bytes, 4);
            return 1 + 4;
        }
        if (inet_pton(AF_INET6, text, bytes) == 1) {
            bool is_v4 = memcmp(bytes, mapped, sizeof mapped) == 0;

            out[0] = is_v4 ? '4' : '6';
            memcpy(out + 1, is_v4 ? bytes + 12 : bytes, is_v4 ? 4 : 8);
            return 1 + (is_v4 ? 4 : 8);
        }
    }
    len = strnlen(rhost, COG_SLOTS_ADDRESS_MAX - 1);
    out[0] = 'h';
    for (size_t i = 0; i < len; i++)
        out[1 + i] = (unsigned char) cog_ascii_to_lower(rhost[i]);
    return 1 + len;
}
