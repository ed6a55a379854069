/* SPDX-License-Identifier: Apache-2.0 */
/* aws: times, command lines and web tokens. */
#include "aws/command_line.h"
#include "aws/credential_document.h"
#include "aws/timestamp.h"
#include "tests/unit/aws/support.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

/* `date -u -d TEXT +%s` said these numbers. */
static void
test_moments(void **state)
{
    static const struct {
        const char *text;
        int64_t unix_s;
    } fine[] = {
        {"1970-01-01T00:00:00Z", 0},
        {"2026-11-21T13:02:03Z", 1795266123},
        {"2026-11-21T13:02:03.999Z", 1795266123},
        {"2026-11-21T13:02:03+00:00", 1795266123},
        {"2026-11-21T14:32:03+01:30", 1795266123},
        {"2026-11-21T05:02:03-08:00", 1795266123},
        {"2000-02-29T23:59:59Z", 951868799},
        {"2024-12-31T23:59:60Z", 1735689600},
        {"2100-03-01T00:00:00Z", 4107542400},
        {"9999-12-31T23:59:59Z", 253402300799},
    };
    static const char *const bad[] = {
        "",
        "2026-11-21",
        "2026-11-21T13:02:03",
        "2026-11-21 13:02:03Z",
        "2026-11-21t13:02:03Z",
        "2026-11-21T13:02:03z",
        "2026-11-21T13:02:03Z ",
        " 2026-11-21T13:02:03Z",
        "2026-11-21T13:02:03.Z",
        "2026-11-21T13:02:03.5",
        "2026-11-21T13:02:03+0000",
        "2026-11-21T13:02:03+24:00",
        "2026-11-21T13:02:03+00:60",
        "2026-11-21T13:02Z",
        "2026-13-21T13:02:03Z",
        "2026-00-21T13:02:03Z",
        "2026-11-31T13:02:03Z",
        "2026-11-00T13:02:03Z",
        "2025-02-29T13:02:03Z",
        "2100-02-29T13:02:03Z",
        "2026-11-21T24:02:03Z",
        "2026-11-21T13:60:03Z",
        "2026-11-21T13:02:61Z",
        "1969-12-31T23:59:59Z",
        "10000-01-01T00:00:00Z",
        "-2026-11-21T13:02:03Z",
        "2026-11-2\xc3\x97T13:02:03Z",
    };
    int64_t found = -7;

    (void) state;
    for (size_t i = 0; i < COUNT(bad); i++) {
        if (cog_aws_timestamp_parse(bad[i], &found) != EINVAL)
            fail_msg("taken: %s", bad[i]);
    }
    assert_int_equal(found, -7);
    for (size_t i = 0; i < COUNT(fine); i++) {
        assert_int_equal(cog_aws_timestamp_parse(fine[i].text, &found), 0);
        if (found != fine[i].unix_s)
            fail_msg("%s is %lld", fine[i].text, (long long) found);
    }
}

/* Every day of 400 years, against the C library. */
static void
test_calendar(void **state)
{
    (void) state;
    for (time_t day = 0; day < 146097; day++) {
        const time_t seconds = day * 86400 + 3661;
        struct tm broken;
        char text[40];
        int64_t found = -1;

        assert_non_null(gmtime_r(&seconds, &broken));
        (void) snprintf(text, sizeof text, "%04d-%02d-%02dT%02d:%02d:%02dZ",
                        broken.tm_year + 1900, broken.tm_mon + 1,
                        broken.tm_mday, broken.tm_hour, broken.tm_min,
                        broken.tm_sec);
        assert_int_equal(cog_aws_timestamp_parse(text, &found), 0);
        assert_int_equal(found, seconds);
    }
}

/* The words joined by "|", as Python's shlex.split has them. */
static void
test_words(void **state)
{
    static const struct {
        const char *line;
        const char *words;
    } fine[] = {
        {"/bin/x", "/bin/x"},
        {"  /bin/x\t a  ", "/bin/x|a"},
        {"/bin/x 'a b' \"c d\"", "/bin/x|a b|c d"},
        {"/bin/x a'b'c\"d\"e", "/bin/x|abcde"},
        {"/bin/x '' \"\"", "/bin/x||"},
        {"/bin/x a\\ b \\'", "/bin/x|a b|'"},
        {"/bin/x \"a\\\"b\\\\c\\d\"", "/bin/x|a\"b\\c\\d"},
        {"/bin/x 'a\\b'", "/bin/x|a\\b"},
        {"\"/opt/my tool\" --x=\"1 2\"", "/opt/my tool|--x=1 2"},
        {"/bin/x $HOME ~ * ; | && `id` $(id) > /etc/x # c",
         "/bin/x|$HOME|~|*|;|||&&|`id`|$(id)|>|/etc/x|#|c"},
        {"/bin/x \xc3\xa4", "/bin/x|\xc3\xa4"},
    };
    static const struct {
        const char *line;
        const char *problem;
    } bad[] = {
        {"", "empty"},
        {"  \t", "empty"},
        {"x", "not an absolute path"},
        {"../x", "not an absolute path"},
        {"'' /bin/x", "not an absolute path"},
        {"/bin/x 'a", "a quote is not closed"},
        {"/bin/x \"a\\\"", "a quote is not closed"},
        {"/bin/x a\\", "ends in a backslash"},
        {"/bin/x a\nb", "control characters"},
        {"/bin/x \x7f", "control characters"},
    };
    struct cog_aws_command command;

    (void) state;
    for (size_t i = 0; i < COUNT(fine); i++) {
        char joined[200] = "";
        size_t at = 0;

        assert_null(cog_aws_command_split(fine[i].line, &command));
        assert_null(command.words[command.count]);
        for (size_t j = 0; j < command.count; j++)
            at += (size_t) snprintf(joined + at, sizeof joined - at, "%s%s",
                                    j > 0 ? "|" : "", command.words[j]);
        assert_string_equal(joined, fine[i].words);
    }
    for (size_t i = 0; i < COUNT(bad); i++)
        assert_string_equal(cog_aws_command_split(bad[i].line, &command),
                            bad[i].problem);
}

static void
test_many_words(void **state)
{
    char line[COG_AWS_COMMAND_MAX + 2];
    struct cog_aws_command command;

    (void) state;
    memset(line, ' ', sizeof line);
    line[0] = '/';
    for (size_t i = 1; i <= COG_AWS_WORDS_MAX; i++)
        line[2 * i] = 'a';
    line[2 * COG_AWS_WORDS_MAX] = '\0';
    assert_null(cog_aws_command_split(line, &command));
    assert_int_equal(command.count, COG_AWS_WORDS_MAX);
    line[2 * COG_AWS_WORDS_MAX] = 'a';
    line[2 * COG_AWS_WORDS_MAX + 1] = '\0';
    assert_string_equal(cog_aws_command_split(line, &command),
                        "too many words");
    memset(line, 'a', sizeof line);
    line[0] = '/';
    line[COG_AWS_COMMAND_MAX] = '\0';
    assert_null(cog_aws_command_split(line, &command));
    assert_int_equal(strlen(command.words[0]), COG_AWS_COMMAND_MAX);
    line[COG_AWS_COMMAND_MAX] = 'a';
    line[COG_AWS_COMMAND_MAX + 1] = '\0';
    assert_string_equal(cog_aws_command_split(line, &command), "too long");
}

static void
test_web_tokens(void **state)
{
    static const char *const bad[] = {
        "",
        "a",
        "a.b",
        ".b.c",
        "a..c",
        "a.b.",
        "a.b.c.d",
        "a.b.c\n",
        "a.b.c ",
        "a.b.c=",
        "a.b/x.c",
        "root:$6$abc.def.ghi:19000:0:99999:7:::",
        "-----BEGIN PRIVATE KEY-----",
    };

    (void) state;
    assert_true(cog_aws_is_web_token("eyJ.eyJ_-9.AbC", 14));
    for (size_t i = 0; i < COUNT(bad); i++) {
        if (cog_aws_is_web_token(bad[i], strlen(bad[i])))
            fail_msg("taken: %s", bad[i]);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        {"moments have one form, and every part its range", test_moments, NULL,
         NULL, NULL},
        {"every day of four centuries is the C library's", test_calendar, NULL,
         NULL, NULL},
        {"P82: words are split without a shell, nothing is expanded",
         test_words, NULL, NULL, NULL},
        {"a command has its limits", test_many_words, NULL, NULL, NULL},
        {"P82: what is no token of a provider is not taken for one",
         test_web_tokens, NULL, NULL, NULL},
    };

    return cmocka_run_group_tests_name("aws/words", tests, NULL, NULL);
}
