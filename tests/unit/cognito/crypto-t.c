/* SPDX-License-Identifier: Apache-2.0 */
/* cognito/crypto: base64, HMAC and SECRET_HASH. */
#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>

#include "cognito/crypto.h"
#include "tests/unit/cognito/vectors.h"

static void
test_round_trip(void **state)
{
    unsigned char bytes[256];

    (void) state;
    for (size_t i = 0; i < sizeof bytes; i++)
        bytes[i] = (unsigned char) (i * 7);
    for (size_t len = 0; len < sizeof bytes; len++) {
        struct cog_secret text = COG_SECRET_EMPTY, back = COG_SECRET_EMPTY;

        assert_int_equal(cog_base64_encode(bytes, len, &text), COG_OK);
        assert_int_equal(text.len, (len + 2) / 3 * 4);
        assert_int_equal(cog_base64_decode(text.data, text.len, &back),
                         COG_OK);
        assert_int_equal(back.len, len);
        assert_memory_equal(back.data, bytes, len);
        cog_secret_clear(&text);
        cog_secret_clear(&back);
    }
}

/* RFC 4648 section 10. */
static void
test_known(void **state)
{
    static const char *const pairs[][2] = {
        {"f", "Zg=="},        {"fo", "Zm8="},        {"foo", "Zm9v"},
        {"foob", "Zm9vYg=="}, {"fooba", "Zm9vYmE="}, {"foobar", "Zm9vYmFy"},
    };

    (void) state;
    for (size_t i = 0; i < sizeof pairs / sizeof pairs[0]; i++) {
        struct cog_secret text = COG_SECRET_EMPTY;

        assert_int_equal(
            cog_base64_encode(pairs[i][0], strlen(pairs[i][0]), &text),
            COG_OK);
        assert_string_equal(text.data, pairs[i][1]);
        cog_secret_clear(&text);
    }
}

static void
test_malformed(void **state)
{
    static const char *const standard[] = {
        "A",     "AA",     "AAA",      "A===",  "====",       "AA=A",
        "AA==A", "AAAA=",  "AAAA====", "AB==",  "AAB=",       "AA-_",
        "AA AA", "AAAA\n", "AAA\n",    "AAAA ", "\xc3\xa4==", "!!!!",
    };
    static const char *const url[] = {
        "A", "AB", "AAB", "AA==", "AAA=", "AA+/", "AAAAA", "AA AA", "AA\n",
    };
    struct cog_secret out = COG_SECRET_EMPTY;

    (void) state;
    for (size_t i = 0; i < sizeof standard / sizeof standard[0]; i++)
        assert_int_equal(
            cog_base64_decode(standard[i], strlen(standard[i]), &out),
            COG_PROTOCOL);
    for (size_t i = 0; i < sizeof url / sizeof url[0]; i++)
        assert_int_equal(cog_base64url_decode(url[i], strlen(url[i]), &out),
                         COG_PROTOCOL);
    assert_null(out.data);
    assert_int_equal(cog_base64url_decode("-_8", 3, &out), COG_OK);
    assert_int_equal(out.len, 2);
    assert_memory_equal(out.data, "\xfb\xff", 2);
    cog_secret_clear(&out);
}

static void
test_secret_hash(void **state)
{
    struct json_object *file = vectors_load("primitives.json");
    struct json_object *cases =
        vectors_get(vectors_get(file, "secret_hash"), "cases");

    (void) state;
    for (size_t i = 0; i < json_object_array_length(cases); i++) {
        struct json_object *one = json_object_array_get_idx(cases, i);
        struct cog_secret secret = COG_SECRET_EMPTY, hash = COG_SECRET_EMPTY;

        assert_int_equal(
            cog_secret_set_text(&secret, vectors_text(one, "client_secret")),
            0);
        assert_int_equal(
            cog_secret_hash(&secret, vectors_text(one, "username"),
                            vectors_text(one, "client_id"), &hash),
            COG_OK);
        assert_string_equal(hash.data, vectors_text(one, "secret_hash"));
        cog_secret_clear(&secret);
        cog_secret_clear(&hash);
    }
    json_object_put(file);
}

static void
test_hkdf_steps(void **state)
{
    struct json_object *file = vectors_load("primitives.json");
    struct json_object *cases = vectors_get(file, "hkdf_rfc5869");

    (void) state;
    for (size_t i = 0; i < json_object_array_length(cases); i++) {
        struct json_object *one = json_object_array_get_idx(cases, i);
        unsigned char salt[128], ikm[128], wanted[32], prk[32];
        size_t salt_len =
            vectors_bytes(vectors_text(one, "salt"), salt, sizeof salt);
        size_t ikm_len =
            vectors_bytes(vectors_text(one, "ikm"), ikm, sizeof ikm);

        assert_int_equal(
            vectors_bytes(vectors_text(one, "prk"), wanted, sizeof wanted),
            32);
        assert_int_equal(cog_hmac((struct cog_bytes){salt, salt_len},
                                  &(const struct cog_bytes){ikm, ikm_len}, 1,
                                  prk),
                         COG_OK);
        assert_memory_equal(prk, wanted, 32);
    }
    json_object_put(file);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        {"base64 of every length comes back", test_round_trip, NULL, NULL,
         NULL},
        {"base64 of RFC 4648's examples", test_known, NULL, NULL, NULL},
        {"P51: what is not strictly base64 is refused", test_malformed, NULL,
         NULL, NULL},
        {"SECRET_HASH is as the packages calculate it", test_secret_hash, NULL,
         NULL, NULL},
        {"HMAC gives RFC 5869's extracted keys, also without a salt",
         test_hkdf_steps, NULL, NULL, NULL},
    };

    return cmocka_run_group_tests_name("cognito/crypto", tests, NULL, NULL);
}
