/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Places at a time; see the header. Locks on bytes rather than counters:
 * nothing has to be given back, so nothing is lost with a process that was
 * killed. Nobody waits for one lock: a taken byte is passed by, and whoever
 * freezes a keeper (control groups) holds what was their own share.
 */
#include "keeper/places.h"

#include "base/cleanup.h"
#include "host/slots.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#define FILE_NAME "places"

const struct cog_places_limit cog_places_limits[COG_PLACES_KINDS] = {
    [COG_PLACES_CALLER] = {"for one caller that is not root", 8},
    [COG_PLACES_OTHERS] = {"for callers that are not root", 200},
    /* Above the 200 that anybody may hold, and sshd's MaxStartups of 100. */
    [COG_PLACES_ALL] = {"in all", 400},
};

/* The first byte of a kind's range: callers have a thousand each. */
static off_t
first_byte(enum cog_places_kind kind, uid_t caller)
{
    switch (kind) {
    case COG_PLACES_CALLER:
        return ((off_t) caller + 1) * 1000;
    case COG_PLACES_OTHERS:
        return 500;
    default:
        return 0;
    }
}

/* 0, EAGAIN where all are taken, or an errno. */
static int
take_one(int fd, off_t first, int count)
{
    /* Keepers that start together begin at different ones. */
    int at = (int) (getpid() % count);

    for (int i = 0; i < count; i++) {
        struct flock lock = {.l_type = F_WRLCK, .l_whence = SEEK_SET};

        lock.l_start = first + (at + i) % count;
        lock.l_len = 1;
        if (fcntl(fd, F_OFD_SETLK, &lock) == 0)
            return 0;
        if (errno != EAGAIN && errno != EACCES)
            return errno;
    }
    return EAGAIN;
}

int
cog_places_take(const char *directory, uid_t caller, int *place,
                const char **full)
{
    cog_cleanup_fd int fd = -1;
    int error = cog_slots_open_empty(directory, FILE_NAME, &fd);
    int kind = caller == 0 ? COG_PLACES_ALL : COG_PLACES_CALLER;

    for (; error == 0 && kind < COG_PLACES_KINDS; kind++) {
        error = take_one(fd, first_byte((enum cog_places_kind) kind, caller),
                         cog_places_limits[kind].count);
        if (error == EAGAIN)
            *full = cog_places_limits[kind].what;
    }
    if (error == 0)
        *place = cog_take_fd(&fd);
    return error;
}
