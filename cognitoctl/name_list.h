/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A list of the pool's names, a line each, as ids verify reads one:
 *
 *     alice                a user
 *     alice 1900000001     with the value of id_attribute, where it is set
 *     %Admins              a group, as the pool calls it
 *
 * Empty lines and lines that begin with "#" are skipped. Pure.
 */
#ifndef COG_COGNITOCTL_NAME_LIST_H
#define COG_COGNITOCTL_NAME_LIST_H

#include "accounts/ids.h"

#include <stdbool.h>
#include <stddef.h>

/* The longest name and attribute kept; more are bad in any case. */
#define COG_LISTED_MAX 512

struct cog_listed_name {
    enum cog_id_kind kind;
    char name[COG_LISTED_MAX + 1];      /* as it stands there, unchecked */
    char attribute[COG_LISTED_MAX + 1]; /* "" when there is none */
};

/*
 * Take a line apart; len is without its end. with_attribute: a user's line
 * may have a second word; otherwise a blank is a byte of the name. Returns
 * whether the line names somebody. What is cut off or holds NUL makes a name
 * that no rule admits.
 */
bool cog_name_list_line(const char *line, size_t len, bool with_attribute,
                        struct cog_listed_name *out);

#endif
