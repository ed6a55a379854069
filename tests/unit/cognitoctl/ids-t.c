/* SPDX-License-Identifier: Apache-2.0 */
/* The texts that cognitoctl ids and forget read and change. */
#include "accounts/id_map.h"
#include "cognitoctl/id_map_edit.h"
#include "cognitoctl/name_list.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define BASE  1000000U
#define RANGE 1000000U

static void
a_map_changes_in_the_line_of_the_name_only(void **state)
{
    static const struct {
        const char *before, *after;
    } cases[] = {
        {"", "alice 1000005\n"},
        {"# ids\n", "# ids\nalice 1000005\n"},
        {"bob 1000001", "bob 1000001\nalice 1000005\n"},
        {"alice 1000001\nbob 1000002\n", "alice 1000005\nbob 1000002\n"},
        {"# alice 1\n \talice\t 1999999\t\n%alice 1000009",
         "# alice 1\n \talice\t 1000005\t\n%alice 1000009"},
        {"alice2 1000001\nalic 1000002\n",
         "alice2 1000001\nalic 1000002\nalice 1000005\n"},
    };

    (void) state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        cog_cleanup_id_map struct cog_id_map map = {.entries = NULL};
        char *out = NULL;
        size_t len = 0;
        uint32_t line = 0, id = 0;

        assert_int_equal(cog_id_map_edit(cases[i].before,
                                         strlen(cases[i].before), "alice",
                                         1000005, &out, &len),
                         0);
        assert_int_equal(len, strlen(cases[i].after));
        assert_memory_equal(out, cases[i].after, len);
        assert_int_equal(cog_id_map_parse(out, len, BASE, RANGE, &map, &line),
                         0);
        assert_int_equal(cog_id_map_find(&map, COG_ID_USER, "alice", &id), 0);
        assert_int_equal(id, 1000005);
        free(out);
    }
}

static void
a_line_of_a_list_is_a_user_or_a_group(void **state)
{
    static const struct {
        const char *line;
        bool with_attribute;
        const char *name, *attribute; /* name NULL: names nobody */
        enum cog_id_kind kind;
    } cases[] = {
        {"alice", false, "alice", "", COG_ID_USER},
        {"alice\r", false, "alice", "", COG_ID_USER},
        {"alice 12", false, "alice 12", "", COG_ID_USER},
        {"alice \t12 ", true, "alice", "12", COG_ID_USER},
        {"alice", true, "alice", "", COG_ID_USER},
        {"%a b", true, "a b", "", COG_ID_GROUP},
        {"%", false, "", "", COG_ID_GROUP},
        {" alice", false, " alice", "", COG_ID_USER},
        {"", false, NULL, NULL, COG_ID_USER},
        {" \t", false, NULL, NULL, COG_ID_USER},
        {"# alice", false, NULL, NULL, COG_ID_USER},
    };

    (void) state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct cog_listed_name out;
        bool found = cog_name_list_line(cases[i].line, strlen(cases[i].line),
                                        cases[i].with_attribute, &out);

        assert_int_equal(found, cases[i].name != NULL);
        if (!found)
            continue;
        assert_int_equal(out.kind, cases[i].kind);
        assert_string_equal(out.name, cases[i].name);
        assert_string_equal(out.attribute, cases[i].attribute);
    }
}

static void
p17_what_is_too_long_or_holds_nul_is_no_good_name(void **state)
{
    struct cog_listed_name out;
    char line[2 * COG_LISTED_MAX];

    (void) state;
    memset(line, 'a', sizeof line);
    assert_true(cog_name_list_line(line, sizeof line, false, &out));
    assert_int_equal(strlen(out.name), COG_LISTED_MAX);
    assert_int_not_equal(cog_login_name_check(out.name, strlen(out.name)),
                         COG_FAULT_NONE);
    assert_true(cog_name_list_line("root\0x", 6, false, &out));
    assert_string_equal(out.name, "root?x");
}

int
main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_map_changes_in_the_line_of_the_name_only),
        cmocka_unit_test(a_line_of_a_list_is_a_user_or_a_group),
        cmocka_unit_test(p17_what_is_too_long_or_holds_nul_is_no_good_name),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
