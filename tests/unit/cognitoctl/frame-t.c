/* SPDX-License-Identifier: Apache-2.0 */
/* What stands between the command line and the subcommands. */
#include "cognitoctl/command_line.h"
#include "cognitoctl/environment.h"
#include "cognitoctl/progress.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

/* What a function writes to standard error, into text. */
static void
capture(void (*run)(void), char text[4096])
{
    FILE *file = tmpfile();
    int saved = dup(STDERR_FILENO);
    size_t len;

    assert_non_null(file);
    assert_true(saved >= 0);
    (void) fflush(stderr);
    assert_true(dup2(fileno(file), STDERR_FILENO) >= 0);
    run();
    (void) fflush(stderr);
    assert_true(dup2(saved, STDERR_FILENO) >= 0);
    (void) close(saved);
    rewind(file);
    len = fread(text, 1, 4095, file);
    text[len] = '\0';
    (void) fclose(file);
}

/* The same at a terminal. */
static void
capture_at_terminal(void (*run)(void), char text[4096])
{
    int terminal = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);
    int saved = dup(STDERR_FILENO), theirs;
    size_t len = 0;

    assert_true(terminal >= 0 && saved >= 0);
    assert_int_equal(grantpt(terminal), 0);
    assert_int_equal(unlockpt(terminal), 0);
    theirs = open(ptsname(terminal), O_RDWR | O_NOCTTY | O_CLOEXEC);
    assert_true(theirs >= 0);
    (void) fflush(stderr);
    assert_true(dup2(theirs, STDERR_FILENO) >= 0);
    run();
    (void) fflush(stderr);
    assert_true(dup2(saved, STDERR_FILENO) >= 0);
    /* It comes in pieces: up to a mark of our own. */
    assert_int_equal(write(theirs, "!", 1), 1);
    while (len == 0 || text[len - 1] != '!') {
        ssize_t got = read(terminal, text + len, 4095 - len);

        assert_true(got > 0);
        len += (size_t) got;
    }
    text[len - 1] = '\0';
    (void) close(theirs);
    (void) close(terminal);
    (void) close(saved);
}

static void
fail_with_foreign_text(void)
{
    assert_int_equal(
        cog_fail(COG_EXIT_NOT_FOUND, "no user %s", "a\n\033]0;x\007\xff"), 4);
    cog_note("%0*d", 3000, 0);
}

static void
p94_a_message_is_one_printable_line(void **state)
{
    static const char first[] = "cognitoctl: no user a ?]0;x??\n";
    char text[4096];

    (void) state;
    capture(fail_with_foreign_text, text);
    assert_memory_equal(text, first, sizeof first - 1);
    assert_memory_equal(text + sizeof first - 1, "cognitoctl: note: 000", 21);
    assert_true(strlen(text) < sizeof first + 1100);
    assert_int_equal(text[strlen(text) - 1], '\n');
}

static void
words_that_no_terminal_should_see_are_found(void **state)
{
    static char words[][8] = {
        "a\033[2J", "a\nb", "a\tb", "\xff", "\xe2\x80\xae", "a\x7f",
    };
    char fine[] = "ali\xc3\xa7"
                  "e --x=/y%",
         *list[] = {fine, NULL};
    char *endless = malloc(5001);

    (void) state;
    assert_true(cog_words_are_printable(1, list));
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
        list[0] = words[i];
        assert_false(cog_words_are_printable(1, list));
    }
    assert_non_null(endless);
    memset(endless, 'a', 5000);
    endless[5000] = '\0';
    list[0] = endless;
    assert_false(cog_words_are_printable(1, list));
    free(endless);
}

static void
p82_the_environment_is_empty_from_the_beginning(void **state)
{
    char home[] = "HOME=/tmp/a", *before[] = {home, NULL};

    (void) state;
    assert_null(cog_environment_given()[0]);
    environ = before;
    cog_environment_take();
    assert_null(getenv("HOME"));
    assert_null(environ[0]);
    assert_ptr_equal(cog_environment_given()[0], home);
}

static void
every_exit_code_has_its_words(void **state)
{
    (void) state;
    for (unsigned i = 0; i < COG_EXIT_COUNT; i++)
        assert_non_null(cog_exit_text((enum cog_exit) i));
    assert_null(cog_exit_text(COG_EXIT_COUNT));
}

static struct cog_progress progress;

static void
work_quickly(void)
{
    cog_progress_begin(&progress, "listing", "users", 0);
    for (unsigned i = 0; i < 100; i++)
        cog_progress_at(&progress, i, 0);
    cog_progress_end(&progress);
}

static void
work_long(void)
{
    cog_progress_begin(&progress, "listing", "users", 0);
    progress.next_ms = 0;
    cog_progress_at(&progress, 60, 0);
    cog_progress_at(&progress, 120, 0);
    progress.next_ms = 0;
    cog_progress_at(&progress, 180, 200);
    cog_progress_end(&progress);
}

static void
work_long_at_a_terminal(void)
{
    cog_progress_begin(&progress, "listing", "users", 200);
    progress.next_ms = 0;
    cog_progress_at(&progress, 50, 200);
    progress.next_ms = 0;
    cog_progress_at(&progress, 300, 200); /* more than was thought */
    cog_progress_end(&progress);
    cog_progress_end(&progress);
}

static void
progress_is_a_line_now_and_then_in_a_log(void **state)
{
    char text[4096];

    (void) state;
    capture(work_quickly, text);
    assert_string_equal(text, "");
    capture(work_long, text);
    assert_string_equal(text, "cognitoctl: listing: 60 users\n"
                              "cognitoctl: listing: 180 of 200 users\n");
}

static void
progress_is_a_bar_at_a_terminal(void **state)
{
    char text[4096];

    (void) state;
    capture_at_terminal(work_long_at_a_terminal, text);
    assert_string_equal(
        text,
        "\rlisting [#######.......................]  25% 50 of 200 users\033[K"
        "\rlisting [##############################] 100% 300 of 200 users"
        "\033[K\r\033[K");
}

int
main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(p94_a_message_is_one_printable_line),
        cmocka_unit_test(words_that_no_terminal_should_see_are_found),
        cmocka_unit_test(p82_the_environment_is_empty_from_the_beginning),
        cmocka_unit_test(every_exit_code_has_its_words),
        cmocka_unit_test(progress_is_a_line_now_and_then_in_a_log),
        cmocka_unit_test(progress_is_a_bar_at_a_terminal),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
