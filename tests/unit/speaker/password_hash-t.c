/* SPDX-License-Identifier: Apache-2.0 */
/* speaker/password_hash. The first hash is perl's crypt() of "secret". */
#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>

#include "speaker/password_hash.h"

#define HASH                                                                  \
    "$y$j9T$qrj.g9I/HlOjK/Y8JreTH.$"                                          \
    "jx.v6sN8Xhf1kUb38/yim0rwR3qSN9D1BlHjFHHW1L8"

static bool
matches(const char *password, const char *hash)
{
    cog_cleanup_secret struct cog_secret typed = COG_SECRET_EMPTY;
    cog_cleanup_secret struct cog_secret kept = COG_SECRET_EMPTY;

    assert_int_equal(cog_secret_set_text(&typed, password), 0);
    assert_int_equal(cog_secret_set_text(&kept, hash), 0);
    return cog_password_hash_matches(&typed, &kept);
}

static void
test_known_answer(void **state)
{
    (void) state;
    assert_true(matches("secret", HASH));
    assert_false(matches("secret ", HASH));
    assert_false(matches("Secret", HASH));
    assert_false(matches("", HASH));
    assert_false(matches("secret", ""));
    assert_false(matches("secret", "*0"));
    assert_false(matches("secret", "*"));
    assert_false(matches("secret", "secret"));
    assert_false(matches("secret", "$y$j9T$"));
    assert_false(matches("secret", "$y$j9T$qrj.g9I/HlOjK/Y8JreTH.$"));
}

static void
test_made(void **state)
{
    cog_cleanup_secret struct cog_secret password = COG_SECRET_EMPTY;
    cog_cleanup_secret struct cog_secret other = COG_SECRET_EMPTY;
    cog_cleanup_secret struct cog_secret first = COG_SECRET_EMPTY;
    cog_cleanup_secret struct cog_secret second = COG_SECRET_EMPTY;

    (void) state;
    assert_int_equal(cog_secret_set_text(&password, "gr\xc3\xbc\xc3\x9f-7"),
                     0);
    assert_int_equal(cog_secret_set_text(&other, "gr\xc3\xbc\xc3\x9f-8"), 0);
    assert_true(cog_password_hash_make(&password, &first));
    assert_true(cog_password_hash_make(&password, &second));
    assert_int_equal(strncmp(first.data, "$y$j9T$", 7), 0);
    assert_int_equal(first.len, strlen(HASH));
    assert_false(cog_secret_equal(&first, &second)); /* salted */
    assert_true(cog_password_hash_matches(&password, &first));
    assert_true(cog_password_hash_matches(&password, &second));
    assert_false(cog_password_hash_matches(&other, &first));
}

/* The longest that a person can type; and nothing is none. */
static void
test_lengths(void **state)
{
    cog_cleanup_secret struct cog_secret password = COG_SECRET_EMPTY;
    cog_cleanup_secret struct cog_secret hash = COG_SECRET_EMPTY;
    char text[512];

    (void) state;
    assert_false(cog_password_hash_make(&password, &hash));
    assert_int_equal(hash.len, 0);
    memset(text, 'x', sizeof text);
    assert_int_equal(cog_secret_set(&password, text, 511), 0);
    assert_true(cog_password_hash_make(&password, &hash));
    assert_true(cog_password_hash_matches(&password, &hash));
    password.data[510] = 'y';
    assert_false(cog_password_hash_matches(&password, &hash));
}

int
main(void)
{
    static const struct CMUnitTest tests[] = {
        {"a known answer, and nothing beside it", test_known_answer, NULL,
         NULL, NULL},
        {"what is made matches its password alone", test_made, NULL, NULL,
         NULL},
        {"every length that can be typed", test_lengths, NULL, NULL, NULL},
    };

    return cmocka_run_group_tests_name("speaker/password_hash", tests, NULL,
                                       NULL);
}
