/* SPDX-License-Identifier: Apache-2.0 */
/* Signing tokens for tests; see the header. */
#include "tests/unit/cognito/fake_token.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <stdio.h>
#include <string.h>

#include "cognito/crypto.h"

static EVP_PKEY *keys[2];

/* Not made anew in each test program: under valgrind that takes seconds. */
static EVP_PKEY *
read_key(const char *path)
{
    FILE *file = fopen(path, "re");
    EVP_PKEY *key;

    if (file == NULL)
        fail_msg("no key to sign with: %s", path);
    key = PEM_read_PrivateKey(file, NULL, NULL, NULL);
    (void) fclose(file);
    assert_non_null(key);
    return key;
}

static EVP_PKEY *
key_of(const char *kid)
{
    static const char *const paths[] = {COG_VECTORS_DIR "/signers/key-1.pem",
                                        COG_VECTORS_DIR "/signers/key-2.pem"};
    size_t i = strcmp(kid, FAKE_KID) == 0 ? 0 : 1;

    if (keys[i] == NULL)
        keys[i] = read_key(paths[i]);
    return keys[i];
}

/* Standard base64 turned into the other alphabet. */
static void
append_base64url(struct cog_secret *text, const void *bytes, size_t len)
{
    struct cog_secret encoded = COG_SECRET_EMPTY;

    assert_int_equal(cog_base64_encode(bytes, len, &encoded), COG_OK);
    while (encoded.len > 0 && encoded.data[encoded.len - 1] == '=')
        encoded.len--;
    for (size_t i = 0; i < encoded.len; i++) {
        if (encoded.data[i] == '+')
            encoded.data[i] = '-';
        else if (encoded.data[i] == '/')
            encoded.data[i] = '_';
    }
    assert_int_equal(cog_secret_append(text, encoded.data, encoded.len), 0);
    cog_secret_clear(&encoded);
}

void
fake_token(const char *payload, const char *kid, struct cog_secret *token)
{
    char header[128];
    unsigned char signature[512];
    size_t len = sizeof signature;
    EVP_MD_CTX *context = EVP_MD_CTX_new();

    (void) snprintf(header, sizeof header,
                    "{\"kid\":\"%s\",\"alg\":\"RS256\"}", kid);
    cog_secret_clear(token);
    append_base64url(token, header, strlen(header));
    assert_int_equal(cog_secret_append(token, ".", 1), 0);
    append_base64url(token, payload, strlen(payload));
    assert_int_equal(
        EVP_DigestSignInit(context, NULL, EVP_sha256(), NULL, key_of(kid)), 1);
    assert_int_equal(EVP_DigestSign(context, signature, &len,
                                    (const unsigned char *) token->data,
                                    token->len),
                     1);
    EVP_MD_CTX_free(context);
    assert_int_equal(cog_secret_append(token, ".", 1), 0);
    append_base64url(token, signature, len);
}

static void
append_key(struct cog_secret *jwks, const char *kid)
{
    unsigned char n[512];
    char text[128];
    BIGNUM *modulus = NULL;

    assert_int_equal(
        EVP_PKEY_get_bn_param(key_of(kid), OSSL_PKEY_PARAM_RSA_N, &modulus),
        1);
    (void) snprintf(text, sizeof text,
                    "{\"kty\":\"RSA\",\"alg\":\"RS256\",\"use\":\"sig\","
                    "\"e\":\"AQAB\",\"kid\":\"%s\",\"n\":\"",
                    kid);
    assert_int_equal(cog_secret_append(jwks, text, strlen(text)), 0);
    append_base64url(jwks, n, (size_t) BN_bn2bin(modulus, n));
    assert_int_equal(cog_secret_append(jwks, "\"}", 2), 0);
    BN_free(modulus);
}

void
fake_jwks(const char *const *kids, struct cog_secret *jwks)
{
    assert_int_equal(cog_secret_set_text(jwks, "{\"keys\":["), 0);
    for (size_t i = 0; kids[i] != NULL; i++) {
        if (i > 0)
            assert_int_equal(cog_secret_append(jwks, ",", 1), 0);
        append_key(jwks, kids[i]);
    }
    assert_int_equal(cog_secret_append(jwks, "]}", 2), 0);
}

int
fake_token_end(void **state)
{
    (void) state;
    EVP_PKEY_free(keys[0]);
    EVP_PKEY_free(keys[1]);
    keys[0] = keys[1] = NULL;
    return 0;
}
