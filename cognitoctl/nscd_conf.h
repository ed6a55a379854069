/* SPDX-License-Identifier: Apache-2.0 */
/* What nscd.conf(5) says about users. Pure. */
#ifndef COG_COGNITOCTL_NSCD_CONF_H
#define COG_COGNITOCTL_NSCD_CONF_H

#include <stdbool.h>
#include <stddef.h>

/* Whether nscd keeps users: unless the last "enable-cache passwd" says no. */
bool cog_nscd_keeps_users(const char *bytes, size_t len);

#endif
