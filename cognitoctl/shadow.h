/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Lines of passwd(5), shadow(5) and subuid(5), as far as doctor needs them.
 * Pure.
 */
#ifndef COG_COGNITOCTL_SHADOW_H
#define COG_COGNITOCTL_SHADOW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * The next field of a line: *at moves behind the ":", *len to what is left;
 * NULL at the end. Fields end at ":" and at the end of the line.
 */
struct cog_passwd_line {
    char name[64];
    unsigned long uid; /* (unsigned long) -1: none that can be read */
    char shell[256];
};

/* The next line of passwd that can be one; false at the end. */
bool cog_passwd_next(const char **at, size_t *len,
                     struct cog_passwd_line *line);

/*
 * Whether shadow has a password for this name that somebody could type: not
 * empty, not locked ("!", "*").
 */
bool cog_shadow_usable(const char *bytes, size_t len, const char *name);

/* Ids that somebody may act as in a user namespace. */
struct cog_subids_line {
    char name[64]; /* or their uid */
    uint64_t first, count;
};

/* The next line of subuid or subgid that lends some; false at the end. */
bool cog_subids_next(const char **at, size_t *len,
                     struct cog_subids_line *line);

#endif
