/* SPDX-License-Identifier: Apache-2.0 */
/* accounts/keys: what sync writes is what sshd's command finds. */
#include "tests/unit/accounts/support.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "accounts/keys_write.h"

/* The tag that all of these tests write with. */
#define TAG UINT64_C(0x1122334455667788)

static const char line[] = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5 alice\n";

/* Valid until the next call. */
static const struct cog_keys_owner *
owner(const char *name)
{
    static struct cog_keys_owner made;

    made = (struct cog_keys_owner){name, TAG};
    return &made;
}

static void
write_keys(const struct room *room, const char *name, const char *text,
           size_t len)
{
    cog_cleanup_keys_write struct cog_keys keys = COG_KEYS_EMPTY;
    struct cog_cache_lock lock = take_lock(room);

    assert_int_equal(cog_keys_begin(room->accounts, &lock, &keys), 0);
    assert_int_equal(cog_keys_add(&keys, owner(name), text, len), 0);
    assert_int_equal(cog_keys_finish(&keys), 0);
    cog_cache_lock_release(&lock);
}

static void
a_text_is_found_as_it_was_written(void **state)
{
    static char longest[COG_KEYS_TEXT_MAX], found[COG_KEYS_TEXT_MAX];
    struct room *room = *state;
    size_t len = 7;

    assert_int_equal(cog_keys_find(room->accounts, owner("alice"), found,
                                   sizeof found, &len),
                     ENODATA);
    write_keys(room, "alice", line, sizeof line - 1);
    assert_int_equal(cog_keys_find(room->accounts, owner("alice"), found,
                                   sizeof found, &len),
                     0);
    assert_int_equal(len, sizeof line - 1);
    assert_memory_equal(found, line, len);
    assert_int_equal(cog_keys_find(room->accounts, owner("carol"), found,
                                   sizeof found, &len),
                     ENOENT);
    memset(longest, 'k', sizeof longest);
    write_keys(room, "alice", longest, sizeof longest);
    assert_int_equal(cog_keys_find(room->accounts, owner("alice"), found,
                                   sizeof found, &len),
                     0);
    assert_int_equal(len, sizeof longest);
    assert_memory_equal(found, longest, len);
    write_keys(room, "alice", "", 0);
    assert_int_equal(cog_keys_find(room->accounts, owner("alice"), found,
                                   sizeof found, &len),
                     0);
    assert_int_equal(len, 0);
}

static void
a_buffer_that_is_too_small_is_left_alone(void **state)
{
    struct room *room = *state;
    char found[sizeof line];
    size_t len = 7;

    write_keys(room, "alice", line, sizeof line - 1);
    memset(found, '-', sizeof found);
    assert_int_equal(cog_keys_find(room->accounts, owner("alice"), found,
                                   sizeof line - 2, &len),
                     EMSGSIZE);
    assert_int_equal(found[0], '-');
    assert_int_equal(len, 7);
    assert_int_equal(cog_keys_find(room->accounts, owner("alice"), found,
                                   sizeof line - 1, &len),
                     0);
    assert_int_equal(found[sizeof line - 1], '-');
}

static void
p17_names_outside_the_grammar_are_neither_written_nor_found(void **state)
{
    static const char text[COG_KEYS_TEXT_MAX + 1];
    struct room *room = *state;
    struct cog_cache_lock lock = take_lock(room);
    cog_cleanup_keys_write struct cog_keys keys = COG_KEYS_EMPTY;
    char found[8];
    size_t len;

    assert_int_equal(cog_keys_begin(room->accounts, &lock, &keys), 0);
    assert_int_equal(cog_keys_add(&keys, owner("Alice"), line, 3), EINVAL);
    assert_int_equal(cog_keys_add(&keys, owner(""), line, 3), EINVAL);
    assert_int_equal(cog_keys_add(&keys, owner("../x"), line, 3), EINVAL);
    assert_int_equal(cog_keys_add(&keys, owner("alice"), text, sizeof text),
                     EMSGSIZE);
    assert_int_equal(cog_keys_add(&keys, owner("alice"), line, 3), 0);
    assert_int_equal(cog_keys_finish(&keys), 0);
    cog_cache_lock_release(&lock);
    assert_int_equal(cog_keys_find(room->accounts, owner("Alice"), found,
                                   sizeof found, &len),
                     ENOENT);
    assert_int_equal(cog_keys_find(room->accounts, owner("alice"), found,
                                   sizeof found, &len),
                     0);
}

static void
p73_what_is_not_finished_changes_nothing(void **state)
{
    struct room *room = *state;
    struct cog_cache_lock none = COG_CACHE_LOCK_NONE, lock;
    struct cog_keys keys = COG_KEYS_EMPTY;
    char found[COG_KEYS_TEXT_MAX];
    size_t len = 0;

    write_keys(room, "alice", line, sizeof line - 1);
    assert_int_equal(cog_keys_begin(room->accounts, &none, &keys), EBADF);
    lock = take_lock(room);
    assert_int_equal(cog_keys_begin(room->accounts, &lock, &keys), 0);
    assert_int_equal(cog_keys_add(&keys, owner("carol"), line, 3), 0);
    cog_keys_end(&keys);
    cog_cache_lock_release(&lock);
    assert_false(file_exists(path_in(room->accounts, "keys.cdb.new")));
    assert_int_equal(cog_keys_find(room->accounts, owner("alice"), found,
                                   sizeof found, &len),
                     0);
    assert_int_equal(cog_keys_find(room->accounts, owner("carol"), found,
                                   sizeof found, &len),
                     ENOENT);
}

/* sshd's AuthorizedKeysCommandUser is an ordinary user. */
static void
keys_are_found_without_root(void **state)
{
    struct room *room = *state;
    struct stat status;
    int result = 0;
    pid_t child;

    write_keys(room, "alice", line, sizeof line - 1);
    assert_int_equal(stat(path_in(room->accounts, "keys.cdb"), &status), 0);
    assert_int_equal(status.st_mode & 07777, 0644);
    assert_int_equal(chmod(room->path, 0755), 0);
    child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        char found[COG_KEYS_TEXT_MAX];
        size_t len;

        if (setgid(65534) != 0 || setuid(65534) != 0)
            _exit(2);
        if (access(room->accounts, X_OK) != 0)
            _exit(2);
        _exit(cog_keys_find(room->accounts, owner("alice"), found,
                            sizeof found, &len) != 0);
    }
    assert_int_equal(waitpid(child, &result, 0), child);
    if (WEXITSTATUS(result) == 2)
        skip_case("another user cannot come here (needs real root, and a "
                  "build that others may enter)");
    assert_int_equal(result, 0);
}

static void
p70_a_file_that_others_may_write_gives_no_keys(void **state)
{
    struct room *room = *state;
    char found[COG_KEYS_TEXT_MAX];
    size_t len = 0;

    write_keys(room, "alice", line, sizeof line - 1);
    assert_int_equal(chmod(path_in(room->accounts, "keys.cdb"), 0664), 0);
    assert_int_equal(cog_keys_find(room->accounts, owner("alice"), found,
                                   sizeof found, &len),
                     EPERM);
}

static void
p16_keys_are_of_whom_they_were_written_for(void **state)
{
    static const struct cog_keys_owner another = {"alice", TAG ^ 1},
                                       nobody = {"alice", 0};
    struct room *room = *state;
    cog_cleanup_keys_write struct cog_keys keys = COG_KEYS_EMPTY;
    struct cog_cache_lock lock;
    char found[COG_KEYS_TEXT_MAX];
    size_t len = 7;

    write_keys(room, "alice", line, sizeof line - 1);
    assert_int_equal(
        cog_keys_find(room->accounts, &another, found, sizeof found, &len),
        ENOENT);
    assert_int_equal(
        cog_keys_find(room->accounts, &nobody, found, sizeof found, &len),
        ENOENT);
    assert_int_equal(len, 7);
    lock = take_lock(room);
    assert_int_equal(cog_keys_begin(room->accounts, &lock, &keys), 0);
    assert_int_equal(cog_keys_add(&keys, &nobody, line, 3), EINVAL);
    cog_cache_lock_release(&lock);
}

static void
p16_a_names_keys_are_removed_and_the_others_stay(void **state)
{
    struct room *room = *state;
    cog_cleanup_keys_write struct cog_keys keys = COG_KEYS_EMPTY;
    struct cog_cache_lock none = COG_CACHE_LOCK_NONE, lock = take_lock(room);
    char found[COG_KEYS_TEXT_MAX];
    size_t len = 0;

    assert_int_equal(cog_keys_remove(room->accounts, &lock, "alice"), ENODATA);
    assert_int_equal(cog_keys_begin(room->accounts, &lock, &keys), 0);
    assert_int_equal(cog_keys_add(&keys, owner("alice"), line, 5), 0);
    assert_int_equal(cog_keys_add(&keys, owner("bob"), line, 6), 0);
    assert_int_equal(cog_keys_add(&keys, owner("carol"), line, 7), 0);
    assert_int_equal(cog_keys_finish(&keys), 0);
    assert_int_equal(cog_keys_remove(room->accounts, &none, "bob"), EBADF);
    assert_int_equal(cog_keys_remove(room->accounts, &lock, "dave"), ENOENT);
    assert_int_equal(cog_keys_remove(room->accounts, &lock, "Bob"), ENOENT);
    assert_int_equal(cog_keys_remove(room->accounts, &lock, "bob"), 0);
    assert_int_equal(cog_keys_remove(room->accounts, &lock, "bob"), ENOENT);
    assert_int_equal(cog_keys_find(room->accounts, owner("alice"), found,
                                   sizeof found, &len),
                     0);
    assert_int_equal(len, 5);
    assert_int_equal(cog_keys_find(room->accounts, owner("carol"), found,
                                   sizeof found, &len),
                     0);
    assert_int_equal(len, 7);
    assert_int_equal(
        cog_keys_find(room->accounts, owner("bob"), found, sizeof found, &len),
        ENOENT);
    cog_cache_lock_release(&lock);
}

#define IN_ROOM(test)                                                         \
    cmocka_unit_test_setup_teardown(test, room_make, room_remove)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        IN_ROOM(a_text_is_found_as_it_was_written),
        IN_ROOM(a_buffer_that_is_too_small_is_left_alone),
        IN_ROOM(p17_names_outside_the_grammar_are_neither_written_nor_found),
        IN_ROOM(p73_what_is_not_finished_changes_nothing),
        IN_ROOM(p16_keys_are_of_whom_they_were_written_for),
        IN_ROOM(p16_a_names_keys_are_removed_and_the_others_stay),
        IN_ROOM(keys_are_found_without_root),
        IN_ROOM(p70_a_file_that_others_may_write_gives_no_keys),
    };

    if (!become_root())
        return skip_program("needs uid 0 or a user namespace");
    return cmocka_run_group_tests_name("accounts/keys", tests, NULL, NULL);
}
