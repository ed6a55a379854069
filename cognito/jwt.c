/* SPDX-License-Identifier: Apache-2.0 */
/* RS256 and key sets over OpenSSL and our JSON reader; see the header. */
#include "cognito/jwt.h"

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/param_build.h>
#include <openssl/rsa.h>
#include <string.h>

#include "cognito/crypto.h"

#define KEY_ID_MAX   256
#define MODULUS_MAX  2048 /* base64url digits: up to 8192 bits and more */
#define EXPONENT_MAX 16
#define LEAST_BITS   2048
#define MOST_BITS    8192
#define KEYS_MAX     64 /* keys looked at in one set */

/* The three parts of a token, as they stand in it. */
struct parts {
    struct cog_bytes header, payload, signature;
    struct cog_bytes signed_text; /* the first two with their dot */
};

static void
free_key(EVP_PKEY **key)
{
    EVP_PKEY_free(*key);
}

static void
free_key_context(EVP_PKEY_CTX **context)
{
    EVP_PKEY_CTX_free(*context);
}

static void
free_digest(EVP_MD_CTX **context)
{
    EVP_MD_CTX_free(*context);
}

static void
free_builder(OSSL_PARAM_BLD **builder)
{
    OSSL_PARAM_BLD_free(*builder);
}

static void
free_params(OSSL_PARAM **params)
{
    OSSL_PARAM_free(*params);
}

static void
free_number(BIGNUM **number)
{
    BN_free(*number);
}

#define cleanup_key         __attribute__((cleanup(free_key)))
#define cleanup_key_context __attribute__((cleanup(free_key_context)))
#define cleanup_digest      __attribute__((cleanup(free_digest)))
#define cleanup_builder     __attribute__((cleanup(free_builder)))
#define cleanup_params      __attribute__((cleanup(free_params)))
#define cleanup_number      __attribute__((cleanup(free_number)))

/* A base64url member as a positive number. */
static enum cog_status
read_number(const struct cog_json *jwk, const char *member, size_t max,
            BIGNUM **number)
{
    cog_cleanup_secret struct cog_secret bytes = COG_SECRET_EMPTY;
    const char *text;

    if (cog_json_text(jwk, member, max, &text) != COG_OK || *text == '\0')
        return COG_NO_KEYS;
    switch (cog_base64url_decode(text, strlen(text), &bytes)) {
    case COG_OK:
        break;
    case COG_NO_MEMORY:
        return COG_NO_MEMORY;
    default:
        return COG_NO_KEYS;
    }
    *number =
        BN_bin2bn((const unsigned char *) bytes.data, (int) bytes.len, NULL);
    return *number != NULL ? COG_OK : COG_NO_MEMORY;
}

/* Whether a member that may be absent has the one value that is fine. */
static bool
is_absent_or(const struct cog_json *jwk, const char *member,
             const char *wanted)
{
    const char *text;

    if (!cog_json_has(jwk, member))
        return true;
    return cog_json_text(jwk, member, KEY_ID_MAX, &text) == COG_OK &&
           strcmp(text, wanted) == 0;
}

/* n and e to a key, without a detour over any file format. */
static enum cog_status
build_key(const BIGNUM *n, const BIGNUM *e, EVP_PKEY **key)
{
    cleanup_builder OSSL_PARAM_BLD *builder = OSSL_PARAM_BLD_new();
    cleanup_params OSSL_PARAM *params = NULL;
    cleanup_key_context EVP_PKEY_CTX *context =
        EVP_PKEY_CTX_new_from_name(NULL, "RSA", NULL);

    if (builder == NULL || context == NULL ||
        OSSL_PARAM_BLD_push_BN(builder, OSSL_PKEY_PARAM_RSA_N, n) != 1 ||
        OSSL_PARAM_BLD_push_BN(builder, OSSL_PKEY_PARAM_RSA_E, e) != 1)
        return COG_NO_MEMORY;
    params = OSSL_PARAM_BLD_to_param(builder);
    if (params == NULL || EVP_PKEY_fromdata_init(context) != 1)
        return COG_NO_MEMORY;
    /* It refuses no numbers, so a failure is memory. */
    if (EVP_PKEY_fromdata(context, key, EVP_PKEY_PUBLIC_KEY, params) != 1)
        return COG_NO_MEMORY;
    return COG_OK;
}

/* COG_NO_KEYS for a key we do not use. */
static enum cog_status
read_key(const struct cog_json *jwk, EVP_PKEY **key)
{
    cleanup_number BIGNUM *n = NULL, *e = NULL;
    const char *type;
    enum cog_status status;

    if (cog_json_text(jwk, "kty", KEY_ID_MAX, &type) != COG_OK ||
        strcmp(type, "RSA") != 0 || !is_absent_or(jwk, "use", "sig") ||
        !is_absent_or(jwk, "alg", "RS256"))
        return COG_NO_KEYS;
    status = read_number(jwk, "n", MODULUS_MAX, &n);
    if (status == COG_OK)
        status = read_number(jwk, "e", EXPONENT_MAX, &e);
    if (status != COG_OK)
        return status;
    if (BN_num_bits(n) < LEAST_BITS || BN_num_bits(n) > MOST_BITS ||
        !BN_is_odd(n) || !BN_is_odd(e) || BN_is_one(e) || BN_num_bits(e) > 64)
        return COG_NO_KEYS;
    return build_key(n, e, key);
}

/*
 * The usable key of that id, or the first usable one when kid is NULL.
 * Two keys of one id, usable or not, are one too many: neither is taken.
 */
static enum cog_status
find_key(const char *jwks, size_t len, const char *kid, EVP_PKEY **key)
{
    cog_cleanup_json struct cog_json *document = NULL;
    cleanup_key EVP_PKEY *found = NULL;
    const struct cog_json *keys, *jwk;
    const char *id;
    bool seen = false;
    enum cog_status status = cog_json_parse(jwks, len, &document);

    if (status != COG_OK)
        return status == COG_NO_MEMORY ? status : COG_NO_KEYS;
    if (cog_json_array(document, "keys", &keys) != COG_OK ||
        cog_json_count(keys) > KEYS_MAX)
        return COG_NO_KEYS;
    for (size_t i = 0; i < cog_json_count(keys); i++) {
        if (cog_json_object_at(keys, i, &jwk) != COG_OK ||
            cog_json_text(jwk, "kid", KEY_ID_MAX, &id) != COG_OK ||
            (kid != NULL && strcmp(id, kid) != 0))
            continue;
        if (kid != NULL && seen)
            return COG_NO_KEYS;
        seen = true;
        if (found != NULL)
            break;
        status = read_key(jwk, &found);
        if (status != COG_OK && status != COG_NO_KEYS)
            return status;
    }
    if (found == NULL)
        return COG_NO_KEYS;
    *key = found;
    found = NULL;
    return COG_OK;
}

enum cog_status
cog_jwks_check(const char *jwks, size_t len)
{
    cleanup_key EVP_PKEY *key = NULL;

    return find_key(jwks, len, NULL, &key);
}

/* Exactly two dots. */
static bool
split(const struct cog_secret *token, struct parts *parts)
{
    const char *begin = token->data, *end = token->data + token->len;
    const char *first, *second;

    if (token->len == 0 || token->len > COG_JWT_MAX)
        return false;
    first = memchr(begin, '.', token->len);
    if (first == NULL)
        return false;
    second = memchr(first + 1, '.', (size_t) (end - first - 1));
    if (second == NULL ||
        memchr(second + 1, '.', (size_t) (end - second - 1)) != NULL)
        return false;
    parts->header = (struct cog_bytes){begin, (size_t) (first - begin)};
    parts->payload =
        (struct cog_bytes){first + 1, (size_t) (second - first - 1)};
    parts->signature =
        (struct cog_bytes){second + 1, (size_t) (end - second - 1)};
    parts->signed_text = (struct cog_bytes){begin, (size_t) (second - begin)};
    return true;
}

/* One part as a JSON object. */
static enum cog_status
read_part(struct cog_bytes part, struct cog_json **document)
{
    cog_cleanup_secret struct cog_secret text = COG_SECRET_EMPTY;
    enum cog_status status = cog_base64url_decode(part.data, part.len, &text);

    if (status == COG_OK)
        status = cog_json_parse(text.data, text.len, document);
    return status == COG_PROTOCOL ? COG_TOKEN : status;
}

/* alg and crit of the header; jwk, jku, x5u and x5c are not even looked at. */
static enum cog_status
check_header(const struct cog_json *header, const char **kid)
{
    const char *alg;

    if (cog_json_text(header, "alg", KEY_ID_MAX, &alg) != COG_OK ||
        strcmp(alg, "RS256") != 0 || cog_json_has(header, "crit") ||
        cog_json_text(header, "kid", KEY_ID_MAX, kid) != COG_OK)
        return COG_TOKEN;
    return COG_OK;
}

/* RSASSA-PKCS1-v1_5 with SHA-256, whatever the token says. */
static enum cog_status
check_signature(EVP_PKEY *key, const struct parts *parts)
{
    cog_cleanup_secret struct cog_secret signature = COG_SECRET_EMPTY;
    cleanup_digest EVP_MD_CTX *context = EVP_MD_CTX_new();
    EVP_PKEY_CTX *padding; /* the digest's */
    enum cog_status status = cog_base64url_decode(
        parts->signature.data, parts->signature.len, &signature);

    if (status != COG_OK)
        return status == COG_PROTOCOL ? COG_TOKEN : status;
    if (context == NULL)
        return COG_NO_MEMORY;
    if (signature.len != (size_t) EVP_PKEY_get_size(key))
        return COG_TOKEN;
    if (EVP_DigestVerifyInit(context, &padding, EVP_sha256(), NULL, key) !=
            1 ||
        EVP_PKEY_CTX_set_rsa_padding(padding, RSA_PKCS1_PADDING) != 1)
        return COG_NO_MEMORY;
    if (EVP_DigestVerify(context, (const unsigned char *) signature.data,
                         signature.len, parts->signed_text.data,
                         parts->signed_text.len) != 1)
        return COG_TOKEN;
    return COG_OK;
}

enum cog_status
cog_jwt_verify(const struct cog_secret *token, const char *jwks, size_t len,
               struct cog_json **claims)
{
    cog_cleanup_json struct cog_json *header = NULL;
    cleanup_key EVP_PKEY *key = NULL;
    struct parts parts;
    const char *kid;
    enum cog_status status;

    if (!split(token, &parts))
        return COG_TOKEN;
    status = read_part(parts.header, &header);
    if (status == COG_OK)
        status = check_header(header, &kid);
    if (status == COG_OK)
        status = find_key(jwks, len, kid, &key);
    if (status == COG_OK)
        status = check_signature(key, &parts);
    if (status != COG_OK)
        return status;
    return read_part(parts.payload, claims);
}
