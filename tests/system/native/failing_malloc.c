/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Preloaded into every process of the room: in the program that the file
 * /run/room/failing names, the allocation with the number given there fails.
 */
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static long countdown = -1;

void *__libc_malloc(size_t size);
void *__libc_calloc(size_t count, size_t size);
void *__libc_realloc(void *old, size_t size);

__attribute__((constructor)) static void
begin(void)
{
    char text[128] = "", *number;
    int fd = open("/run/room/failing", O_RDONLY | O_CLOEXEC);
    ssize_t got = fd < 0 ? -1 : read(fd, text, sizeof text - 1);

    if (fd >= 0)
        close(fd);
    if (got <= 0 || (number = strchr(text, ' ')) == NULL)
        return;
    *number++ = '\0';
    if (strcmp(text, program_invocation_short_name) == 0)
        countdown = atol(number);
}

static int
fails(void)
{
    if (countdown < 0 || --countdown != 0)
        return 0;
    countdown = -1;
    errno = ENOMEM;
    return 1;
}

void *
malloc(size_t size)
{
    return fails() ? NULL : __libc_malloc(size);
}

void *
calloc(size_t count, size_t size)
{
    return fails() ? NULL : __libc_calloc(count, size);
}

void *
realloc(void *old, size_t size)
{
    return fails() ? NULL : __libc_realloc(old, size);
}
