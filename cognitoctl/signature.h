/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Ed25519 signatures (RFC 8032) by OpenSSL, with keys in PEM files as
 * `openssl genpkey -algorithm ed25519` and `openssl pkey -pubout` write them.
 */
#ifndef COG_COGNITOCTL_SIGNATURE_H
#define COG_COGNITOCTL_SIGNATURE_H

#include <stdbool.h>
#include <stddef.h>

#define COG_SIGNATURE_SIZE    64
#define COG_SIGNATURE_TAG     65   /* bytes of a public key in hex, with NUL */
#define COG_SIGNATURE_PEM_MAX 4096 /* bytes of a key file */

/* One key, private or public; wiped by cog_signature_key_clear. */
struct cog_signature_key {
    struct evp_pkey_st *pkey; /* OpenSSL's; NULL: none */
};

#define COG_SIGNATURE_KEY_NONE                                                \
    {                                                                         \
        NULL                                                                  \
    }

/* Fine for an empty one. */
void cog_signature_key_clear(struct cog_signature_key *key);

#define cog_cleanup_signature_key                                             \
    __attribute__((cleanup(cog_signature_key_clear)))

/*
 * A public key from PEM bytes ("BEGIN PUBLIC KEY"). Returns NULL, or why not:
 * a fixed text that follows the file's name; key is untouched then.
 */
const char *cog_signature_parse_public(const char *pem, size_t len,
                                       struct cog_signature_key *key);

/*
 * A private key from PEM bytes, not encrypted. Returns as above. The bytes
 * are the caller's to wipe.
 */
const char *cog_signature_parse_private(const char *pem, size_t len,
                                        struct cog_signature_key *key);

/*
 * The same from a file of root's, in directories of root's; a private key
 * also mode 0600 (accounts/trusted_file.h).
 */
const char *cog_signature_load_public(const char *path,
                                      struct cog_signature_key *key);
const char *cog_signature_load_private(const char *path,
                                       struct cog_signature_key *key);

/* Which public key this is, in hex (RFC 8032); "" if OpenSSL fails. */
void cog_signature_key_tag(const struct cog_signature_key *key,
                           char tag[COG_SIGNATURE_TAG]);

/* Sign with a private key. False when OpenSSL fails. */
bool cog_signature_make(const struct cog_signature_key *key, const void *bytes,
                        size_t len,
                        unsigned char signature[COG_SIGNATURE_SIZE]);

/* Whether the bytes carry this signature by the owner of the key. */
bool cog_signature_verify(const struct cog_signature_key *key,
                          const void *bytes, size_t len,
                          const unsigned char signature[COG_SIGNATURE_SIZE]);

#endif
