/* SPDX-License-Identifier: Apache-2.0 */
/*
 * accounts/cache_build, cache_write, logins, cache_lock when things go
 * wrong: failing calls, a writer killed at each system call, a hostile
 * umask, a lock that is kept. Calls are made to fail by the linker's --wrap.
 */
#include "tests/unit/accounts/support.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/ptrace.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "accounts/cache_file.h"
#include "accounts/cache_levels.h"
#include "accounts/cache_read.h"
#include "accounts/cache_write.h"
#include "base/clock.h"

#define ALICE 1900000001U
#define CAROL 1900000002U

/* ---- calls that fail on demand */

static struct {
    bool armed;
    unsigned calls; /* made since it was armed */
    unsigned fail;  /* the one to fail; 0: none */
    int error;      /* with this errno */
    bool hit;
    const char *name; /* the call that failed */
    bool dribble;     /* write takes one byte at a time */
    unsigned closes;  /* failed ones that made a change fail */
} fault;

static bool
fails(const char *name)
{
    if (!fault.armed || ++fault.calls != fault.fail)
        return false;
    fault.hit = true;
    fault.name = name;
    errno = fault.error;
    return true;
}

ssize_t __real_write(int fd, const void *bytes, size_t len);
ssize_t __wrap_write(int fd, const void *bytes, size_t len);
ssize_t
__wrap_write(int fd, const void *bytes, size_t len)
{
    if (fails("write"))
        return -1;
    if (fault.armed && fault.dribble && len > 1)
        len = 1;
    return __real_write(fd, bytes, len);
}

ssize_t __real_pwrite(int fd, const void *bytes, size_t len, off_t at);
ssize_t __wrap_pwrite(int fd, const void *bytes, size_t len, off_t at);
ssize_t
__wrap_pwrite(int fd, const void *bytes, size_t len, off_t at)
{
    if (fails("pwrite"))
        return -1;
    if (fault.armed && fault.dribble && len > 1)
        len = 1;
    return __real_pwrite(fd, bytes, len, at);
}

int __real_fsync(int fd);
int __wrap_fsync(int fd);
int
__wrap_fsync(int fd)
{
    return fails("fsync") ? -1 : __real_fsync(fd);
}

int __real_fchmod(int fd, mode_t mode);
int __wrap_fchmod(int fd, mode_t mode);
int
__wrap_fchmod(int fd, mode_t mode)
{
    return fails("fchmod") ? -1 : __real_fchmod(fd, mode);
}

int __real_renameat(int from_fd, const char *from, int to_fd, const char *to);
int __wrap_renameat(int from_fd, const char *from, int to_fd, const char *to);
int
__wrap_renameat(int from_fd, const char *from, int to_fd, const char *to)
{
    return fails("renameat") ? -1 : __real_renameat(from_fd, from, to_fd, to);
}

int __real_unlinkat(int fd, const char *name, int flags);
int __wrap_unlinkat(int fd, const char *name, int flags);
int
__wrap_unlinkat(int fd, const char *name, int flags)
{
    return fails("unlinkat") ? -1 : __real_unlinkat(fd, name, flags);
}

int __real_openat(int fd, const char *name, int flags, ...);
int __wrap_openat(int fd, const char *name, int flags, mode_t mode);
int
__wrap_openat(int fd, const char *name, int flags, mode_t mode)
{
    return fails("openat") ? -1 : __real_openat(fd, name, flags, mode);
}

int __real_open(const char *name, int flags, ...);
int __wrap_open(const char *name, int flags, mode_t mode);
int
__wrap_open(const char *name, int flags, mode_t mode)
{
    return fails("open") ? -1 : __real_open(name, flags, mode);
}

int __real_close(int fd);
int __wrap_close(int fd);
int
__wrap_close(int fd)
{
    bool failed = fails("close");
    int result = __real_close(fd);

    if (failed)
        errno = fault.error;
    return failed ? -1 : result;
}

int __real_fstat(int fd, struct stat *status);
int __wrap_fstat(int fd, struct stat *status);
int
__wrap_fstat(int fd, struct stat *status)
{
    return fails("fstat") ? -1 : __real_fstat(fd, status);
}

void *__real_mmap(void *at, size_t len, int prot, int flags, int fd,
                  off_t offset);
void *__wrap_mmap(void *at, size_t len, int prot, int flags, int fd,
                  off_t offset);
void *
__wrap_mmap(void *at, size_t len, int prot, int flags, int fd, off_t offset)
{
    return fails("mmap") ? MAP_FAILED
                         : __real_mmap(at, len, prot, flags, fd, offset);
}

void *__real_malloc(size_t size);
void *__wrap_malloc(size_t size);
void *
__wrap_malloc(size_t size)
{
    return fails("malloc") ? NULL : __real_malloc(size);
}

void *__real_calloc(size_t count, size_t size);
void *__wrap_calloc(size_t count, size_t size);
void *
__wrap_calloc(size_t count, size_t size)
{
    return fails("calloc") ? NULL : __real_calloc(count, size);
}

int __real_flock(int fd, int operation);
int __wrap_flock(int fd, int operation);
int
__wrap_flock(int fd, int operation)
{
    return fails("flock") ? -1 : __real_flock(fd, operation);
}

/* ---- a room as it was, again and again */

struct kept {
    unsigned char *recent, *logins;
    size_t recent_len, logins_len;
};

static void
keep(const struct room *room, struct kept *kept)
{
    kept->recent =
        read_bytes(path_in(room->accounts, "recent.cdb"), &kept->recent_len);
    kept->logins =
        read_bytes(path_in(room->logins, "logins.cdb"), &kept->logins_len);
}

/* By rename, so that a reader's mapping is left alone. */
static void
bring_back(const struct room *room, const struct kept *kept)
{
    char from[4400];

    (void) unlink(path_in(room->accounts, "base.cdb"));
    (void) snprintf(from, sizeof from, "%s/back", room->accounts);
    write_bytes(from, kept->recent, kept->recent_len, 0644);
    assert_int_equal(rename(from, path_in(room->accounts, "recent.cdb")), 0);
    (void) snprintf(from, sizeof from, "%s/back", room->logins);
    write_bytes(from, kept->logins, kept->logins_len, 0600);
    assert_int_equal(rename(from, path_in(room->logins, "logins.cdb")), 0);
}

static void
let_go(struct kept *kept)
{
    free(kept->recent);
    free(kept->logins);
}

/* ---- changes, each from a known state to a known other */

struct change {
    const char *name;
    /* accounts before; the sample alice is always among them */
    unsigned accounts;
    int (*make)(const struct room *room);
    /* whether the change is seen; the room must be sound either way */
    bool (*is_made)(const struct room *room);
};

static int
put_carol(const struct room *room)
{
    return put(room, "carol", CAROL, 2);
}

static bool
has_account(const struct room *room, const char *name)
{
    struct cog_cache_reader reader = COG_CACHE_READER(room->accounts);
    struct cog_account account;
    int error = cog_cache_find_name(&reader, name, &account);

    assert_true(error == 0 || error == ENOENT);
    return error == 0;
}

static bool
has_carol(const struct room *room)
{
    return has_account(room, "carol");
}

static int
remove_alice(const struct room *room)
{
    struct cog_cache_lock lock = take_lock(room);
    int error = cog_cache_remove_account(&room->places, &lock, "alice", true);

    cog_cache_lock_release(&lock);
    return error;
}

static bool
has_no_alice(const struct room *room)
{
    return !has_account(room, "alice");
}

static int
put_login_of_carol(const struct room *room)
{
    struct cog_cache_lock lock = take_lock(room);
    struct cog_login_entry login = sample_login("carol", CAROL);
    struct cog_groups groups = sample_groups(2);
    int error = cog_logins_put(room->logins, &lock, &login, &groups, NULL);

    cog_cache_lock_release(&lock);
    return error;
}

static bool
has_login_of_carol(const struct room *room)
{
    struct cog_login_entry login;
    int error = cog_logins_find(room->logins, "carol", &login);

    assert_true(error == 0 || error == ENOENT);
    return error == 0;
}

static const struct change changes[] = {
    {"put", 1, put_carol, has_carol},
    {"remove", 2, remove_alice, has_no_alice},
    {"fold", COG_FOLD_FROM - 1, put_carol, has_carol},
    {"login", 1, put_login_of_carol, has_login_of_carol},
};

/* Accounts as a change wants them, and a login store. */
static void
prepare(const struct room *room, const struct change *change)
{
    struct cog_cache_lock lock = take_lock(room);
    struct cog_login_entry login = sample_login("alice", ALICE);
    int error = cog_logins_create(room->logins, &lock);

    assert_true(error == 0 || error == EEXIST);
    assert_int_equal(cog_logins_put(room->logins, &lock, &login, NULL, NULL),
                     0);
    cog_cache_lock_release(&lock);
    assert_int_equal(put(room, "alice", ALICE, 2), 0);
    for (unsigned i = 1; i < change->accounts; i++) {
        char name[16];

        (void) snprintf(name, sizeof name, "u%u", i);
        assert_int_equal(put(room, name, 1950000000U + i, 1), 0);
    }
}

static int
count(void *context, const struct cog_account *account,
      const struct cog_groups *groups)
{
    unsigned *accounts = context;

    (void) account;
    (void) groups;
    ++*accounts;
    return 0;
}

/* Whatever happened: everything is whole, old or new, and can go on. */
static void
assert_sound(const struct room *room, const struct change *change)
{
    unsigned accounts = 0, expected = change->accounts;
    bool made = change->is_made(room);

    if (made && change->make == put_carol)
        expected++;
    if (made && change->make == remove_alice)
        expected--;
    assert_int_equal(cog_cache_walk(room->accounts, count, &accounts), 0);
    assert_int_equal(accounts, expected);
    assert_int_equal(cog_logins_walk(room->logins, NULL, NULL, NULL), 0);
}

static void
assert_next_writer_works(const struct room *room)
{
    assert_int_equal(put(room, "next", 1960000000, 1), 0);
    assert_true(has_account(room, "next"));
    assert_int_equal(put_login_of_carol(room), 0);
    assert_false(file_exists(path_in(room->accounts, "recent.cdb.new")));
    assert_false(file_exists(path_in(room->accounts, "base.cdb.new")));
    assert_false(file_exists(path_in(room->logins, "logins.cdb.new")));
}

static void
assert_no_temporary(const struct room *room)
{
    assert_false(file_exists(path_in(room->accounts, "recent.cdb.new")));
    assert_false(file_exists(path_in(room->accounts, "base.cdb.new")));
    assert_false(file_exists(path_in(room->logins, "logins.cdb.new")));
}

/*
 * Calls whose failure must be the caller's. (Not mmap's: a look-up that
 * cannot map reads.)
 */
static bool
matters(const char *name)
{
    static const char *const names[] = {"write",    "pwrite", "fsync",
                                        "fchmod",   "malloc", "calloc",
                                        "renameat", "flock"};

    for (size_t i = 0; i < COUNT(names); i++) {
        if (strcmp(names[i], name) == 0)
            return true;
    }
    return false;
}

/* Run one change with its n-th call failing; false when it made fewer. */
static bool
run_failing(const struct room *room, const struct change *change,
            unsigned fail, int error)
{
    struct cog_cache_lock lock = COG_CACHE_LOCK_NONE;
    struct cog_settings settings = sample_settings();
    struct cog_account carol = sample_account("carol", CAROL);
    struct cog_login_entry login = sample_login("carol", CAROL);
    struct cog_groups groups = sample_groups(2);
    int result;

    fault.calls = 0;
    fault.fail = fail;
    fault.error = error;
    fault.hit = false;
    fault.armed = true;
    result = cog_cache_lock_take(room->logins, cog_clock_ms() + 5000, &lock);
    if (result == 0 && change->make == put_carol)
        result = cog_cache_put_account(&room->places, &lock, &settings, &carol,
                                       &groups, NULL);
    else if (result == 0 && change->make == remove_alice)
        result = cog_cache_remove_account(&room->places, &lock, "alice", true);
    else if (result == 0)
        result = cog_logins_put(room->logins, &lock, &login, &groups, NULL);
    cog_cache_lock_release(&lock);
    fault.armed = false;
    if (!fault.hit) {
        assert_int_equal(result, 0);
        assert_true(change->is_made(room));
        return false;
    }
    /* Success only if what failed did not matter, and then it is made. */
    if (result == 0) {
        assert_false(matters(fault.name));
        assert_true(change->is_made(room));
    } else if (change->accounts < COG_FOLD_FROM - 1 && change->is_made(room)) {
        /* Made in spite of a failure: only the directory was not synced. */
        assert_string_equal(fault.name, "fsync");
    }
    fault.closes += result != 0 && strcmp(fault.name, "close") == 0;
    if (strcmp(fault.name, "unlinkat") != 0)
        assert_no_temporary(room);
    return true;
}

static void
fail_each_call(const struct room *room, const struct change *change, int error)
{
    struct kept kept;
    bool more = true;

    keep(room, &kept);
    fault.closes = 0;
    for (unsigned n = 1; more; n++) {
        bring_back(room, &kept);
        more = run_failing(room, change, n, error);
        assert_sound(room, change);
        if (n % 8 == 0)
            assert_next_writer_works(room);
    }
    /* One of them is the file's, which tells of a full disk. */
    assert_true(fault.closes > 0);
    bring_back(room, &kept);
    let_go(&kept);
}

static void
p74_any_failing_call_leaves_the_old_file_and_no_temporary(void **state)
{
    static const int errors[] = {ENOSPC, EIO, EDQUOT, EFBIG, ENOMEM, EMFILE};
    struct room *room = *state;

    prepare(room, &changes[0]);
    for (size_t i = 0; i < COUNT(errors); i++) {
        fail_each_call(room, &changes[0], errors[i]);
        fail_each_call(room, &changes[3], errors[i]);
    }
}

static void
p74_a_failing_removal_leaves_the_old_file(void **state)
{
    struct room *room = *state;

    prepare(room, &changes[1]);
    fail_each_call(room, &changes[1], ENOSPC);
}

static void
p74_a_failing_fold_loses_nothing(void **state)
{
    struct room *room = *state;

    prepare(room, &changes[2]);
    fail_each_call(room, &changes[2], EIO);
}

static void
p74_writes_that_take_one_byte_at_a_time_are_finished(void **state)
{
    struct room *room = *state;

    prepare(room, &changes[0]);
    fault.dribble = true;
    assert_false(run_failing(room, &changes[0], 0, 0));
    fault.dribble = false;
    assert_sound(room, &changes[0]);
}

/* A reader that has the old file mapped is never misled by a failure. */
static void
p74_a_mapped_reader_goes_on_after_a_failed_rename(void **state)
{
    struct room *room = *state;
    struct cog_cache_reader reader = COG_CACHE_READER(room->accounts);
    struct cog_account account;
    struct kept kept;
    bool more = true;

    prepare(room, &changes[0]);
    keep(room, &kept);
    atomic_store(&reader.lookups, 100);
    for (unsigned n = 1; more; n++) {
        bool made;

        bring_back(room, &kept);
        /* Which marks nothing, so the reader must begin anew. */
        cog_cache_close(&reader);
        assert_int_equal(cog_cache_find_name(&reader, "carol", &account),
                         ENOENT);
        more = run_failing(room, &changes[0], n, EIO);
        made = has_carol(room);
        assert_int_equal(cog_cache_find_name(&reader, "alice", &account), 0);
        assert_int_equal(cog_cache_find_name(&reader, "carol", &account),
                         made ? 0 : ENOENT);
        assert_non_null(reader.recent.file.bytes);
    }
    let_go(&kept);
    cog_cache_close(&reader);
}

/* ---- a writer killed */

/* Called at each stop of the child; NULL: nothing is looked at. */
typedef void at_stop(const struct room *room);

/*
 * Run a change in a child and kill it at its n-th stop (each system call has
 * two: before and after). False when it made fewer. *allowed becomes false
 * where children may not be traced.
 */
static bool
run_killed(const struct room *room, const struct change *change,
           unsigned stops, at_stop *look, bool *allowed)
{
    int status = 0;
    pid_t child = fork();

    assert_true(child >= 0);
    if (child == 0) {
        if (ptrace(PTRACE_TRACEME, 0, NULL, NULL) != 0)
            _exit(99);
        (void) raise(SIGSTOP);
        _exit(change->make(room) == 0 ? 0 : 1);
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    if (!WIFSTOPPED(status)) {
        *allowed = false;
        return false;
    }
    for (unsigned n = 0; n < stops; n++) {
        assert_int_equal(ptrace(PTRACE_SYSCALL, child, NULL, NULL), 0);
        assert_int_equal(waitpid(child, &status, 0), child);
        if (WIFEXITED(status)) {
            assert_int_equal(WEXITSTATUS(status), 0);
            return false;
        }
        assert_true(WIFSTOPPED(status));
        if (look != NULL)
            look(room);
    }
    assert_int_equal(kill(child, SIGKILL), 0);
    assert_int_equal(waitpid(child, &status, 0), child);
    return true;
}

static bool
is_valgrind(void)
{
    const char *preload = getenv("LD_PRELOAD");

    return preload != NULL && strstr(preload, "vgpreload") != NULL;
}

static void
kill_at_each_call(const struct room *room, const struct change *change)
{
    struct cog_cache_reader reader = COG_CACHE_READER(room->accounts);
    struct cog_account account;
    struct kept kept;
    bool more = true, allowed = true;
    unsigned olds = 0, news = 0;

    if (is_valgrind())
        skip_case("valgrind traces children itself");
    prepare(room, change);
    keep(room, &kept);
    atomic_store(&reader.lookups, 100);
    for (unsigned n = 1; more; n++) {
        bool made;

        bring_back(room, &kept);
        more = run_killed(room, change, n, NULL, &allowed);
        if (!allowed) {
            let_go(&kept);
            skip_case("children may not be traced here");
        }
        made = change->is_made(room);
        olds += !made;
        news += made;
        assert_sound(room, change);
        /* A reader of long ago sees what a fresh one sees. */
        assert_int_equal(cog_cache_find_name(&reader, "alice", &account) == 0,
                         has_account(room, "alice"));
        assert_int_equal(cog_cache_find_name(&reader, "carol", &account) == 0,
                         has_account(room, "carol"));
        assert_next_writer_works(room);
    }
    assert_true(olds > 10);
    assert_true(news > 1);
    let_go(&kept);
    cog_cache_close(&reader);
}

static void
p76_a_put_killed_at_any_call_is_made_or_not(void **state)
{
    kill_at_each_call(*state, &changes[0]);
}

static void
p76_a_removal_killed_at_any_call_is_made_or_not(void **state)
{
    kill_at_each_call(*state, &changes[1]);
}

static void
p76_a_fold_killed_at_any_call_is_made_or_not(void **state)
{
    kill_at_each_call(*state, &changes[2]);
}

static void
p76_a_login_killed_at_any_call_is_made_or_not(void **state)
{
    kill_at_each_call(*state, &changes[3]);
}

/* ---- modes */

static void
check_temporary(const char *path)
{
    struct cog_cache_file file;
    unsigned char *bytes;
    struct stat status;
    size_t len;

    if (lstat(path, &status) != 0)
        return;
    if ((status.st_mode & 07777) == 0600)
        return;
    /* Opened to readers: then it is finished. */
    assert_int_equal(status.st_mode & 07777, 0644);
    bytes = read_bytes(path, &len);
    assert_int_equal(cog_cache_file_from_bytes(bytes, len, &file), 0);
    assert_int_equal(cog_cache_file_check(&file), 0);
    free(bytes);
}

static void
look_at_modes(const struct room *room)
{
    struct stat status;

    check_temporary(path_in(room->accounts, "recent.cdb.new"));
    check_temporary(path_in(room->accounts, "base.cdb.new"));
    if (lstat(path_in(room->logins, "lock"), &status) == 0)
        assert_int_equal(status.st_mode & 07777, 0600);
    if (lstat(path_in(room->logins, "logins.cdb.new"), &status) == 0)
        assert_int_equal(status.st_mode & 07777, 0600);
}

static void
p72_umask_0_never_opens_an_unfinished_file(void **state)
{
    struct room *room = *state;
    struct stat status;
    mode_t old = umask(0);
    bool allowed = true;

    if (is_valgrind())
        skip_case("valgrind traces children itself");
    prepare(room, &changes[0]);
    assert_false(
        run_killed(room, &changes[0], 100000, look_at_modes, &allowed));
    assert_false(
        run_killed(room, &changes[3], 100000, look_at_modes, &allowed));
    (void) umask(old);
    if (!allowed)
        skip_case("children may not be traced here");
    assert_int_equal(stat(path_in(room->accounts, "recent.cdb"), &status), 0);
    assert_int_equal(status.st_mode & 07777, 0644);
    assert_int_equal(stat(path_in(room->logins, "lock"), &status), 0);
    assert_int_equal(status.st_mode & 07777, 0600);
}

static void
p72_umask_077_does_not_hide_the_file_from_readers(void **state)
{
    struct room *room = *state;
    struct stat status;
    mode_t old = umask(0777);

    assert_int_equal(put(room, "alice", ALICE, 0), 0);
    (void) umask(old);
    assert_int_equal(stat(path_in(room->accounts, "recent.cdb"), &status), 0);
    assert_int_equal(status.st_mode & 07777, 0644);
}

static void
p72_a_directory_others_can_write_to_is_not_written_to(void **state)
{
    struct room *room = *state;

    assert_int_equal(chmod(room->accounts, 0777), 0);
    assert_int_equal(put(room, "alice", ALICE, 0), EPERM);
    assert_int_equal(chmod(room->accounts, 01777), 0);
    assert_int_equal(put(room, "alice", ALICE, 0), EPERM);
    assert_int_equal(chmod(room->accounts, 0775), 0);
    assert_int_equal(put(room, "alice", ALICE, 0), EPERM);
}

/* Somebody's link at the place of the temporary file is not followed. */
static void
p72_the_temporary_file_is_made_anew(void **state)
{
    struct room *room = *state;
    size_t len = 0;
    unsigned char *bytes;

    write_file(path_in(room->path, "victim"), "untouched", 0644);
    assert_int_equal(
        symlink("../victim", path_in(room->accounts, "recent.cdb.new")), 0);
    assert_int_equal(put(room, "alice", ALICE, 0), 0);
    bytes = read_bytes(path_in(room->path, "victim"), &len);
    assert_int_equal(len, 9);
    assert_memory_equal(bytes, "untouched", 9);
    free(bytes);
}

/* ---- the lock */

static int
try_lock(const struct room *room, int64_t wait_ms)
{
    struct cog_cache_lock lock = COG_CACHE_LOCK_NONE;
    int error =
        cog_cache_lock_take(room->logins, cog_clock_ms() + wait_ms, &lock);

    cog_cache_lock_release(&lock);
    return error;
}

static void
p35_a_lock_kept_by_a_stopped_process_has_a_deadline(void **state)
{
    struct room *room = *state;
    int status = 0;
    int64_t begin, took;
    pid_t child = fork();

    assert_true(child >= 0);
    if (child == 0) {
        struct cog_cache_lock lock = take_lock(room);

        (void) raise(SIGSTOP);
        _exit(lock.fd < 0);
    }
    assert_int_equal(waitpid(child, &status, WUNTRACED), child);
    assert_true(WIFSTOPPED(status));
    begin = cog_clock_ms();
    assert_int_equal(try_lock(room, 60), ETIMEDOUT);
    took = cog_clock_ms() - begin;
    assert_true(took >= 60 && took < 5000);
    assert_int_equal(try_lock(room, -1), ETIMEDOUT);
    /* It dies, and the lock is free. */
    assert_int_equal(kill(child, SIGKILL), 0);
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(try_lock(room, 0), 0);
}

static void
p75_the_lock_lies_where_only_root_can_open_it(void **state)
{
    struct room *room = *state;
    struct stat status;
    int result = 0;
    pid_t child;

    assert_int_equal(try_lock(room, 0), 0);
    assert_int_equal(stat(path_in(room->logins, "lock"), &status), 0);
    assert_int_equal(status.st_mode & 07777, 0600);
    child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        if (setgid(65534) != 0 || setuid(65534) != 0)
            _exit(2);
        _exit(open(path_in(room->logins, "lock"), O_RDONLY | O_CLOEXEC) >= 0);
    }
    assert_int_equal(waitpid(child, &result, 0), child);
    if (WEXITSTATUS(result) == 2)
        skip_case("cannot become another user here (needs real root)");
    assert_int_equal(result, 0);
}

static void
p75_a_lock_that_others_could_open_is_refused(void **state)
{
    static const mode_t modes[] = {0755, 0711, 0750, 0777, 0770};
    struct room *room = *state;

    for (size_t i = 0; i < COUNT(modes); i++) {
        assert_int_equal(chmod(room->logins, modes[i]), 0);
        assert_int_equal(try_lock(room, 0), EPERM);
    }
    assert_int_equal(chmod(room->logins, 0700), 0);
    assert_int_equal(try_lock(room, 0), 0);
    assert_int_equal(chmod(path_in(room->logins, "lock"), 0644), 0);
    assert_int_equal(try_lock(room, 0), EPERM);
    assert_int_equal(unlink(path_in(room->logins, "lock")), 0);
    assert_int_equal(symlink("logins.cdb", path_in(room->logins, "lock")), 0);
    assert_int_equal(try_lock(room, 0), ELOOP);
    assert_int_equal(unlink(path_in(room->logins, "lock")), 0);
    assert_int_equal(mkfifo(path_in(room->logins, "lock"), 0600), 0);
    assert_int_equal(try_lock(room, 0), EPERM);
    assert_int_equal(unlink(path_in(room->logins, "lock")), 0);
    if (chown(room->logins, 65534, 65534) == 0)
        assert_int_equal(try_lock(room, 0), EPERM);
}

static void
p37_the_lock_is_close_on_exec(void **state)
{
    struct room *room = *state;
    struct cog_cache_lock lock = take_lock(room);

    assert_int_equal(fcntl(lock.fd, F_GETFD), FD_CLOEXEC);
    cog_cache_lock_release(&lock);
    assert_int_equal(lock.fd, -1);
    cog_cache_lock_release(&lock);
}

#define IN_ROOM(test)                                                         \
    cmocka_unit_test_setup_teardown(test, room_make, room_remove)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        IN_ROOM(p74_any_failing_call_leaves_the_old_file_and_no_temporary),
        IN_ROOM(p74_a_failing_removal_leaves_the_old_file),
        IN_ROOM(p74_a_failing_fold_loses_nothing),
        IN_ROOM(p74_writes_that_take_one_byte_at_a_time_are_finished),
        IN_ROOM(p74_a_mapped_reader_goes_on_after_a_failed_rename),
        IN_ROOM(p76_a_put_killed_at_any_call_is_made_or_not),
        IN_ROOM(p76_a_removal_killed_at_any_call_is_made_or_not),
        IN_ROOM(p76_a_fold_killed_at_any_call_is_made_or_not),
        IN_ROOM(p76_a_login_killed_at_any_call_is_made_or_not),
        IN_ROOM(p72_umask_0_never_opens_an_unfinished_file),
        IN_ROOM(p72_umask_077_does_not_hide_the_file_from_readers),
        IN_ROOM(p72_a_directory_others_can_write_to_is_not_written_to),
        IN_ROOM(p72_the_temporary_file_is_made_anew),
        IN_ROOM(p35_a_lock_kept_by_a_stopped_process_has_a_deadline),
        IN_ROOM(p75_the_lock_lies_where_only_root_can_open_it),
        IN_ROOM(p75_a_lock_that_others_could_open_is_refused),
        IN_ROOM(p37_the_lock_is_close_on_exec),
    };

    if (!become_root())
        return skip_program("needs uid 0 or a user namespace");
    return cmocka_run_group_tests_name("accounts/writer", tests, NULL, NULL);
}
