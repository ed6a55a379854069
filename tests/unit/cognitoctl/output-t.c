/* SPDX-License-Identifier: Apache-2.0 */
/* What reading commands print, for people and as JSON. */
#include "cognitoctl/output.h"

#include "cognito/json.h"
#include "cognitoctl/commands.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static const struct cog_column columns[] = {
    {"NAME", 8}, {"UID", 6}, {"DISABLED", 8}, {"GROUPS", 0}, {NULL, 0}};

static void
print_row(struct cog_output *output, const char *name, int64_t uid)
{
    cog_output_open_row(output);
    cog_output_text(output, "name", name);
    cog_output_number(output, "uid", uid);
    cog_output_truth(output, "disabled", uid == 1000);
    cog_output_open_list(output, "groups");
    for (int i = 0; i < 2 && uid != 1000; i++)
        cog_output_text(output, NULL, i == 0 ? "a" : "b c");
    cog_output_close_list(output);
    cog_output_close_row(output);
}

/* A document with one of each; to be freed. */
static char *
print_all(bool json, const char *foreign)
{
    struct cog_output output;
    char *text = NULL;
    size_t len = 0;
    FILE *stream = open_memstream(&text, &len);

    assert_non_null(stream);
    cog_output_begin(&output, stream, json);
    cog_output_text(&output, "pool_id", foreign);
    cog_output_number(&output, "count", -3);
    cog_output_truth(&output, "mapped", true);
    cog_output_time(&output, "last_sync", 1795269909);
    cog_output_time(&output, "last_login", 0);
    cog_output_open(&output, "files");
    cog_output_text(&output, "mode", "");
    cog_output_open_list(&output, "none");
    cog_output_close_list(&output);
    cog_output_close(&output);
    cog_output_open_table(&output, "accounts", columns);
    print_row(&output, "alice", 1000);
    print_row(&output, "bob", 1879048192);
    cog_output_close_table(&output);
    assert_int_equal(cog_output_end(&output), COG_EXIT_OK);
    (void) fclose(stream);
    return text;
}

static void
people_get_lines_and_columns(void **state)
{
    char *text = print_all(false, "eu-west-1_A");

    (void) state;
    assert_string_equal(text, "pool id             eu-west-1_A\n"
                              "count               -3\n"
                              "mapped              yes\n"
                              "last sync           2026-11-21T14:05:09Z\n"
                              "last login          never\n"
                              "files\n"
                              "  mode              -\n"
                              "  none              -\n"
                              "NAME      UID     DISABLED  GROUPS\n"
                              "alice     1000    yes       -\n"
                              "bob       1879048192  no        a, b c\n");
    free(text);
}

static void
programs_get_the_same_as_one_json_document(void **state)
{
    char *text = print_all(true, "eu-west-1_A");

    (void) state;
    assert_string_equal(
        text,
        "{\"pool_id\":\"eu-west-1_A\",\"count\":-3,\"mapped\":true,"
        "\"last_sync\":\"2026-11-21T14:05:09Z\",\"last_login\":\"\","
        "\"files\":{\"mode\":\"\",\"none\":[]},"
        "\"accounts\":["
        "{\"name\":\"alice\",\"uid\":1000,\"disabled\":true,\"groups\":[]}\n,"
        "{\"name\":\"bob\",\"uid\":1879048192,\"disabled\":false,"
        "\"groups\":[\"a\",\"b c\"]}\n]}\n");
    free(text);
}

static void
p95_foreign_text_gives_a_terminal_no_commands(void **state)
{
    static const char foreign[] = "a\033[2J\n\xe2\x80\xae\xff\"b";
    char *people = print_all(false, foreign);
    char *programs = print_all(true, foreign);
    cog_cleanup_json struct cog_json *document = NULL;
    const char *back = NULL;

    (void) state;
    assert_non_null(strstr(people, "pool id             a?[2J ??\"b\n"));
    assert_int_equal(cog_json_parse(programs, strlen(programs) - 1, &document),
                     COG_OK);
    assert_int_equal(cog_json_text(document, "pool_id", 100, &back), COG_OK);
    assert_string_equal(back, "a?[2J ??\"b");
    free(people);
    free(programs);
}

/* Well-formed, so a document holds it: in ASCII, and the same when read. */
static void
p95_foreign_text_in_a_document_gives_a_terminal_no_commands(void **state)
{
    static const char foreign[] = "a\x7f\xc2\x9b"
                                  "2J\xe2\x80\xae\xf3\xa0\x81\x81"
                                  "\xc3\xa4";
    char *programs = print_all(true, foreign);
    cog_cleanup_json struct cog_json *document = NULL;
    const char *back = NULL;

    (void) state;
    assert_non_null(strstr(programs, "\"a\\u007f\\u009b2J\\u202e\\udb40\\udc41"
                                     "\xc3\xa4\""));
    assert_int_equal(cog_json_parse(programs, strlen(programs) - 1, &document),
                     COG_OK);
    assert_int_equal(cog_json_text(document, "pool_id", 100, &back), COG_OK);
    assert_string_equal(back, foreign);
    free(programs);
}

static void
a_table_may_be_longer_than_any_one_document_held_in_memory(void **state)
{
    enum { ROWS = 10000 }; /* some 600 kB */
    struct cog_output output;
    char *text = NULL;
    size_t len = 0;
    FILE *stream = open_memstream(&text, &len);

    (void) state;
    assert_non_null(stream);
    cog_output_begin(&output, stream, true);
    cog_output_open_table(&output, "accounts", columns);
    for (int i = 0; i < ROWS; i++)
        print_row(&output, "somebody", i);
    cog_output_close_table(&output);
    assert_int_equal(cog_output_end(&output), COG_EXIT_OK);
    (void) fclose(stream);
    assert_true(len > COG_SECRET_MAX);
    assert_string_equal(text + len - 5, "}\n]}\n");
    free(text);
}

static void
output_that_cannot_be_written_is_a_failure(void **state)
{
    (void) state;
    for (int json = 0; json < 2; json++) {
        struct cog_output output;
        FILE *full = fopen("/dev/full", "w");

        assert_non_null(full);
        cog_output_begin(&output, full, json != 0);
        cog_output_text(&output, "name", "alice");
        assert_int_equal(cog_output_end(&output), COG_EXIT_FAILED);
        (void) fclose(full);
    }
}

static void
a_number_that_json_cannot_hold_is_a_failure(void **state)
{
    struct cog_output output;
    FILE *null = fopen("/dev/null", "w");

    (void) state;
    assert_non_null(null);
    cog_output_begin(&output, null, true);
    cog_output_number(&output, "n", INT64_MAX);
    assert_int_equal(cog_output_end(&output), COG_EXIT_FAILED);
    (void) fclose(null);
}

/* From date -u -d @N +%FT%TZ of GNU coreutils. */
static void
p32_times_are_of_utc_whatever_the_zone_is(void **state)
{
    static const struct {
        int64_t unix_s;
        const char *text;
    } cases[] = {
        {1, "1970-01-01T00:00:01Z"},
        {951827696, "2000-02-29T12:34:56Z"},
        {1483228799, "2016-12-31T23:59:59Z"},
        {253402300799, "9999-12-31T23:59:59Z"},
        {253402300800, "1970-01-01T00:00:00Z"},
        {-1, "1970-01-01T00:00:00Z"},
    };

    (void) state;
    (void) setenv("TZ", "right/Europe/Berlin", 1);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char text[COG_TIME_SIZE];

        cog_time_text(cases[i].unix_s, text);
        assert_string_equal(text, cases[i].text);
    }
    (void) unsetenv("TZ");
}

int
main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(people_get_lines_and_columns),
        cmocka_unit_test(programs_get_the_same_as_one_json_document),
        cmocka_unit_test(p95_foreign_text_gives_a_terminal_no_commands),
        cmocka_unit_test(
            p95_foreign_text_in_a_document_gives_a_terminal_no_commands),
        cmocka_unit_test(
            a_table_may_be_longer_than_any_one_document_held_in_memory),
        cmocka_unit_test(output_that_cannot_be_written_is_a_failure),
        cmocka_unit_test(a_number_that_json_cannot_hold_is_a_failure),
        cmocka_unit_test(p32_times_are_of_utc_whatever_the_zone_is),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
