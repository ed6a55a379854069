/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Cognito's variant of SRP-6a: the 3072-bit group of RFC 3526, SHA-256,
 * numbers padded as Java's BigInteger.toByteArray does it, HKDF with its own
 * label. Proves the password without sending it; proves nothing about the
 * service, which is TLS's part.
 */
#ifndef COG_COGNITO_SRP_H
#define COG_COGNITO_SRP_H

#include <stddef.h>
#include <stdint.h>

#include "base/secret.h"
#include "cognito/status.h"

struct cog_srp; /* one exchange: a, A, and N made ready */

/* Room for TIMESTAMP with its NUL. */
#define COG_SRP_TIMESTAMP_SIZE 40

/* What a PASSWORD_VERIFIER challenge brings and what answers it. */
struct cog_srp_challenge {
    const char *pool_name;    /* the pool id's part behind "_" */
    const char *user_id;      /* USER_ID_FOR_SRP */
    const char *salt;         /* SALT: hex, perhaps with a minus sign */
    const char *srp_b;        /* SRP_B: hex */
    const char *secret_block; /* SECRET_BLOCK: base64 */
    const char *timestamp;    /* as cog_srp_timestamp makes it */
};

/*
 * Begin: draw a of 256 bits (RFC 5054's minimum) and calculate A.
 * COG_INTERNAL when there is no randomness, COG_NO_MEMORY. The caller frees
 * *srp.
 */
enum cog_status cog_srp_new(struct cog_srp **srp);

/* The same with an a of the caller's choice: for tests with known values. */
enum cog_status cog_srp_new_from(const unsigned char *a, size_t len,
                                 struct cog_srp **srp);

/* SRP_A: lower-case hex. Borrowed. */
const char *cog_srp_public(const struct cog_srp *srp);

/*
 * PASSWORD_CLAIM_SIGNATURE in base64. COG_PROTOCOL for a challenge that must
 * not be answered: numbers that are not plain hex or too long, B >= N, B mod
 * N = 0, u = 0, a block that is not base64 or empty (P50, P51).
 * COG_NO_MEMORY.
 */
enum cog_status cog_srp_sign(struct cog_srp *srp,
                             const struct cog_srp_challenge *challenge,
                             const struct cog_secret *password,
                             struct cog_secret *signature);

/*
 * "Tue May 5 00:09:04 UTC 2026" for seconds since 1970 (0 to year 9999),
 * whatever locale and time zone say (P32). COG_INTERNAL out of range.
 */
enum cog_status cog_srp_timestamp(int64_t unix_s,
                                  char out[COG_SRP_TIMESTAMP_SIZE]);

/* Wipe and free; NULL is fine. */
void cog_srp_free(struct cog_srp *srp);

static inline void
cog_srp_free_at(struct cog_srp **srp)
{
    cog_srp_free(*srp);
}

#define cog_cleanup_srp __attribute__((cleanup(cog_srp_free_at)))

#endif
