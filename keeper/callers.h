/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which names a caller that is not root may have tried with the client
 * secret, which it cannot read itself (P96).
 */
#ifndef COG_KEEPER_CALLERS_H
#define COG_KEEPER_CALLERS_H

#include "accounts/places.h"
#include "config/config.h"

#include <stdbool.h>
#include <sys/types.h>

/*
 * Whether programs with this real uid may ask for this user: it is their own
 * name, or trusted_callers has them. Their own name is in the first line of
 * /etc/passwd with the uid. If there is none, it is the name that the accounts
 * file has for the uid, unless /etc/passwd has that name. False when a file
 * cannot be read.
 */
bool cog_callers_may_ask(const struct cog_places *places,
                         const struct cog_config *config, uid_t uid,
                         const char *user);

#endif
