/* SPDX-License-Identifier: Apache-2.0 */
/* What every program that we start begins with. */
#ifndef COG_BASE_SPAWN_H
#define COG_BASE_SPAWN_H

#include <spawn.h>

/*
 * For posix_spawn(3): a session of its own, no signal blocked, and each
 * signal at its default, whatever the caller is and has. The caller has
 * initialised attributes, and destroys them. Returns 0 or an errno.
 */
int cog_spawn_afresh(posix_spawnattr_t *attributes);

#endif
