/* SPDX-License-Identifier: Apache-2.0 */
/* nscd's protocol, as far as we speak it; see the header. */
#include "host/nscd.h"

#include "base/cleanup.h"
#include "base/clock.h"

#include <errno.h>
#include <poll.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>

/* glibc, nscd/nscd-client.h: the head of a request and two of its numbers. */
#define NSCD_VERSION    2
#define NSCD_INVALIDATE 10

struct request {
    int32_t version;
    int32_t type;
    int32_t key_len; /* with its NUL */
    char key[8];
};

/* *fd stays -1 where nobody listens. */
static int
connect_to(const char *path, int *fd)
{
    cog_cleanup_fd int fresh =
        socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    struct sockaddr_un address = {.sun_family = AF_UNIX};

    if (fresh < 0)
        return errno;
    if (strlen(path) >= sizeof address.sun_path)
        return ENAMETOOLONG;
    (void) snprintf(address.sun_path, sizeof address.sun_path, "%s", path);
    if (connect(fresh, (const struct sockaddr *) &address, sizeof address) !=
        0)
        return errno == ENOENT || errno == ECONNREFUSED ? 0 : errno;
    *fd = cog_take_fd(&fresh);
    return 0;
}

/* The answer is an errno; one that only closes the line has done it, too. */
static int
receive_answer(int fd, int64_t deadline_ms)
{
    int32_t answer = 0;
    int error = cog_clock_wait_for(fd, POLLIN, deadline_ms);
    ssize_t got;

    if (error != 0)
        return error;
    got = recv(fd, &answer, sizeof answer, MSG_DONTWAIT);
    if (got < 0)
        return errno;
    if (got == 0)
        return 0;
    return got == (ssize_t) sizeof answer && answer >= 0 ? answer : EPROTO;
}

static int
forget(const char *path, const char *database, int64_t deadline_ms)
{
    struct request request = {.version = NSCD_VERSION,
                              .type = NSCD_INVALIDATE,
                              .key_len = (int32_t) strlen(database) + 1};
    size_t len = offsetof(struct request, key) + (size_t) request.key_len;
    cog_cleanup_fd int fd = -1;
    int error = connect_to(path, &fd);

    if (error != 0 || fd < 0)
        return error;
    (void) snprintf(request.key, sizeof request.key, "%s", database);
    if (send(fd, &request, len, MSG_NOSIGNAL | MSG_DONTWAIT) != (ssize_t) len)
        return EPIPE;
    return receive_answer(fd, deadline_ms);
}

int
cog_nscd_forget(const char *socket_path, int64_t deadline_ms)
{
    /* The lists of somebody's groups are in the second. */
    static const char *const databases[] = {"passwd", "group"};
    int error = 0;

    for (size_t i = 0; i < sizeof databases / sizeof databases[0]; i++) {
        int failed = forget(socket_path, databases[i], deadline_ms);

        if (error == 0)
            error = failed;
    }
    return error;
}
