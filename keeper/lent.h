/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The group that lets the keeper read the client secret for a caller that is
 * not root: the program is setgid to _cognito-secret. The group is laid aside
 * (kept as the saved gid) before the request is read, taken for reading that
 * one file, and given up before the network is used. A keeper whose caller is
 * root loses it when it takes real uid and gid 0.
 */
#ifndef COG_KEEPER_LENT_H
#define COG_KEEPER_LENT_H

#include <stdbool.h>

/*
 * Go on with the caller's own group; the first thing to do. True also when no
 * group was lent. Afterwards the process is not dumpable; false if that, or
 * the change, cannot be had.
 */
bool cog_lent_lay_aside(void);

/* Whether the group of the client secret is laid aside. */
bool cog_lent_is_there(void);

/* Take it, if there is one. False when it cannot be taken. */
bool cog_lent_take(void);

/* Give it up for good, and check that. May be called again. */
bool cog_lent_give_up(void);

#endif
