/* SPDX-License-Identifier: Apache-2.0 */
/* host/sessions and host/private_file. Cites P36, P71, P76, P92. */
#include "host/sessions.h"

#include "base/cleanup.h"
#include "base/clock.h"
#include "host/by_name.h"
#include "host/kept.h"
#include "host/private_file.h"
#include "tests/unit/accounts/support.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static const struct cog_origin here = {"eu-west-1_Pool1", "client1"};
static const struct cog_origin there = {"eu-west-1_Pool2", "client1"};
static char place[4300];

static int
make_place(void **state)
{
    return room_make_for(state, "sessions", place, sizeof place);
}

static void
begin(const char *name, struct cog_sessions *sessions)
{
    (void) snprintf(sessions->name, sizeof sessions->name, "%s", name);
    sessions->uid = 1879050001;
}

static int
add_token(struct cog_sessions *sessions, const char *text)
{
    cog_cleanup_secret struct cog_secret token = COG_SECRET_EMPTY;

    assert_int_equal(cog_secret_set_text(&token, text), 0);
    return cog_sessions_add_token(sessions, &here, &token);
}

static void
test_again(void **state)
{
    cog_cleanup_sessions struct cog_sessions written = COG_SESSIONS_EMPTY;
    cog_cleanup_sessions struct cog_sessions found = COG_SESSIONS_EMPTY;
    const struct cog_opener one = {1234, 99}, two = {INT32_MAX, UINT64_MAX};

    (void) state;
    assert_int_equal(cog_sessions_load(place, "alice", &found), ENOENT);
    begin("alice", &written);
    assert_int_equal(cog_sessions_add(&written, &one), 0);
    assert_int_equal(cog_sessions_add(&written, &two), 0);
    assert_int_equal(add_token(&written, "r1"), 0);
    assert_int_equal(add_token(&written, "r2"), 0);
    assert_int_equal(cog_sessions_save(place, &written), 0);
    assert_int_equal(cog_sessions_load(place, "alice", &found), 0);
    assert_string_equal(found.name, "alice");
    assert_int_equal(found.uid, 1879050001);
    assert_int_equal(found.count, 2);
    assert_true(cog_sessions_drop(&found, &two));
    assert_false(cog_sessions_drop(&found, &two));
    assert_true(cog_sessions_drop(&found, &one));
    assert_int_equal(found.token_count, 2);
    assert_string_equal(found.tokens[1].refresh.data, "r2");
    assert_true(cog_origin_equal(&found.tokens[1].origin, &here));
    assert_int_equal(found.tokens[1].waits_since_s, 0);
    assert_int_equal(cog_sessions_remove(place, "alice"), 0);
    assert_int_equal(cog_sessions_remove(place, "alice"), ENOENT);
}

static void
test_tokens(void **state)
{
    cog_cleanup_sessions struct cog_sessions sessions = COG_SESSIONS_EMPTY;
    char text[8];

    (void) state;
    begin("alice", &sessions);
    assert_int_equal(add_token(&sessions, "two words"), EINVAL);
    assert_int_equal(add_token(&sessions, "line\n1"), EINVAL);
    for (int i = 0; i < COG_SESSION_TOKENS_MAX; i++) {
        (void) snprintf(text, sizeof text, "r%d", i);
        assert_int_equal(add_token(&sessions, text), 0);
        assert_int_equal(add_token(&sessions, text), 0);
    }
    assert_int_equal(sessions.token_count, COG_SESSION_TOKENS_MAX);
    assert_int_equal(add_token(&sessions, "more"), ENOSPC);
    assert_int_equal(add_token(&sessions, "r0"), 0);
}

static const char *
text_of(const struct cog_sessions *sessions, size_t i)
{
    return sessions->tokens[i].refresh.data;
}

/* A new login's token is worth more than one that waits for its pool. */
static void
test_give_way(void **state)
{
    cog_cleanup_sessions struct cog_sessions sessions = COG_SESSIONS_EMPTY;
    char text[8];

    (void) state;
    for (int i = 0; i < COG_SESSION_TOKENS_MAX; i++) {
        (void) snprintf(text, sizeof text, "r%d", i);
        assert_int_equal(add_token(&sessions, text), 0);
    }
    sessions.tokens[2].waits_since_s = 2000;
    sessions.tokens[5].waits_since_s = 1000;
    assert_int_equal(add_token(&sessions, "two words"), EINVAL);
    assert_string_equal(text_of(&sessions, 5), "r5");
    /* The longest first. */
    assert_int_equal(add_token(&sessions, "new1"), 0);
    assert_string_equal(text_of(&sessions, 2), "r2");
    assert_int_equal(add_token(&sessions, "new2"), 0);
    assert_int_equal(add_token(&sessions, "new3"), ENOSPC);
    assert_int_equal(sessions.token_count, COG_SESSION_TOKENS_MAX);
    for (size_t i = 0; i < sessions.token_count; i++) {
        assert_string_not_equal(text_of(&sessions, i), "r2");
        assert_string_not_equal(text_of(&sessions, i), "r5");
        assert_int_equal(sessions.tokens[i].waits_since_s, 0);
    }
}

static void
test_wait(void **state)
{
    cog_cleanup_sessions struct cog_sessions sessions = COG_SESSIONS_EMPTY;
    cog_cleanup_secret struct cog_secret first = COG_SECRET_EMPTY;
    const int64_t day_s = 86400, begun_s = 1795266123;

    (void) state;
    begin("alice", &sessions);
    assert_int_equal(add_token(&sessions, "r1"), 0);
    assert_int_equal(cog_sessions_let_wait(&sessions, begun_s), 0);
    assert_int_equal(add_token(&sessions, "r2"), 0);
    assert_int_equal(cog_sessions_let_wait(&sessions, begun_s + day_s), 0);
    assert_int_equal(sessions.tokens[0].waits_since_s, begun_s);
    assert_int_equal(sessions.tokens[1].waits_since_s, begun_s + day_s);
    assert_int_equal(cog_sessions_let_wait(&sessions, begun_s + 30 * day_s),
                     0);
    assert_int_equal(
        cog_sessions_let_wait(&sessions, begun_s + 30 * day_s + 1), 1);
    assert_int_equal(sessions.token_count, 1);
    assert_string_equal(text_of(&sessions, 0), "r2");
    assert_int_equal(cog_secret_set_text(&first, "r1"), 0);
    cog_sessions_drop_token(&sessions, &first);
    assert_int_equal(sessions.token_count, 1);
    assert_int_equal(cog_secret_set_text(&first, "r2"), 0);
    cog_sessions_drop_token(&sessions, &first);
    assert_int_equal(sessions.token_count, 0);
}

/* Nobody but who can do something about them is to find them. */
static void
test_whose_tokens(void **state)
{
    cog_cleanup_sessions struct cog_sessions sessions = COG_SESSIONS_EMPTY;
    const struct cog_origin client = {"eu-west-1_Pool1", "client2"};
    const struct cog_origin nowhere = {"", ""};
    const struct cog_origin *const others[] = {&there, &client, &nowhere};
    const int64_t now_s = cog_clock_unix_s();
    char name[COG_NAME_MAX + 1] = "";

    (void) state;
    begin("alice", &sessions);
    assert_int_equal(add_token(&sessions, "r1"), 0);
    assert_int_equal(cog_sessions_let_wait(&sessions, now_s), 0);
    assert_int_equal(cog_sessions_save(place, &sessions), 0);
    for (size_t i = 0; i < COUNT(others); i++)
        assert_int_equal(cog_sessions_find_stale(place, others[i], 0, name),
                         ENOENT);
    assert_int_equal(cog_sessions_find_stale(place, &here, 0, name), 0);
    assert_string_equal(name, "alice");
    sessions.tokens[0].waits_since_s = now_s - COG_SESSION_TOKEN_WAIT_S - 60;
    assert_int_equal(cog_sessions_save(place, &sessions), 0);
    for (size_t i = 0; i < COUNT(others); i++)
        assert_int_equal(cog_sessions_find_stale(place, others[i], 0, name),
                         0);
}

static void
test_processes(void **state)
{
    cog_cleanup_sessions struct cog_sessions sessions = COG_SESSIONS_EMPTY;
    struct cog_opener self, child, other;
    pid_t pid = fork();

    (void) state;
    if (pid == 0) {
        (void) prctl(PR_SET_PDEATHSIG, SIGKILL); /* a test may fail */
        for (;;)
            (void) pause();
    }
    assert_int_equal(cog_opener_find(getpid(), &self), 0);
    assert_int_equal(cog_opener_find(pid, &child), 0);
    other = self;
    other.started++; /* its number came round again */
    assert_int_equal(cog_sessions_add(&sessions, &child), 0);
    assert_int_equal(cog_sessions_add(&sessions, &other), 0);
    assert_int_equal(cog_sessions_add(&sessions, &self), 0);
    cog_sessions_prune(&sessions);
    assert_int_equal(sessions.count, 2);
    assert_int_equal(kill(pid, SIGKILL), 0);
    assert_int_equal(waitpid(pid, NULL, 0), pid);
    cog_sessions_prune(&sessions);
    assert_int_equal(sessions.count, 1);
    assert_true(cog_sessions_drop(&sessions, &self));
    for (int i = 0; i < COG_SESSIONS_MAX; i++)
        assert_int_equal(cog_sessions_add(&sessions, &self), 0);
    assert_int_equal(cog_sessions_add(&sessions, &self), ENOSPC);
}

static void
test_stale(void **state)
{
    cog_cleanup_sessions struct cog_sessions live = COG_SESSIONS_EMPTY;
    cog_cleanup_sessions struct cog_sessions dead = COG_SESSIONS_EMPTY;
    cog_cleanup_secret struct cog_secret bytes = COG_SECRET_EMPTY;
    cog_cleanup_fd int lock = -1;
    cog_cleanup_fd int dir = -1;
    char name[COG_NAME_MAX + 1] = "";
    struct cog_opener opener;

    (void) state;
    assert_int_equal(cog_sessions_find_stale(place, &here, 0, name), ENOENT);
    begin("alice", &live);
    assert_int_equal(cog_opener_find(getpid(), &opener), 0);
    assert_int_equal(cog_sessions_add(&live, &opener), 0);
    assert_int_equal(cog_sessions_save(place, &live), 0);
    assert_int_equal(
        cog_kept_lock(place, "alice", cog_clock_ms() + 1000, &lock), 0);
    assert_int_equal(cog_sessions_find_stale(place, &here, 0, name), ENOENT);
    begin("bob", &dead);
    opener.started++;
    assert_int_equal(cog_sessions_add(&dead, &opener), 0);
    assert_int_equal(cog_sessions_save(place, &dead), 0);
    assert_int_equal(cog_sessions_find_stale(place, &here, 0, name), 0);
    assert_string_equal(name, "bob");
    /* What a writer that was killed left is nobody's sessions. */
    assert_int_equal(cog_private_open(place, false, &dir), 0);
    assert_int_equal(cog_by_name_load(place, "bob", 1024, &bytes), 0);
    assert_int_equal(cog_private_replace(dir, "0123456789abcdef.new", &bytes),
                     0);
    assert_int_equal(cog_sessions_find_stale(place, &here, 1, name), ENOENT);
}

/* proc(5): the program's name stands in parentheses, whatever is in it. */
static void
test_start(void **state)
{
    static const char *const good[] = {
        "1 (sshd) S 0 1 1 0 -1 4194560 1 2 3 4 5 6 7 8 20 0 1 0 777 9 9\n",
        "1 (a) R 1) S 0 1 1 0 -1 4 1 2 3 4 5 6 7 8 20 0 1 0 777 9\n",
        "1 () S 0 1 1 0 -1 4194560 1 2 3 4 5 6 7 8 20 0 1 0 777 9",
    };
    static const char *const bad[] = {
        "",
        ")",
        "1 sshd S 0 1 1 0 -1 4194560 1 2 3 4 5 6 7 8 20 0 1 0 777 9",
        "1 (sshd) S 0 1 1 0 -1 4194560 1 2 3 4 5 6 7 8 20 0 1 0 777",
        "1 (sshd) S 0 1 1 0 -1 4194560 1 2 3 4 5 6 7 8 20 0 1 0 -7 9",
        "1 (sshd) S 0 1 1 0 -1 4194560 1 2 3 4 5 6 7 8 20 0 1 0 x 9",
        ("1 (sshd) S 0 1 1 0 -1 4194560 1 2 3 4 5 6 7 8 20 0 1 0 "
         "99999999999999999999999 9"),
    };
    uint64_t started = 0;

    (void) state;
    for (size_t i = 0; i < COUNT(good); i++) {
        started = 0;
        assert_true(cog_opener_parse(good[i], strlen(good[i]), &started));
        assert_int_equal(started, 777);
    }
    for (size_t i = 0; i < COUNT(bad); i++)
        assert_false(cog_opener_parse(bad[i], strlen(bad[i]), &started));
    assert_int_equal(started, 777);
}

/* A file of that many openers and tokens, all of them sound. */
static int
parse_many(int openers, int tokens)
{
    cog_cleanup_sessions struct cog_sessions sessions = COG_SESSIONS_EMPTY;
    char text[4096];
    int len = snprintf(text, sizeof text, "COGSES2\nalice\n7\n%d\n", openers);

    for (int i = 0; i < openers; i++)
        len += snprintf(text + len, sizeof text - (size_t) len, "1 2\n");
    len += snprintf(text + len, sizeof text - (size_t) len, "%d\n", tokens);
    for (int i = 0; i < tokens; i++)
        len += snprintf(text + len, sizeof text - (size_t) len,
                        "P C\n5\nr%d\n", i);
    assert_true((size_t) len < sizeof text);
    return cog_sessions_parse(text, (size_t) len, &sessions);
}

static void
test_damaged(void **state)
{
    static const char good[] =
        "COGSES2\nalice\n7\n2\n1 2\n3 4\n1\nP C\n5\nr\n";
    static const char *const bad[] = {
        "COGSES1\nalice\n7\n0\n0\n",
        "COGSES2\nAlice\n7\n0\n0\n",
        "COGSES2\n../alice\n7\n0\n0\n",
        "COGSES2\nalice\n-7\n0\n0\n",
        "COGSES2\nalice\n4294967296\n0\n0\n",
        "COGSES2\nalice\n7\n257\n0\n",
        "COGSES2\nalice\n7\n1\n1\n0\n",
        "COGSES2\nalice\n7\n1\n1 2 3\n0\n",
        "COGSES2\nalice\n7\n1\n2147483648 2\n0\n",
        "COGSES2\nalice\n7\n0\n9\n",
        "COGSES2\nalice\n7\n0\n1\nP C\n5\n\n",
        "COGSES2\nalice\n7\n0\n1\nP C\n5\na b\n",
        "COGSES2\nalice\n7\n0\n1\nP C\n-5\nr\n",
        "COGSES2\nalice\n7\n0\n1\nP\n5\nr\n",
        "COGSES2\nalice\n7\n0\n1\n\n5\nr\n",
        "COGSES2\nalice\n7\n0\n0\nx",
        "COGSES2\nalice\n7\n0\n0\n\n",
    };
    cog_cleanup_sessions struct cog_sessions sessions = COG_SESSIONS_EMPTY;

    (void) state;
    for (size_t len = 0; len < sizeof good - 1; len++)
        assert_int_equal(cog_sessions_parse(good, len, &sessions), EBADMSG);
    for (size_t i = 0; i < COUNT(bad); i++)
        assert_int_equal(cog_sessions_parse(bad[i], strlen(bad[i]), &sessions),
                         EBADMSG);
    assert_int_equal(sessions.count, 0);
    assert_int_equal(cog_sessions_parse(good, sizeof good - 1, &sessions), 0);
    assert_int_equal(sessions.openers[1].started, 4);
    assert_int_equal(parse_many(COG_SESSIONS_MAX, COG_SESSION_TOKENS_MAX), 0);
    assert_int_equal(parse_many(COG_SESSIONS_MAX + 1, 0), EBADMSG);
    assert_int_equal(parse_many(0, COG_SESSION_TOKENS_MAX + 1), EBADMSG);
}

/* The old sessions or the new ones, wherever a writer dies. */
static void
test_killed_writer(void **state)
{
    cog_cleanup_sessions struct cog_sessions sessions = COG_SESSIONS_EMPTY;

    (void) state;
    begin("alice", &sessions);
    assert_int_equal(add_token(&sessions, "r1"), 0);
    assert_int_equal(cog_sessions_save(place, &sessions), 0);
    for (useconds_t wait_us = 0; wait_us < 1500; wait_us += 50) {
        cog_cleanup_sessions struct cog_sessions found = COG_SESSIONS_EMPTY;
        pid_t pid = fork();

        if (pid == 0) {
            const struct cog_opener opener = {1, 1};

            (void) cog_sessions_add(&sessions, &opener);
            for (;;)
                (void) cog_sessions_save(place, &sessions);
        }
        (void) usleep(wait_us);
        (void) kill(pid, SIGKILL);
        (void) waitpid(pid, NULL, 0);
        assert_int_equal(cog_sessions_load(place, "alice", &found), 0);
        assert_true(found.count <= 1);
        assert_string_equal(found.tokens[0].refresh.data, "r1");
    }
}

/* ---- private files */

static int
open_place(void)
{
    int dir = -1;

    assert_int_equal(cog_private_open(place, true, &dir), 0);
    return dir;
}

static void
write_private(int dir, const char *text)
{
    cog_cleanup_secret struct cog_secret bytes = COG_SECRET_EMPTY;

    assert_int_equal(cog_secret_set_text(&bytes, text), 0);
    assert_int_equal(cog_private_replace(dir, "f", &bytes), 0);
}

static void
assert_unreadable(int dir, int error)
{
    cog_cleanup_secret struct cog_secret bytes = COG_SECRET_EMPTY;

    assert_int_equal(cog_private_read(dir, "f", 100, &bytes), error);
    assert_int_equal(bytes.len, 0);
}

static void
test_private_kinds(void **state)
{
    cog_cleanup_fd int dir = open_place();
    cog_cleanup_secret struct cog_secret bytes = COG_SECRET_EMPTY;

    (void) state;
    assert_unreadable(dir, ENOENT);
    write_private(dir, "text");
    assert_int_equal(cog_private_read(dir, "f", 4, &bytes), 0);
    assert_string_equal(bytes.data, "text");
    cog_secret_clear(&bytes);
    assert_int_equal(cog_private_read(dir, "f", 3, &bytes), EMSGSIZE);
    assert_int_equal(fchmodat(dir, "f", 0640, 0), 0);
    assert_unreadable(dir, EPERM);
    assert_int_equal(fchmodat(dir, "f", 0600, 0), 0);
    assert_int_equal(linkat(dir, "f", dir, "g", 0), 0);
    assert_unreadable(dir, EPERM);
    assert_int_equal(unlinkat(dir, "f", 0), 0);
    assert_int_equal(symlinkat("g", dir, "f"), 0);
    assert_unreadable(dir, EPERM);
    assert_int_equal(unlinkat(dir, "f", 0), 0);
    assert_int_equal(mkfifoat(dir, "f", 0600), 0);
    assert_unreadable(dir, EPERM);
    assert_int_equal(unlinkat(dir, "f", 0), 0);
    assert_int_equal(mkdirat(dir, "f", 0700), 0);
    assert_unreadable(dir, EPERM);
}

static void
test_private_places(void **state)
{
    cog_cleanup_fd int dir = open_place();
    cog_cleanup_fd int lock = -1;
    cog_cleanup_secret struct cog_secret bytes = COG_SECRET_EMPTY;
    struct stat status;
    int none = -1;

    (void) state;
    /* A link where the new file is written is replaced, not followed. */
    assert_int_equal(symlinkat("elsewhere", dir, "f.new"), 0);
    write_private(dir, "text");
    assert_int_equal(fstatat(dir, "elsewhere", &status, 0), -1);
    assert_int_equal(mkdirat(dir, "f.new", 0700), 0);
    assert_int_equal(cog_secret_set_text(&bytes, "more"), 0);
    assert_int_not_equal(cog_private_replace(dir, "f", &bytes), 0);
    assert_int_equal(cog_private_read(dir, "f", 4, &bytes), 0);
    assert_string_equal(bytes.data, "text");
    assert_int_equal(mkfifoat(dir, "lock", 0600), 0);
    assert_int_equal(cog_private_lock(dir, "lock", cog_clock_ms(), &lock),
                     EPERM);
    assert_int_equal(chmod(place, 0755), 0);
    assert_int_equal(cog_private_open(place, false, &none), EPERM);
    assert_int_equal(none, -1);
}

#define CASE(sentence, function)                                              \
    {                                                                         \
        sentence, function, make_place, room_remove, NULL                     \
    }

int
main(void)
{
    static const struct CMUnitTest tests[] = {
        CASE("P92: what was written of sessions is found again", test_again),
        CASE("P92: each token is remembered once, and not without end",
             test_tokens),
        CASE("P92: a new token takes the place of one that waits, only",
             test_give_way),
        CASE("P92: a token waits for thirty days, not for ever", test_wait),
        CASE("P92: only who can revoke a token that waits finds it",
             test_whose_tokens),
        CASE("P92: a process that died does not count, nor its successor",
             test_processes),
        CASE("P92: who never closed a session is found", test_stale),
        CASE("a program's name does not hide when it started", test_start),
        CASE("P71: a damaged file is no answer", test_damaged),
        CASE("P76: a killed writer leaves old or new sessions",
             test_killed_writer),
        CASE("P36, P92: only a file of one owner and one name is read",
             test_private_kinds),
        CASE("P36: nothing is followed or waited for where one writes",
             test_private_places),
    };

    return cmocka_run_group_tests_name("host/sessions", tests, NULL, NULL);
}
