/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Telling nscd(8), where it runs, that accounts have changed: it keeps what
 * name services said, "no such user" too, for minutes (P77). No program is
 * run for it; what nscd -i does is one packet to nscd's socket.
 *
 * sssd needs no word of ours: its memory cache holds what sssd itself
 * answers, and our names never pass through it.
 */
#ifndef COG_HOST_NSCD_H
#define COG_HOST_NSCD_H

#include <stdint.h>

/* Where glibc's own clients look for it (_PATH_NSCDSOCKET). */
#define COG_NSCD_SOCKET "/var/run/nscd/socket"

/* Time enough for an nscd that is well. */
#define COG_NSCD_MS 300

/*
 * Have nscd forget its users and groups, waiting for its answers at most
 * until deadline_ms of base/clock.h. Only root is heard by it. socket_path:
 * COG_NSCD_SOCKET. Returns 0, also where no nscd runs; ETIMEDOUT when it
 * gives no answer; another errno. Nothing but a warning should hang on it:
 * nobody is admitted because of what nscd says.
 */
int cog_nscd_forget(const char *socket_path, int64_t deadline_ms);

#endif
