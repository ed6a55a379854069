/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Making and replacing a constant database; see the header.
 *
 * Not by tinycdb's writer, of whose format the files are: a reader wants more
 * than that (cache_format.h), the stamp in a fixed place, positions of records
 * inside of others, and all would have to be done around it, with a library
 * that the keeper would load at each login. It would gain nothing: with the
 * five records of a million users, 344 MB, this took 0.76 s of CPU and 80 MB
 * of memory where tinycdb 0.78 took 0.90 s and 42 MB (medians of five in turn;
 * the memory is for sorted slots, and the loader of a listing needs as much
 * besides). That both read what the other writes is tested (property-t).
 */
#include "accounts/cache_build.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "accounts/cache_format.h"
#include "accounts/little_endian.h"
#include "base/cleanup.h"
#include "base/transfer.h"

#define TEMPORARY_SUFFIX ".new"

static int
open_directory(const char *directory, int *fd)
{
    cog_cleanup_fd int opened = -1;
    struct stat status;

    opened = open(directory, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (opened < 0 || fstat(opened, &status) != 0)
        return errno;
    if (status.st_uid != 0 || (status.st_mode & (S_IWGRP | S_IWOTH)) != 0)
        return EPERM;
    *fd = cog_take_fd(&opened);
    return 0;
}

/* Written at once: large beside a system call, small beside a cache. */
#define BUFFER_BYTES ((size_t) 64 * 1024)

static int
flush(struct cog_cache_build *build)
{
    int error = cog_write_all(build->fd, build->buffer, build->used);

    build->used = 0;
    return error;
}

/* Room for len bytes in the buffer, len being much smaller than that. */
static int
reserve(struct cog_cache_build *build, size_t len)
{
    return len <= BUFFER_BYTES - build->used ? 0 : flush(build);
}

static void
put_bytes(struct cog_cache_build *build, const void *bytes, size_t len)
{
    memcpy(build->buffer + build->used, bytes, len);
    build->used += len;
}

static void
put_pair(struct cog_cache_build *build, uint32_t first, uint32_t second)
{
    cog_le32_put(build->buffer + build->used, first);
    cog_le32_put(build->buffer + build->used + 4, second);
    build->used += COG_CDB_PAIR;
}

/* The stamp has a slot, too: the first. */
static size_t
count_slots(const struct cog_cache_build *build)
{
    return (size_t) build->records + 1;
}

static int
grow_slots(struct cog_cache_build *build)
{
    size_t room = build->slot_room == 0 ? 512 : 2 * build->slot_room;
    void *slots = reallocarray(build->slots, room, sizeof *build->slots);

    if (slots == NULL)
        return ENOMEM;
    build->slots = slots;
    build->slot_room = room;
    return 0;
}

/* A record at the end of what is there; its slot is the index-th. */
static int
add(struct cog_cache_build *build, size_t index, const unsigned char *key,
    size_t key_len, const unsigned char *data, size_t len)
{
    uint64_t next = build->position + COG_CDB_PAIR + key_len + len;
    int error;

    /* With the tables, of two slots a record, it must stay below 4 GB. */
    if (next + 2ULL * COG_CDB_PAIR * (index + 1ULL) > COG_CDB_SIZE_MAX)
        return EFBIG;
    if (index >= build->slot_room && grow_slots(build) != 0)
        return ENOMEM;
    error = reserve(build, COG_CDB_PAIR + key_len + len);
    if (error != 0)
        return error;
    put_pair(build, (uint32_t) key_len, (uint32_t) len);
    put_bytes(build, key, key_len);
    put_bytes(build, data, len);
    build->slots[index] = (struct cog_cache_slot){cog_cache_hash(key, key_len),
                                                  (uint32_t) build->position};
    build->position = next;
    return 0;
}

int
cog_cache_build_begin(const char *directory, const char *name,
                      struct cog_cache_build *build)
{
    static const unsigned char blank[COG_STAMP_BYTES];
    size_t len = strlen(name);
    int error;

    if (len + sizeof TEMPORARY_SUFFIX > sizeof build->temporary)
        return ENAMETOOLONG;
    memcpy(build->temporary, name, len);
    memcpy(build->temporary + len, TEMPORARY_SUFFIX, sizeof TEMPORARY_SUFFIX);
    build->name = name;
    error = open_directory(directory, &build->dir_fd);
    if (error != 0)
        return error;
    /* The lock is ours: what is there, a killed writer left. */
    if (unlinkat(build->dir_fd, build->temporary, 0) != 0 && errno != ENOENT)
        return errno;
    build->fd =
        openat(build->dir_fd, build->temporary,
               O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
    if (build->fd < 0)
        return errno;
    build->exists = true;
    build->buffer = malloc(BUFFER_BYTES);
    if (build->buffer == NULL)
        return ENOMEM;
    /* Room for header and stamp, written when everything else is known. */
    memset(build->buffer, 0, COG_CDB_HEADER);
    build->used = COG_CDB_HEADER;
    build->position = COG_CDB_HEADER;
    return add(build, 0, (const unsigned char *) "", 0, blank, sizeof blank);
}

int
cog_cache_build_add(struct cog_cache_build *build,
                    const struct cog_cache_key *key,
                    const struct cog_cache_data *data, uint32_t *position)
{
    uint64_t at = build->position;
    int error;

    if (build->records >= UINT32_MAX / 2 || data->len > COG_RECORD_MAX)
        return EFBIG;
    error = add(build, count_slots(build), key->bytes, key->len, data->bytes,
                data->len);
    if (error != 0)
        return error;
    build->records++;
    if (key->bytes[0] == 'N' || key->bytes[0] == 'L')
        build->accounts++;
    if (position != NULL)
        *position = (uint32_t) at;
    return 0;
}

int
cog_cache_build_copy(struct cog_cache_build *build,
                     const struct cog_cache_record *record)
{
    struct cog_cache_key key = {.len = record->key_len};
    struct cog_cache_data data = {
        .bytes = (unsigned char *) (uintptr_t) record->data - COG_HEAD_BYTES,
        .len = record->len + COG_HEAD_BYTES,
        .size = record->len + COG_HEAD_BYTES};

    memcpy(key.bytes, record->key, record->key_len);
    return cog_cache_build_add(build, &key, &data, NULL);
}

/* ---- the tables */

/* How many slots each table gets filled. */
struct tally {
    size_t full[COG_CDB_TABLES];
};

/* Slots by table, in the order of their records. NULL: no memory. */
static struct cog_cache_slot *
sort_slots(const struct cog_cache_build *build, const struct tally *tally)
{
    size_t count = count_slots(build), at[COG_CDB_TABLES], sum = 0;
    struct cog_cache_slot *sorted = malloc(count * sizeof *sorted);

    if (sorted == NULL)
        return NULL;
    for (size_t i = 0; i < COG_CDB_TABLES; i++) {
        at[i] = sum;
        sum += tally->full[i];
    }
    for (size_t i = 0; i < count; i++)
        sorted[at[build->slots[i].hash % COG_CDB_TABLES]++] = build->slots[i];
    return sorted;
}

/* Twice as many slots as are full; a free one has position 0. */
static void
fill_table(const struct cog_cache_slot *full, size_t count,
           struct cog_cache_slot *table)
{
    size_t size = 2 * count;

    memset(table, 0, size * sizeof *table);
    for (size_t i = 0; i < count; i++) {
        size_t at = (full[i].hash / COG_CDB_TABLES) % size;

        while (table[at].position != 0)
            at = at + 1 == size ? 0 : at + 1;
        table[at] = full[i];
    }
}

static int
write_table(struct cog_cache_build *build, const struct cog_cache_slot *table,
            size_t size)
{
    for (size_t i = 0; i < size; i++) {
        int error = reserve(build, COG_CDB_PAIR);

        if (error != 0)
            return error;
        put_pair(build, table[i].hash, table[i].position);
    }
    return 0;
}

/* Each table goes out, and where it lies into the header. */
static int
write_sorted(struct cog_cache_build *build, const struct tally *tally,
             const struct cog_cache_slot *sorted, struct cog_cache_slot *table,
             unsigned char *header)
{
    uint64_t at = build->position;

    for (size_t i = 0; i < COG_CDB_TABLES; i++) {
        size_t size = 2 * tally->full[i];
        int error;

        fill_table(sorted, tally->full[i], table);
        error = write_table(build, table, size);
        if (error != 0)
            return error;
        cog_le32_put(header + i * COG_CDB_PAIR, (uint32_t) at);
        cog_le32_put(header + i * COG_CDB_PAIR + 4, (uint32_t) size);
        at += size * COG_CDB_PAIR;
        sorted += tally->full[i];
    }
    return flush(build);
}

static int
write_tables(struct cog_cache_build *build, unsigned char *header)
{
    struct tally tally = {{0}};
    struct cog_cache_slot *sorted, *table;
    size_t most = 0;
    int error = ENOMEM;

    for (size_t i = 0; i < count_slots(build); i++) {
        size_t full = ++tally.full[build->slots[i].hash % COG_CDB_TABLES];

        most = full > most ? full : most;
    }
    sorted = sort_slots(build, &tally);
    table = calloc(2 * most, sizeof *table);
    if (sorted != NULL && table != NULL)
        error = write_sorted(build, &tally, sorted, table, header);
    free(sorted);
    free(table);
    return error;
}

/* ---- finishing */

static int
write_at(int fd, off_t at, const unsigned char *bytes, size_t len)
{
    while (len > 0) {
        ssize_t done = pwrite(fd, bytes, len, at);

        if (done < 0 && errno == EINTR)
            continue;
        if (done < 0)
            return errno;
        if (done == 0)
            return EIO;
        bytes += done;
        at += done;
        len -= (size_t) done;
    }
    return 0;
}

static int
write_stamp(const struct cog_cache_build *build, uint32_t flags)
{
    static const char magic[] = COG_MAGIC;
    unsigned char stamp[COG_STAMP_BYTES] = {0};
    struct stat status;

    if (fstat(build->fd, &status) != 0)
        return errno;
    if (status.st_size < 0 || (uint64_t) status.st_size > COG_CDB_SIZE_MAX)
        return EFBIG;
    memcpy(stamp + COG_STAMP_MAGIC, magic, sizeof magic - 1);
    cog_le32_put(stamp + COG_STAMP_FLAGS, flags);
    cog_le32_put(stamp + COG_STAMP_ACCOUNTS, build->accounts);
    cog_le32_put(stamp + COG_STAMP_END, (uint32_t) build->position);
    cog_le32_put(stamp + COG_STAMP_SIZE, (uint32_t) status.st_size);
    cog_le32_put(stamp + COG_STAMP_RECORDS, build->records);
    cog_le64_put(stamp + COG_STAMP_SUM,
                 cog_cache_sum(stamp, COG_STAMP_SUPERSEDED,
                               stamp + COG_STAMP_FLAGS,
                               COG_STAMP_SUM - COG_STAMP_FLAGS));
    return write_at(build->fd, COG_STAMP_AT, stamp, sizeof stamp);
}

/*
 * Tell the readers of the old file that there is a new one, or take it back.
 * Sound or not, a regular file long enough to have the word gets it.
 */
static int
mark_superseded(const struct cog_cache_build *build, uint32_t word)
{
    cog_cleanup_fd int fd = -1;
    struct stat status;
    unsigned char bytes[4];

    fd = openat(build->dir_fd, build->name,
                O_WRONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    if (fd < 0)
        return errno == ENOENT ? 0 : errno;
    if (fstat(fd, &status) != 0)
        return errno;
    if (!S_ISREG(status.st_mode))
        return EPERM;
    if (status.st_size < (off_t) COG_RECORDS_AT)
        return 0;
    cog_le32_put(bytes, word);
    return write_at(fd, COG_SUPERSEDED_AT, bytes, sizeof bytes);
}

int
cog_cache_build_seal(struct cog_cache_build *build, mode_t mode,
                     uint32_t flags)
{
    unsigned char header[COG_CDB_HEADER];
    int fd = build->fd;
    int error = write_tables(build, header);

    if (error == 0)
        error = write_at(fd, 0, header, sizeof header);
    if (error == 0)
        error = write_stamp(build, flags);
    if (error != 0)
        return error;
    if (fchmod(fd, mode) != 0 || fsync(fd) != 0)
        return errno;
    /* Some file systems tell of a full disk only now. */
    build->fd = -1;
    return close(fd) == 0 ? 0 : errno;
}

int
cog_cache_build_place(struct cog_cache_build *build)
{
    int error = mark_superseded(build, 1);

    if (error == 0 && renameat(build->dir_fd, build->temporary, build->dir_fd,
                               build->name) != 0)
        error = errno;
    if (error != 0) {
        /* The old file stays current; readers may map it again. */
        (void) mark_superseded(build, 0);
        return error;
    }
    build->exists = false;
    return fsync(build->dir_fd) == 0 ? 0 : errno;
}

int
cog_cache_build_finish(struct cog_cache_build *build, mode_t mode,
                       uint32_t flags)
{
    int error = cog_cache_build_seal(build, mode, flags);

    return error != 0 ? error : cog_cache_build_place(build);
}

void
cog_cache_build_end(struct cog_cache_build *build)
{
    free(build->buffer);
    build->buffer = NULL;
    free(build->slots);
    build->slots = NULL;
    build->slot_room = 0;
    if (build->exists)
        (void) unlinkat(build->dir_fd, build->temporary, 0);
    build->exists = false;
    cog_close_fd(&build->fd);
    build->fd = -1;
    cog_close_fd(&build->dir_fd);
    build->dir_fd = -1;
}
