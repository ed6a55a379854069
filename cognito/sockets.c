/* SPDX-License-Identifier: Apache-2.0 */
/* Remembered sockets; see the header. */
#include "cognito/sockets.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <stddef.h>
#include <sys/socket.h>
#include <unistd.h>

void
cog_sockets_init(struct cog_sockets *sockets)
{
    for (size_t i = 0; i < COG_SOCKETS_MAX; i++)
        sockets->fds[i] = -1;
}

int
cog_sockets_open(struct cog_sockets *sockets, int family, int type,
                 int protocol)
{
    int fd = socket(family, type | SOCK_CLOEXEC, protocol);

    /* One that finds no place is used all the same, and not looked at. */
    for (size_t i = 0; fd >= 0 && i < COG_SOCKETS_MAX; i++) {
        if (sockets->fds[i] < 0) {
            sockets->fds[i] = fd;
            break;
        }
    }
    return fd;
}

int
cog_sockets_close(struct cog_sockets *sockets, int fd)
{
    for (size_t i = 0; i < COG_SOCKETS_MAX; i++) {
        if (sockets->fds[i] == fd)
            sockets->fds[i] = -1;
    }
    return close(fd);
}

/* The local port of a socket; -1 when there is none. */
static int
port_of(int fd)
{
    union {
        struct sockaddr any;
        struct sockaddr_in v4;
        struct sockaddr_in6 v6;
    } address = {.any = {.sa_family = AF_UNSPEC}};
    socklen_t len = sizeof address;

    if (getsockname(fd, &address.any, &len) != 0)
        return -1;
    if (address.any.sa_family == AF_INET)
        return ntohs(address.v4.sin_port);
    if (address.any.sa_family == AF_INET6)
        return ntohs(address.v6.sin6_port);
    return -1;
}

bool
cog_sockets_is_closed(const struct cog_sockets *sockets, int local_port)
{
    for (size_t i = 0; i < COG_SOCKETS_MAX; i++) {
        struct pollfd look = {.fd = sockets->fds[i], .events = POLLRDHUP};

        if (look.fd < 0 || port_of(look.fd) != local_port)
            continue;
        return poll(&look, 1, 0) == 1 &&
               (look.revents & (POLLRDHUP | POLLHUP | POLLERR)) != 0;
    }
    return false;
}
