/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Whether the caller may be told of an account that does not exist yet: the
 * one that a first login by ssh will make. sshd looks a name up before PAM
 * runs and turns strangers away for good.
 */
#ifndef COG_NSS_COGNITO_PROVISIONAL_H
#define COG_NSS_COGNITO_PROVISIONAL_H

#include "accounts/account.h"

/*
 * The account that a first login under this name will make, for a name that
 * the accounts files do not have. ENOENT: none, or this process is not an
 * sshd that runs as root; else as accounts/provisional.h.
 */
int cog_nss_provisional(const char *name, struct cog_account *account);

#endif
