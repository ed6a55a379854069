/* SPDX-License-Identifier: Apache-2.0 */
/* cognito/json: strict reading, exact types, safe writing. */
#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cognito/json.h"
#include "cognito/json_scan.h"
#include "cognito/json_write.h"

struct text {
    const char *bytes;
    size_t len;
};

#define TEXT(literal)                                                         \
    {                                                                         \
        literal, sizeof(literal) - 1                                          \
    }

static void
assert_refused(const char *bytes, size_t len)
{
    /* An exact heap copy, so that a sanitizer sees any step beyond it. */
    char *copy = malloc(len == 0 ? 1 : len);
    struct cog_json *document = NULL;

    assert_non_null(copy);
    memcpy(copy, bytes, len);
    if (cog_json_parse(copy, len, &document) == COG_OK)
        fail_msg("taken: %.*s", (int) len, bytes);
    assert_null(document);
    free(copy);
}

static struct cog_json *
parsed(const char *text)
{
    struct cog_json *document = NULL;

    assert_int_equal(cog_json_parse(text, strlen(text), &document), COG_OK);
    return document;
}

static void
test_malformed(void **state)
{
    static const struct text texts[] = {
        TEXT(""),
        TEXT(" "),
        TEXT("{"),
        TEXT("}"),
        TEXT("[]"),
        TEXT("\"a\""),
        TEXT("1"),
        TEXT("null"),
        TEXT("{}{}"),
        TEXT("{} x"),
        TEXT("{}\0"),
        TEXT("{}\0{}"),
        TEXT("{'a':1}"),
        TEXT("{a:1}"),
        TEXT("{\"a\":1,}"),
        TEXT("{,\"a\":1}"),
        TEXT("{\"a\" 1}"),
        TEXT("{\"a\":}"),
        TEXT("{\"a\":[1,]}"),
        TEXT("{\"a\":[,1]}"),
        TEXT("{\"a\":01}"),
        TEXT("{\"a\":+1}"),
        TEXT("{\"a\":.5}"),
        TEXT("{\"a\":5.}"),
        TEXT("{\"a\":1e}"),
        TEXT("{\"a\":-}"),
        TEXT("{\"a\":0x10}"),
        TEXT("{\"a\":NaN}"),
        TEXT("{\"a\":Infinity}"),
        TEXT("{\"a\":-Infinity}"),
        TEXT("{\"a\":nan}"),
        TEXT("{\"a\":True}"),
        TEXT("{\"a\":tru}"),
        TEXT("{\"a\":/*c*/1}"),
        TEXT("{\"a\":1}//c"),
        TEXT("\xef\xbb\xbf{}"),
        TEXT("{\"a\":\"\t\"}"),
        TEXT("{\"a\":\"\n\"}"),
        TEXT("{\"a\":\"\\x\"}"),
        TEXT("{\"a\":\"\\u12\"}"),
        TEXT("{\"a\":\"\\u12g4\"}"),
        TEXT("{\"a\":\"\\ud800\"}"),
        TEXT("{\"a\":\"\\udc00\"}"),
        TEXT("{\"a\":\"\\ud800\\u0041\"}"),
        TEXT("{\"a\":\"\\udc00\\ud800\"}"),
        TEXT("{\"a\":\"\xff\"}"),
        TEXT("{\"a\":\"\xc0\xaf\"}"),
        TEXT("{\"a\":\"\xed\xa0\x80\"}"),
        TEXT("{\"\xff\":1}"),
        TEXT("{\"a\\u0000b\":1}"),
        TEXT("{\"a\":\"b"),
        TEXT("{\"a\":\"\\"),
        TEXT("{\"a\":\"\\u00"),
    };

    (void) state;
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
        assert_refused(texts[i].bytes, texts[i].len);
}

static void
test_repeated(void **state)
{
    static const char *const texts[] = {
        "{\"a\":1,\"a\":1}",
        "{\"a\":1,\"b\":2,\"a\":3}",
        "{\"a\":1,\"\\u0061\":2}",
        "{\"b\":{\"a\":1,\"a\":2}}",
        "{\"b\":[{\"a\":1,\"a\":2}]}",
        "{\"a\":{\"c\":1},\"a\":{\"c\":1}}",
        "{\"\":1,\"\":2}",
    };
    struct cog_json *document;

    (void) state;
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
        assert_refused(texts[i], strlen(texts[i]));
    document = parsed("{\"a\":{\"a\":1},\"b\":{\"a\":1},\"A\":[{\"a\":2}]}");
    cog_json_free(document);
}

static void
test_depth(void **state)
{
    char text[512];
    struct cog_json *document = NULL;

    (void) state;
    for (size_t depth = 1; depth < 100; depth++) {
        size_t at = 0;

        at += (size_t) snprintf(text, sizeof text, "{\"a\":");
        memset(text + at, '[', depth - 1);
        at += depth - 1;
        if (depth == 1)
            text[at++] = '1';
        memset(text + at, ']', depth - 1);
        at += depth - 1;
        text[at++] = '}';
        if (depth <= COG_JSON_DEPTH) {
            assert_int_equal(cog_json_parse(text, at, &document), COG_OK);
            cog_json_free(document);
        } else {
            assert_refused(text, at);
        }
    }
}

/* An array of so many zeros, as the member of an object. */
static char *
zeros(size_t count, size_t *len)
{
    char *text = malloc(count * 2 + 16);
    size_t at = 0;

    assert_non_null(text);
    memcpy(text, "{\"a\":[0", 7);
    at = 7;
    for (size_t i = 1; i < count; i++) {
        text[at++] = ',';
        text[at++] = '0';
    }
    text[at++] = ']';
    text[at++] = '}';
    *len = at;
    return text;
}

static void
test_values(void **state)
{
    const size_t most = COG_JSON_VALUES_MAX - 2; /* object and array apart */
    struct cog_json *document = NULL;
    size_t len = 0;
    char *text = zeros(most, &len);

    (void) state;
    assert_int_equal(cog_json_parse(text, len, &document), COG_OK);
    cog_json_free(document);
    free(text);
    text = zeros(most + 1, &len);
    assert_refused(text, len);
    free(text);
}

static void
test_types(void **state)
{
    struct cog_json *document =
        parsed("{\"text\":\"12\",\"digits\":\"12abc\",\"number\":12,"
               "\"fraction\":12.0,\"exponent\":1e3,\"minus\":-1,\"zero\":0,"
               "\"top\":9007199254740992,\"over\":9007199254740993,"
               "\"huge\":18446744073709551617,\"yes\":true,\"no\":false,"
               "\"null\":null,\"array\":[1],\"object\":{},"
               "\"nul\":\"root\\u0000evil\"}");
    const struct cog_json *inner = NULL;
    const char *text = "untouched";
    int64_t number = -7;

    (void) state;
    static const char *const no_numbers[] = {
        "text", "digits", "fraction", "exponent", "minus",  "over", "huge",
        "yes",  "no",     "null",     "array",    "object", "nul",  "absent",
    };
    static const char *const no_texts[] = {
        "number", "fraction", "zero",   "yes", "no",
        "null",   "array",    "object", "nul", "absent",
    };

    for (size_t i = 0; i < sizeof no_numbers / sizeof no_numbers[0]; i++)
        assert_int_equal(cog_json_integer(document, no_numbers[i], &number),
                         COG_PROTOCOL);
    assert_int_equal(number, -7);
    for (size_t i = 0; i < sizeof no_texts / sizeof no_texts[0]; i++)
        assert_int_equal(cog_json_text(document, no_texts[i], 100, &text),
                         COG_PROTOCOL);
    assert_string_equal(text, "untouched");
    assert_int_equal(cog_json_true(document, "yes"), COG_OK);
    assert_int_equal(cog_json_true(document, "no"), COG_PROTOCOL);
    assert_int_equal(cog_json_true(document, "text"), COG_PROTOCOL);
    assert_int_equal(cog_json_true(document, "number"), COG_PROTOCOL);
    assert_int_equal(cog_json_array(document, "object", &inner), COG_PROTOCOL);
    assert_int_equal(cog_json_object(document, "array", &inner), COG_PROTOCOL);
    assert_null(inner);
    assert_int_equal(cog_json_integer(document, "zero", &number), COG_OK);
    assert_int_equal(number, 0);
    assert_int_equal(cog_json_integer(document, "top", &number), COG_OK);
    assert_int_equal(number, INT64_C(1) << 53);
    assert_false(cog_json_has(document, "null"));
    assert_false(cog_json_has(document, "absent"));
    assert_true(cog_json_has(document, "no"));
    cog_json_free(document);
}

static void
test_moments(void **state)
{
    struct cog_json *document =
        parsed("{\"whole\":1682955829,\"part\":1682955829.578,"
               "\"power\":1.682955829578E9,\"zero\":0.0,\"minus\":-0.5,"
               "\"big\":1e17,\"huge\":1e999,\"text\":\"1\",\"no\":false}");
    static const char *const fine[] = {"whole", "part", "power"};
    static const char *const bad[] = {"minus", "big", "huge",
                                      "text",  "no",  "absent"};
    int64_t seconds = -7;
    bool truth = true;

    (void) state;
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        assert_int_equal(cog_json_seconds(document, bad[i], &seconds),
                         COG_PROTOCOL);
    assert_int_equal(seconds, -7);
    for (size_t i = 0; i < sizeof fine / sizeof fine[0]; i++) {
        assert_int_equal(cog_json_seconds(document, fine[i], &seconds),
                         COG_OK);
        assert_int_equal(seconds, 1682955829);
    }
    assert_int_equal(cog_json_seconds(document, "zero", &seconds), COG_OK);
    assert_int_equal(seconds, 0);
    assert_int_equal(cog_json_bool(document, "whole", &truth), COG_PROTOCOL);
    assert_true(truth);
    assert_int_equal(cog_json_bool(document, "no", &truth), COG_OK);
    assert_false(truth);
    cog_json_free(document);
}

static void
test_bounds(void **state)
{
    struct cog_json *document = parsed("{\"a\":\"12345\",\"l\":[\"12345\"]}");
    const struct cog_json *list = NULL;
    const char *text = NULL;

    (void) state;
    assert_int_equal(cog_json_text(document, "a", 4, &text), COG_PROTOCOL);
    assert_int_equal(cog_json_text(document, "a", 5, &text), COG_OK);
    assert_int_equal(cog_json_array(document, "l", &list), COG_OK);
    assert_int_equal(cog_json_text_at(list, 0, 4, &text), COG_PROTOCOL);
    assert_int_equal(cog_json_text_at(list, 0, 5, &text), COG_OK);
    assert_int_equal(cog_json_text_at(list, 1, 5, &text), COG_PROTOCOL);
    cog_json_free(document);
}

static void
test_escapes(void **state)
{
    struct cog_json *document =
        parsed("{\"a\":\"\\\"\\\\\\/\\b\\f\\n\\r\\t\\u00e4\\ud83d\\udd11\"}");
    const char *text = NULL;

    (void) state;
    assert_int_equal(cog_json_text(document, "a", 100, &text), COG_OK);
    assert_string_equal(text, "\"\\/\b\f\n\r\t\xc3\xa4\xf0\x9f\x94\x91");
    cog_json_free(document);
}

static void
test_written(void **state)
{
    char all[256];
    struct cog_json_writer writer = COG_JSON_WRITER_EMPTY;
    struct cog_json *document = NULL;
    const struct cog_json *inner = NULL;
    const char *text = NULL;
    size_t used = 0;

    (void) state;
    for (int c = 1; c < 128; c++)
        all[used++] = (char) c;
    memcpy(all + used, "\xc3\xa4\xf0\x9f\x94\x91", 7);
    used += 6;
    cog_json_open(&writer, NULL);
    cog_json_put_text(&writer, "first", "1");
    cog_json_open(&writer, "in\"ner");
    cog_json_put(&writer, "all", all, used);
    cog_json_close(&writer);
    cog_json_put_text(&writer, "last", "");
    cog_json_close(&writer);
    assert_int_equal(writer.status, COG_OK);
    assert_int_equal(
        cog_json_parse(writer.text.data, writer.text.len, &document), COG_OK);
    assert_int_equal(cog_json_object(document, "in\"ner", &inner), COG_OK);
    assert_int_equal(cog_json_text(inner, "all", 300, &text), COG_OK);
    assert_string_equal(text, all);
    assert_int_equal(cog_json_text(document, "last", 9, &text), COG_OK);
    cog_json_free(document);
    cog_json_writer_clear(&writer);
}

static void
test_written_list(void **state)
{
    static const char wanted[] =
        "{\"none\":[],\"all\":[1,-9007199254740992,9007199254740992,true,"
        "\"x\",{\"b\":false},[0]],\"n\":7}";
    struct cog_json_writer writer = COG_JSON_WRITER_EMPTY;

    (void) state;
    cog_json_open(&writer, NULL);
    cog_json_open_array(&writer, "none");
    cog_json_close_array(&writer);
    cog_json_open_array(&writer, "all");
    cog_json_put_number(&writer, NULL, 1);
    cog_json_put_number(&writer, NULL, -(INT64_C(1) << 53));
    cog_json_put_number(&writer, NULL, INT64_C(1) << 53);
    cog_json_put_bool(&writer, NULL, true);
    cog_json_put_text(&writer, NULL, "x");
    cog_json_open(&writer, NULL);
    cog_json_put_bool(&writer, "b", false);
    cog_json_close(&writer);
    cog_json_open_array(&writer, NULL);
    cog_json_put_number(&writer, NULL, 0);
    cog_json_close_array(&writer);
    cog_json_close_array(&writer);
    cog_json_put_number(&writer, "n", 7);
    cog_json_close(&writer);
    assert_int_equal(writer.status, COG_OK);
    assert_string_equal(writer.text.data, wanted);
    cog_json_writer_clear(&writer);
}

static void
test_unwritable_numbers(void **state)
{
    static const int64_t numbers[] = {
        INT64_MIN, INT64_MAX, (INT64_C(1) << 53) + 1, -(INT64_C(1) << 53) - 1};

    (void) state;
    for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++) {
        struct cog_json_writer writer = COG_JSON_WRITER_EMPTY;

        cog_json_open(&writer, NULL);
        cog_json_put_number(&writer, "a", numbers[i]);
        assert_int_equal(writer.status, COG_BAD_INPUT);
        cog_json_writer_clear(&writer);
    }
}

static void
test_unwritable(void **state)
{
    static const struct text texts[] = {TEXT("\xff"), TEXT("a\0b"),
                                        TEXT("\xed\xa0\x80")};

    (void) state;
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        struct cog_json_writer writer = COG_JSON_WRITER_EMPTY;

        cog_json_open(&writer, NULL);
        cog_json_put(&writer, "a", texts[i].bytes, texts[i].len);
        cog_json_close(&writer);
        assert_int_equal(writer.status, COG_BAD_INPUT);
        cog_json_writer_clear(&writer);
    }
}

static void
test_halves(void **state)
{
    static const char *const halves[][2] = {
        /* alone: high, low, upper case, at the end, the wrong way round */
        {"[\"\\ud800\"]", "[\"\\u0000\"]"},
        {"[\"a\\udfffb\"]", "[\"a\\u0000b\"]"},
        {"[\"\\uDBFFx\"]", "[\"\\u0000x\"]"},
        {"[\"\\udc00\\ud800\"]", "[\"\\u0000\\u0000\"]"},
        {"[\"\\ud800\\n\"]", "[\"\\u0000\\n\"]"},
        {"[\"\\ud800\\u0041\"]", "[\"\\u0000\\u0041\"]"},
        {"\\ud800", "\\u0000"},
        /* a half before a pair */
        {"[\"\\ud800\\ud83d\\ude00\"]", "[\"\\u0000\\ud83d\\ude00\"]"},
        /* left alone: pairs, other characters, what is no escape */
        {"[\"\\ud83d\\ude00\\ud83d\\ude00\"]",
         "[\"\\ud83d\\ude00\\ud83d\\ude00\"]"},
        {"[\"\\ud7ff\\ue000\"]", "[\"\\ud7ff\\ue000\"]"},
        {"[\"\\\\ud800\"]", "[\"\\\\ud800\"]"},
        {"[\"\\\\\\ud800\"]", "[\"\\\\\\u0000\"]"},
        {"\\ud80", "\\ud80"},
        {"\\u", "\\u"},
        {"\\", "\\"},
        {"", ""},
    };

    (void) state;
    for (size_t i = 0; i < sizeof halves / sizeof halves[0]; i++) {
        size_t len = strlen(halves[i][0]);
        /* In as many bytes as there are, for sanitizers to see. */
        char *text = malloc(len + 1);

        assert_non_null(text);
        memcpy(text, halves[i][0], len);
        cog_json_blank_halves(text, len);
        text[len] = '\0';
        assert_string_equal(text, halves[i][1]);
        free(text);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        {"P48: what is not one JSON object in UTF-8 is refused",
         test_malformed, NULL, NULL, NULL},
        {"P48: a repeated member is refused at every level", test_repeated,
         NULL, NULL, NULL},
        {"P48: nesting deeper than 16 is refused", test_depth, NULL, NULL,
         NULL},
        {"P48: a document of too many values is refused", test_values, NULL,
         NULL, NULL},
        {"P49: types and ranges are exact, nothing is coerced", test_types,
         NULL, NULL, NULL},
        {"P49: moments are numbers in range, whole or not", test_moments, NULL,
         NULL, NULL},
        {"P49: a text longer than its bound is refused", test_bounds, NULL,
         NULL, NULL},
        {"escapes become the characters they stand for", test_escapes, NULL,
         NULL, NULL},
        {"P48, P78: half a character becomes one that no text may have",
         test_halves, NULL, NULL, NULL},
        {"every character survives writing and reading", test_written, NULL,
         NULL, NULL},
        {"lists, numbers and truths are written as JSON has them",
         test_written_list, NULL, NULL, NULL},
        {"a number that others may read otherwise is not written",
         test_unwritable_numbers, NULL, NULL, NULL},
        {"bytes that are not UTF-8 are not written", test_unwritable, NULL,
         NULL, NULL},
    };

    return cmocka_run_group_tests_name("cognito/json", tests, NULL, NULL);
}
