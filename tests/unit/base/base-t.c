/* SPDX-License-Identifier: Apache-2.0 */
/* base: secrets, text and whole transfers. */
#include "base/secret.h"
#include "base/text.h"
#include "base/transfer.h"

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "tests/unit/locales.h"

static void
numbers_are_bounded_decimals(void **state)
{
    static const struct {
        const char *text;
        uint64_t max;
        int error;
        uint64_t number;
    } cases[] = {
        {"0", 10, 0, 0},
        {"10", 10, 0, 10},
        {"11", 10, ERANGE, 0},
        {"", 10, EINVAL, 0},
        {"007", 10, EINVAL, 0},
        {"+1", 10, EINVAL, 0},
        {"-1", 10, EINVAL, 0},
        {" 1", 10, EINVAL, 0},
        {"1 ", 10, EINVAL, 0},
        {"0x1", 10, EINVAL, 0},
        {"4294967295", UINT32_MAX, 0, UINT32_MAX},
        {"4294967296", UINT32_MAX, ERANGE, 0},
        {"18446744073709551615", UINT64_MAX, 0, UINT64_MAX},
        {"18446744073709551616", UINT64_MAX, ERANGE, 0},
        {"99999999999999999999999", UINT64_MAX, ERANGE, 0},
        {"5", 3, ERANGE, 0},
    };

    (void) state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        uint64_t number = 77;
        int error = cog_text_to_number(cases[i].text, cases[i].max, &number);

        assert_int_equal(error, cases[i].error);
        assert_true(number == (error == 0 ? cases[i].number : 77));
    }
}

static void
assert_ascii_case(void)
{
    assert_true(cog_ascii_equal_nocase("TITLE", "title"));
    assert_false(cog_ascii_equal_nocase("title", "titl"));
    assert_false(cog_ascii_equal_nocase("titl", "title"));
    assert_true(cog_ascii_contains_nocase("The TITLE.", "title"));
    assert_false(cog_ascii_contains_nocase("tit", "title"));
    assert_int_equal(cog_ascii_to_lower('I'), 'i');
    assert_int_equal(cog_ascii_to_lower((char) 0xdd), (char) 0xdd);
    assert_false(cog_ascii_is_alnum((char) 0xe4));
}

/* P18: strcasecmp("TITLE", "title") is not 0 in tr_TR. */
static void
p18_ascii_case_is_the_same_in_every_locale(void **state)
{
    (void) state;
    in_every_locale(assert_ascii_case);
}

/* P94: one line of printable ASCII, whatever the bytes are. */
static void
p94_log_text_is_one_printable_line_for_every_byte(void **state)
{
    char bytes[256], out[2048], small[16];

    (void) state;
    for (size_t i = 0; i < sizeof bytes; i++)
        bytes[i] = (char) i;
    cog_text_for_log(bytes, sizeof bytes, out, sizeof out);
    for (const char *c = out; *c != '\0'; c++)
        assert_true(*c >= 0x20 && *c < 0x7f && *c != '"');
    assert_non_null(strstr(out, "\\x00\\x01"));
    assert_non_null(strstr(out, "\\x0a"));
    assert_non_null(strstr(out, "\\x22#"));
    for (size_t size = 8; size <= sizeof small; size++) {
        memset(small, 'X', sizeof small);
        cog_text_for_log(bytes, sizeof bytes, small, size);
        assert_true(strlen(small) < size);
        assert_string_equal(small + strlen(small) - 3, "...");
    }
    /* What just fits is whole: local names are compared so. */
    for (size_t size = 8; size <= sizeof small; size++) {
        cog_text_for_log("abcdefghijklmnop", size - 1, small, size);
        assert_int_equal(strlen(small), size - 1);
        assert_null(strchr(small, '.'));
        cog_text_for_log("abcdefghijklmnop", size, small, size);
        assert_non_null(strstr(small, "..."));
    }
}

/* P95: no control, escape or bidirectional characters on a terminal. */
static void
p95_person_text_shows_what_it_holds(void **state)
{
    static const struct {
        const char *in, *out;
    } cases[] = {
        {"plain", "plain"},
        {"gr\xc3\xbc\xc3\x9f", "gr\xc3\xbc\xc3\x9f"},
        {"a\033[2Jb", "a?[2Jb"},
        {"a\nb\tc", "a b c"},
        {"a\xe2\x80\xae"
         "b",
         "a?b"}, /* right-to-left override */
        {"a\xe2\x80\x8b"
         "b",
         "a?b"}, /* zero width space */
        {"a\xc2\x9b"
         "b",
         "a?b"}, /* C1 control: CSI */
        {"a\xef\xbb\xbf"
         "b",
         "a?b"}, /* byte order mark */
        {"a\xf3\xa0\x80\x81"
         "b",
         "a?b"}, /* language tag */
        {"a\x80"
         "b",
         "a?b"}, /* stray continuation */
        {"a\xc0\xaf"
         "b",
         "a??b"}, /* overlong */
        {"a\xed\xa0\x80"
         "b",
         "a???b"}, /* surrogate */
        {"\x7f", "?"},
    };
    char out[64];

    (void) state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        cog_text_for_person(cases[i].in, strlen(cases[i].in), out, sizeof out);
        assert_string_equal(out, cases[i].out);
    }
}

static void
person_text_is_never_cut_inside_a_character(void **state)
{
    static const char text[] = "\xc3\xbc\xc3\xbc\xc3\xbc\xc3\xbc\xc3\xbc";
    char out[12];

    (void) state;
    for (size_t size = 8; size <= sizeof out; size++) {
        memset(out, 'X', sizeof out);
        cog_text_for_person(text, sizeof text - 1, out, size);
        assert_true(strlen(out) < size);
        assert_true(cog_text_is_utf8(out, strlen(out)));
    }
}

static void
person_text_that_just_fits_is_whole(void **state)
{
    char out[16];

    (void) state;
    for (size_t size = 8; size <= sizeof out; size++) {
        cog_text_for_person("abcdefghijklmnop", size - 1, out, size);
        assert_int_equal(strlen(out), size - 1);
        assert_null(strchr(out, '.'));
        cog_text_for_person("abcdefghijklmnop", size, out, size);
        assert_int_equal(strlen(out), size - 1);
        assert_string_equal(out + size - 4, "...");
    }
}

static void
utf8_is_rfc_3629(void **state)
{
    (void) state;
    assert_true(cog_text_is_utf8("a\xc3\xbc\xe2\x82\xac\xf0\x9f\x98\x80", 10));
    assert_false(cog_text_is_utf8("a\0b", 3));
    assert_false(cog_text_is_utf8("\xf4\x90\x80\x80", 4));
    assert_false(cog_text_is_utf8("\xc3", 1));
    assert_false(cog_text_is_utf8("\xe0\x80\x80", 3));
    assert_false(cog_text_is_utf8("\xfe", 1));
}

static void
secrets_copy_append_and_compare(void **state)
{
    cog_cleanup_secret struct cog_secret a = COG_SECRET_EMPTY;
    cog_cleanup_secret struct cog_secret b = COG_SECRET_EMPTY;

    (void) state;
    assert_int_equal(cog_secret_set_text(&a, "pass"), 0);
    assert_int_equal(cog_secret_append(&a, "word", 4), 0);
    assert_string_equal(a.data, "password");
    assert_int_equal(cog_secret_copy(&b, &a), 0);
    assert_true(cog_secret_equal(&a, &b));
    b.data[7] = 'D';
    assert_false(cog_secret_equal(&a, &b));
    cog_secret_move(&b, &a);
    assert_null(a.data);
    assert_string_equal(b.data, "password");
}

static void
a_refused_set_leaves_the_secret_unchanged(void **state)
{
    cog_cleanup_secret struct cog_secret secret = COG_SECRET_EMPTY;
    char *big = calloc(1, COG_SECRET_MAX + 1);

    (void) state;
    assert_non_null(big);
    assert_int_equal(cog_secret_set_text(&secret, "kept"), 0);
    assert_int_equal(cog_secret_set(&secret, big, COG_SECRET_MAX + 1),
                     EMSGSIZE);
    assert_int_equal(cog_secret_append(&secret, big, COG_SECRET_MAX),
                     EMSGSIZE);
    assert_string_equal(secret.data, "kept");
    free(big);
}

static void
a_list_of_names_is_cut_where_its_room_ends(void **state)
{
    char list[9] = "";

    (void) state;
    cog_text_list_add(list, sizeof list, "one");
    assert_string_equal(list, "one");
    cog_text_list_add(list, sizeof list, "three");
    assert_string_equal(list, "one, thr");
    cog_text_list_add(list, sizeof list, "more");
    assert_string_equal(list, "one, thr");
}

/* A pipe holds a fraction of it, so that no call moves all at once. */
#define LONG ((size_t) 300000)

static void
all_is_read_and_written_in_whatever_pieces(void **state)
{
    char *sent = malloc(LONG), *got = malloc(LONG + 1);
    int ends[2], status = -1;
    size_t len = 0;
    pid_t writer;

    (void) state;
    assert_non_null(sent);
    assert_non_null(got);
    for (size_t i = 0; i < LONG; i++)
        sent[i] = (char) (i % 251);
    assert_int_equal(pipe(ends), 0);
    writer = fork();
    if (writer == 0) {
        int error = cog_write_all(ends[1], sent, LONG);

        free(sent);
        free(got);
        _exit(error);
    }
    (void) close(ends[1]);
    assert_int_equal(cog_read_all(ends[0], got, 1000, &len), 0);
    assert_int_equal(len, 1000);
    assert_int_equal(cog_read_all(ends[0], got + 1000, LONG + 1 - 1000, &len),
                     0);
    assert_int_equal(len, LONG - 1000);
    assert_memory_equal(got, sent, LONG);
    assert_int_equal(waitpid(writer, &status, 0), writer);
    assert_int_equal(status, 0);
    (void) close(ends[0]);
    free(sent);
    free(got);
}

static void
a_transfer_that_fails_says_why(void **state)
{
    int fd = open("/dev/null", O_WRONLY | O_CLOEXEC);
    int full = open("/dev/full", O_WRONLY | O_CLOEXEC);
    char byte = 'x';
    size_t len = 7;

    (void) state;
    assert_int_equal(cog_read_all(fd, &byte, 1, &len), EBADF);
    assert_int_equal(len, 7);
    assert_int_equal(cog_write_all(full, &byte, 1), ENOSPC);
    assert_int_equal(cog_write_all(-1, &byte, 1), EBADF);
    (void) close(fd);
    (void) close(full);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(numbers_are_bounded_decimals),
        cmocka_unit_test(p18_ascii_case_is_the_same_in_every_locale),
        cmocka_unit_test(p94_log_text_is_one_printable_line_for_every_byte),
        cmocka_unit_test(p95_person_text_shows_what_it_holds),
        cmocka_unit_test(person_text_is_never_cut_inside_a_character),
        cmocka_unit_test(person_text_that_just_fits_is_whole),
        cmocka_unit_test(utf8_is_rfc_3629),
        cmocka_unit_test(secrets_copy_append_and_compare),
        cmocka_unit_test(a_refused_set_leaves_the_secret_unchanged),
        cmocka_unit_test(a_list_of_names_is_cut_where_its_room_ends),
        cmocka_unit_test(all_is_read_and_written_in_whatever_pieces),
        cmocka_unit_test(a_transfer_that_fails_says_why),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
