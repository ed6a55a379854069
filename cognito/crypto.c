/* SPDX-License-Identifier: Apache-2.0 */
/* Shared primitives over OpenSSL; see the header. */
#include "cognito/crypto.h"

#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/params.h>
#include <openssl/rand.h>
#include <stdint.h>
#include <string.h>

static void
free_digest(EVP_MD_CTX **context)
{
    EVP_MD_CTX_free(*context);
}

static void
free_mac(EVP_MAC **mac)
{
    EVP_MAC_free(*mac);
}

static void
free_mac_context(EVP_MAC_CTX **context)
{
    EVP_MAC_CTX_free(*context);
}

enum cog_status
cog_sha256(const struct cog_bytes *parts, size_t count,
           unsigned char out[COG_SHA256_SIZE])
{
    __attribute__((cleanup(free_digest))) EVP_MD_CTX *context =
        EVP_MD_CTX_new();

    if (context == NULL)
        return COG_NO_MEMORY;
    if (EVP_DigestInit_ex2(context, EVP_sha256(), NULL) != 1)
        return COG_INTERNAL;
    for (size_t i = 0; i < count; i++) {
        if (EVP_DigestUpdate(context, parts[i].data, parts[i].len) != 1)
            return COG_INTERNAL;
    }
    return EVP_DigestFinal_ex(context, out, NULL) == 1 ? COG_OK : COG_INTERNAL;
}

enum cog_status
cog_hmac(struct cog_bytes key, const struct cog_bytes *parts, size_t count,
         unsigned char out[COG_SHA256_SIZE])
{
    static const unsigned char no_key[1];
    __attribute__((cleanup(free_mac))) EVP_MAC *mac =
        EVP_MAC_fetch(NULL, OSSL_MAC_NAME_HMAC, NULL);
    __attribute__((cleanup(free_mac_context))) EVP_MAC_CTX *context = NULL;
    char digest[] = "SHA256";
    OSSL_PARAM params[] = {
        OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, digest, 0),
        OSSL_PARAM_construct_end(),
    };
    size_t written = 0;

    if (mac == NULL)
        return COG_INTERNAL;
    context = EVP_MAC_CTX_new(mac);
    if (context == NULL)
        return COG_NO_MEMORY;
    /* A NULL key would mean "the one of before". */
    if (EVP_MAC_init(context, key.len > 0 ? key.data : no_key, key.len,
                     params) != 1)
        return COG_INTERNAL;
    for (size_t i = 0; i < count; i++) {
        if (EVP_MAC_update(context, parts[i].data, parts[i].len) != 1)
            return COG_INTERNAL;
    }
    if (EVP_MAC_final(context, out, &written, COG_SHA256_SIZE) != 1 ||
        written != COG_SHA256_SIZE)
        return COG_INTERNAL;
    return COG_OK;
}

static const char standard[] =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
static const char for_urls[] =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

enum cog_status
cog_base64_encode(const void *bytes, size_t len, struct cog_secret *text)
{
    const unsigned char *from = bytes;
    cog_cleanup_secret struct cog_secret out = COG_SECRET_EMPTY;
    char group[4];

    for (size_t i = 0; i < len; i += 3) {
        size_t left = len - i;
        uint32_t bits = (uint32_t) from[i] << 16;

        if (left > 1)
            bits |= (uint32_t) from[i + 1] << 8;
        if (left > 2)
            bits |= from[i + 2];
        group[0] = standard[bits >> 18];
        group[1] = standard[bits >> 12 & 63];
        group[2] = left > 1 ? standard[bits >> 6 & 63] : '=';
        group[3] = left > 2 ? standard[bits & 63] : '=';
        if (cog_secret_append(&out, group, sizeof group) != 0)
            return COG_NO_MEMORY;
    }
    cog_secret_move(text, &out);
    return COG_OK;
}

/* The alphabet turned round: 0 to 63, or -1. */
static void
invert(const char *alphabet, signed char values[256])
{
    memset(values, -1, 256);
    for (int i = 0; i < 64; i++)
        values[(unsigned char) alphabet[i]] = (signed char) i;
}

/* len without padding; the rest of 1 digit or of set bits is malformed. */
static enum cog_status
decode(const char *alphabet, const char *text, size_t len,
       struct cog_secret *bytes)
{
    cog_cleanup_secret struct cog_secret out = COG_SECRET_EMPTY;
    signed char values[256];
    uint32_t bits = 0;
    size_t used = 0, size = len / 4 * 3 + (len % 4 == 0 ? 0 : len % 4 - 1);

    if (len % 4 == 1 || len > COG_SECRET_MAX)
        return COG_PROTOCOL;
    /* For the room that it makes: what it copies is written over below. */
    if (cog_secret_set(&out, text, size) != 0)
        return COG_NO_MEMORY;
    invert(alphabet, values);
    for (size_t i = 0; i < len; i++) {
        int value = values[(unsigned char) text[i]];

        if (value < 0)
            return COG_PROTOCOL;
        bits = bits << 6 | (uint32_t) value;
        if (i % 4 == 0)
            continue;
        out.data[used++] = (char) (bits >> (6 - i % 4 * 2) & 0xff);
    }
    if ((len % 4 == 2 && (bits & 15) != 0) ||
        (len % 4 == 3 && (bits & 3) != 0))
        return COG_PROTOCOL;
    cog_secret_move(bytes, &out);
    return COG_OK;
}

enum cog_status
cog_base64_decode(const char *text, size_t len, struct cog_secret *bytes)
{
    if (len % 4 != 0)
        return COG_PROTOCOL;
    for (int i = 0; i < 2 && len > 0 && text[len - 1] == '='; i++)
        len--;
    return decode(standard, text, len, bytes);
}

enum cog_status
cog_base64url_decode(const char *text, size_t len, struct cog_secret *bytes)
{
    return decode(for_urls, text, len, bytes);
}

enum cog_status
cog_secret_hash(const struct cog_secret *client_secret, const char *name,
                const char *client_id, struct cog_secret *hash)
{
    const struct cog_bytes key = {client_secret->data, client_secret->len};
    const struct cog_bytes parts[] = {
        {name, strlen(name)},
        {client_id, strlen(client_id)},
    };
    unsigned char mac[COG_SHA256_SIZE];
    enum cog_status status = cog_hmac(key, parts, 2, mac);

    if (status != COG_OK)
        return status;
    return cog_base64_encode(mac, sizeof mac, hash);
}

enum cog_status
cog_random(void *out, size_t len)
{
    return RAND_bytes_ex(NULL, out, len, 0) == 1 ? COG_OK : COG_INTERNAL;
}
