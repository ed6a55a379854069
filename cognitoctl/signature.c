/* SPDX-License-Identifier: Apache-2.0 */
/* Ed25519 over OpenSSL's EVP; see the header. */
#include "cognitoctl/signature.h"

#include "accounts/secret_file.h"
#include "accounts/trusted_file.h"

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <stdio.h>

static void
free_bio(BIO **bio)
{
    BIO_free_all(*bio);
}

static void
free_context(EVP_MD_CTX **context)
{
    EVP_MD_CTX_free(*context);
}

void
cog_signature_key_clear(struct cog_signature_key *key)
{
    EVP_PKEY_free(key->pkey);
    key->pkey = NULL;
}

/* An encrypted key is refused; OpenSSL would ask on the terminal. */
static int
no_password(char *buffer, int size, int writing, void *context)
{
    (void) buffer;
    (void) size;
    (void) writing;
    (void) context;
    return -1;
}

typedef EVP_PKEY *pem_reader(BIO *, EVP_PKEY **, pem_password_cb *, void *);

static const char *
parse(const char *pem, size_t len, pem_reader *read, const char *otherwise,
      struct cog_signature_key *key)
{
    __attribute__((cleanup(free_bio))) BIO *bio = NULL;
    cog_cleanup_signature_key struct cog_signature_key found =
        COG_SIGNATURE_KEY_NONE;

    if (len > COG_SIGNATURE_PEM_MAX)
        return "too big for a key";
    bio = BIO_new_mem_buf(pem, (int) len);
    if (bio == NULL)
        return "out of memory";
    found.pkey = read(bio, NULL, no_password, NULL);
    ERR_clear_error();
    if (found.pkey == NULL)
        return otherwise;
    if (EVP_PKEY_is_a(found.pkey, "ED25519") != 1)
        return "not an Ed25519 key";
    cog_signature_key_clear(key);
    *key = found;
    found.pkey = NULL;
    return NULL;
}

const char *
cog_signature_parse_public(const char *pem, size_t len,
                           struct cog_signature_key *key)
{
    return parse(pem, len, PEM_read_bio_PUBKEY, "not a public key in PEM",
                 key);
}

const char *
cog_signature_parse_private(const char *pem, size_t len,
                            struct cog_signature_key *key)
{
    return parse(pem, len, PEM_read_bio_PrivateKey,
                 "not a private key in PEM without a password", key);
}

const char *
cog_signature_load_public(const char *path, struct cog_signature_key *key)
{
    char pem[COG_SIGNATURE_PEM_MAX + 1];
    enum cog_trust trust = COG_TRUST_FINE;
    size_t len = 0;

    if (cog_trusted_read(path, COG_TRUST_DIRS, pem, sizeof pem, &len,
                         &trust) != 0)
        return cog_trust_text(trust);
    return cog_signature_parse_public(pem, len, key);
}

const char *
cog_signature_load_private(const char *path, struct cog_signature_key *key)
{
    cog_cleanup_secret struct cog_secret pem = COG_SECRET_EMPTY;
    enum cog_trust trust = COG_TRUST_FINE;

    if (cog_secret_file_load(path, COG_TRUST_DIRS, COG_SIGNATURE_PEM_MAX, &pem,
                             &trust) != 0)
        return cog_trust_text(trust);
    return cog_signature_parse_private(pem.data, pem.len, key);
}

void
cog_signature_key_tag(const struct cog_signature_key *key,
                      char tag[COG_SIGNATURE_TAG])
{
    unsigned char bytes[COG_SIGNATURE_TAG / 2];
    size_t len = sizeof bytes;

    *tag = '\0';
    if (EVP_PKEY_get_raw_public_key(key->pkey, bytes, &len) != 1)
        return;
    for (size_t i = 0; i < len; i++)
        (void) snprintf(tag + 2 * i, 3, "%02x", bytes[i]);
}

bool
cog_signature_make(const struct cog_signature_key *key, const void *bytes,
                   size_t len, unsigned char signature[COG_SIGNATURE_SIZE])
{
    __attribute__((cleanup(free_context))) EVP_MD_CTX *context =
        EVP_MD_CTX_new();
    size_t size = COG_SIGNATURE_SIZE;

    return context != NULL &&
           EVP_DigestSignInit_ex(context, NULL, NULL, NULL, NULL, key->pkey,
                                 NULL) == 1 &&
           EVP_DigestSign(context, signature, &size, bytes, len) == 1 &&
           size == COG_SIGNATURE_SIZE;
}

bool
cog_signature_verify(const struct cog_signature_key *key, const void *bytes,
                     size_t len,
                     const unsigned char signature[COG_SIGNATURE_SIZE])
{
    __attribute__((cleanup(free_context))) EVP_MD_CTX *context =
        EVP_MD_CTX_new();
    bool right;

    right = context != NULL &&
            EVP_DigestVerifyInit_ex(context, NULL, NULL, NULL, NULL, key->pkey,
                                    NULL) == 1 &&
            EVP_DigestVerify(context, signature, COG_SIGNATURE_SIZE, bytes,
                             len) == 1;
    ERR_clear_error();
    return right;
}
