/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Who somebody proved to be: the few claims of a verified ID token that
 * others may believe. Fixed sizes, no pointers, nothing to free.
 */
#ifndef COG_COGNITO_IDENTITY_H
#define COG_COGNITO_IDENTITY_H

#include <stddef.h>

#define COG_NAME_SIZE  513 /* 128 characters of up to 4 bytes, and NUL */
#define COG_SUB_SIZE   129
#define COG_GROUP_SIZE 129 /* longer group names are dropped, not cut */
#define COG_GROUPS_MAX 100 /* Cognito's own limit for one user */

struct cog_identity {
    char sub[COG_SUB_SIZE];           /* never empty, printable ASCII */
    char username[COG_NAME_SIZE];     /* cognito:username */
    char display_name[COG_NAME_SIZE]; /* claim "name", or "" */
    size_t group_count;               /* filled entries of groups */
    char groups[COG_GROUPS_MAX][COG_GROUP_SIZE]; /* cognito:groups */
};

#endif
