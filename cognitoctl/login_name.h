/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which login name a pool user signs in with: sign_in_name and login_claim
 * read backwards, so that whoever gets an account here is exactly who could
 * sign in with that name. Pure.
 */
#ifndef COG_COGNITOCTL_LOGIN_NAME_H
#define COG_COGNITOCTL_LOGIN_NAME_H

#include "accounts/account.h"
#include "config/config.h"

/* Of a pool user; texts as they came, NULL for an attribute that is not. */
struct cog_pool_names {
    const char *username;
    const char *email;
    const char *email_verified;
};

/*
 * The name in out; NULL, or why there is none: a fixed text that follows the
 * user's name in a sentence. out is untouched then.
 */
const char *cog_login_name_of(const struct cog_config *config,
                              const struct cog_pool_names *names,
                              char out[COG_NAME_MAX + 1]);

#endif
