/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Who is not root and asks for something to be done with the client secret,
 * which they cannot read themselves (P96).
 */
#ifndef COG_KEEPER_CALLERS_H
#define COG_KEEPER_CALLERS_H

#include "accounts/places.h"
#include "config/config.h"

#include <stdbool.h>
#include <sys/types.h>

/*
 * Whether programs of real uid `uid` may ask for `user`: it is their own
 * name, or they are named in trusted_callers. Their own name is that of the
 * first line of /etc/passwd with this uid; where there is none, that of the
 * accounts file, if it is not a name of /etc/passwd. Whatever cannot be read
 * is a no.
 */
bool cog_callers_may_ask(const struct cog_places *places,
                         const struct cog_config *config, uid_t uid,
                         const char *user);

#endif
