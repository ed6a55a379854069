/* SPDX-License-Identifier: Apache-2.0 */
/* keeper/places: how many there may be at a time. Cites P86. */
#include "keeper/places.h"

#include "tests/unit/accounts/support.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define LENA 1001
/* Of descriptors: all places, and some more. */
#define MAX 420

/* The room's directory is where /run/cognito would be. */
static char run[4300];
static int held[MAX];
static int count;

static int
make_run(void **state)
{
    count = 0;
    return room_make_for(state, "run", run, sizeof run);
}

static int
leave_run(void **state)
{
    while (count > 0)
        (void) close(held[--count]);
    return room_remove(state);
}

static int
take(uid_t caller)
{
    const char *full = NULL;
    int error = cog_places_take(run, caller, &held[count], &full);

    assert_true((error == EAGAIN) == (full != NULL));
    if (error == 0)
        count++;
    return error;
}

static void
assert_full(uid_t caller, enum cog_places_kind kind)
{
    const char *full = NULL;
    int place = -1;

    assert_int_equal(cog_places_take(run, caller, &place, &full), EAGAIN);
    assert_int_equal(place, -1);
    assert_string_equal(full, cog_places_limits[kind].what);
}

static int
of(enum cog_places_kind kind)
{
    return cog_places_limits[kind].count;
}

static void
one_caller_gets_few(void **state)
{
    (void) state;
    for (int i = 0; i < of(COG_PLACES_CALLER); i++)
        assert_int_equal(take(LENA), 0);
    assert_full(LENA, COG_PLACES_CALLER);
    /* The next uid has its own, and so has root. */
    assert_int_equal(take(LENA + 1), 0);
    assert_int_equal(take(LENA - 1), 0);
    assert_int_equal(take(0), 0);
    /* One that is left is there again. */
    (void) close(held[0]);
    held[0] = -1;
    assert_int_equal(take(LENA), 0);
    assert_full(LENA, COG_PLACES_CALLER);
}

static void
others_leave_places_to_root(void **state)
{
    int each = of(COG_PLACES_CALLER);

    (void) state;
    for (int i = 0; i < of(COG_PLACES_OTHERS); i++)
        assert_int_equal(take((uid_t) (LENA + i / each)), 0);
    assert_full(4294967294U, COG_PLACES_OTHERS);
    for (int i = of(COG_PLACES_OTHERS); i < of(COG_PLACES_ALL); i++)
        assert_int_equal(take(0), 0);
    assert_full(0, COG_PLACES_ALL);
}

static void
root_may_take_all_and_no_more(void **state)
{
    (void) state;
    for (int i = 0; i < of(COG_PLACES_ALL); i++)
        assert_int_equal(take(0), 0);
    assert_full(0, COG_PLACES_ALL);
    /* What was taken on the way to a refusal is given back. */
    for (int i = 0; i < of(COG_PLACES_CALLER); i++)
        assert_full(LENA, COG_PLACES_ALL);
    (void) close(held[7]);
    held[7] = -1;
    assert_int_equal(take(LENA), 0);
}

static void
the_killed_leave_their_places(void **state)
{
    int pipes[2];
    char word;
    pid_t pid;

    (void) state;
    assert_int_equal(pipe2(pipes, O_CLOEXEC), 0);
    pid = fork();
    if (pid == 0) {
        (void) prctl(PR_SET_PDEATHSIG, SIGKILL); /* a test may fail */
        for (int i = 0; i < of(COG_PLACES_CALLER); i++)
            (void) take(LENA);
        (void) !write(pipes[1], "x", 1);
        for (;;)
            (void) pause();
    }
    assert_int_equal(read(pipes[0], &word, 1), 1);
    assert_full(LENA, COG_PLACES_CALLER);
    assert_int_equal(kill(pid, SIGKILL), 0);
    assert_int_equal(waitpid(pid, NULL, 0), pid);
    for (int i = 0; i < of(COG_PLACES_CALLER); i++)
        assert_int_equal(take(LENA), 0);
    (void) close(pipes[0]);
    (void) close(pipes[1]);
}

static void
places_that_others_reach_are_none(void **state)
{
    const char *full = NULL;
    char path[4320];
    int place = -1;

    (void) state;
    assert_int_equal(take(0), 0);
    (void) snprintf(path, sizeof path, "%s/places", run);
    assert_int_equal(chmod(path, 0644), 0);
    assert_int_equal(cog_places_take(run, 0, &place, &full), EPERM);
    assert_int_equal(chmod(path, 0600), 0);
    assert_int_equal(chmod(run, 0755), 0);
    assert_int_equal(cog_places_take(run, 0, &place, &full), EPERM);
    assert_int_equal(chmod(run, 0700), 0);
    assert_int_equal(unlink(path), 0);
    assert_int_equal(symlink("/etc/passwd", path), 0);
    assert_int_equal(cog_places_take(run, 0, &place, &full), ELOOP);
    assert_int_equal(place, -1);
}

static void
the_file_is_roots_alone(void **state)
{
    struct stat status;
    char path[4320];
    mode_t old = umask(0);

    (void) state;
    assert_int_equal(take(0), 0);
    (void) umask(old);
    (void) snprintf(path, sizeof path, "%s/places", run);
    assert_int_equal(stat(path, &status), 0);
    assert_int_equal(status.st_mode, S_IFREG | 0600);
    assert_int_equal(stat(run, &status), 0);
    assert_int_equal(status.st_mode, S_IFDIR | 0700);
}

/* A line that begins with what, and ends with the number. */
static bool
has_line(const char *page, const char *what, int number)
{
    char end[16];
    int end_len = snprintf(end, sizeof end, " %d", number);

    for (const char *line = page; line != NULL; line = strchr(line, '\n')) {
        size_t len = strcspn(++line, "\n");

        if (strncmp(line, what, strlen(what)) == 0 && len > sizeof end &&
            memcmp(line + len - end_len, end, (size_t) end_len) == 0)
            return true;
    }
    return false;
}

/* pam_cognito(8) has the same numbers. */
static void
the_manual_has_the_limits(void **state)
{
    char *page = read_text(COG_MANUAL);

    (void) state;
    for (size_t i = 0; i < COG_PLACES_KINDS; i++)
        assert_true(has_line(page, cog_places_limits[i].what,
                             cog_places_limits[i].count));
    free(page);
}

int
main(void)
{
#define CASE(title, test)                                                     \
    {                                                                         \
        title, test, make_run, leave_run, NULL                                \
    }
    const struct CMUnitTest tests[] = {
        CASE("P86: one caller that is not root gets few", one_caller_gets_few),
        CASE("P86: all callers that are not root leave places to root",
             others_leave_places_to_root),
        CASE("P86: there is a limit in all", root_may_take_all_and_no_more),
        CASE("P86: who is killed leaves its places",
             the_killed_leave_their_places),
        CASE("P86: places that others reach are none",
             places_that_others_reach_are_none),
        CASE("P72: under umask 0 the file is root's alone",
             the_file_is_roots_alone),
        CASE("the manual has the same limits", the_manual_has_the_limits),
    };

    if (!become_root())
        return skip_program("no user namespaces here");
    return cmocka_run_group_tests_name("keeper/places", tests, NULL, NULL);
}
