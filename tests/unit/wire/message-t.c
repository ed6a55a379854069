/* SPDX-License-Identifier: Apache-2.0 */
/* wire: the codec. Cites P55: order, length and type on each side. */
#include "base/clock.h"
#include "wire/message.h"
#include "wire/outcome.h"

#include <errno.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#define SOON (cog_clock_ms() + 2000)

struct pair {
    int fd[2];
};

static int
open_pair(void **state)
{
    static struct pair pair;

    if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair.fd) != 0)
        return -1;
    *state = &pair;
    return 0;
}

static int
close_pair(void **state)
{
    struct pair *pair = *state;

    (void) close(pair->fd[0]);
    (void) close(pair->fd[1]);
    return 0;
}

static void
put_verdict(struct cog_message *message)
{
    cog_message_begin(message, COG_MSG_VERDICT);
    cog_message_put_text(message, cog_build_id);
    cog_message_put_number(message, COG_OPERATION_LOGIN);
    cog_message_put_text(message, "alice");
    cog_message_put_number(message, COG_OUTCOME_ADMITTED);
    cog_message_put_text(message, "");
    cog_message_put_text(message, "a detail");
}

static void
what_is_sent_arrives(void **state)
{
    struct pair *pair = *state;
    cog_cleanup_message struct cog_message out = COG_MESSAGE_EMPTY;
    cog_cleanup_message struct cog_message in = COG_MESSAGE_EMPTY;

    put_verdict(&out);
    assert_int_equal(cog_message_send(pair->fd[0], &out, SOON), 0);
    assert_null(out.packet.data); /* wiped */
    assert_int_equal(cog_message_receive(pair->fd[1], &in, SOON), 0);
    assert_int_equal(in.type, COG_MSG_VERDICT);
    assert_true(cog_message_same_build(&in));
    assert_string_equal(in.field[COG_VERDICT_USER].bytes, "alice");
    assert_int_equal(in.field[COG_VERDICT_OUTCOME].number,
                     COG_OUTCOME_ADMITTED);
    assert_string_equal(in.field[COG_VERDICT_REQUEST_ID].bytes, "");
    assert_string_equal(in.field[COG_VERDICT_DETAIL].bytes, "a detail");
}

static void
p55_a_message_that_does_not_fit_its_type_is_not_sent(void **state)
{
    struct pair *pair = *state;
    cog_cleanup_message struct cog_message out = COG_MESSAGE_EMPTY;
    char text[COG_WIRE_TEXT_MAX + 2];

    /* a field is missing */
    cog_message_begin(&out, COG_MSG_ASK);
    cog_message_put_number(&out, COG_WIRE_ASK_SHOWN);
    assert_int_equal(cog_message_send(pair->fd[0], &out, SOON), EPROTO);
    /* one too many */
    cog_message_begin(&out, COG_MSG_NO_ANSWER);
    cog_message_put_number(&out, 1);
    assert_int_equal(cog_message_send(pair->fd[0], &out, SOON), EPROTO);
    /* of another kind */
    cog_message_begin(&out, COG_MSG_ASK);
    cog_message_put_text(&out, "1");
    assert_int_equal(cog_message_send(pair->fd[0], &out, SOON), EPROTO);
    /* a number too large */
    cog_message_begin(&out, COG_MSG_ASK);
    cog_message_put_number(&out, COG_WIRE_ASK_SHOWN + 1);
    cog_message_put_text(&out, "");
    assert_int_equal(cog_message_send(pair->fd[0], &out, SOON), EPROTO);
    /* too long */
    memset(text, 'x', sizeof text - 1);
    text[sizeof text - 1] = '\0';
    cog_message_begin(&out, COG_MSG_ASK);
    cog_message_put_number(&out, COG_WIRE_ASK_SHOWN);
    cog_message_put_text(&out, text);
    assert_int_equal(cog_message_send(pair->fd[0], &out, SOON), EPROTO);
}

static int
send_told(struct pair *pair, uint64_t flags, uint64_t uid, size_t home_len,
          size_t shell_len)
{
    cog_cleanup_message struct cog_message out = COG_MESSAGE_EMPTY;
    char text[400];

    memset(text, 'x', sizeof text);
    cog_message_begin(&out, COG_MSG_REQUEST);
    cog_message_put_text(&out, cog_build_id);
    cog_message_put_number(&out, COG_OPERATION_LOGIN);
    cog_message_put_text(&out, "alice");
    cog_message_put_text(&out, "192.0.2.7");
    cog_message_put_text(&out, "/etc/cognito/cognito.conf");
    cog_message_put_text(&out, "cognito-users");
    cog_message_put_number(&out, 1000);
    cog_message_put_number(&out, flags);
    cog_message_put_number(&out, uid);
    cog_message_put_number(&out, uid);
    text[home_len] = '\0';
    cog_message_put_text(&out, text);
    text[home_len] = 'x';
    text[shell_len] = '\0';
    cog_message_put_text(&out, text);
    return cog_message_send(pair->fd[0], &out, SOON);
}

static void
p55_what_a_host_was_told_arrives_within_bounds(void **state)
{
    struct pair *pair = *state;
    cog_cleanup_message struct cog_message in = COG_MESSAGE_EMPTY;

    assert_int_equal(send_told(pair, COG_REQUEST_TOLD, UINT32_MAX, 255, 127),
                     0);
    assert_int_equal(cog_message_receive(pair->fd[1], &in, SOON), 0);
    assert_int_equal(in.field[COG_REQUEST_FLAGS].number, COG_REQUEST_TOLD);
    assert_int_equal(in.field[COG_REQUEST_TOLD_UID].number, UINT32_MAX);
    assert_int_equal(in.field[COG_REQUEST_TOLD_GID].number, UINT32_MAX);
    assert_int_equal(strlen(in.field[COG_REQUEST_TOLD_HOME].bytes), 255);
    assert_int_equal(strlen(in.field[COG_REQUEST_TOLD_SHELL].bytes), 127);
    assert_int_equal(send_told(pair, COG_REQUEST_TOLD, 1, 256, 1), EPROTO);
    assert_int_equal(send_told(pair, COG_REQUEST_TOLD, 1, 1, 128), EPROTO);
    assert_int_equal(send_told(pair, COG_REQUEST_TOLD, 1ULL << 32, 1, 1),
                     EPROTO);
    assert_int_equal(send_told(pair, COG_REQUEST_FLAGS_ALL + 1, 1, 1, 1),
                     EPROTO);
}

/* The bytes of a good verdict, as they go over the socket. */
static size_t
verdict_bytes(struct pair *pair, char *bytes, size_t size)
{
    cog_cleanup_message struct cog_message out = COG_MESSAGE_EMPTY;
    ssize_t got;

    put_verdict(&out);
    assert_int_equal(cog_message_send(pair->fd[0], &out, SOON), 0);
    got = recv(pair->fd[1], bytes, size, 0);
    assert_true(got > 0);
    return (size_t) got;
}

static void
p55_every_shortened_packet_is_refused(void **state)
{
    char bytes[2048];
    size_t len = verdict_bytes(*state, bytes, sizeof bytes);

    for (size_t cut = 0; cut < len; cut++) {
        cog_cleanup_message struct cog_message in = COG_MESSAGE_EMPTY;

        assert_int_equal(cog_message_parse(bytes, cut, &in), EPROTO);
        assert_null(in.packet.data);
    }
}

static void
p55_trailing_bytes_are_refused(void **state)
{
    cog_cleanup_message struct cog_message in = COG_MESSAGE_EMPTY;
    char bytes[2048] = {0};
    size_t len = verdict_bytes(*state, bytes, sizeof bytes - 1);

    assert_int_equal(cog_message_parse(bytes, len + 1, &in), EPROTO);
}

/* Bytes of any value, where in a text a NUL would end what is too long. */
static size_t
answer_bytes(struct pair *pair, char *bytes, size_t size)
{
    cog_cleanup_message struct cog_message out = COG_MESSAGE_EMPTY;
    ssize_t got;

    cog_message_begin(&out, COG_MSG_ANSWER);
    cog_message_put_bytes(&out, "answer", 6);
    assert_int_equal(cog_message_send(pair->fd[0], &out, SOON), 0);
    got = recv(pair->fd[1], bytes, size, 0);
    assert_true(got > 0);
    return (size_t) got;
}

static void
change_each_byte(char *bytes, size_t len)
{
    for (size_t i = 0; i < len; i++) {
        char kept = bytes[i];

        for (int value = 0; value < 256; value++) {
            cog_cleanup_message struct cog_message in = COG_MESSAGE_EMPTY;

            bytes[i] = (char) value;
            if (cog_message_parse(bytes, len, &in) != 0)
                continue;
            assert_true(in.type > 0 && in.type < COG_MSG_COUNT);
            for (size_t f = 0; f < in.count; f++)
                assert_true(in.field[f].bytes >= in.packet.data &&
                            in.field[f].bytes + in.field[f].len <=
                                in.packet.data + in.packet.len);
        }
        bytes[i] = kept;
    }
}

/* Whatever one byte becomes, a parsed message still fits its table. */
static void
p55_changed_bytes_never_give_a_message_outside_the_table(void **state)
{
    char bytes[2048];

    change_each_byte(bytes, verdict_bytes(*state, bytes, sizeof bytes));
    change_each_byte(bytes, answer_bytes(*state, bytes, sizeof bytes));
}

static void
p55_texts_hold_no_nul(void **state)
{
    cog_cleanup_message struct cog_message in = COG_MESSAGE_EMPTY;
    char bytes[2048];
    size_t len = verdict_bytes(*state, bytes, sizeof bytes);
    char *name = memmem(bytes, len, "alice", 5);

    assert_non_null(name);
    name[2] = '\0';
    assert_int_equal(cog_message_parse(bytes, len, &in), EPROTO);
}

static void
p98_another_build_is_told_apart(void **state)
{
    cog_cleanup_message struct cog_message in = COG_MESSAGE_EMPTY;
    char bytes[2048];
    size_t len = verdict_bytes(*state, bytes, sizeof bytes);
    char *build = memmem(bytes, len, cog_build_id, strlen(cog_build_id));

    assert_non_null(build);
    build[0] = build[0] == 'x' ? 'y' : 'x';
    assert_int_equal(cog_message_parse(bytes, len, &in), 0);
    assert_false(cog_message_same_build(&in));
}

static void
p40_a_vanished_peer_is_an_error_not_a_message(void **state)
{
    struct pair *pair = *state;
    cog_cleanup_message struct cog_message message = COG_MESSAGE_EMPTY;

    (void) close(pair->fd[0]);
    pair->fd[0] = -1;
    assert_int_equal(cog_message_receive(pair->fd[1], &message, SOON),
                     ECONNRESET);
    put_verdict(&message);
    assert_int_equal(cog_message_send(pair->fd[1], &message, SOON), EPIPE);
}

static void
a_silent_peer_ends_at_the_deadline(void **state)
{
    struct pair *pair = *state;
    cog_cleanup_message struct cog_message message = COG_MESSAGE_EMPTY;

    assert_int_equal(
        cog_message_receive(pair->fd[1], &message, cog_clock_ms() + 20),
        ETIMEDOUT);
}

static void
lists_are_walked_to_their_end_and_never_hold_empty_texts(void **state)
{
    struct pair *pair = *state;
    cog_cleanup_message struct cog_message out = COG_MESSAGE_EMPTY;
    cog_cleanup_message struct cog_message in = COG_MESSAGE_EMPTY;
    static const char *const bad[] = {"a\0\0b", "\0a", "ab"};
    static const size_t bad_len[] = {5, 3, 2};
    const struct cog_field *list = &in.field[COG_RESULT_GROUPS];
    size_t at = 0;

    for (size_t i = 0; i <= 3; i++) {
        cog_message_begin(&out, COG_MSG_RESULT);
        cog_message_put_text(&out, cog_build_id);
        cog_message_put_number(&out, COG_OPERATION_LOGIN);
        cog_message_put_number(&out, COG_OUTCOME_ADMITTED);
        for (int f = 0; f < 5; f++)
            cog_message_put_text(&out, "");
        cog_message_put_number(&out, 0);
        if (i < 3) {
            cog_message_put_bytes(&out, bad[i], bad_len[i]);
            assert_int_equal(cog_message_send(pair->fd[0], &out, SOON),
                             EPROTO);
        } else {
            cog_message_put_bytes(&out, "one\0two", 8);
            assert_int_equal(cog_message_send(pair->fd[0], &out, SOON), 0);
        }
    }
    assert_int_equal(cog_message_receive(pair->fd[1], &in, SOON), 0);
    assert_string_equal(cog_field_list_next(list, &at), "one");
    assert_string_equal(cog_field_list_next(list, &at), "two");
    assert_null(cog_field_list_next(list, &at));
}

static int
send_hash(struct pair *pair, size_t len, uint64_t one_factor)
{
    cog_cleanup_message struct cog_message out = COG_MESSAGE_EMPTY;
    char bytes[COG_WIRE_HASH_MAX + 1];

    memset(bytes, 'x', sizeof bytes);
    cog_message_begin(&out, COG_MSG_HASH);
    cog_message_put_bytes(&out, bytes, len);
    cog_message_put_number(&out, one_factor);
    return cog_message_send(pair->fd[0], &out, SOON);
}

static void
p55_hashes_are_bounded(void **state)
{
    struct pair *pair = *state;
    cog_cleanup_message struct cog_message in = COG_MESSAGE_EMPTY;

    assert_int_equal(send_hash(pair, COG_WIRE_HASH_MAX, 1), 0);
    assert_int_equal(cog_message_receive(pair->fd[1], &in, SOON), 0);
    assert_int_equal(in.field[COG_HASH_BYTES].len, COG_WIRE_HASH_MAX);
    assert_int_equal(in.field[COG_HASH_ONE_FACTOR].number, 1);
    cog_message_clear(&in);
    assert_int_equal(send_hash(pair, 0, 0), 0);
    assert_int_equal(cog_message_receive(pair->fd[1], &in, SOON), 0);
    assert_int_equal(in.field[COG_HASH_BYTES].len, 0);
    assert_int_equal(send_hash(pair, COG_WIRE_HASH_MAX + 1, 0), EPROTO);
    assert_int_equal(send_hash(pair, 1, 2), EPROTO);
}

/* P11: what admits without the pool is none of those that admit with it. */
static void
p11_outcomes_without_the_pool_are_their_own(void **state)
{
    (void) state;
    for (unsigned i = 0; i < COG_OUTCOME_COUNT; i++)
        assert_int_equal(cog_outcome_is_offline((enum cog_outcome) i),
                         i == COG_OUTCOME_OFFLINE ||
                             i == COG_OUTCOME_BREAKGLASS);
    assert_false(cog_outcome_is_offline(COG_OUTCOME_COUNT));
}

/* P1: a result nobody wrote admits nobody. */
static void
p1_outcome_zero_is_no_admission_and_every_outcome_has_a_word(void **state)
{
    enum cog_outcome outcome = COG_OUTCOME_NONE;

    (void) state;
    assert_int_equal(COG_OUTCOME_NONE, 0);
    assert_int_not_equal(COG_OUTCOME_ADMITTED, 0);
    for (unsigned i = 0; i < COG_OUTCOME_COUNT; i++) {
        assert_true(cog_outcome_from_number(i, &outcome));
        assert_non_null(cog_outcome_word(outcome));
        assert_true(strlen(cog_outcome_word(outcome)) > 1);
    }
    assert_false(cog_outcome_from_number(COG_OUTCOME_COUNT, &outcome));
    assert_false(cog_outcome_from_number(UINT64_MAX, &outcome));
}

#define WITH_PAIR(test)                                                       \
    cmocka_unit_test_setup_teardown(test, open_pair, close_pair)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_PAIR(what_is_sent_arrives),
        WITH_PAIR(p55_a_message_that_does_not_fit_its_type_is_not_sent),
        WITH_PAIR(p55_what_a_host_was_told_arrives_within_bounds),
        WITH_PAIR(p55_every_shortened_packet_is_refused),
        WITH_PAIR(p55_trailing_bytes_are_refused),
        WITH_PAIR(p55_changed_bytes_never_give_a_message_outside_the_table),
        WITH_PAIR(p55_texts_hold_no_nul),
        WITH_PAIR(p98_another_build_is_told_apart),
        WITH_PAIR(p40_a_vanished_peer_is_an_error_not_a_message),
        WITH_PAIR(a_silent_peer_ends_at_the_deadline),
        WITH_PAIR(lists_are_walked_to_their_end_and_never_hold_empty_texts),
        WITH_PAIR(p55_hashes_are_bounded),
        cmocka_unit_test(p11_outcomes_without_the_pool_are_their_own),
        cmocka_unit_test(
            p1_outcome_zero_is_no_admission_and_every_outcome_has_a_word),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
