/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Cleanup attributes for what the C library hands out, so that leaving a
 * function early is always right. Each variable must start empty (-1, NULL).
 */
#ifndef COG_BASE_CLEANUP_H
#define COG_BASE_CLEANUP_H

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static inline void
cog_close_fd(const int *fd)
{
    if (*fd >= 0)
        (void) close(*fd);
}

static inline void
cog_close_stream(FILE **stream)
{
    if (*stream != NULL)
        (void) fclose(*stream);
}

static inline void
cog_free_text(char **text)
{
    free(*text);
}

#define cog_cleanup_fd     __attribute__((cleanup(cog_close_fd)))
#define cog_cleanup_stream __attribute__((cleanup(cog_close_stream)))
#define cog_cleanup_text   __attribute__((cleanup(cog_free_text)))

/* Hand a descriptor over: the caller owns it, the variable is empty. */
static inline int
cog_take_fd(int *fd)
{
    int taken = *fd;

    *fd = -1;
    return taken;
}

#endif
