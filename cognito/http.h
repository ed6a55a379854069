/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The transport over HTTPS: libcurl with everything off that a login does
 * not need. One kept connection, HTTP/1.1, TLS 1.2 or newer, certificate
 * and name always verified; no redirects, no environment, no files but the
 * certificates (P41, P43-P46).
 *
 * What it needs of a sandbox: sockets (TCP over IPv4 and IPv6, UDP and
 * AF_UNIX for the C library's resolver, AF_NETLINK for its address
 * sorting) with connect, bind, sendto, recvfrom, sendmsg, sendmmsg, recvmsg,
 * setsockopt, getsockopt, getsockname, getpeername, fcntl and ioctl on them;
 * socketpair, pipe2, eventfd2, poll; one thread at a time for getaddrinfo
 * (clone, clone3, set_robust_list, rseq, mmap, mprotect, munmap, madvise,
 * futex; with a stack of the usual 8 MB); reading /etc/resolv.conf, hosts,
 * nsswitch.conf, gai.conf, host.conf, ssl/openssl.cnf and the certificates;
 * getrandom, clock_gettime. Signals are left alone: SIGPIPE must be ignored
 * by the process. The environment must be empty, as OpenSSL and the C
 * library's resolver read it.
 */
#ifndef COG_COGNITO_HTTP_H
#define COG_COGNITO_HTTP_H

#include <stdint.h>

#include "cognito/status.h"
#include "cognito/transport.h"

struct cog_http_settings {
    const char *endpoint;          /* "https://HOST" or "https://HOST:PORT" */
    const char *ca_file;           /* PEM bundle; NULL: use ca_path */
    const char *ca_path;           /* hashed directory; NULL: /etc/ssl/certs */
    const char *proxy;             /* "http://HOST:PORT"; NULL: none, ever */
    int64_t (*monotonic_ms)(void); /* base/clock.h's cog_clock_ms */
};

struct cog_http; /* one connection to one service */

/*
 * Make one; the settings' texts are copied. COG_MISCONFIGURED when the
 * endpoint is not "https://" and a host (P44) or the proxy not "http://"
 * or "https://" and a host; COG_NO_MEMORY; COG_INTERNAL when libcurl lacks
 * what we require (TLS, asynchronous names, an option above).
 */
enum cog_status cog_http_new(const struct cog_http_settings *settings,
                             struct cog_http **http);

/* The transport of this connection; valid until cog_http_free. */
struct cog_transport cog_http_transport(struct cog_http *http);

/*
 * What libcurl says about the last post that failed, as "SSL peer
 * certificate or SSH remote key was not OK": a fixed text for a log, NULL
 * when there is nothing to add to the status.
 */
const char *cog_http_problem(const struct cog_http *http);

/*
 * Close the connection and free. Not needed before _exit, and with a name
 * server that does not answer a libcurl older than 7.87 may wait for its
 * resolver here. NULL is fine.
 */
void cog_http_free(struct cog_http *http);

static inline void
cog_http_free_at(struct cog_http **http)
{
    cog_http_free(*http);
}

#define cog_cleanup_http __attribute__((cleanup(cog_http_free_at)))

#endif
