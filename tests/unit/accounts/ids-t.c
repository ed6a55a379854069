/* SPDX-License-Identifier: Apache-2.0 */
/* accounts/siphash, accounts/ids: ids from names. */
#include "tests/unit/accounts/support.h"

#include <errno.h>
#include <openssl/evp.h>
#include <openssl/params.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include "accounts/ids.h"
#include "accounts/little_endian.h"
#include "accounts/siphash.h"

static void
fill(unsigned char *bytes, size_t len)
{
    for (size_t i = 0; i < len; i++)
        bytes[i] = (unsigned char) i;
}

/*
 * Appendix A of the SipHash paper (15 bytes), and the first and last of the
 * 64 vectors of the authors' vectors.h (https://github.com/veorq/SipHash),
 * key 00 01 ... 0f, message 00 01 ... .
 */
static void
siphash_gives_the_numbers_of_the_paper(void **state)
{
    static const struct {
        size_t len;
        uint64_t hash;
    } vectors[] = {
        {0, 0x726fdb47dd0e0e31U},  {1, 0x74f839c593dc67fdU},
        {7, 0xab0200f58b01d137U},  {8, 0x93f5f5799a932462U},
        {15, 0xa129ca6149be45e5U}, {63, 0x958a324ceb064572U},
    };
    unsigned char key[16], message[64];

    (void) state;
    fill(key, sizeof key);
    fill(message, sizeof message);
    for (size_t i = 0; i < COUNT(vectors); i++)
        assert_true(cog_siphash24(key, message, vectors[i].len) ==
                    vectors[i].hash);
}

static uint64_t
openssl_siphash(const unsigned char *key, const unsigned char *bytes,
                size_t len)
{
    EVP_MAC *mac = EVP_MAC_fetch(NULL, "SIPHASH", NULL);
    EVP_MAC_CTX *context = EVP_MAC_CTX_new(mac);
    unsigned char out[8] = {0};
    size_t size = 8, got = 0;
    OSSL_PARAM params[] = {OSSL_PARAM_construct_size_t("size", &size),
                           OSSL_PARAM_construct_end()};

    assert_non_null(context);
    assert_int_equal(EVP_MAC_init(context, key, 16, params), 1);
    assert_int_equal(EVP_MAC_update(context, bytes, len), 1);
    assert_int_equal(EVP_MAC_final(context, out, &got, sizeof out), 1);
    assert_int_equal(got, 8);
    EVP_MAC_CTX_free(context);
    EVP_MAC_free(mac);
    return cog_le64_get(out);
}

static void
siphash_equals_openssls_at_every_length(void **state)
{
    unsigned char key[16], message[300];

    (void) state;
    fill(message, sizeof message);
    for (size_t len = 0; len <= sizeof message; len++) {
        for (size_t i = 0; i < sizeof key; i++)
            key[i] = (unsigned char) (len * 31 + i * 17);
        assert_true(cog_siphash24(key, message, len) ==
                    openssl_siphash(key, message, len));
    }
}

static void
p22_ids_are_as_documented(void **state)
{
    const struct cog_settings settings = sample_settings();
    struct cog_id_key key;
    static const char user[] = "eu-west-1_TestPool1\0u:alice";
    static const char group[] = "eu-west-1_TestPool1\0g:alice";

    (void) state;
    fill(key.bytes, sizeof key.bytes);
    assert_int_equal(
        cog_id_make(&key, &settings, COG_ID_USER, "alice"),
        settings.id_base +
            (uint32_t) (openssl_siphash(key.bytes,
                                        (const unsigned char *) user,
                                        sizeof user - 1) %
                        settings.id_range));
    assert_int_equal(
        cog_id_make(&key, &settings, COG_ID_GROUP, "alice"),
        settings.id_base +
            (uint32_t) (openssl_siphash(key.bytes,
                                        (const unsigned char *) group,
                                        sizeof group - 1) %
                        settings.id_range));
}

/* P16: the accounts file holds a tag, from which nobody gets the sub. */
static void
p16_sub_tags_are_as_documented(void **state)
{
    static const char sub[] = "0b7a4e3c-91d4-4b8e-9c55-0a1b2c3d4e5f";
    char message[2 + COG_SUB_MAX + 1] = "s:";
    struct cog_id_key key, other;

    (void) state;
    fill(key.bytes, sizeof key.bytes);
    memcpy(message + 2, sub, sizeof sub);
    assert_true(cog_sub_tag(&key, sub) ==
                openssl_siphash(key.bytes, (const unsigned char *) message,
                                strlen(message)));
    assert_true(cog_sub_tag(&key, sub) != 0);
    message[3] ^= 1;
    assert_true(cog_sub_tag(&key, message + 2) != cog_sub_tag(&key, sub));
    other = key;
    other.bytes[15] ^= 1;
    assert_true(cog_sub_tag(&other, sub) != cog_sub_tag(&key, sub));
}

/* Written down once: ids of a fleet must not change with a release. */
static void
p22_ids_stay_what_they_were(void **state)
{
    const struct cog_settings settings = sample_settings();
    struct cog_id_key key;

    (void) state;
    fill(key.bytes, sizeof key.bytes);
    assert_int_equal(cog_id_make(&key, &settings, COG_ID_USER, "alice"),
                     2024565365U);
    assert_int_equal(
        cog_id_make(&key, &settings, COG_ID_GROUP, "cognito-Admins"),
        2039389352U);
}

static void
p22_another_key_pool_or_kind_gives_other_ids(void **state)
{
    struct cog_settings settings = sample_settings();
    struct cog_id_key key, other;
    size_t same = 0;

    (void) state;
    fill(key.bytes, sizeof key.bytes);
    for (size_t bit = 0; bit < 128; bit++) {
        other = key;
        other.bytes[bit / 8] ^= (unsigned char) (1U << bit % 8);
        if (cog_id_make(&key, &settings, COG_ID_USER, "alice") ==
            cog_id_make(&other, &settings, COG_ID_USER, "alice"))
            same++;
    }
    assert_int_equal(same, 0);
    assert_int_not_equal(cog_id_make(&key, &settings, COG_ID_USER, "alice"),
                         cog_id_make(&key, &settings, COG_ID_GROUP, "alice"));
    same = cog_id_make(&key, &settings, COG_ID_USER, "alice");
    strcpy(settings.pool_id, "eu-west-1_TestPool2");
    assert_int_not_equal(cog_id_make(&key, &settings, COG_ID_USER, "alice"),
                         same);
}

static void
p20_made_ids_are_inside_of_every_range(void **state)
{
    static const uint32_t ranges[][2] = {
        {COG_ID_BASE_DEFAULT, COG_ID_RANGE_DEFAULT},
        {1000, 59000},
        {65536, 1},
        {2147352575, 1},
    };
    struct cog_settings settings = sample_settings();
    struct cog_id_key key;

    (void) state;
    fill(key.bytes, sizeof key.bytes);
    for (size_t i = 0; i < COUNT(ranges); i++) {
        settings.id_base = ranges[i][0];
        settings.id_range = ranges[i][1];
        for (unsigned j = 0; j < 10000; j++) {
            char name[16];

            (void) snprintf(name, sizeof name, "u%u", j);
            assert_int_equal(
                cog_id_check(cog_id_make(&key, &settings, COG_ID_USER, name),
                             settings.id_base, settings.id_range),
                COG_FAULT_NONE);
        }
    }
}

static void
p79_id_key_is_read_from_a_secret_file_of_roots_only(void **state)
{
    static const struct {
        const char *text;
        mode_t mode;
        int error;
        enum cog_trust why;
    } cases[] = {
        {"000102030405060708090a0b0c0d0e0f\n", 0600, 0, COG_TRUST_FINE},
        {"000102030405060708090A0B0C0D0E0F", 0400, 0, COG_TRUST_FINE},
        {"000102030405060708090a0b0c0d0e0f\n", 0644, EPERM,
         COG_TRUST_READABLE},
        {"000102030405060708090a0b0c0d0e0f\n", 0640, EPERM,
         COG_TRUST_READABLE},
        {"000102030405060708090a0b0c0d0e0f\n", 0620, EPERM,
         COG_TRUST_WRITABLE},
        {"000102030405060708090a0b0c0d0e0\n", 0600, EINVAL,
         COG_TRUST_MALFORMED},
        {"000102030405060708090a0b0c0d0e0f0", 0600, EINVAL,
         COG_TRUST_MALFORMED},
        {"000102030405060708090a0b0c0d0e0f\n\n", 0600, EFBIG,
         COG_TRUST_TOO_BIG},
        {"000102030405060708090a0b0c0d0e0g\n", 0600, EINVAL,
         COG_TRUST_MALFORMED},
        {" 00102030405060708090a0b0c0d0e0f\n", 0600, EINVAL,
         COG_TRUST_MALFORMED},
        {"00000000000000000000000000000000\n", 0600, EINVAL,
         COG_TRUST_MALFORMED},
        {"", 0600, EINVAL, COG_TRUST_MALFORMED},
    };
    struct cog_id_key key, expected;
    enum cog_trust why;

    (void) state;
    if (!trusted_directory())
        skip_case("needs real root, for a mount of its own");
    fill(expected.bytes, sizeof expected.bytes);
    for (size_t i = 0; i < COUNT(cases); i++) {
        int error;

        memset(&key, 7, sizeof key);
        write_file(TRUSTED_DIRECTORY "/id_key", cases[i].text, cases[i].mode);
        error = cog_id_key_load(TRUSTED_DIRECTORY "/id_key", &key, &why);
        assert_int_equal(error, cases[i].error);
        assert_int_equal(why, cases[i].why);
        if (error == 0)
            assert_memory_equal(&key, &expected, sizeof key);
        else
            assert_int_equal(key.bytes[0], 7);
    }
    write_file(TRUSTED_DIRECTORY "/id_key", cases[0].text, 0600);
    assert_int_equal(chmod(TRUSTED_DIRECTORY, 0777), 0);
    assert_int_equal(cog_id_key_load(TRUSTED_DIRECTORY "/id_key", &key, &why),
                     EPERM);
    assert_int_equal(why, COG_TRUST_DIR_WRITABLE);
    cog_id_key_clear(&key);
    assert_int_equal(key.bytes[0], 0);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(siphash_gives_the_numbers_of_the_paper),
        cmocka_unit_test(siphash_equals_openssls_at_every_length),
        cmocka_unit_test(p22_ids_are_as_documented),
        cmocka_unit_test(p22_ids_stay_what_they_were),
        cmocka_unit_test(p16_sub_tags_are_as_documented),
        cmocka_unit_test(p22_another_key_pool_or_kind_gives_other_ids),
        cmocka_unit_test(p20_made_ids_are_inside_of_every_range),
        cmocka_unit_test(p79_id_key_is_read_from_a_secret_file_of_roots_only),
    };

    if (!become_root())
        return skip_program("needs uid 0 or a user namespace");
    return cmocka_run_group_tests_name("accounts/ids", tests, NULL, NULL);
}
