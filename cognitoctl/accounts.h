/* SPDX-License-Identifier: Apache-2.0 */
/* The two halves of cognitoctl accounts. Of use to this command only. */
#ifndef COG_COGNITOCTL_ACCOUNTS_H
#define COG_COGNITOCTL_ACCOUNTS_H

#include <stdbool.h>

/* Each prints to standard output and returns an exit code. */
int cog_accounts_list(bool json);
int cog_accounts_show(const char *name, bool json);

#endif
