/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Signed tokens (RFC 7515, 7517, 7519) as Cognito makes them: RS256 with a
 * key of the pool's set, and nothing else (P60). Says only that a token was
 * signed by the pool; what it says is cognito/claims.h's part.
 */
#ifndef COG_COGNITO_JWT_H
#define COG_COGNITO_JWT_H

#include <stddef.h>

#include "base/secret.h"
#include "cognito/json.h"
#include "cognito/status.h"

/* Longest token taken; one of a user in 100 groups has 18 kB. */
#define COG_JWT_MAX (64 * 1024)

/*
 * Whether a key set document is one and holds a usable key: RSA of 2048
 * to 8192 bits, for signing, with a key id. Unusable keys are skipped.
 * COG_NO_KEYS when it is not, COG_NO_MEMORY.
 */
enum cog_status cog_jwks_check(const char *jwks, size_t len);

/*
 * Verify the signature with the key that the token names. COG_OK with the
 * claims, which the caller frees; COG_NO_KEYS when the (well-formed) token
 * names a key that is not in the set or not usable there; COG_TOKEN for any
 * other token that must not be believed; COG_NO_MEMORY.
 */
enum cog_status cog_jwt_verify(const struct cog_secret *token,
                               const char *jwks, size_t len,
                               struct cog_json **claims);

#endif
