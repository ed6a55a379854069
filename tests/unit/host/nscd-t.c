/* SPDX-License-Identifier: Apache-2.0 */
/*
 * host/nscd against servers that do what nscd would not do; nscd itself
 * stands in tests/system/test_nscd.py.
 */
#include "host/nscd.h"

#include "base/clock.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#define SHORT_MS 200
/* Far more than anything here takes on a loaded machine. */
#define LONG_MS 20000

static char path[] = "nscd-t.socket";

/* What `nscd -i passwd` and `nscd -i group` of glibc 2.36 send (strace). */
static const unsigned char passwd_request[] =
    "\2\0\0\0\12\0\0\0\7\0\0\0passwd";
static const unsigned char group_request[] = "\2\0\0\0\12\0\0\0\6\0\0\0group";

static int
listen_here(void)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

    (void) unlink(path);
    (void) snprintf(address.sun_path, sizeof address.sun_path, "%s", path);
    assert_true(fd >= 0);
    assert_int_equal(
        bind(fd, (const struct sockaddr *) &address, sizeof address), 0);
    assert_int_equal(listen(fd, 4), 0);
    return fd;
}

/* A child that takes two requests and gives these bytes to each. */
static pid_t
serve(int listener, const void *answer, size_t len)
{
    static const struct {
        const unsigned char *bytes;
        size_t len;
    } wanted[] = {{passwd_request, sizeof passwd_request},
                  {group_request, sizeof group_request}};
    pid_t pid = fork();

    if (pid != 0)
        return pid;
    for (size_t i = 0; i < 2; i++) {
        unsigned char got[64];
        int fd = accept(listener, NULL, NULL);
        ssize_t size = fd < 0 ? -1 : recv(fd, got, sizeof got, 0);

        if (size != (ssize_t) wanted[i].len ||
            memcmp(got, wanted[i].bytes, wanted[i].len) != 0)
            _exit(1);
        if (len > 0 && send(fd, answer, len, 0) != (ssize_t) len)
            _exit(2);
        (void) close(fd);
    }
    _exit(0);
}

static int
told(const void *answer, size_t len)
{
    int listener = listen_here(), status = -1, error;
    pid_t pid = serve(listener, answer, len);

    error = cog_nscd_forget(path, cog_clock_ms() + LONG_MS);
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_int_equal(status, 0);
    (void) close(listener);
    (void) unlink(path);
    return error;
}

static void
both_databases_are_named(void **state)
{
    const int32_t fine = 0;

    (void) state;
    assert_int_equal(told(&fine, sizeof fine), 0);
    /* An older one only closes the line. */
    assert_int_equal(told(NULL, 0), 0);
}

static void
answers_that_are_none(void **state)
{
    const int32_t refused = EINVAL, nonsense = -7;

    (void) state;
    assert_int_equal(told(&refused, sizeof refused), EINVAL);
    assert_int_equal(told(&nonsense, sizeof nonsense), EPROTO);
    assert_int_equal(told("ab", 2), EPROTO);
}

static void
nobody_there_is_fine(void **state)
{
    int listener = listen_here();

    (void) state;
    (void) close(listener);
    assert_int_equal(cog_nscd_forget(path, cog_clock_ms() + LONG_MS), 0);
    (void) unlink(path);
    assert_int_equal(cog_nscd_forget(path, cog_clock_ms() + LONG_MS), 0);
}

static void
silence_has_an_end(void **state)
{
    int listener = listen_here();

    (void) state;
    assert_int_equal(cog_nscd_forget(path, cog_clock_ms() + SHORT_MS),
                     ETIMEDOUT);
    /* Nor is there a wait for a queue that is full. */
    for (int i = 0; i < 20; i++)
        assert_int_not_equal(cog_nscd_forget(path, cog_clock_ms()), 0);
    (void) close(listener);
    (void) unlink(path);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        {"P77: nscd is told to forget users and groups",
         both_databases_are_named, NULL, NULL, NULL},
        {"an answer that says no, or makes no sense, is an error",
         answers_that_are_none, NULL, NULL, NULL},
        {"a host without nscd has nothing to forget", nobody_there_is_fine,
         NULL, NULL, NULL},
        {"P85: an nscd that hangs delays a login by its limit only",
         silence_has_an_end, NULL, NULL, NULL},
    };

    return cmocka_run_group_tests_name("host/nscd", tests, NULL, NULL);
}
