/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Counting starts; see the header. A slot holds one number: the time at
 * which all starts counted in it will have decayed, each taking interval_ms.
 * A start may begin if that time, with its own share, lies no more than burst
 * shares ahead (the generic cell rate algorithm, ITU-T I.371). So count and
 * age change together, in one compare-and-swap.
 */
#include "keeper/starts.h"

#include "accounts/siphash.h"
#include "base/cleanup.h"
#include "base/text.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#define FILE_NAME "starts"
#define MAGIC     "COGSTA1\n"
/* Of names and of addresses, each: many beside the hundred or so that the
   limit for all lets through before a name's count has decayed. */
#define SLOTS 4096U

const struct cog_starts_limit cog_starts_limits[COG_STARTS_KINDS] = {
    /* Below the fifth failure, at which the pool locks the user. */
    [COG_STARTS_NAME] = {"for this name", 4, 30000},
    [COG_STARTS_ADDRESS] = {"from this address", 20, 15000},
    [COG_STARTS_ALL] = {"in all", 60, 4000},
};

/* The file. */
struct counters {
    char magic[8];
    unsigned char key[16];
    _Atomic int64_t slot[2 * SLOTS + 1];
};

/* ---- the file */

static int
check_private(int fd, mode_t type)
{
    struct stat status;

    if (fstat(fd, &status) != 0)
        return errno;
    if ((status.st_mode & S_IFMT) != type || status.st_uid != 0 ||
        (status.st_mode & (S_IRWXG | S_IRWXO)) != 0)
        return EPERM;
    if (type == S_IFREG && status.st_size != (off_t) sizeof(struct counters))
        return EBADMSG;
    return 0;
}

static int
open_directory(const char *path, int *fd)
{
    cog_cleanup_fd int fresh = -1;
    int error;

    if (mkdir(path, 0700) != 0 && errno != EEXIST)
        return errno;
    fresh = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (fresh < 0)
        return errno;
    error = check_private(fresh, S_IFDIR);
    if (error == 0)
        *fd = cog_take_fd(&fresh);
    return error;
}

/* All bytes are written: a hole that finds no room later is a SIGBUS. */
static int
write_new(int dir, const char *name)
{
    static struct counters fresh = {.magic = MAGIC};
    cog_cleanup_fd int fd = openat(
        dir, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);

    if (fd < 0)
        return errno;
    if (getrandom(fresh.key, sizeof fresh.key, GRND_NONBLOCK) !=
        (ssize_t) sizeof fresh.key)
        return EAGAIN;
    return write(fd, &fresh, sizeof fresh) == (ssize_t) sizeof fresh ? 0 : EIO;
}

/* It appears whole, under a link; another keeper may have been sooner. */
static int
make_file(int dir)
{
    char name[sizeof FILE_NAME + 24];
    int error;

    (void) snprintf(name, sizeof name, FILE_NAME ".%ld", (long) getpid());
    (void) unlinkat(dir, name, 0);
    error = write_new(dir, name);
    if (error == 0 && linkat(dir, name, dir, FILE_NAME, 0) != 0 &&
        errno != EEXIST)
        error = errno;
    (void) unlinkat(dir, name, 0);
    return error;
}

static int
open_file(int dir, int *fd)
{
    const int flags = O_RDWR | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK;
    cog_cleanup_fd int found = openat(dir, FILE_NAME, flags);
    int error;

    if (found < 0 && errno == ENOENT) {
        error = make_file(dir);
        if (error != 0)
            return error;
        found = openat(dir, FILE_NAME, flags);
    }
    if (found < 0)
        return errno;
    error = check_private(found, S_IFREG);
    if (error == 0)
        *fd = cog_take_fd(&found);
    return error;
}

static void
unmap(struct counters **counters)
{
    if (*counters != NULL)
        (void) munmap(*counters, sizeof **counters);
}

#define cleanup_counters __attribute__((cleanup(unmap)))

static int
map_file(const char *directory, struct counters **counters)
{
    cog_cleanup_fd int dir = -1;
    cog_cleanup_fd int fd = -1;
    int error = open_directory(directory, &dir);
    void *bytes;

    if (error == 0)
        error = open_file(dir, &fd);
    if (error != 0)
        return error;
    bytes = mmap(NULL, sizeof **counters, PROT_READ | PROT_WRITE, MAP_SHARED,
                 fd, 0);
    if (bytes == MAP_FAILED)
        return errno;
    *counters = bytes;
    return memcmp((*counters)->magic, MAGIC, sizeof MAGIC - 1) == 0 ? 0
                                                                    : EBADMSG;
}

/* ---- the slots */

size_t
cog_starts_address(const char *rhost,
                   unsigned char out[COG_STARTS_ADDRESS_MAX])
{
    static const unsigned char mapped[12] = {[10] = 0xff, [11] = 0xff};
    unsigned char bytes[16];
    char text[INET6_ADDRSTRLEN];
    size_t len = strcspn(rhost, "%"); /* fe80::1%eth0 */

    if (len < sizeof text) {
        (void) snprintf(text, sizeof text, "%.*s", (int) len, rhost);
        if (inet_pton(AF_INET, text, bytes) == 1) {
            out[0] = '4';
            memcpy(out + 1, bytes, 4);
            return 1 + 4;
        }
        if (inet_pton(AF_INET6, text, bytes) == 1) {
            bool is_v4 = memcmp(bytes, mapped, sizeof mapped) == 0;

            out[0] = is_v4 ? '4' : '6';
            memcpy(out + 1, is_v4 ? bytes + 12 : bytes, is_v4 ? 4 : 8);
            return 1 + (is_v4 ? 4 : 8);
        }
    }
    len = strnlen(rhost, COG_STARTS_ADDRESS_MAX - 1);
    out[0] = 'h';
    for (size_t i = 0; i < len; i++)
        out[1 + i] = (unsigned char) cog_ascii_to_lower(rhost[i]);
    return 1 + len;
}

static _Atomic int64_t *
slot_of(struct counters *counters, enum cog_starts_kind kind,
        const struct cog_start *start)
{
    unsigned char bytes[COG_STARTS_ADDRESS_MAX];
    const void *text = start->name;
    size_t len = strlen(start->name), first = 0;

    if (kind == COG_STARTS_ALL)
        return &counters->slot[2 * SLOTS];
    if (kind == COG_STARTS_ADDRESS) {
        len = cog_starts_address(start->rhost, bytes);
        text = bytes;
        first = SLOTS;
    }
    return &counters->slot[first +
                           cog_siphash24(counters->key, text, len) % SLOTS];
}

/*
 * What a slot says now. A time that no start could have made is of another
 * boot, where /run outlives one: the clock began anew.
 */
static int64_t
settled(int64_t busy_ms, const struct cog_starts_limit *limit, int64_t now_ms)
{
    bool possible = busy_ms <= now_ms + limit->burst * limit->interval_ms;

    return busy_ms > now_ms && possible ? busy_ms : now_ms;
}

static bool
take(_Atomic int64_t *slot, const struct cog_starts_limit *limit,
     int64_t now_ms)
{
    int64_t found = atomic_load(slot), next;

    do {
        next = settled(found, limit, now_ms) + limit->interval_ms;
        if (next > now_ms + limit->burst * limit->interval_ms)
            return false;
    } while (!atomic_compare_exchange_weak(slot, &found, next));
    return true;
}

static void
give_back(_Atomic int64_t *slot, const struct cog_starts_limit *limit,
          int64_t now_ms)
{
    int64_t found = atomic_load(slot), next;

    do {
        next = settled(found, limit, now_ms) - limit->interval_ms;
    } while (!atomic_compare_exchange_weak(slot, &found, next));
}

int
cog_starts_take(const struct cog_start *start, const char **full)
{
    cleanup_counters struct counters *counters = NULL;
    int error = map_file(start->directory, &counters);
    int kind = 0;

    while (error == 0 && kind < COG_STARTS_KINDS &&
           take(slot_of(counters, (enum cog_starts_kind) kind, start),
                &cog_starts_limits[kind], start->now_ms))
        kind++;
    if (error != 0 || kind == COG_STARTS_KINDS)
        return error;
    *full = cog_starts_limits[kind].what;
    while (kind-- > 0)
        give_back(slot_of(counters, (enum cog_starts_kind) kind, start),
                  &cog_starts_limits[kind], start->now_ms);
    return EAGAIN;
}

void
cog_starts_give_back(const struct cog_start *start)
{
    cleanup_counters struct counters *counters = NULL;

    if (map_file(start->directory, &counters) != 0)
        return;
    for (int kind = 0; kind < COG_STARTS_KINDS; kind++)
        give_back(slot_of(counters, (enum cog_starts_kind) kind, start),
                  &cog_starts_limits[kind], start->now_ms);
}
