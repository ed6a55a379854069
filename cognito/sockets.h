/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The sockets of one transport, remembered so that the end of a kept
 * connection is seen before anything is sent into it.
 */
#ifndef COG_COGNITO_SOCKETS_H
#define COG_COGNITO_SOCKETS_H

#include <stdbool.h>

/* Open at a time: a kept one, and the tries of a new connection. */
#define COG_SOCKETS_MAX 8

struct cog_sockets {
    int fds[COG_SOCKETS_MAX]; /* -1: free place */
};

/* Make it empty. */
void cog_sockets_init(struct cog_sockets *sockets);

/* socket(2), close-on-exec, and remember it; -1 as socket(2). */
int cog_sockets_open(struct cog_sockets *sockets, int family, int type,
                     int protocol);

/* close(2), and forget it. */
int cog_sockets_close(struct cog_sockets *sockets, int fd);

/*
 * Whether the other side has ended the connection from that local port.
 * libcurl looks too, but takes TLS's farewell, which comes before the end of
 * the stream, for a sign of life. False when the port is none of ours.
 */
bool cog_sockets_is_closed(const struct cog_sockets *sockets, int local_port);

#endif
