/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Whether the caller may be told of an account that does not exist yet: the
 * one that a first login by ssh will make. sshd looks a name up before PAM
 * runs and turns strangers away for good.
 */
#ifndef COG_NSS_COGNITO_PROVISIONAL_H
#define COG_NSS_COGNITO_PROVISIONAL_H

#include <stdatomic.h>
#include <stdint.h>

#include "accounts/account.h"

/*
 * The first account that this process was told of before it existed. sshd,
 * one process for each connection, goes on with it, whatever the files or the
 * settings say a minute later: so must those who judge the login, and they
 * ask here, in the same process or a child of it.
 */
struct cog_nss_told {
    _Atomic uint32_t state; /* below; set once */
    struct cog_account account;
};

enum cog_nss_told_state {
    COG_NSS_TOLD_NOTHING = 0,
    COG_NSS_TOLD_BEING, /* written by another thread just now */
    COG_NSS_TOLD
};

extern struct cog_nss_told cog_nss_told;

/*
 * The account that a first login under this name will make, for a name that
 * the accounts files do not have. ENOENT: none, or this process is not an
 * sshd that runs as root; else as accounts/provisional.h.
 */
int cog_nss_provisional(const char *name, struct cog_account *account);

/* What this process was told of the name; ENOENT: nothing. */
int cog_nss_remembered(const char *name, struct cog_account *account);

#endif
