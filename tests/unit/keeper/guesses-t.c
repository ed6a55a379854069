/* SPDX-License-Identifier: Apache-2.0 */
/*
 * keeper/guesses for callers that are not root: what holds where nothing can
 * be written down. Cites P84, P88, P96. The counters of this host are
 * host/failures' and have tests of their own.
 */
#include "keeper/guesses.h"

#include "base/clock.h"
#include "wire/message.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

static const struct cog_subject subject = {
    .user = "alice", .rhost = "192.0.2.1", .is_unprivileged = true};
static int pair[2]; /* the keeper's end, and the speaker's */

static int
connect_them(void **state)
{
    (void) state;
    return socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair);
}

static int
part_them(void **state)
{
    (void) state;
    return close(pair[0]) + close(pair[1]);
}

/* What the speaker is told. */
static bool
hear(void)
{
    cog_cleanup_message struct cog_message message = COG_MESSAGE_EMPTY;

    assert_int_equal(
        cog_message_receive(pair[1], &message, cog_clock_ms() + 5000), 0);
    assert_int_equal(message.type, COG_MSG_GUESS);
    return message.field[0].number == 1;
}

static bool
ask(struct cog_guesses *guesses)
{
    assert_true(cog_guesses_answer(guesses, pair[0]));
    return hear();
}

static void
p84_four_failures_of_one_login_are_let_through(void **state)
{
    struct cog_guesses guesses;

    (void) state;
    cog_guesses_begin(&subject, &guesses);
    for (int i = 0; i < COG_FAILURES_OF_NAME; i++) {
        assert_true(ask(&guesses));
        assert_true(cog_guesses_note(&guesses, true));
    }
    assert_false(ask(&guesses));
    assert_string_equal(guesses.refused, "in this login");
    assert_false(cog_guesses_note(&guesses, false));
    assert_false(ask(&guesses));
    assert_int_equal(guesses.error, 0);
    cog_guesses_end(&guesses);
}

static void
p84_what_succeeds_is_no_failure(void **state)
{
    struct cog_guesses guesses;

    (void) state;
    cog_guesses_begin(&subject, &guesses);
    for (int i = 0; i < 10; i++) {
        assert_true(ask(&guesses));
        assert_true(cog_guesses_note(&guesses, false));
    }
    cog_guesses_end(&guesses);
    cog_guesses_forget(&guesses);
}

static void
p84_guesses_come_one_at_a_time_and_end(void **state)
{
    struct cog_guesses guesses;
    int asked = 0;

    (void) state;
    cog_guesses_begin(&subject, &guesses);
    assert_true(ask(&guesses));
    assert_false(cog_guesses_answer(&guesses, pair[0]));
    assert_true(cog_guesses_note(&guesses, false));
    while (cog_guesses_answer(&guesses, pair[0])) {
        assert_true(hear());
        assert_true(cog_guesses_note(&guesses, false));
        assert_true(++asked < 100);
    }
}

static void
p88_no_message_is_sent_for_whom_nobody_could_count(void **state)
{
    struct cog_guesses guesses;

    (void) state;
    cog_guesses_begin(&subject, &guesses);
    assert_true(cog_guesses_may_send(&guesses, pair[0]));
    assert_false(hear());
}

#define CONNECTED(test)                                                       \
    cmocka_unit_test_setup_teardown(test, connect_them, part_them)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        CONNECTED(p84_four_failures_of_one_login_are_let_through),
        CONNECTED(p84_what_succeeds_is_no_failure),
        CONNECTED(p84_guesses_come_one_at_a_time_and_end),
        CONNECTED(p88_no_message_is_sent_for_whom_nobody_could_count),
    };

    return cmocka_run_group_tests_name("keeper/guesses", tests, NULL, NULL);
}
