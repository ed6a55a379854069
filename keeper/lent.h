/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The group that a keeper of a caller who is not root is lent: its program
 * is setgid to _cognito-secret, and may read the client secret by that. The
 * group is laid aside before a byte of the request is looked at, taken to
 * read that one file, and given up before the network is asked. A keeper of
 * root's has no use for it: taking real uid and gid 0 takes it away.
 */
#ifndef COG_KEEPER_LENT_H
#define COG_KEEPER_LENT_H

#include <stdbool.h>

/*
 * First of all: go on with the caller's own group. True where nothing was
 * lent, too. The process is not dumpable afterwards, or false.
 */
bool cog_lent_lay_aside(void);

/* Whether the group of the client secret is laid aside. */
bool cog_lent_is_there(void);

/* Take it, where it is there; without it nothing changes. */
bool cog_lent_take(void);

/* Give it up for good, checked; may be called again. */
bool cog_lent_give_up(void);

#endif
