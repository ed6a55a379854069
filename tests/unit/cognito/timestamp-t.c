/* SPDX-License-Identifier: Apache-2.0 */
/* cognito/srp: the moment that a proof is of, as the service writes it. */
#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "cognito/srp.h"
#include "tests/unit/cognito/vectors.h"
#include "tests/unit/locales.h"

static void
assert_timestamps(void)
{
    struct json_object *file = vectors_load("primitives.json");
    struct json_object *cases =
        vectors_get(vectors_get(file, "timestamp"), "cases");

    for (size_t i = 0; i < json_object_array_length(cases); i++) {
        struct json_object *one = json_object_array_get_idx(cases, i);
        char text[COG_SRP_TIMESTAMP_SIZE];

        assert_int_equal(
            cog_srp_timestamp(json_object_get_int64(vectors_get(one, "unix")),
                              text),
            COG_OK);
        assert_string_equal(text, vectors_text(one, "text"));
    }
    json_object_put(file);
}

/* Whether leap seconds count now: POSIX's clock does not know them. */
static bool
leap_seconds_count(void)
{
    const time_t midnight = 1700006400;
    struct tm parts;

    assert_non_null(gmtime_r(&midnight, &parts));
    return parts.tm_sec != 0 || parts.tm_min != 0;
}

/* `right/UTC` moves even gmtime_r by 27 s. */
static void
test_timestamp(void **state)
{
    bool moved;

    (void) state;
    assert_int_equal(setenv("TZ", "right/UTC", 1), 0);
    tzset();
    moved = leap_seconds_count();
    in_every_locale(assert_timestamps);
    (void) unsetenv("TZ");
    tzset();
    if (!moved) {
        printf("tzdata has no right/UTC\n");
        skip();
    }
}

/* Every day from 1970 to 2400 against the C library. */
static void
test_calendar(void **state)
{
    locale_t english = newlocale(LC_ALL_MASK, "C", (locale_t) 0);

    (void) state;
    assert_true(english != (locale_t) 0);
    for (int64_t day = 0; day < 157000; day++) {
        int64_t unix_s = day * 86400 + day % 86400;
        time_t seconds = (time_t) unix_s;
        struct tm parts;
        char text[COG_SRP_TIMESTAMP_SIZE], wanted[64], head[16], tail[32];

        assert_non_null(gmtime_r(&seconds, &parts));
        assert_true(strftime_l(head, sizeof head, "%a %b", &parts, english) >
                    0);
        assert_true(strftime_l(tail, sizeof tail, "%H:%M:%S UTC %Y", &parts,
                               english) > 0);
        (void) snprintf(wanted, sizeof wanted, "%s %d %s", head, parts.tm_mday,
                        tail);
        assert_int_equal(cog_srp_timestamp(unix_s, text), COG_OK);
        assert_string_equal(text, wanted);
    }
    freelocale(english);
    {
        char text[COG_SRP_TIMESTAMP_SIZE] = "untouched";

        assert_int_equal(cog_srp_timestamp(-1, text), COG_INTERNAL);
        assert_int_equal(cog_srp_timestamp(INT64_MAX, text), COG_INTERNAL);
        assert_string_equal(text, "untouched");
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        {"P32: TIMESTAMP does not follow locale or time zone", test_timestamp,
         NULL, NULL, NULL},
        {"TIMESTAMP is right on every day from 1970 to 2400", test_calendar,
         NULL, NULL, NULL},
    };

    return cmocka_run_group_tests_name("cognito/timestamp", tests, NULL, NULL);
}
