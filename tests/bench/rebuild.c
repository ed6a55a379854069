/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What writing the accounts files costs.
 *
 * rebuild listing DIR USERS   a whole listing of USERS accounts, each in five
 *                             of 200 groups, into DIR, which is made when
 *                             missing; again over the files of the last time
 * rebuild login DIR TIMES     the accounts file written as a login does, and
 *                             beside it as many bytes by write, fsync, rename
 *                             and fsync of the directory
 *
 * Prints seconds, and the bytes of the file: "SECONDS BYTES", with login
 * "SECONDS BARE-SECONDS" for each time.
 */
#include "accounts/cache_bulk.h"
#include "accounts/cache_write.h"
#include "accounts/logins.h"
#include "base/clock.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define GROUPS 200U

static char accounts_dir[4096], private_dir[4096], passwd[4096], group[4096];
static struct cog_places places = {accounts_dir, private_dir, {passwd, group}};
static struct cog_settings settings = {
    .pool_id = "eu-west-1_Measures1",
    .id_base = COG_ID_BASE_DEFAULT,
    .id_range = COG_ID_RANGE_DEFAULT,
    .home = "/home/%u",
    .shell = "/bin/bash",
    .group_prefix = "cognito-",
};
static const struct cog_id_key key = {{1}};

static _Noreturn void
fail(const char *what, int error)
{
    fprintf(stderr, "rebuild: %s: %s\n", what, strerror(error));
    exit(1);
}

static double
now(void)
{
    struct timespec time;

    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double) time.tv_sec + (double) time.tv_nsec / 1e9;
}

static void
write_text(const char *path, const char *text)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);

    if (fd < 0 || write(fd, text, strlen(text)) != (ssize_t) strlen(text))
        fail(path, errno);
    close(fd);
}

static void
make_room(const char *dir)
{
    (void) mkdir(dir, 0755);
    snprintf(accounts_dir, sizeof accounts_dir, "%s/accounts", dir);
    snprintf(private_dir, sizeof private_dir, "%s/private", dir);
    snprintf(passwd, sizeof passwd, "%s/passwd", dir);
    snprintf(group, sizeof group, "%s/group", dir);
    (void) mkdir(accounts_dir, 0755);
    (void) mkdir(private_dir, 0700);
    write_text(passwd, "root:x:0:0:root:/root:/bin/bash\n");
    write_text(group, "root:x:0:\n");
}

static struct cog_cache_lock
take_lock(void)
{
    struct cog_cache_lock lock = COG_CACHE_LOCK_NONE;
    int error = cog_cache_lock_take(private_dir, cog_clock_ms() + 5000, &lock);

    if (error != 0)
        fail("lock", error);
    return lock;
}

/* Seven digits at the end of a text: cheaper than printing them. */
static void
number_text(char *text, size_t digits_at, unsigned number)
{
    for (size_t i = 7; i > 0; i--, number /= 10)
        text[digits_at + i - 1] = (char) ('0' + number % 10);
}

static struct cog_account
first_account(void)
{
    return (struct cog_account){.name = "user0000000",
                                .gecos = "Some Person",
                                .home = "/home/user0000000",
                                .shell = "/bin/bash"};
}

static void
number_account(struct cog_account *account, unsigned number)
{
    number_text(account->name, 4, number);
    number_text(account->home, 10, number);
    /* Scattered as by the keyed function, but without collisions. */
    account->uid = settings.id_base + 1000 +
                   (uint32_t) (((uint64_t) number * 7919 * 4) %
                               (settings.id_range - 1000));
    account->gid = account->uid;
    account->sub_tag = number + 1;
}

static void
choose_groups(const struct cog_group all[GROUPS], unsigned number,
              struct cog_groups *groups)
{
    groups->count = 5;
    for (unsigned i = 0; i < 5; i++)
        groups->list[i] = all[(number * 7 + i * 37) % GROUPS];
}

static void
measure_listing(unsigned users)
{
    static struct cog_group all[GROUPS];
    static struct cog_groups groups;
    struct cog_account account = first_account();
    struct cog_cache_lock lock = take_lock();
    struct cog_cache_bulk *bulk = NULL;
    struct cog_write_refusal refusal = {.fault = COG_FAULT_NONE};
    struct stat status;
    char path[4200];
    double begun = now();
    int error;

    for (unsigned i = 0; i < GROUPS; i++) {
        snprintf(all[i].name, sizeof all[i].name, "cognito-Group%u", i);
        all[i].gid = settings.id_base + i;
    }
    error =
        cog_cache_bulk_begin(&places, &lock, &settings, &key, &bulk, &refusal);
    if (error == 0)
        error = cog_cache_bulk_expect(bulk, users);
    for (unsigned i = 0; error == 0 && i < users; i++) {
        number_account(&account, i);
        choose_groups(all, i, &groups);
        error = cog_cache_bulk_add(bulk, &account, &groups, &refusal);
    }
    if (error == 0)
        error = cog_cache_bulk_finish(bulk, 0);
    if (error != 0)
        fail("listing", error);
    snprintf(path, sizeof path, "%s/base.cdb", accounts_dir);
    if (stat(path, &status) != 0)
        fail(path, errno);
    printf("%.3f %lld\n", now() - begun, (long long) status.st_size);
    cog_cache_bulk_free(&bulk);
    cog_cache_lock_release(&lock);
}

/* The least that a durable replacement costs. */
static double
replace_bare(const char *bytes, size_t len)
{
    double begun = now();
    int dir = open(accounts_dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    int fd =
        openat(dir, "bare.new", O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);

    if (dir < 0 || fd < 0 || write(fd, bytes, len) != (ssize_t) len ||
        fsync(fd) != 0 || close(fd) != 0 ||
        renameat(dir, "bare.new", dir, "bare") != 0 || fsync(dir) != 0)
        fail("bare", errno);
    close(dir);
    return now() - begun;
}

static double
write_login(const struct cog_cache_lock *lock, unsigned number)
{
    static const struct cog_groups none;
    struct cog_account account = first_account();
    double begun = now();
    int error;

    /* Somebody known, whose record changes each time. */
    number_account(&account, number % 10);
    snprintf(account.gecos, sizeof account.gecos, "Person %u", number);
    error =
        cog_cache_put_account(&places, lock, &settings, &account, &none, NULL);
    if (error != 0)
        fail("login", error);
    return now() - begun;
}

static void
measure_login(unsigned times)
{
    struct cog_cache_lock lock = take_lock();
    static char bytes[16384];

    for (unsigned i = 0; i < 20; i++)
        (void) write_login(&lock, i);
    for (unsigned i = 0; i < times; i++) {
        double bare, ours;

        /* In alternating order: the one before may leave work behind. */
        if (i % 2 == 0) {
            bare = replace_bare(bytes, sizeof bytes);
            ours = write_login(&lock, i);
        } else {
            ours = write_login(&lock, i);
            bare = replace_bare(bytes, sizeof bytes);
        }
        printf("%.6f %.6f\n", ours, bare);
    }
    cog_cache_lock_release(&lock);
}

int
main(int argc, char **argv)
{
    unsigned number;

    if (argc != 4)
        return 2;
    number = (unsigned) strtoul(argv[3], NULL, 10);
    make_room(argv[2]);
    if (strcmp(argv[1], "listing") == 0)
        measure_listing(number);
    else if (strcmp(argv[1], "login") == 0)
        measure_login(number);
    else
        return 2;
    return 0;
}
