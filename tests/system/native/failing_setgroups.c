/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Preloaded into the keeper: the first setgroups works, the next fails. A
 * forked child has the count of its parent, so that is the speaker's.
 */
#include <errno.h>
#include <grp.h>
#include <sys/syscall.h>
#include <unistd.h>

static int calls;

int
setgroups(size_t count, const gid_t *groups)
{
    if (calls++ > 0) {
        errno = EPERM;
        return -1;
    }
    return (int) syscall(SYS_setgroups, count, groups);
}
