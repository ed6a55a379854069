/* SPDX-License-Identifier: Apache-2.0 */
/*
 * host/verifiers, host/breakglass and the files under them. Cites P11, P36,
 * P71, P74, P76.
 */
#include "host/breakglass.h"
#include "host/by_name.h"
#include "host/private_file.h"
#include "host/verifiers.h"

#include "base/cleanup.h"
#include "base/clock.h"
#include "tests/unit/accounts/support.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

/* crypt(5), made with perl's crypt(). */
#define SALT  "qrj.g9I/HlOjK/Y8JreTH."
#define PROOF "jx.v6sN8Xhf1kUb38/yim0rwR3qSN9D1BlHjFHHW1L8"
#define HASH  "$y$j9T$" SALT "$" PROOF
#define SUB   "3f1b9c52-7d0e-4a61-9c3b-0a1e5d7f2b48"
#define POOL  "eu-west-1_Ab12Cd34E"

static char place[4300];

static int
make_place(void **state)
{
    return room_make_for(state, "offline", place, sizeof place);
}

static void
make(const char *name, uint32_t failures, struct cog_verifier *verifier)
{
    (void) snprintf(verifier->name, sizeof verifier->name, "%s", name);
    (void) snprintf(verifier->sub, sizeof verifier->sub, "%s", SUB);
    (void) snprintf(verifier->pool_id, sizeof verifier->pool_id, "%s", POOL);
    verifier->proved_s = 1795266123;
    verifier->seen_s = 1795266200;
    verifier->failures = failures;
    assert_int_equal(cog_secret_set_text(&verifier->hash, HASH), 0);
}

static void
save(const char *name, uint32_t failures)
{
    cog_cleanup_verifier struct cog_verifier verifier = COG_VERIFIER_EMPTY;

    make(name, failures, &verifier);
    assert_int_equal(cog_verifier_save(place, &verifier), 0);
}

static void
test_again(void **state)
{
    cog_cleanup_verifier struct cog_verifier found = COG_VERIFIER_EMPTY;

    (void) state;
    assert_int_equal(cog_verifier_load(place, "alice", &found), ENOENT);
    save("alice", 3);
    assert_int_equal(cog_verifier_load(place, "alice", &found), 0);
    assert_string_equal(found.sub, SUB);
    assert_string_equal(found.pool_id, POOL);
    assert_string_equal(found.hash.data, HASH);
    assert_int_equal(found.proved_s, 1795266123);
    assert_int_equal(found.seen_s, 1795266200);
    assert_int_equal(found.failures, 3);
    assert_false(found.one_factor);
    assert_int_equal(cog_verifier_load(place, "bob", &found), ENOENT);
    assert_int_equal(cog_verifier_remove(place, "alice"), 0);
    assert_int_equal(cog_verifier_load(place, "alice", &found), ENOENT);
    assert_int_equal(cog_verifier_remove(place, "alice"), ENOENT);
}

/* A file under another name's digits is not that name's. */
static void
test_moved_file(void **state)
{
    cog_cleanup_verifier struct cog_verifier found = COG_VERIFIER_EMPTY;
    cog_cleanup_secret struct cog_secret bytes = COG_SECRET_EMPTY;

    (void) state;
    save("alice", 0);
    assert_int_equal(cog_by_name_load(place, "alice", 1024, &bytes), 0);
    assert_int_equal(cog_by_name_save(place, "bob", &bytes), 0);
    assert_int_equal(cog_verifier_load(place, "bob", &found), ENOENT);
}

static void
test_young(void **state)
{
    static const struct {
        int64_t proved_s, seen_s, now_s;
        bool old, of_future;
    } rows[] = {
        {1000, 1000, 1000, false, false}, {1000, 1000, 1600, false, false},
        {1000, 1000, 1601, true, false},  {1000, 1000, 999, false, true},
        {1000, 1500, 1499, false, true},  {1000, 1500, 1500, false, false},
        {1000, 2000, 1700, true, true},   {0, 0, 601, true, false},
        {INT64_MAX, 0, 5, false, true},
    };

    (void) state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        const struct cog_verifier verifier = {.proved_s = rows[i].proved_s,
                                              .seen_s = rows[i].seen_s};

        assert_int_equal(cog_verifier_is_old(&verifier, rows[i].now_s, 600),
                         rows[i].old);
        assert_int_equal(cog_verifier_is_of_future(&verifier, rows[i].now_s),
                         rows[i].of_future);
    }
}

static void
test_hashes(void **state)
{
    static const char *const bad[] = {
        "",
        ("$y$j9T$" SALT "$"),
        ("$y$j9T$" SALT "$" PROOF "x"),
        ("$y$j9T$" SALT "x" PROOF),
        ("$y$j75$" SALT "$" PROOF),   /* other costs */
        ("$y$jFT$" SALT "$" PROOF),   /* gigabytes */
        ("$7$CU...." SALT "$" PROOF), /* another method */
        ("$y$j9T$" SALT "$" PROOF " "),
        ("$y$j9T$qrj.g9I/HlOjK/Y8JreTH:$" PROOF),
    };

    (void) state;
    assert_true(cog_verifier_hash_is_sound(HASH, strlen(HASH)));
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        assert_false(cog_verifier_hash_is_sound(bad[i], strlen(bad[i])));
}

/* Every prefix and every changed line of a file is refused whole. */
static void
test_damaged(void **state)
{
    static const char good[] =
        "COGOFF1\nalice\n" SUB "\n" POOL "\n1\n2\n0\n1\n" HASH "\n";
    static const char *const bad[] = {
        "COGOFF2\nalice\n" SUB "\n" POOL "\n1\n2\n0\n1\n" HASH "\n",
        "COGOFF1\nAlice\n" SUB "\n" POOL "\n1\n2\n0\n1\n" HASH "\n",
        "COGOFF1\nalice\n\n" POOL "\n1\n2\n0\n1\n" HASH "\n",
        "COGOFF1\nalice\n" SUB "\n1\n2\n0\n1\n" HASH "\n",
        "COGOFF1\nalice\n" SUB "\n\n1\n2\n0\n1\n" HASH "\n",
        "COGOFF1\nalice\n" SUB "\n" POOL "\n-1\n2\n0\n1\n" HASH "\n",
        "COGOFF1\nalice\n" SUB "\n" POOL "\n1\n999999999999999\n0\n1\n" HASH
        "\n",
        "COGOFF1\nalice\n" SUB "\n" POOL "\n1\n2\n-1\n1\n" HASH "\n",
        "COGOFF1\nalice\n" SUB "\n" POOL "\n1\n2\n4294967296\n1\n" HASH "\n",
        "COGOFF1\nalice\n" SUB "\n" POOL "\n1\n2\n0\n2\n" HASH "\n",
        "COGOFF1\nalice\n" SUB "\n" POOL "\n1\n2\n0\n\n" HASH "\n",
        "COGOFF1\nalice\n" SUB "\n" POOL "\n1\n2\n0\n1\n" HASH "\n\n",
        "COGOFF1\nalice\n" SUB "\n" POOL "\n1\n2\n0\n1\n" HASH "x",
        "COGOFF1\nalice\n" SUB "\n" POOL "\n1\n2\n0\n1\n\n",
        "COGOFF1\nalice\n" SUB "\n" POOL "\n1\n2\n0\n1\n",
    };
    cog_cleanup_verifier struct cog_verifier found = COG_VERIFIER_EMPTY;

    (void) state;
    assert_int_equal(cog_verifier_parse(good, sizeof good - 1, &found), 0);
    assert_true(found.one_factor);
    for (size_t len = 0; len < sizeof good - 1; len++)
        assert_int_equal(cog_verifier_parse(good, len, &found), EBADMSG);
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        assert_int_equal(cog_verifier_parse(bad[i], strlen(bad[i]), &found),
                         EBADMSG);
    assert_string_equal(found.name, "alice");
}

static void
test_unsound_is_not_written(void **state)
{
    cog_cleanup_verifier struct cog_verifier verifier = COG_VERIFIER_EMPTY;
    cog_cleanup_verifier struct cog_verifier found = COG_VERIFIER_EMPTY;

    (void) state;
    save("alice", 2);
    make("alice", 0, &verifier);
    assert_int_equal(cog_secret_set_text(&verifier.hash, "$1$a$b"), 0);
    assert_int_equal(cog_verifier_save(place, &verifier), EINVAL);
    assert_int_equal(cog_verifier_load(place, "alice", &found), 0);
    assert_int_equal(found.failures, 2);
}

static void
test_not_root_alone(void **state)
{
    cog_cleanup_verifier struct cog_verifier found = COG_VERIFIER_EMPTY;

    (void) state;
    save("alice", 0);
    assert_int_equal(chmod(place, 0750), 0);
    assert_int_equal(cog_verifier_load(place, "alice", &found), EPERM);
    assert_int_equal(cog_verifier_remove(place, "alice"), EPERM);
    assert_int_equal(chmod(place, 0700), 0);
    assert_int_equal(cog_verifier_load(place, "alice", &found), 0);
}

/* The old count or the new one, wherever a writer dies. */
static void
test_killed_writer(void **state)
{
    (void) state;
    save("alice", 1);
    for (useconds_t wait_us = 0; wait_us < 1500; wait_us += 30) {
        cog_cleanup_verifier struct cog_verifier found = COG_VERIFIER_EMPTY;
        pid_t pid = fork();

        if (pid == 0) {
            for (;;)
                save("alice", 2);
        }
        (void) usleep(wait_us);
        (void) kill(pid, SIGKILL);
        (void) waitpid(pid, NULL, 0);
        assert_int_equal(cog_verifier_load(place, "alice", &found), 0);
        assert_true(found.failures == 1 || found.failures == 2);
    }
    save("alice", 3);
}

static void
test_lock(void **state)
{
    cog_cleanup_fd int first = -1;
    cog_cleanup_fd int second = -1;

    (void) state;
    assert_int_equal(
        cog_by_name_lock(place, "alice", cog_clock_ms() + 1000, &first), 0);
    assert_int_equal(
        cog_by_name_lock(place, "alice", cog_clock_ms() + 50, &second),
        ETIMEDOUT);
    assert_int_equal(cog_by_name_lock(place, "bob", cog_clock_ms(), &second),
                     0);
}

/* ---- windows */

static struct cog_breakglass
window_of(const char *name, int64_t opened_s, int64_t until_s)
{
    struct cog_breakglass window = {.opened_s = opened_s, .until_s = until_s};

    (void) snprintf(window.name, sizeof window.name, "%s", name);
    return window;
}

static void
test_window(void **state)
{
    struct cog_breakglass window = window_of("alice", 1000, 1600), found;

    (void) state;
    assert_false(cog_breakglass_is_open(&window, 999));
    assert_true(cog_breakglass_is_open(&window, 1000));
    assert_true(cog_breakglass_is_open(&window, 1599));
    assert_false(cog_breakglass_is_open(&window, 1600));
    assert_int_equal(cog_breakglass_load(place, "alice", &found), ENOENT);
    assert_int_equal(cog_breakglass_save(place, &window), 0);
    assert_int_equal(cog_breakglass_load(place, "alice", &found), 0);
    assert_int_equal(found.opened_s, 1000);
    assert_int_equal(found.until_s, 1600);
    assert_int_equal(cog_breakglass_load(place, "bob", &found), ENOENT);
    assert_int_equal(cog_breakglass_remove(place, "alice"), 0);
    assert_int_equal(cog_breakglass_load(place, "alice", &found), ENOENT);
}

static void
test_window_bounds(void **state)
{
    static const struct {
        int64_t opened_s, until_s;
        int error;
    } rows[] = {
        {1000, 1000 + COG_BREAKGLASS_MAX_S, 0},
        {1000, 1001 + COG_BREAKGLASS_MAX_S, EINVAL},
        {1000, 1000, EINVAL},
        {1000, 999, EINVAL},
        {-5, 10, EINVAL},
    };

    (void) state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct cog_breakglass window =
            window_of("alice", rows[i].opened_s, rows[i].until_s);

        assert_int_equal(cog_breakglass_save(place, &window), rows[i].error);
    }
}

static void
test_damaged_window(void **state)
{
    static const char good[] = "COGBRK1\nalice\n1000\n1600\n";
    static const char *const bad[] = {
        "COGBRK2\nalice\n1000\n1600\n",   "COGBRK1\nAl\n1000\n1600\n",
        "COGBRK1\nalice\n1000\n900000\n", "COGBRK1\nalice\n1600\n1000\n",
        "COGBRK1\nalice\n1000\n1600\nx",  "COGBRK1\nalice\n 1000\n1600\n",
    };
    struct cog_breakglass window;

    (void) state;
    assert_int_equal(cog_breakglass_parse(good, sizeof good - 1, &window), 0);
    for (size_t len = 0; len < sizeof good - 1; len++)
        assert_int_equal(cog_breakglass_parse(good, len, &window), EBADMSG);
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        assert_int_equal(cog_breakglass_parse(bad[i], strlen(bad[i]), &window),
                         EBADMSG);
}

/* What a writer that was killed leaves: whole, but not in its place. */
static void
leave_a_crash(void)
{
    cog_cleanup_secret struct cog_secret bytes = COG_SECRET_EMPTY;
    cog_cleanup_fd int dir = -1;

    assert_int_equal(cog_by_name_load(place, "alice", 1024, &bytes), 0);
    assert_int_equal(cog_private_open(place, false, &dir), 0);
    assert_int_equal(cog_private_replace(dir, "0123456789abcdef.new", &bytes),
                     0);
}

static void
count_window(void *context, const struct cog_breakglass *window)
{
    int *count = context;

    assert_true(strcmp(window->name, "alice") == 0 ||
                strcmp(window->name, "bob") == 0);
    ++*count;
}

static void
test_all_windows(void **state)
{
    struct cog_breakglass alice = window_of("alice", 1000, 1600);
    struct cog_breakglass bob = window_of("bob", 1000, 1600);
    cog_cleanup_secret struct cog_secret garbage = COG_SECRET_EMPTY;
    cog_cleanup_fd int lock = -1;
    int count = 0;

    (void) state;
    assert_int_equal(cog_breakglass_walk(place, count_window, &count), 0);
    assert_int_equal(cog_breakglass_save(place, &alice), 0);
    assert_int_equal(cog_breakglass_save(place, &bob), 0);
    assert_int_equal(cog_secret_set_text(&garbage, "COGBRK1\nmallory\n"), 0);
    assert_int_equal(cog_by_name_save(place, "mallory", &garbage), 0);
    assert_int_equal(cog_by_name_lock(place, "carol", cog_clock_ms(), &lock),
                     0);
    leave_a_crash();
    assert_int_equal(cog_breakglass_walk(place, count_window, &count), 0);
    assert_int_equal(count, 2);
}

static void
sum_failures(void *context, const struct cog_verifier *verifier)
{
    unsigned *sum = context;

    assert_string_equal(verifier->hash.data, HASH);
    *sum += verifier->failures;
}

static void
test_all_verifiers(void **state)
{
    cog_cleanup_secret struct cog_secret garbage = COG_SECRET_EMPTY;
    unsigned sum = 0;

    (void) state;
    assert_int_equal(cog_verifier_walk(place, sum_failures, &sum), 0);
    save("alice", 1);
    save("bob", 20);
    assert_int_equal(cog_secret_set_text(&garbage, "COGOFF1\nmallory\n"), 0);
    assert_int_equal(cog_by_name_save(place, "mallory", &garbage), 0);
    leave_a_crash();
    assert_int_equal(cog_verifier_walk(place, sum_failures, &sum), 0);
    assert_int_equal(sum, 21);
}

#define CASE(sentence, function)                                              \
    {                                                                         \
        sentence, function, make_place, room_remove, NULL                     \
    }

int
main(void)
{
    static const struct CMUnitTest tests[] = {
        CASE("what was kept is found again, for that name only", test_again),
        CASE("a file under another name is not that name's", test_moved_file),
        CASE("P11: a clock set back makes nothing young", test_young),
        CASE("hashes of one method and one cost only", test_hashes),
        CASE("P71: a damaged verifier is no answer", test_damaged),
        CASE("what could not be read is not written",
             test_unsound_is_not_written),
        CASE("P36: what others could read or write is not used",
             test_not_root_alone),
        CASE("P76: a killed writer leaves the old count or the new one",
             test_killed_writer),
        CASE("all verifiers, and no other file", test_all_verifiers),
        CASE("P35: waiting for a name's file has an end", test_lock),
        CASE("a window is open from then until then", test_window),
        CASE("P11: a window lasts a day at most", test_window_bounds),
        CASE("P71: a damaged window is closed", test_damaged_window),
        CASE("all windows, and no other file", test_all_windows),
    };

    return cmocka_run_group_tests_name("host/offline", tests, NULL, NULL);
}
