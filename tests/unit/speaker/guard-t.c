/* SPDX-License-Identifier: Apache-2.0 */
/*
 * speaker/guard, with a keeper that says anything at all. The keeper's side
 * is this test: what it answers lies in the socket before it is asked.
 */
#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/clock.h"
#include "speaker/guard.h"
#include "wire/message.h"

#define HIGH    10 /* descriptors that are nobody's COG_FD_* */
#define LONG_MS 60000

static int keeper_fd = -1;

/* A new socket at COG_FD_PARENT, and its other end. */
static void
begin(void)
{
    int ends[2], speaker_fd;

    assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET, 0, ends), 0);
    speaker_fd = fcntl(ends[0], F_DUPFD_CLOEXEC, HIGH);
    keeper_fd = fcntl(ends[1], F_DUPFD_CLOEXEC, HIGH);
    assert_true(speaker_fd >= 0 && keeper_fd >= 0);
    (void) close(ends[0]);
    (void) close(ends[1]);
    assert_int_equal(dup2(speaker_fd, COG_FD_PARENT), COG_FD_PARENT);
    (void) close(speaker_fd);
}

static void
hang_up(void)
{
    (void) close(keeper_fd);
    keeper_fd = -1;
}

static void
end(void)
{
    if (keeper_fd >= 0)
        hang_up();
    (void) close(COG_FD_PARENT);
}

static void
say(enum cog_message_type type, uint64_t number)
{
    cog_cleanup_message struct cog_message message = COG_MESSAGE_EMPTY;

    cog_message_begin(&message, type);
    cog_message_put_number(&message, number);
    assert_int_equal(
        cog_message_send(keeper_fd, &message, cog_clock_ms() + LONG_MS), 0);
}

/* What the keeper hears; its number, if it has one. */
static uint64_t
heard(enum cog_message_type type)
{
    cog_cleanup_message struct cog_message message = COG_MESSAGE_EMPTY;

    assert_int_equal(
        cog_message_receive(keeper_fd, &message, cog_clock_ms() + LONG_MS), 0);
    assert_int_equal(message.type, type);
    return message.count > 0 ? message.field[0].number : 0;
}

/* The two questions, and how each is written. */
static enum cog_status
ask(size_t which, enum cog_message_type *type)
{
    const struct cog_guard guard = cog_keeper_guard();

    *type = which == 0 ? COG_MSG_MAY_GUESS : COG_MSG_MAY_SEND;
    return which == 0 ? guard.before(guard.context)
                      : guard.may_send(guard.context);
}

static void
test_asked(void **state)
{
    enum cog_message_type type;

    (void) state;
    for (size_t which = 0; which < 2; which++) {
        begin();
        say(COG_MSG_GUESS, 1);
        assert_int_equal(ask(which, &type), COG_OK);
        assert_int_equal(heard(type), 0);
        say(COG_MSG_GUESS, 0);
        assert_int_equal(ask(which, &type), COG_GUARDED);
        assert_int_equal(heard(type), 0);
        end();
    }
}

static void
test_one_answer_each(void **state)
{
    enum cog_message_type type;

    (void) state;
    for (size_t which = 0; which < 2; which++) {
        begin();
        say(COG_MSG_GUESS, 1);
        assert_int_equal(ask(which, &type), COG_OK);
        hang_up();
        assert_int_equal(ask(which, &type), COG_INTERNAL);
        end();
    }
}

static void
test_no_answer(void **state)
{
    /* No messages of the table. */
    static const struct {
        const char *bytes;
        size_t len;
    } nonsense[] = {{"", 1}, {"1", 1}, {"\1\1\1\1\1\1\1\1\1\1\1\1", 12}};
    enum cog_message_type type;

    (void) state;
    for (size_t which = 0; which < 2; which++) {
        begin();
        say(COG_MSG_GUESSED, 1); /* a yes, of another message */
        assert_int_equal(ask(which, &type), COG_INTERNAL);
        for (size_t i = 0; i < sizeof nonsense / sizeof nonsense[0]; i++) {
            assert_int_equal(
                send(keeper_fd, nonsense[i].bytes, nonsense[i].len, 0),
                nonsense[i].len);
            assert_int_equal(ask(which, &type), COG_INTERNAL);
        }
        hang_up();
        assert_int_equal(ask(which, &type), COG_INTERNAL);
        end();
    }
}

static void
test_told(void **state)
{
    const struct cog_guard guard = cog_keeper_guard();

    (void) state;
    begin();
    guard.after(guard.context, true);
    assert_int_equal(heard(COG_MSG_GUESSED), 1);
    guard.after(guard.context, false);
    assert_int_equal(heard(COG_MSG_GUESSED), 0);
    hang_up();
    guard.after(guard.context, false);
    end();
}

int
main(void)
{
    static const struct CMUnitTest tests[] = {
        {"P84, P88: a guess or a code goes out on the keeper's yes alone",
         test_asked, NULL, NULL, NULL},
        {"P84, P88: one yes is for one guess, or one code",
         test_one_answer_each, NULL, NULL, NULL},
        {"P84, P88: whatever else the keeper says, or its end, is no yes",
         test_no_answer, NULL, NULL, NULL},
        {"P84: the keeper hears how a guess ended, and its end kills nobody",
         test_told, NULL, NULL, NULL},
    };

    return cmocka_run_group_tests_name("speaker/guard", tests, NULL, NULL);
}
