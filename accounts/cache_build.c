/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Making and replacing a constant database; see the header.
 *
 * Not by tinycdb's writer, of whose format the files are: a reader wants more
 * than that (cache_format.h), the stamp in a fixed place, positions of records
 * inside of others, and all would have to be done around it, with a library
 * that the keeper would load at each login. It would gain nothing: with the
 * five records of a million users, 314 MB, this took 0.79 s of CPU and 43 MB
 * of memory where tinycdb 0.78 took 1.02 s and 40 MB (medians of five in
 * turn). That both read what the other writes is tested (property-t).
 */
#include "accounts/cache_build.h"

#include <endian.h>
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

/*
 * A large file goes to the disk in parts of this size, each while the next is
 * made: the fsync at the end, which is what counts, has little to wait for.
 */
#define PART_BYTES ((size_t) 8 * 1024 * 1024)

static void
start_part(struct cog_cache_build *build)
{
    size_t len = build->written - build->started;

    if (len < PART_BYTES)
        return;
    (void) sync_file_range(build->fd, (off_t) build->started, (off_t) len,
                           SYNC_FILE_RANGE_WRITE);
    build->started = build->written;
}

static int
flush(struct cog_cache_build *build)
{
    int error = cog_write_all(build->fd, build->buffer, build->used);

    build->written += build->used;
    build->used = 0;
    start_part(build);
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

static int
add_slot(struct cog_cache_build *build, uint32_t hash, uint32_t position)
{
    struct cog_cache_table *table = &build->tables[hash % COG_CDB_TABLES];

    if (table->count == table->room) {
        size_t room = table->room == 0 ? 8 : 2 * table->room;
        void *slots = reallocarray(table->slots, room, sizeof *table->slots);

        if (slots == NULL)
            return ENOMEM;
        table->slots = slots;
        table->room = room;
    }
    table->slots[table->count++] = (struct cog_cache_slot){hash, position};
    return 0;
}

/* *record, in the buffer, at the end of all; there are so many slots then. */
static int
add(struct cog_cache_build *build, uint64_t slots,
    const struct cog_cache_key *key, const unsigned char *data, size_t len,
    unsigned char **record)
{
    size_t whole = COG_CDB_PAIR + key->len + len;
    int error;

    /* With the tables, of two slots a record, it must stay below 4 GB. */
    if (build->position + whole + 2 * COG_CDB_PAIR * slots > COG_CDB_SIZE_MAX)
        return EFBIG;
    error = reserve(build, whole);
    if (error == 0)
        error = add_slot(build, key->hash, (uint32_t) build->position);
    if (error != 0)
        return error;
    *record = build->buffer + build->used;
    put_pair(build, (uint32_t) key->len, (uint32_t) len);
    put_bytes(build, key->bytes, key->len);
    put_bytes(build, data, len);
    build->position += whole;
    return 0;
}

int
cog_cache_build_begin(const char *directory, const char *name,
                      struct cog_cache_build *build)
{
    static const unsigned char blank[COG_STAMP_BYTES];
    static const struct cog_cache_key empty = {.hash = COG_CDB_HASH};
    size_t len = strlen(name);
    unsigned char *stamp;
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
    return add(build, 1, &empty, blank, sizeof blank, &stamp);
}

/* A record of ours, counted. */
static int
add_counted(struct cog_cache_build *build, const struct cog_cache_key *key,
            const unsigned char *data, size_t len, unsigned char **record)
{
    int error;

    if (build->records >= UINT32_MAX / 2 || len > COG_RECORD_MAX)
        return EFBIG;
    /* The stamp has a slot, too. */
    error = add(build, build->records + 2ULL, key, data, len, record);
    if (error != 0)
        return error;
    build->records++;
    if (key->bytes[0] == 'N' || key->bytes[0] == 'L')
        build->accounts++;
    return 0;
}

int
cog_cache_build_add(struct cog_cache_build *build,
                    const struct cog_cache_key *key,
                    const struct cog_cache_data *data, uint32_t *position)
{
    uint64_t at = build->position;
    unsigned char *record;
    int error = add_counted(build, key, data->bytes, data->len, &record);

    if (error != 0)
        return error;
    cog_cache_seal(record);
    if (position != NULL)
        *position = (uint32_t) at;
    return 0;
}

int
cog_cache_build_copy(struct cog_cache_build *build,
                     const struct cog_cache_record *record)
{
    struct cog_cache_key key = {
        .len = record->key_len,
        .hash = cog_cache_hash(record->key, record->key_len)};
    unsigned char *copy;

    memcpy(key.bytes, record->key, record->key_len);
    return add_counted(build, &key, record->data - COG_HEAD_BYTES,
                       record->len + COG_HEAD_BYTES, &copy);
}

/* ---- the tables */

_Static_assert(sizeof(struct cog_cache_slot) == COG_CDB_PAIR, "no padding");

/*
 * Twice as many slots as are full, as they stand in the file; a free one has
 * position 0.
 */
static void
fill_table(const struct cog_cache_table *full, struct cog_cache_slot *slots)
{
    uint32_t size = (uint32_t) (2 * full->count);

    memset(slots, 0, size * sizeof *slots);
    for (size_t i = 0; i < full->count; i++) {
        struct cog_cache_slot slot = full->slots[i];
        uint32_t at = slot.hash / COG_CDB_TABLES % size;

        while (slots[at].position != 0)
            at = at + 1 == size ? 0 : at + 1;
        slots[at] = (struct cog_cache_slot){htole32(slot.hash),
                                            htole32(slot.position)};
    }
}

static int
put_slots(struct cog_cache_build *build, const struct cog_cache_slot *slots,
          size_t len)
{
    const unsigned char *from = (const unsigned char *) slots;
    int error = 0;

    while (error == 0 && len > 0) {
        size_t room = BUFFER_BYTES - build->used;
        size_t piece = len < room ? len : room;

        put_bytes(build, from, piece);
        from += piece;
        len -= piece;
        if (build->used == BUFFER_BYTES)
            error = flush(build);
    }
    return error;
}

/* Each table goes out, and where it lies into the header. */
static int
write_each(struct cog_cache_build *build, struct cog_cache_slot *slots,
           unsigned char *header)
{
    uint64_t at = build->position;
    int error = 0;

    for (size_t i = 0; error == 0 && i < COG_CDB_TABLES; i++) {
        const struct cog_cache_table *full = &build->tables[i];
        size_t bytes = 2 * full->count * COG_CDB_PAIR;

        fill_table(full, slots);
        error = put_slots(build, slots, bytes);
        cog_le32_put(header + i * COG_CDB_PAIR, (uint32_t) at);
        cog_le32_put(header + i * COG_CDB_PAIR + 4,
                     (uint32_t) (2 * full->count));
        at += bytes;
    }
    return error != 0 ? error : flush(build);
}

static int
write_tables(struct cog_cache_build *build, unsigned char *header)
{
    struct cog_cache_slot *slots;
    size_t most = 0;
    int error;

    for (size_t i = 0; i < COG_CDB_TABLES; i++)
        most = build->tables[i].count > most ? build->tables[i].count : most;
    slots = calloc(2 * most, sizeof *slots);
    if (slots == NULL)
        return ENOMEM;
    error = write_each(build, slots, header);
    free(slots);
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
    for (size_t i = 0; i < COG_CDB_TABLES; i++) {
        free(build->tables[i].slots);
        build->tables[i] = (struct cog_cache_table){.slots = NULL};
    }
    if (build->exists)
        (void) unlinkat(build->dir_fd, build->temporary, 0);
    build->exists = false;
    cog_close_fd(&build->fd);
    build->fd = -1;
    cog_close_fd(&build->dir_fd);
    build->dir_fd = -1;
}
