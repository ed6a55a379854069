/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What is left to the speaker after it has started: an unprivileged user,
 * sockets, files to read, and an end. Nothing here can be undone.
 */
#ifndef COG_SPEAKER_SANDBOX_H
#define COG_SPEAKER_SANDBOX_H

#include <stdbool.h>

/*
 * Enter it. as_caller: the speaker runs as its caller, who is not root, and
 * keeps the caller's groups. Returns NULL, or what could not be done: then the
 * speaker must end without a result.
 */
const char *cog_sandbox_enter(bool as_caller);

#endif
