/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How many keepers with a speaker there may be at a time (P86). In all, so
 * that no crowd fills the memory of this host or spends the pool's quota. And
 * fewer for callers that are not root, who can hold a place as long as they
 * like: for all of them together, so that root's services always find one,
 * and for each of them.
 *
 * A place is a lock on one byte of RUN/places (fcntl(2), open file description
 * locks), which nobody but root can open. It is left when its descriptor is
 * closed: by the kernel too, when its process dies.
 */
#ifndef COG_KEEPER_PLACES_H
#define COG_KEEPER_PLACES_H

#include <sys/types.h>

/* In the order in which they are taken: the tightest first. */
enum cog_places_kind {
    COG_PLACES_CALLER, /* of one caller that is not root */
    COG_PLACES_OTHERS, /* of all callers that are not root */
    COG_PLACES_ALL,
    COG_PLACES_KINDS
};

/* The table is in places.c, and in pam_cognito(8). */
struct cog_places_limit {
    const char *what; /* "in all", for the log */
    int count;
};

extern const struct cog_places_limit cog_places_limits[COG_PLACES_KINDS];

/*
 * Take a place in directory (made, 0700, when missing) for a host with this
 * real uid. 0: *place is a descriptor, the place is left when it is closed.
 * EAGAIN: they are all taken, and *full says which (a text of the table).
 * Else places cannot be had: EPERM for a directory or file that is not
 * root's alone, or the errno of the call that failed.
 */
int cog_places_take(const char *directory, uid_t caller, int *place,
                    const char **full);

#endif
