/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cognito/srp against the vectors of tests/vectors: what three packages and
 * AWS's own libraries calculate. The file itself is included, for its steps.
 */
#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "cognito/srp.c"
#include "tests/unit/cognito/vectors.h"

/* P52: the linker sends every exponentiation through here. */
int __real_BN_mod_exp_mont_consttime(BIGNUM *, const BIGNUM *, const BIGNUM *,
                                     const BIGNUM *, BN_CTX *, BN_MONT_CTX *);
int __wrap_BN_mod_exp_mont_consttime(BIGNUM *, const BIGNUM *, const BIGNUM *,
                                     const BIGNUM *, BN_CTX *, BN_MONT_CTX *);
int __wrap_RAND_priv_bytes(unsigned char *, int);
int __real_RAND_priv_bytes(unsigned char *, int);

enum cog_status __real_cog_sha256(const struct cog_bytes *, size_t,
                                  unsigned char *);
enum cog_status __wrap_cog_sha256(const struct cog_bytes *, size_t,
                                  unsigned char *);

static unsigned exponentiations;
static bool hash_is_zero;
static bool without_random;

int
__wrap_BN_mod_exp_mont_consttime(BIGNUM *result, const BIGNUM *base,
                                 const BIGNUM *exponent, const BIGNUM *modulus,
                                 BN_CTX *ctx, BN_MONT_CTX *mont)
{
    exponentiations++;
    assert_true(BN_get_flags(exponent, BN_FLG_CONSTTIME) != 0);
    return __real_BN_mod_exp_mont_consttime(result, base, exponent, modulus,
                                            ctx, mont);
}

int
__wrap_RAND_priv_bytes(unsigned char *bytes, int count)
{
    return without_random ? 0 : __real_RAND_priv_bytes(bytes, count);
}

enum cog_status
__wrap_cog_sha256(const struct cog_bytes *parts, size_t count,
                  unsigned char *out)
{
    if (hash_is_zero) {
        memset(out, 0, COG_SHA256_SIZE);
        return COG_OK;
    }
    return __real_cog_sha256(parts, count, out);
}

/* The exchange with the vector's a. */
static struct cog_srp *
begin(struct json_object *input)
{
    unsigned char a[2048];
    struct cog_srp *srp = NULL;
    size_t len = vectors_bytes(vectors_text(input, "a"), a, sizeof a);

    assert_int_equal(cog_srp_new_from(a, len, &srp), COG_OK);
    return srp;
}

static void
read_challenge(struct json_object *input, struct cog_srp_challenge *challenge)
{
    const char *pool = vectors_text_or_null(input, "pool_name");

    if (pool == NULL)
        pool = strchr(vectors_text(input, "pool_id"), '_') + 1;
    challenge->pool_name = pool;
    challenge->user_id = vectors_text(input, "user_id_for_srp");
    challenge->salt = vectors_text(input, "SALT");
    challenge->srp_b = vectors_text(input, "SRP_B");
    challenge->secret_block = vectors_text_or_null(input, "SECRET_BLOCK");
    challenge->timestamp = vectors_text_or_null(input, "TIMESTAMP");
}

static enum cog_status
sign(struct json_object *input, struct cog_secret *signature)
{
    struct cog_srp_challenge challenge;
    struct cog_srp *srp = begin(input);
    struct cog_secret password = COG_SECRET_EMPTY;
    enum cog_status status;

    read_challenge(input, &challenge);
    assert_int_equal(
        cog_secret_set_text(&password, vectors_text(input, "password")), 0);
    status = cog_srp_sign(srp, &challenge, &password, signature);
    cog_secret_clear(&password);
    cog_srp_free(srp);
    return status;
}

static void
assert_public(struct json_object *one)
{
    struct cog_srp *srp = begin(vectors_get(one, "input"));

    assert_string_equal(cog_srp_public(srp),
                        vectors_text(vectors_get(one, "expected"), "SRP_A"));
    cog_srp_free(srp);
}

static bool
has_tag(struct json_object *one, const char *tag)
{
    struct json_object *tags = vectors_get(one, "tags");

    for (size_t i = 0; i < json_object_array_length(tags); i++) {
        if (strcmp(json_object_get_string(json_object_array_get_idx(tags, i)),
                   tag) == 0)
            return true;
    }
    return false;
}

/* Our choice among what may be refused: B >= N. S = 0 is calculated. */
static bool
is_refused_by_choice(struct json_object *one)
{
    return has_tag(one, "may-reject") &&
           strcmp(vectors_text(one, "id"), "B-N-plus-5") == 0;
}

static void
run_file(const char *name, size_t least)
{
    struct json_object *file = vectors_load(name);
    struct json_object *cases = vectors_get(file, "cases");
    size_t count = json_object_array_length(cases);

    assert_true(count >= least);
    for (size_t i = 0; i < count; i++) {
        struct json_object *one = json_object_array_get_idx(cases, i);
        struct cog_secret signature = COG_SECRET_EMPTY;
        enum cog_status status = sign(vectors_get(one, "input"), &signature);

        if (is_refused_by_choice(one)) {
            assert_int_equal(status, COG_PROTOCOL);
            assert_null(signature.data);
            continue;
        }
        if (status != COG_OK ||
            strcmp(signature.data, vectors_text(vectors_get(one, "expected"),
                                                "PASSWORD_CLAIM_SIGNATURE")) !=
                0)
            fail_msg("%s", vectors_text(one, "id"));
        assert_public(one);
        cog_secret_clear(&signature);
    }
    json_object_put(file);
}

static void
test_complete(void **state)
{
    (void) state;
    run_file("srp.json", 73);
}

static void
test_negative_salt(void **state)
{
    (void) state;
    run_file("srp-negative-salt.json", 10);
}

static void
test_salt_is_a_number(void **state)
{
    struct json_object *file = vectors_load("srp-disagreements.json");
    struct json_object *cases = vectors_get(file, "cases");

    (void) state;
    assert_int_equal(json_object_array_length(cases), 3);
    for (size_t i = 0; i < json_object_array_length(cases); i++) {
        struct json_object *one = json_object_array_get_idx(cases, i);
        struct cog_secret signature = COG_SECRET_EMPTY;

        assert_int_equal(sign(vectors_get(one, "input"), &signature), COG_OK);
        assert_string_equal(signature.data,
                            vectors_text(vectors_get(one, "salt_as_number"),
                                         "PASSWORD_CLAIM_SIGNATURE"));
        cog_secret_clear(&signature);
    }
    json_object_put(file);
}

static void
test_refused(void **state)
{
    struct json_object *file = vectors_load("srp-reject.json");
    struct json_object *cases = vectors_get(file, "cases");

    (void) state;
    assert_true(json_object_array_length(cases) >= 12);
    for (size_t i = 0; i < json_object_array_length(cases); i++) {
        struct json_object *one = json_object_array_get_idx(cases, i);
        struct cog_secret signature = COG_SECRET_EMPTY;

        if (sign(vectors_get(one, "input"), &signature) != COG_PROTOCOL)
            fail_msg("not refused: %s", vectors_text(one, "id"));
        assert_null(signature.data);
    }
    json_object_put(file);
}

/* A challenge that is fine, to be spoilt in one place. */
static const struct cog_srp_challenge sound = {
    .pool_name = "Ab3dEfGh9",
    .user_id = "alice",
    .salt = "2b0102030405060708090a0b0c0d0e0f",
    .srp_b = "123456789abcdef",
    .secret_block = "AAECAwQF",
    .timestamp = "Sat Nov 21 13:02:03 UTC 2026",
};

static void
assert_challenge(const struct cog_srp_challenge *challenge,
                 enum cog_status wanted)
{
    struct cog_secret password = COG_SECRET_EMPTY;
    struct cog_secret signature = COG_SECRET_EMPTY;
    struct cog_srp *srp = NULL;

    assert_int_equal(cog_srp_new(&srp), COG_OK);
    assert_int_equal(cog_secret_set_text(&password, "secret"), 0);
    assert_int_equal(cog_srp_sign(srp, challenge, &password, &signature),
                     wanted);
    assert_true((signature.data != NULL) == (wanted == COG_OK));
    cog_secret_clear(&password);
    cog_secret_clear(&signature);
    cog_srp_free(srp);
}

static void
test_malformed(void **state)
{
    static const char *const salts[] = {
        "", "-", "--1", "+1", "0x1", "g", " 1", "1 ", "1\n", "-g",
    };
    static const char *const blocks[] = {"",     "A",          "AAE", "AA E",
                                         "AA-_", "AAECAwQF\n", "AB=="};
    struct cog_srp_challenge challenge = sound;
    char *long_text = malloc(40000);

    (void) state;
    assert_non_null(long_text);
    assert_challenge(&sound, COG_OK);
    for (size_t i = 0; i < sizeof salts / sizeof salts[0]; i++) {
        challenge.salt = salts[i];
        assert_challenge(&challenge, COG_PROTOCOL);
    }
    memset(long_text, '1', 39999);
    long_text[39999] = '\0';
    challenge.salt = long_text;
    assert_challenge(&challenge, COG_PROTOCOL);
    challenge = sound;
    challenge.srp_b = long_text;
    assert_challenge(&challenge, COG_PROTOCOL);
    challenge = sound;
    memset(long_text, 'A', 39996);
    long_text[39996] = '\0';
    challenge.secret_block = long_text;
    assert_challenge(&challenge, COG_PROTOCOL);
    for (size_t i = 0; i < sizeof blocks / sizeof blocks[0]; i++) {
        challenge.secret_block = blocks[i];
        assert_challenge(&challenge, COG_PROTOCOL);
    }
    free(long_text);
}

/* No known input hashes to 0, so the hash is bent. */
static void
test_u_zero(void **state)
{
    (void) state;
    hash_is_zero = true;
    assert_challenge(&sound, COG_PROTOCOL);
    hash_is_zero = false;
}

/* The steps whose numbers AWS's libraries publish. */
static void
test_known_answers(void **state)
{
    struct json_object *file = vectors_load("srp-known-answers.json");
    struct json_object *full = vectors_get(file, "full");

    (void) state;
    assert_true(json_object_array_length(full) >= 3);
    for (size_t i = 0; i < json_object_array_length(full); i++) {
        struct json_object *one = json_object_array_get_idx(full, i);
        struct json_object *input = vectors_get(one, "input");
        struct json_object *expected = vectors_get(one, "expected");
        struct cog_srp_challenge challenge;
        struct cog_secret password = COG_SECRET_EMPTY;
        struct cog_secret signature = COG_SECRET_EMPTY;
        struct cog_srp *srp = begin(input);
        unsigned char key[KEY_BYTES], wanted[KEY_BYTES];

        read_challenge(input, &challenge);
        assert_int_equal(
            cog_secret_set_text(&password, vectors_text(input, "password")),
            0);
        assert_string_equal(cog_srp_public(srp),
                            vectors_text(expected, "SRP_A"));
        assert_int_equal(agree(srp, &challenge, &password, key), COG_OK);
        assert_int_equal(vectors_bytes(vectors_text(expected, "hkdf_key"),
                                       wanted, sizeof wanted),
                         KEY_BYTES);
        assert_memory_equal(key, wanted, KEY_BYTES);
        cog_srp_free(srp);
        if (challenge.secret_block != NULL) {
            assert_int_equal(sign(input, &signature), COG_OK);
            assert_string_equal(
                signature.data,
                vectors_text(expected, "PASSWORD_CLAIM_SIGNATURE"));
        }
        cog_secret_clear(&password);
        cog_secret_clear(&signature);
    }
    json_object_put(file);
}

static BIGNUM *
number(struct json_object *object, const char *key)
{
    BIGNUM *value = NULL;

    assert_true(BN_hex2bn(&value, vectors_text(object, key)) > 0);
    return value;
}

/* S as published, where pool and user name are one run of text. */
static void
assert_published_S(struct json_object *input, struct json_object *expected)
{
    const struct cog_srp_challenge challenge = {
        .pool_name = vectors_text(input, "pool_and_user"),
        .user_id = "",
        .salt = vectors_text(input, "SALT"),
    };
    struct cog_secret password = COG_SECRET_EMPTY;
    struct cog_srp *srp = begin(input);
    cleanup_number BIGNUM *B = number(input, "SRP_B");
    cleanup_number BIGNUM *u = NULL, *x = NULL;
    cleanup_number BIGNUM *S = BN_new();
    cleanup_number BIGNUM *wanted = number(expected, "S");

    assert_int_equal(
        cog_secret_set_text(&password, vectors_text(input, "password")), 0);
    assert_string_equal(cog_srp_public(srp), vectors_text(input, "A"));
    assert_int_equal(scramble(srp->A, B, &u), COG_OK);
    assert_int_equal(derive_x(&challenge, &password, &x), COG_OK);
    assert_int_equal(derive_S(srp, B, u, x, S), COG_OK);
    assert_int_equal(BN_cmp(S, wanted), 0);
    cog_secret_clear(&password);
    cog_srp_free(srp);
}

static void
test_published_parts(void **state)
{
    struct json_object *file = vectors_load("srp-known-answers.json");
    struct json_object *partial = vectors_get(file, "partial");

    (void) state;
    assert_true(json_object_array_length(partial) >= 5);
    for (size_t i = 0; i < json_object_array_length(partial); i++) {
        struct json_object *one = json_object_array_get_idx(partial, i);
        struct json_object *input = vectors_get(one, "input");
        struct json_object *expected = vectors_get(one, "expected");

        if (vectors_text_or_null(expected, "u") != NULL) {
            cleanup_number BIGNUM *A = number(input, "A");
            cleanup_number BIGNUM *B = number(input, "B");
            cleanup_number BIGNUM *u = NULL;
            cleanup_number BIGNUM *wanted = number(expected, "u");

            assert_int_equal(scramble(A, B, &u), COG_OK);
            assert_int_equal(BN_cmp(u, wanted), 0);
        }
        if (vectors_text_or_null(expected, "S") != NULL)
            assert_published_S(input, expected);
    }
    json_object_put(file);
}

static void
test_padding(void **state)
{
    struct json_object *file = vectors_load("primitives.json");
    struct json_object *cases =
        vectors_get(vectors_get(file, "padding"), "cases");

    (void) state;
    for (size_t i = 0; i < json_object_array_length(cases); i++) {
        struct json_object *one = json_object_array_get_idx(cases, i);
        cleanup_number BIGNUM *value = number(one, "number");
        unsigned char wanted[PADDED_BYTES];
        struct padded padded;
        size_t len =
            vectors_bytes(vectors_text(one, "bytes"), wanted, sizeof wanted);

        assert_true(pad(value, &padded));
        assert_int_equal(padded.len, len);
        assert_memory_equal(padded.bytes, wanted, len);
    }
    json_object_put(file);
}

static void
test_hkdf(void **state)
{
    struct json_object *file = vectors_load("primitives.json");
    struct json_object *cases =
        vectors_get(vectors_get(file, "hkdf"), "cases");
    size_t run = 0;

    (void) state;
    for (size_t i = 0; i < json_object_array_length(cases); i++) {
        struct json_object *one = json_object_array_get_idx(cases, i);
        cleanup_number BIGNUM *S = number(one, "ikm");
        cleanup_number BIGNUM *u = number(one, "salt");
        unsigned char key[KEY_BYTES], wanted[KEY_BYTES];
        struct padded padded;
        unsigned char bytes[PADDED_BYTES];

        /* As numbers; a case with superfluous zeros is none. */
        if (!pad(S, &padded) ||
            vectors_bytes(vectors_text(one, "ikm"), bytes, sizeof bytes) !=
                padded.len ||
            !pad(u, &padded) ||
            vectors_bytes(vectors_text(one, "salt"), bytes, sizeof bytes) !=
                padded.len)
            continue;
        assert_int_equal(derive_key(u, S, key), COG_OK);
        (void) vectors_bytes(vectors_text(one, "key"), wanted, sizeof wanted);
        assert_memory_equal(key, wanted, KEY_BYTES);
        run++;
    }
    assert_true(run >= 2);
    json_object_put(file);
}

static void
test_k(void **state)
{
    static const unsigned char two[] = {2};
    struct cog_srp *srp = NULL;
    struct padded N;
    cleanup_number BIGNUM *k = NULL, *wanted = NULL;

    (void) state;
    assert_int_equal(cog_srp_new(&srp), COG_OK);
    assert_true(pad(srp->N, &N));
    assert_int_equal(N.len, 385);
    assert_int_equal(hash_number((const struct cog_bytes[]){{N.bytes, N.len},
                                                            {two, sizeof two}},
                                 2, &k),
                     COG_OK);
    assert_true(BN_hex2bn(&wanted, k_hex) > 0);
    assert_int_equal(BN_cmp(k, wanted), 0);
    cog_srp_free(srp);
}

static void
test_constant_time(void **state)
{
    (void) state;
    exponentiations = 0;
    assert_challenge(&sound, COG_OK);
    assert_int_equal(exponentiations, 3); /* A, g^x, S */
}

static void
test_random(void **state)
{
    struct cog_srp *one = NULL, *two = NULL;

    (void) state;
    assert_int_equal(cog_srp_new(&one), COG_OK);
    assert_int_equal(cog_srp_new(&two), COG_OK);
    assert_string_not_equal(cog_srp_public(one), cog_srp_public(two));
    assert_true(BN_num_bits(one->a) > 200 && BN_num_bits(one->a) <= 256);
    cog_srp_free(one);
    cog_srp_free(two);
    one = NULL;
    without_random = true;
    assert_int_equal(cog_srp_new(&one), COG_INTERNAL);
    without_random = false;
    assert_null(one);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        {"complete calculations are as three packages make them",
         test_complete, NULL, NULL, NULL},
        {"a negative SALT is taken in two's complement", test_negative_salt,
         NULL, NULL, NULL},
        {"a SALT with zeros in front is a number", test_salt_is_a_number, NULL,
         NULL, NULL},
        {"P50: challenges that must be refused are, without a signature",
         test_refused, NULL, NULL, NULL},
        {"P50: u = 0 is refused", test_u_zero, NULL, NULL, NULL},
        {"P51: malformed and overlong numbers and blocks are refused",
         test_malformed, NULL, NULL, NULL},
        {"numbers published by AWS's libraries come out", test_known_answers,
         NULL, NULL, NULL},
        {"u and S published by AWS's libraries come out", test_published_parts,
         NULL, NULL, NULL},
        {"numbers are padded as Java pads them", test_padding, NULL, NULL,
         NULL},
        {"the key is HKDF's first 16 bytes", test_hkdf, NULL, NULL, NULL},
        {"k is the hash of N and g", test_k, NULL, NULL, NULL},
        {"P52: each secret exponent carries BN_FLG_CONSTTIME",
         test_constant_time, NULL, NULL, NULL},
        {"P53: a is fresh, and without randomness there is none", test_random,
         NULL, NULL, NULL},
    };

    return cmocka_run_group_tests_name("cognito/srp", tests, NULL, NULL);
}
