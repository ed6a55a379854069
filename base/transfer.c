/* SPDX-License-Identifier: Apache-2.0 */
/* Whole reads and writes; see the header. */
#include "base/transfer.h"

#include <errno.h>
#include <unistd.h>

int
cog_read_all(int fd, void *buffer, size_t size, size_t *len)
{
    char *to = buffer;
    size_t done = 0;

    while (done < size) {
        ssize_t got = read(fd, to + done, size - done);

        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return errno;
        if (got == 0)
            break;
        done += (size_t) got;
    }
    *len = done;
    return 0;
}

int
cog_write_all(int fd, const void *bytes, size_t len)
{
    const char *from = bytes;

    while (len > 0) {
        ssize_t written = write(fd, from, len);

        if (written < 0 && errno == EINTR)
            continue;
        if (written <= 0)
            return written < 0 ? errno : EIO;
        from += written;
        len -= (size_t) written;
    }
    return 0;
}
