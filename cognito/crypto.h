/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The few primitives that several files share: SHA-256 and HMAC over parts,
 * base64 in both alphabets, Cognito's SECRET_HASH, random bytes.
 */
#ifndef COG_COGNITO_CRYPTO_H
#define COG_COGNITO_CRYPTO_H

#include <stddef.h>

#include "base/secret.h"
#include "cognito/status.h"

#define COG_SHA256_SIZE 32

/* Some bytes of somebody else. */
struct cog_bytes {
    const void *data;
    size_t len;
};

/* SHA-256 over the parts in order. COG_INTERNAL when OpenSSL fails. */
enum cog_status cog_sha256(const struct cog_bytes *parts, size_t count,
                           unsigned char out[COG_SHA256_SIZE]);

/* HMAC-SHA256 likewise; the key may hold any bytes. */
enum cog_status cog_hmac(struct cog_bytes key, const struct cog_bytes *parts,
                         size_t count, unsigned char out[COG_SHA256_SIZE]);

/* Standard base64 with padding (RFC 4648 section 4). COG_NO_MEMORY. */
enum cog_status cog_base64_encode(const void *bytes, size_t len,
                                  struct cog_secret *text);

/*
 * Strict decoding: this alphabet only, right padding, no line ends, unused
 * bits zero; empty text gives an empty secret. COG_PROTOCOL when it is not
 * that, COG_NO_MEMORY.
 */
enum cog_status cog_base64_decode(const char *text, size_t len,
                                  struct cog_secret *bytes);

/* The same for base64url without padding (RFC 7515 section 2). */
enum cog_status cog_base64url_decode(const char *text, size_t len,
                                     struct cog_secret *bytes);

/*
 * SECRET_HASH: base64(HMAC-SHA256(client secret, name | client id)), for
 * exactly the name that is sent beside it.
 */
enum cog_status cog_secret_hash(const struct cog_secret *client_secret,
                                const char *name, const char *client_id,
                                struct cog_secret *hash);

/* Random bytes that need not stay secret. COG_INTERNAL without a source. */
enum cog_status cog_random(void *out, size_t len);

#endif
