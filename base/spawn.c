/* SPDX-License-Identifier: Apache-2.0 */
/* How our programs are started; see the header. */
#include "base/spawn.h"

#include <signal.h>

int
cog_spawn_afresh(posix_spawnattr_t *attributes)
{
    sigset_t none, all;
    int error;

    (void) sigemptyset(&none);
    (void) sigfillset(&all);
    error = posix_spawnattr_setsigmask(attributes, &none);
    if (error == 0)
        error = posix_spawnattr_setsigdefault(attributes, &all);
    if (error == 0)
        error = posix_spawnattr_setflags(
            attributes, POSIX_SPAWN_SETSID | POSIX_SPAWN_SETSIGMASK |
                            POSIX_SPAWN_SETSIGDEF);
    return error;
}
