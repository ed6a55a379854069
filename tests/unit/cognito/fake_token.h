/* SPDX-License-Identifier: Apache-2.0 */
/* A signer of tokens: what the pool would be, with keys of its own. */
#ifndef COG_TESTS_FAKE_TOKEN_H
#define COG_TESTS_FAKE_TOKEN_H

#include "base/secret.h"

/* The kid of the key that signs by default, and of a key not in the set. */
#define FAKE_KID   "key-1="
#define FAKE_KID_2 "key-2="

/* Sign the payload as RS256 with one of two keys, of tests/vectors/signers. */
void fake_token(const char *payload, const char *kid,
                struct cog_secret *token);

/* The key set document that holds the keys of these kids (NULL ends). */
void fake_jwks(const char *const *kids, struct cog_secret *jwks);

/* Free the keys: the end of a group of tests. */
int fake_token_end(void **state);

#endif
