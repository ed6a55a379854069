/* SPDX-License-Identifier: Apache-2.0 */
/* A user or a group as the administration's answers have them. */
#ifndef COG_AWS_POOL_USER_H
#define COG_AWS_POOL_USER_H

#include "aws/pool_admin.h"

/*
 * Read one user; attributes is the member that holds them (Attributes in
 * lists, UserAttributes in AdminGetUser's answer). COG_PROTOCOL and *detail,
 * a fixed text, when a member is missing or of another type, or an attribute
 * is there twice. *user borrows from the object.
 */
enum cog_status cog_pool_user_read(const struct cog_json *object,
                                   const char *attributes,
                                   struct cog_pool_user *user,
                                   const char **detail);

/* Likewise a group. */
enum cog_status cog_pool_group_read(const struct cog_json *object,
                                    struct cog_pool_group *group,
                                    const char **detail);

#endif
