/* SPDX-License-Identifier: Apache-2.0 */
/* The pool groups that cognito.conf names, against those that there are. */
#ifndef COG_COGNITOCTL_NAMED_GROUPS_H
#define COG_COGNITOCTL_NAMED_GROUPS_H

#include "cognitoctl/roster.h"
#include "config/config.h"

/* Told a pool group and the option that names it; both borrowed. */
typedef void cog_named_group_visit(void *context, const char *option,
                                   const char *name);

/* Each one of allow_groups and group_map, in their order. */
void cog_named_groups_walk(const struct cog_config *config,
                           cog_named_group_visit *visit, void *context);

/*
 * Those of them that the roster does not have: a group that the pool does
 * not have lets nobody in, and may be a slip of the pen.
 */
void cog_named_groups_missing(const struct cog_config *config,
                              const struct cog_roster *roster,
                              cog_named_group_visit *visit, void *context);

#endif
