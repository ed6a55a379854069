/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The pool's key set at work: a token's signature, with a set that is fetched
 * where that is permitted (P42). For this room only.
 */
#ifndef COG_COGNITO_KEYS_H
#define COG_COGNITO_KEYS_H

#include "base/secret.h"
#include "cognito/json.h"
#include "cognito/login.h"
#include "cognito/rpc.h"
#include "cognito/status.h"

/*
 * Verify the signature of a token with the keys known, or fetched when there
 * are none or the token names another one and the last fetch is an hour ago.
 * COG_OK with the claims, which the caller frees; COG_TOKEN, COG_NO_KEYS,
 * COG_NO_MEMORY otherwise, the report's detail says why.
 */
enum cog_status cog_keys_verify(struct cog_rpc *rpc, const char *pool_id,
                                struct cog_keys *keys,
                                const struct cog_secret *token,
                                struct cog_json **claims);

#endif
