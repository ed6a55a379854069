/* SPDX-License-Identifier: Apache-2.0 */
/* What the tests of accounts/ share; see the header. */
#include "tests/unit/accounts/support.h"

#include <fcntl.h>
#include <ftw.h>
#include <limits.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include "accounts/cache_write.h"
#include "accounts/login_record.h"
#include "base/clock.h"

static bool
write_proc(const char *path, const char *text)
{
    int fd = open(path, O_WRONLY | O_CLOEXEC);
    bool fine =
        fd >= 0 && write(fd, text, strlen(text)) == (ssize_t) strlen(text);

    if (fd >= 0)
        (void) close(fd);
    return fine;
}

bool
become_root(void)
{
    char uids[64], gids[64];

    if (geteuid() == 0)
        return true;
    (void) snprintf(uids, sizeof uids, "0 %u 1", (unsigned) geteuid());
    (void) snprintf(gids, sizeof gids, "0 %u 1", (unsigned) getegid());
    return unshare(CLONE_NEWUSER) == 0 &&
           write_proc("/proc/self/setgroups", "deny") &&
           write_proc("/proc/self/uid_map", uids) &&
           write_proc("/proc/self/gid_map", gids) && geteuid() == 0;
}

int
skip_program(const char *reason)
{
    printf("skipped: %s\n", reason);
    return 77;
}

int
room_make(void **state)
{
    struct room *room = calloc(1, sizeof *room);
    char here[2048];

    assert_non_null(room);
    assert_non_null(getcwd(here, sizeof here));
    (void) snprintf(room->path, sizeof room->path, "%s/room-XXXXXX", here);
    assert_non_null(mkdtemp(room->path));
    (void) snprintf(room->accounts, sizeof room->accounts, "%s/accounts",
                    room->path);
    (void) snprintf(room->logins, sizeof room->logins, "%s/private",
                    room->path);
    (void) snprintf(room->passwd, sizeof room->passwd, "%s/passwd",
                    room->path);
    (void) snprintf(room->group, sizeof room->group, "%s/group", room->path);
    assert_int_equal(mkdir(room->accounts, 0755), 0);
    assert_int_equal(chmod(room->accounts, 0755), 0);
    assert_int_equal(mkdir(room->logins, 0700), 0);
    write_file(room->passwd,
               "root:x:0:0:root:/root:/bin/bash\n"
               "daemon:x:1:1:daemon:/usr/sbin:/usr/sbin/nologin\n"
               "bob:x:1000:1000:Bob,,,:/home/bob:/bin/bash\n",
               0644);
    write_file(room->group,
               "root:x:0:\ndaemon:x:1:\nsudo:x:27:bob\n"
               "cognito-users:x:998:bob,carol\nbob:x:1000:\n"
               "builders:x:1879048300:\nSnmp-ER:x:120:\n",
               0644);
    room->places = (struct cog_places){
        room->accounts, room->logins, {room->passwd, room->group}};
    *state = room;
    return 0;
}

int
room_make_for(void **state, const char *name, char *path, size_t size)
{
    int error = room_make(state);
    const struct room *room = *state;

    (void) snprintf(path, size, "%s/%s", room->path, name);
    return error;
}

static int
remove_one(const char *path, const struct stat *status, int type,
           struct FTW *where)
{
    (void) status;
    (void) type;
    (void) where;
    return remove(path);
}

int
room_remove(void **state)
{
    struct room *room = *state;

    (void) nftw(room->path, remove_one, 8, FTW_DEPTH | FTW_PHYS);
    free(room);
    return 0;
}

bool
trusted_directory(void)
{
    struct stat status;

    return stat("/", &status) == 0 && status.st_uid == 0 &&
           unshare(CLONE_NEWNS) == 0 &&
           mount("none", "/", "none", MS_REC | MS_PRIVATE, "") == 0 &&
           mount("none", TRUSTED_DIRECTORY, "tmpfs", 0, "mode=0755") == 0;
}

const char *
path_in(const char *directory, const char *name)
{
    static char path[4400];

    (void) snprintf(path, sizeof path, "%s/%s", directory, name);
    return path;
}

void
write_bytes(const char *path, const void *bytes, size_t len, mode_t mode)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

    assert_true(fd >= 0);
    assert_int_equal(write(fd, bytes, len), len);
    assert_int_equal(fchmod(fd, mode), 0);
    assert_int_equal(close(fd), 0);
}

void
write_file(const char *path, const char *text, mode_t mode)
{
    write_bytes(path, text, strlen(text), mode);
}

unsigned char *
read_bytes(const char *path, size_t *len)
{
    struct stat status;
    unsigned char *bytes;
    int fd = open(path, O_RDONLY | O_CLOEXEC);

    assert_true(fd >= 0);
    assert_int_equal(fstat(fd, &status), 0);
    *len = (size_t) status.st_size;
    bytes = malloc(*len + 1);
    assert_non_null(bytes);
    assert_int_equal(read(fd, bytes, *len), *len);
    assert_int_equal(close(fd), 0);
    return bytes;
}

char *
read_text(const char *path)
{
    size_t len = 0;
    char *text = (char *) read_bytes(path, &len);

    text[len] = '\0';
    return text;
}

bool
file_exists(const char *path)
{
    struct stat status;

    return lstat(path, &status) == 0;
}

struct cog_cache_lock
take_lock(const struct room *room)
{
    struct cog_cache_lock lock = COG_CACHE_LOCK_NONE;

    assert_int_equal(
        cog_cache_lock_take(room->logins, cog_clock_ms() + 5000, &lock), 0);
    return lock;
}

static void
set(char *field, size_t size, const char *text)
{
    assert_true(strlen(text) < size);
    memcpy(field, text, strlen(text) + 1);
}

#define SET(field, text) set(field, sizeof(field), text)

struct cog_settings
sample_settings(void)
{
    struct cog_settings settings = {.id_base = COG_ID_BASE_DEFAULT,
                                    .id_range = COG_ID_RANGE_DEFAULT};

    SET(settings.pool_id, "eu-west-1_TestPool1");
    SET(settings.home, "/home/%u");
    SET(settings.shell, "/bin/bash");
    SET(settings.group_prefix, "cognito-");
    return settings;
}

struct cog_account
sample_account(const char *name, uint32_t uid)
{
    struct cog_account account = {.uid = uid, .gid = uid, .sub_tag = 1000};

    SET(account.name, name);
    SET(account.gecos, "Sample Person");
    (void) snprintf(account.home, sizeof account.home, "/home/%s", name);
    SET(account.shell, "/bin/bash");
    return account;
}

struct cog_groups
sample_groups(size_t count)
{
    struct cog_groups groups = {.count = count};

    for (size_t i = 0; i < count; i++) {
        groups.list[i].gid = (uint32_t) (2000000000U + i);
        (void) snprintf(groups.list[i].name, sizeof groups.list[i].name,
                        "cognito-Group%u", (unsigned) i);
    }
    return groups;
}

struct cog_login_entry
sample_login(const char *name, uint32_t uid)
{
    struct cog_login_entry login = {
        .has_id = uid != 0, .uid = uid, .last_login_s = 1700000000};

    SET(login.name, name);
    SET(login.sub, "0b7a4e3c-91d4-4b8e-9c55-0a1b2c3d4e5f");
    SET(login.pool_id, "eu-west-1_Ab12Cd34E");
    assert_int_equal(cog_pool_groups_add(&login.groups, "Admins", 6), 0);
    assert_int_equal(cog_pool_groups_add(&login.groups, "Staff", 5), 0);
    return login;
}

int
put(const struct room *room, const char *name, uint32_t uid, size_t groups)
{
    struct cog_cache_lock lock = take_lock(room);
    struct cog_settings settings = sample_settings();
    struct cog_account account = sample_account(name, uid);
    struct cog_groups list = sample_groups(groups);
    struct cog_write_refusal refusal = {.fault = COG_FAULT_NONE};
    int error = cog_cache_put_account(&room->places, &lock, &settings,
                                      &account, &list, &refusal);

    cog_cache_lock_release(&lock);
    return error;
}

int
find_owner(const struct room *room, uint32_t id, struct cog_id_owner *owner)
{
    cog_cleanup_cache_file struct cog_cache_file file = COG_CACHE_FILE_EMPTY;
    int error = cog_logins_file_open(room->logins, &file);

    return error != 0 ? error : cog_logins_file_find_id(&file, id, owner);
}

void
assert_same_account(const struct cog_account *a, const struct cog_account *b)
{
    assert_string_equal(a->name, b->name);
    assert_int_equal(a->uid, b->uid);
    assert_int_equal(a->gid, b->gid);
    assert_string_equal(a->gecos, b->gecos);
    assert_string_equal(a->home, b->home);
    assert_string_equal(a->shell, b->shell);
    assert_true(a->sub_tag == b->sub_tag);
    assert_int_equal(a->disabled, b->disabled);
}
