/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The arithmetic of USER_SRP_AUTH; see the header. Letters are those of
 * RFC 5054. Secret exponents carry BN_FLG_CONSTTIME themselves, set right
 * before the exponentiation: arithmetic on a number drops the flag (P52).
 */
#include "cognito/srp.h"

#include <openssl/bn.h>
#include <openssl/crypto.h>
#include <openssl/rand.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/text.h"
#include "cognito/crypto.h"

#define A_BYTES          32  /* bits of a / 8 */
#define NUMBER_BYTES     384 /* of N */
#define PADDED_BYTES     (NUMBER_BYTES + 1)
#define KEY_BYTES        16
#define SRP_B_MAX        1024 /* digits, leading zeros included */
#define SALT_MAX         128  /* digits; the service sends up to 32 */
#define SECRET_BLOCK_MAX (16 * 1024)

/* k = SHA256(P(N) | P(g)); a test calculates it again. */
static const char k_hex[] =
    "538282c4354742d7cbbde2359fcf67f9f5b3a6b08791e5011b43b8a5b66d9ee6";

struct cog_srp {
    BN_CTX *ctx;
    BIGNUM *N;
    BIGNUM *g;
    BN_MONT_CTX *mont; /* N made ready for exponentiation */
    BIGNUM *a;         /* secret */
    BIGNUM *A;
    char *A_hex;
};

/* A number as the hashes take it. */
struct padded {
    unsigned char bytes[PADDED_BYTES];
    size_t len;
};

static void
clear_number(BIGNUM **number)
{
    BN_clear_free(*number);
}

#define cleanup_number __attribute__((cleanup(clear_number)))

static void
clear_padded(struct padded *padded)
{
    OPENSSL_cleanse(padded, sizeof *padded);
}

#define cleanup_padded __attribute__((cleanup(clear_padded)))

/*
 * Big-endian, as short as possible, one 00 in front when the top bit is
 * set; zero is one 00. False when longer than any number mod N.
 */
static bool
pad(const BIGNUM *number, struct padded *padded)
{
    int bits = BN_num_bits(number);
    int len = bits / 8 + 1; /* the sign bit takes part */

    if (len > PADDED_BYTES || BN_is_negative(number) ||
        BN_bn2binpad(number, padded->bytes, len) != len)
        return false;
    padded->len = (size_t) len;
    return true;
}

/*
 * Minus a number in two's complement, as short as possible: invert the
 * bytes of number - 1.
 */
static bool
pad_negative(BIGNUM *number, struct padded *padded)
{
    if (BN_is_zero(number))
        return pad(number, padded);
    if (BN_sub_word(number, 1) != 1 || !pad(number, padded))
        return false;
    for (size_t i = 0; i < padded->len; i++)
        padded->bytes[i] = (unsigned char) ~padded->bytes[i];
    return true;
}

static bool
is_hex(const char *text)
{
    return *text != '\0' &&
           text[strspn(text, "0123456789abcdefABCDEF")] == '\0';
}

static enum cog_status
parse_hex(const char *text, size_t max, BIGNUM **number)
{
    if (strlen(text) > max || !is_hex(text))
        return COG_PROTOCOL;
    return BN_hex2bn(number, text) > 0 ? COG_OK : COG_NO_MEMORY;
}

/* SHA-256 of parts as a number. */
static enum cog_status
hash_number(const struct cog_bytes *parts, size_t count, BIGNUM **number)
{
    unsigned char hash[COG_SHA256_SIZE];
    enum cog_status status = cog_sha256(parts, count, hash);

    if (status == COG_OK) {
        *number = BN_bin2bn(hash, sizeof hash, NULL);
        status = *number != NULL ? COG_OK : COG_NO_MEMORY;
    }
    OPENSSL_cleanse(hash, sizeof hash);
    return status;
}

/* base^exponent mod N for a secret exponent. */
static enum cog_status
power(struct cog_srp *srp, const BIGNUM *base, BIGNUM *exponent,
      BIGNUM *result)
{
    BN_set_flags(exponent, BN_FLG_CONSTTIME);
    return BN_mod_exp_mont_consttime(result, base, exponent, srp->N, srp->ctx,
                                     srp->mont) == 1
               ? COG_OK
               : COG_NO_MEMORY;
}

/* N, g and what exponentiation wants. */
static enum cog_status
prepare(struct cog_srp *srp)
{
    srp->ctx = BN_CTX_secure_new();
    srp->N = BN_get_rfc3526_prime_3072(NULL);
    srp->g = BN_new();
    srp->A = BN_new();
    srp->mont = BN_MONT_CTX_new();
    if (srp->ctx == NULL || srp->N == NULL || srp->g == NULL ||
        srp->A == NULL || srp->mont == NULL || BN_set_word(srp->g, 2) != 1 ||
        BN_MONT_CTX_set(srp->mont, srp->N, srp->ctx) != 1)
        return COG_NO_MEMORY;
    return COG_OK;
}

/* OpenSSL writes upper case; the clients of record write lower. */
static enum cog_status
write_public(struct cog_srp *srp)
{
    char *hex = BN_bn2hex(srp->A);
    char *begin;

    if (hex == NULL)
        return COG_NO_MEMORY;
    begin = hex + strspn(hex, "0");
    srp->A_hex = strdup(begin);
    OPENSSL_free(hex);
    if (srp->A_hex == NULL)
        return COG_NO_MEMORY;
    for (char *c = srp->A_hex; *c != '\0'; c++)
        *c = cog_ascii_to_lower(*c);
    return COG_OK;
}

enum cog_status
cog_srp_new_from(const unsigned char *a, size_t len, struct cog_srp **srp)
{
    cog_cleanup_srp struct cog_srp *fresh = NULL;
    enum cog_status status;

    if (len > NUMBER_BYTES * 4)
        return COG_INTERNAL;
    fresh = calloc(1, sizeof *fresh);
    if (fresh == NULL)
        return COG_NO_MEMORY;
    status = prepare(fresh);
    if (status != COG_OK)
        return status;
    fresh->a = BN_secure_new();
    if (fresh->a == NULL || BN_bin2bn(a, (int) len, fresh->a) == NULL)
        return COG_NO_MEMORY;
    status = power(fresh, fresh->g, fresh->a, fresh->A);
    if (status == COG_OK)
        status = write_public(fresh);
    if (status != COG_OK)
        return status;
    *srp = fresh;
    fresh = NULL;
    return COG_OK;
}

enum cog_status
cog_srp_new(struct cog_srp **srp)
{
    unsigned char a[A_BYTES];
    enum cog_status status = COG_INTERNAL;

    /* g^a mod N is never 0 for g = 2; a = 0 would make it 1. */
    if (RAND_priv_bytes(a, sizeof a) == 1)
        status = cog_srp_new_from(a, sizeof a, srp);
    OPENSSL_cleanse(a, sizeof a);
    return status;
}

const char *
cog_srp_public(const struct cog_srp *srp)
{
    return srp->A_hex;
}

/* u = SHA256(P(A) | P(B)), refused when 0. */
static enum cog_status
scramble(const BIGNUM *A, const BIGNUM *B, BIGNUM **u)
{
    struct padded padded_A, padded_B;
    enum cog_status status;

    if (!pad(A, &padded_A) || !pad(B, &padded_B))
        return COG_PROTOCOL;
    status =
        hash_number((const struct cog_bytes[]){{padded_A.bytes, padded_A.len},
                                               {padded_B.bytes, padded_B.len}},
                    2, u);
    if (status != COG_OK)
        return status;
    return BN_is_zero(*u) ? COG_PROTOCOL : COG_OK;
}

/*
 * The salt is read as a number, so leading zeros of its text vanish (where
 * client libraries disagree, two of three and the service's own form of
 * sending it say so). Negative ones were sent for unknown names; they must
 * fail like a wrong password and not otherwise.
 */
static enum cog_status
parse_salt(const char *text, struct padded *salt)
{
    cleanup_number BIGNUM *number = NULL;
    bool negative = *text == '-';
    enum cog_status status =
        parse_hex(negative ? text + 1 : text, SALT_MAX, &number);

    if (status != COG_OK)
        return status;
    if (negative ? pad_negative(number, salt) : pad(number, salt))
        return COG_OK;
    return COG_PROTOCOL;
}

/* x = SHA256(P(salt) | SHA256(pool | user id | ":" | password)). */
static enum cog_status
derive_x(const struct cog_srp_challenge *challenge,
         const struct cog_secret *password, BIGNUM **x)
{
    unsigned char inner[COG_SHA256_SIZE];
    const struct cog_bytes inner_parts[] = {
        {challenge->pool_name, strlen(challenge->pool_name)},
        {challenge->user_id, strlen(challenge->user_id)},
        {":", 1},
        {password->data, password->len},
    };
    struct padded salt;
    enum cog_status status = parse_salt(challenge->salt, &salt);

    if (status != COG_OK)
        return status;
    status = cog_sha256(inner_parts, 4, inner);
    if (status == COG_OK)
        status = hash_number((const struct cog_bytes[]){{salt.bytes, salt.len},
                                                        {inner, sizeof inner}},
                             2, x);
    OPENSSL_cleanse(inner, sizeof inner);
    return status;
}

/* S = (B - k * g^x) ^ (a + u * x) mod N. */
static enum cog_status
derive_S(struct cog_srp *srp, const BIGNUM *B, const BIGNUM *u, BIGNUM *x,
         BIGNUM *S)
{
    cleanup_number BIGNUM *k = NULL;
    cleanup_number BIGNUM *base = BN_secure_new();
    cleanup_number BIGNUM *exponent = BN_secure_new();
    enum cog_status status;

    if (base == NULL || exponent == NULL || BN_hex2bn(&k, k_hex) <= 0)
        return COG_NO_MEMORY;
    status = power(srp, srp->g, x, base);
    if (status != COG_OK)
        return status;
    if (BN_mod_mul(base, k, base, srp->N, srp->ctx) != 1 ||
        BN_mod_sub(base, B, base, srp->N, srp->ctx) != 1 ||
        BN_mul(exponent, u, x, srp->ctx) != 1 ||
        BN_add(exponent, exponent, srp->a) != 1)
        return COG_NO_MEMORY;
    return power(srp, base, exponent, S);
}

/* HKDF-SHA256, salt P(u), input P(S), one block of output cut to 16. */
static enum cog_status
derive_key(const BIGNUM *u, const BIGNUM *S, unsigned char key[KEY_BYTES])
{
    static const char info[] = "Caldera Derived Key\x01";
    unsigned char prk[COG_SHA256_SIZE], okm[COG_SHA256_SIZE];
    cleanup_padded struct padded padded_S = {.len = 0};
    struct padded padded_u;
    enum cog_status status;

    if (!pad(u, &padded_u) || !pad(S, &padded_S))
        return COG_INTERNAL;
    status = cog_hmac((struct cog_bytes){padded_u.bytes, padded_u.len},
                      &(const struct cog_bytes){padded_S.bytes, padded_S.len},
                      1, prk);
    if (status == COG_OK)
        status =
            cog_hmac((struct cog_bytes){prk, sizeof prk},
                     &(const struct cog_bytes){info, sizeof info - 1}, 1, okm);
    if (status == COG_OK)
        memcpy(key, okm, KEY_BYTES);
    OPENSSL_cleanse(prk, sizeof prk);
    OPENSSL_cleanse(okm, sizeof okm);
    return status;
}

/* From the challenge to the key that signs. */
static enum cog_status
agree(struct cog_srp *srp, const struct cog_srp_challenge *challenge,
      const struct cog_secret *password, unsigned char key[KEY_BYTES])
{
    cleanup_number BIGNUM *B = NULL, *u = NULL, *x = NULL;
    cleanup_number BIGNUM *S = BN_secure_new();
    enum cog_status status = parse_hex(challenge->srp_b, SRP_B_MAX, &B);

    if (status != COG_OK)
        return status;
    if (S == NULL)
        return COG_NO_MEMORY;
    /* 0 < B < N: no multiple of N, for which anybody knows S. */
    if (BN_is_zero(B) || BN_cmp(B, srp->N) >= 0)
        return COG_PROTOCOL;
    status = scramble(srp->A, B, &u);
    if (status == COG_OK)
        status = derive_x(challenge, password, &x);
    if (status == COG_OK)
        status = derive_S(srp, B, u, x, S);
    if (status == COG_OK)
        status = derive_key(u, S, key);
    return status;
}

enum cog_status
cog_srp_sign(struct cog_srp *srp, const struct cog_srp_challenge *challenge,
             const struct cog_secret *password, struct cog_secret *signature)
{
    cog_cleanup_secret struct cog_secret block = COG_SECRET_EMPTY;
    unsigned char key[KEY_BYTES], mac[COG_SHA256_SIZE];
    size_t len = strlen(challenge->secret_block);
    enum cog_status status;

    if (len == 0 || len > SECRET_BLOCK_MAX)
        return COG_PROTOCOL;
    status = cog_base64_decode(challenge->secret_block, len, &block);
    if (status != COG_OK)
        return status;
    status = agree(srp, challenge, password, key);
    if (status == COG_OK) {
        const struct cog_bytes parts[] = {
            {challenge->pool_name, strlen(challenge->pool_name)},
            {challenge->user_id, strlen(challenge->user_id)},
            {block.data, block.len},
            {challenge->timestamp, strlen(challenge->timestamp)},
        };

        status = cog_hmac((struct cog_bytes){key, sizeof key}, parts, 4, mac);
    }
    OPENSSL_cleanse(key, sizeof key);
    if (status != COG_OK)
        return status;
    return cog_base64_encode(mac, sizeof mac, signature);
}

enum cog_status
cog_srp_timestamp(int64_t unix_s, char out[COG_SRP_TIMESTAMP_SIZE])
{
    static const char weekdays[] = "ThuFriSatSunMonTueWed"; /* from 1970 */
    static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
    int64_t days = unix_s / 86400;
    int second = (int) (unix_s % 86400);
    struct cog_date date;

    if (unix_s < 0 || unix_s > INT64_C(253402300799))
        return COG_INTERNAL;
    date = cog_clock_date(days);
    (void) snprintf(
        out, COG_SRP_TIMESTAMP_SIZE, "%.3s %.3s %d %02d:%02d:%02d UTC %d",
        weekdays + days % 7 * 3, months + (date.month - 1) * 3, date.day,
        second / 3600, second / 60 % 60, second % 60, date.year);
    return COG_OK;
}

void
cog_srp_free(struct cog_srp *srp)
{
    if (srp == NULL)
        return;
    BN_clear_free(srp->a);
    BN_free(srp->A);
    BN_free(srp->g);
    BN_free(srp->N);
    BN_MONT_CTX_free(srp->mont);
    BN_CTX_free(srp->ctx);
    free(srp->A_hex);
    free(srp);
}
