/* SPDX-License-Identifier: Apache-2.0 */
/* Files of the host's, as text; see the header. */
#include "cognitoctl/text_file.h"

#include "base/cleanup.h"
#include "base/transfer.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>

int
cog_text_file_read(const char *path, char **bytes, size_t *len)
{
    cog_cleanup_text char *text = NULL;
    cog_cleanup_fd int fd = -1;
    struct stat status;
    size_t size;
    int error;

    /* A FIFO must not hang us. */
    fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    if (fd < 0 || fstat(fd, &status) != 0)
        return errno;
    if (!S_ISREG(status.st_mode))
        return EINVAL;
    if (status.st_size > COG_TEXT_FILE_MAX)
        return EFBIG;
    size = (size_t) status.st_size;
    text = malloc(size + 1);
    if (text == NULL)
        return ENOMEM;
    error = cog_read_all(fd, text, size, len);
    if (error != 0)
        return error;
    text[*len] = '\0';
    *bytes = text;
    text = NULL;
    return 0;
}
