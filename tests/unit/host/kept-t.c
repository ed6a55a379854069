/* SPDX-License-Identifier: Apache-2.0 */
/* host/kept: tokens on disk. Cites P92, P74, P36. */
#include "host/kept.h"

#include "base/cleanup.h"
#include "base/clock.h"
#include "host/by_name.h"
#include "tests/unit/accounts/support.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static const struct cog_origin origin = {"eu-west-1_Pool1", "client1"};
static char tokens[4300];

static int
make_tokens(void **state)
{
    return room_make_for(state, "tokens", tokens, sizeof tokens);
}

static void
make(const char *name, const char *refresh, struct cog_kept *kept)
{
    (void) snprintf(kept->name, sizeof kept->name, "%s", name);
    (void) snprintf(kept->sub, sizeof kept->sub, "%s",
                    "3f1b9c52-7d0e-4a61-9c3b-0a1e5d7f2b48");
    kept->signed_in_s = 1795266123;
    kept->checked_s = 1795266200;
    kept->expires_s = 1795269723;
    kept->origin = origin;
    assert_int_equal(cog_secret_set_text(&kept->refresh, refresh), 0);
}

static void
save(const char *name, const char *refresh)
{
    cog_cleanup_kept struct cog_kept kept = COG_KEPT_EMPTY;

    make(name, refresh, &kept);
    assert_int_equal(cog_kept_save(tokens, &kept), 0);
}

static void
test_again(void **state)
{
    cog_cleanup_kept struct cog_kept kept = COG_KEPT_EMPTY;
    cog_cleanup_kept struct cog_kept found = COG_KEPT_EMPTY;

    (void) state;
    make("alice", "r1", &kept);
    assert_int_equal(cog_secret_set_text(&kept.id, "a.b.c"), 0);
    assert_int_equal(cog_kept_save(tokens, &kept), 0);
    assert_int_equal(cog_kept_load(tokens, "alice", &found), 0);
    assert_string_equal(found.sub, kept.sub);
    assert_int_equal(found.signed_in_s, kept.signed_in_s);
    assert_int_equal(found.checked_s, kept.checked_s);
    assert_int_equal(found.expires_s, kept.expires_s);
    assert_true(cog_secret_equal(&found.refresh, &kept.refresh));
    assert_true(cog_secret_equal(&found.id, &kept.id));
    assert_int_equal(found.access.len, 0);
    assert_true(cog_origin_equal(&found.origin, &origin));
    assert_int_equal(cog_kept_load(tokens, "bob", &found), ENOENT);
    save("alice", "r2");
    assert_int_equal(cog_kept_load(tokens, "alice", &found), 0);
    assert_string_equal(found.refresh.data, "r2");
    assert_int_equal(found.id.len, 0);
    assert_int_equal(cog_kept_remove(tokens, "alice"), 0);
    assert_int_equal(cog_kept_load(tokens, "alice", &found), ENOENT);
    assert_string_equal(found.refresh.data, "r2"); /* untouched */
    assert_int_equal(cog_kept_remove(tokens, "alice"), ENOENT);
}

/* Entries of the directory; the last one's path. */
static int
entries(char path[4700])
{
    DIR *directory = opendir(tokens);
    const struct dirent *entry;
    int count = 0;

    assert_non_null(directory);
    while ((entry = readdir(directory)) != NULL) {
        if (entry->d_name[0] == '.')
            continue;
        (void) snprintf(path, 4700, "%s/%s", tokens, entry->d_name);
        assert_null(strstr(entry->d_name, "alice"));
        count++;
    }
    (void) closedir(directory);
    return count;
}

static void
test_private(void **state)
{
    struct stat status;
    char path[4700];

    (void) state;
    (void) umask(0);
    save("alice", "r1");
    assert_int_equal(stat(tokens, &status), 0);
    assert_int_equal(status.st_mode & 07777, 0700);
    assert_int_equal(entries(path), 1);
    assert_int_equal(stat(path, &status), 0);
    assert_int_equal(status.st_mode & 07777, 0600);
    (void) umask(077);
}

static void
test_not_root_alone(void **state)
{
    cog_cleanup_kept struct cog_kept found = COG_KEPT_EMPTY;
    cog_cleanup_kept struct cog_kept more = COG_KEPT_EMPTY;
    char path[4700];

    (void) state;
    save("alice", "r1");
    assert_int_equal(entries(path), 1);
    assert_int_equal(chmod(path, 0640), 0);
    assert_int_equal(cog_kept_load(tokens, "alice", &found), EPERM);
    assert_int_equal(chmod(tokens, 0750), 0);
    make("bob", "r", &more);
    assert_int_equal(cog_kept_save(tokens, &more), EPERM);
}

/* Every prefix and every changed line of a file is refused whole. */
static void
test_damaged(void **state)
{
    static const char good[] =
        "COGTOK2\nalice\n3f1b9c52-7d0e-4a61-9c3b-0a1e5d7f2b48\n1\n2\n3\n"
        "refresh\n\n\nP C\n";
    static const char *const bad[] = {
        "COGTOK1\nalice\n3f1b\n1\n2\n3\nr\n\n\nP C\n",
        "COGTOK2\nAlice\n3f1b\n1\n2\n3\nr\n\n\nP C\n",
        "COGTOK2\n../alice\n3f1b\n1\n2\n3\nr\n\n\nP C\n",
        "COGTOK2\nalice\n\n1\n2\n3\nr\n\n\nP C\n",
        "COGTOK2\nalice\n3f1b\n-1\n2\n3\nr\n\n\nP C\n",
        "COGTOK2\nalice\n3f1b\n01\n2\n3\nr\n\n\nP C\n",
        "COGTOK2\nalice\n3f1b\n1\n2\n999999999999999\nr\n\n\nP C\n",
        "COGTOK2\nalice\n3f1b\n1\n2\n3\n\n\n\nP C\n",
        "COGTOK2\nalice\n3f1b\n1\n2\n3\nr r\n\n\nP C\n",
        "COGTOK2\nalice\n3f1b\n1\n2\n3\nr\x7f\n\n\nP C\n",
        "COGTOK2\nalice\n3f1b\n1\n2\n3\nr\n\n\nP C\n\n",
        "COGTOK2\nalice\n3f1b\n1\n2\n3\nr\n\n\nP C\nx",
        "COGTOK2\nalice\n3f1b\n1\n2\n3\nr\n\n\n",
        "COGTOK2\nalice\n3f1b\n1\n2\n3\nr\n\n\n\n",
        "COGTOK2\nalice\n3f1b\n1\n2\n3\nr\n\n\nP\n",
        "COGTOK2\nalice\n3f1b\n1\n2\n3\nr\n\n\nP \n",
        "COGTOK2\nalice\n3f1b\n1\n2\n3\nr\n\n\n C\n",
        "COGTOK2\nalice\n3f1b\n1\n2\n3\nr\n\n\nP C D\n",
        "COGTOK2\nalice\n3f1b\n1\n2\n3\nr\n\n\nP C\x7f\n",
    };
    cog_cleanup_kept struct cog_kept kept = COG_KEPT_EMPTY;

    (void) state;
    assert_int_equal(cog_kept_parse(good, sizeof good - 1, &kept), 0);
    for (size_t len = 0; len < sizeof good - 1; len++)
        assert_int_equal(cog_kept_parse(good, len, &kept), EBADMSG);
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        assert_int_equal(cog_kept_parse(bad[i], strlen(bad[i]), &kept),
                         EBADMSG);
    assert_string_equal(kept.name, "alice");
}

static void
test_unreadable_is_not_written(void **state)
{
    cog_cleanup_kept struct cog_kept kept = COG_KEPT_EMPTY;
    cog_cleanup_kept struct cog_kept found = COG_KEPT_EMPTY;

    (void) state;
    save("alice", "r1");
    make("alice", "two words", &kept);
    assert_int_equal(cog_kept_save(tokens, &kept), EINVAL);
    make("alice", "r2", &kept);
    kept.origin = (struct cog_origin){"", ""};
    assert_int_equal(cog_kept_save(tokens, &kept), EINVAL);
    make("alice", "", &kept);
    assert_int_equal(cog_kept_save(tokens, &kept), EINVAL);
    assert_int_equal(cog_kept_load(tokens, "alice", &found), 0);
    assert_string_equal(found.refresh.data, "r1");
}

/* The old token or the new one, wherever a writer dies. */
static void
test_killed_writer(void **state)
{
    (void) state;
    save("alice", "r1");
    for (useconds_t wait_us = 0; wait_us < 1500; wait_us += 30) {
        cog_cleanup_kept struct cog_kept found = COG_KEPT_EMPTY;
        pid_t pid = fork();

        if (pid == 0) {
            for (;;)
                save("alice", "r2");
        }
        (void) usleep(wait_us);
        (void) kill(pid, SIGKILL);
        (void) waitpid(pid, NULL, 0);
        assert_int_equal(cog_kept_load(tokens, "alice", &found), 0);
        assert_true(strcmp(found.refresh.data, "r1") == 0 ||
                    strcmp(found.refresh.data, "r2") == 0);
    }
    save("alice", "r3");
}

static void
test_lock(void **state)
{
    cog_cleanup_fd int first = -1;
    cog_cleanup_fd int second = -1;
    cog_cleanup_fd int third = -1;

    (void) state;
    assert_int_equal(
        cog_kept_lock(tokens, "alice", cog_clock_ms() + 1000, &first), 0);
    assert_int_equal(
        cog_kept_lock(tokens, "alice", cog_clock_ms() + 50, &second),
        ETIMEDOUT);
    assert_int_equal(cog_kept_lock(tokens, "bob", cog_clock_ms(), &second), 0);
    (void) close(cog_take_fd(&first));
    assert_int_equal(
        cog_kept_lock(tokens, "alice", cog_clock_ms() + 1000, &third), 0);
}

/* All that is there has been there for ten seconds. */
static void
age_all(void)
{
    const struct timespec then[2] = {{cog_clock_unix_s() - 10, 0},
                                     {cog_clock_unix_s() - 10, 0}};
    const struct dirent *entry;
    DIR *entries = opendir(tokens);

    assert_non_null(entries);
    while ((entry = readdir(entries)) != NULL) {
        if (entry->d_name[0] != '.')
            assert_int_equal(utimensat(dirfd(entries), entry->d_name, then, 0),
                             0);
    }
    (void) closedir(entries);
}

static void
test_expired(void **state)
{
    cog_cleanup_kept struct cog_kept found = COG_KEPT_EMPTY;
    cog_cleanup_fd int lock = -1;
    cog_cleanup_fd int again = -1;

    (void) state;
    save("alice", "r1");
    assert_int_equal(cog_kept_lock(tokens, "alice", cog_clock_ms(), &lock), 0);
    age_all();
    save("bob", "r2");
    cog_by_name_expire(tokens, 10);
    assert_int_equal(cog_kept_load(tokens, "alice", &found), 0);
    cog_by_name_expire(tokens, 5);
    assert_int_equal(cog_kept_load(tokens, "alice", &found), ENOENT);
    assert_int_equal(cog_kept_load(tokens, "bob", &found), 0);
    assert_int_equal(cog_kept_lock(tokens, "alice", cog_clock_ms(), &again),
                     ETIMEDOUT);
}

#define CASE(sentence, function)                                              \
    {                                                                         \
        sentence, function, make_tokens, room_remove, NULL                    \
    }

int
main(void)
{
    static const struct CMUnitTest tests[] = {
        CASE("what was kept is found again, for that name only", test_again),
        CASE("P36, P92: files are root's, with names of their own",
             test_private),
        CASE("P92: what others could read or write is not used",
             test_not_root_alone),
        CASE("P71: a damaged file is no answer", test_damaged),
        CASE("what could not be read is not written",
             test_unreadable_is_not_written),
        CASE("P76: a killed writer leaves the old token or the new one",
             test_killed_writer),
        CASE("P35: waiting for a name's tokens has an end", test_lock),
        CASE("P92: what nobody came for is removed, and no lock with it",
             test_expired),
    };

    return cmocka_run_group_tests_name("host/kept", tests, NULL, NULL);
}
