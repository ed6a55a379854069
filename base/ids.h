/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The user and group this process is: real, effective and saved
 * (credentials(7)). Inline, since modules that are loaded into other
 * programs link this room, and must not have these calls.
 */
#ifndef COG_BASE_IDS_H
#define COG_BASE_IDS_H

#include <grp.h>
#include <stdbool.h>
#include <sys/types.h>
#include <unistd.h>

/* Whether all three uids are this one. */
static inline bool
cog_ids_are_user(uid_t uid)
{
    uid_t real, effective, saved;

    return getresuid(&real, &effective, &saved) == 0 && real == uid &&
           effective == uid && saved == uid;
}

/* Whether all three gids are this one; supplementary groups apart. */
static inline bool
cog_ids_are_group(gid_t gid)
{
    gid_t real, effective, saved;

    return getresgid(&real, &effective, &saved) == 0 && real == gid &&
           effective == gid && saved == gid;
}

/*
 * Become this user, with this group and no others, and see that it is so.
 * False: it is not, and the process must not go on.
 */
static inline bool
cog_ids_become(uid_t uid, gid_t gid)
{
    return setgroups(0, NULL) == 0 && setresgid(gid, gid, gid) == 0 &&
           setresuid(uid, uid, uid) == 0 && cog_ids_are_user(uid) &&
           cog_ids_are_group(gid);
}

/* Whether root's rights cannot be had again; for users other than root. */
static inline bool
cog_ids_are_final(void)
{
    return getuid() != 0 && setuid(0) != 0;
}

#endif
