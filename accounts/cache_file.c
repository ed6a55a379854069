/* SPDX-License-Identifier: Apache-2.0 */
/* One constant database, read with suspicion; see the header. */
#include "accounts/cache_file.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "accounts/cache_sum.h"
#include "accounts/little_endian.h"

/* A pair of numbers, as in the header, in a slot, before a record. */
struct pair {
    uint32_t first, second;
};

uint64_t
cog_cache_sum(const unsigned char *front, size_t front_len,
              const unsigned char *rest, size_t rest_len)
{
    return cog_sum(front, front_len, rest, rest_len);
}

uint32_t
cog_cache_hash(const unsigned char *key, size_t len)
{
    uint32_t hash = COG_CDB_HASH;

    for (size_t i = 0; i < len; i++)
        hash = cog_cache_hash_add(hash, key[i]);
    return hash;
}

/* Read exactly len bytes; a file that ends before is damaged. */
static int
read_at(int fd, uint32_t at, unsigned char *to, size_t len)
{
    size_t done = 0;

    while (done < len) {
        ssize_t got =
            pread(fd, to + done, len - done, (off_t) at + (off_t) done);

        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return errno;
        if (got == 0)
            return EBADMSG;
        done += (size_t) got;
    }
    return 0;
}

/* What hardly ever happens, so that the rest lies close together. */
static inline bool
rarely(bool condition)
{
    return __builtin_expect(condition, false);
}

/* Into the scratch's record; for fetch. */
static __attribute__((noinline)) int
read_part(const struct cog_cache_file *file, uint64_t at, size_t len)
{
    struct cog_cache_scratch *scratch = file->scratch;

    if (len > sizeof scratch->record)
        return EBADMSG;
    scratch->has_head = false;
    return read_at(file->fd, (uint32_t) at, scratch->record, len);
}

/*
 * Make len bytes at a position available: in place, or in the scratch. No
 * buffer on the stack, here and below: it would be zeroed at each look-up,
 * also where the file is in memory. The caller has not checked anything.
 */
static inline int
fetch(const struct cog_cache_file *file, uint64_t at, size_t len,
      const unsigned char **bytes)
{
    if (rarely(len > file->size || at > file->size - len))
        return EBADMSG;
    if (rarely(file->bytes == NULL)) {
        bool in_head = file->scratch->has_head && at + len <= COG_RECORDS_AT;

        *bytes = file->scratch->record + (in_head ? at : 0);
        return in_head ? 0 : read_part(file, at, len);
    }
    *bytes = file->bytes + at;
    return 0;
}

static struct pair
pair_get(const unsigned char *from)
{
    return (struct pair){cog_le32_get(from), cog_le32_get(from + 4)};
}

/* The stamp's sum leaves out the word that changes. */
static uint64_t
stamp_sum(const unsigned char *stamp)
{
    return cog_cache_sum(stamp, COG_STAMP_SUPERSEDED, stamp + COG_STAMP_FLAGS,
                         COG_STAMP_SUM - COG_STAMP_FLAGS);
}

/* record: the stamp with the two lengths before it. */
static int
parse_stamp(const unsigned char *record, struct cog_cache_file *file)
{
    static const char magic[] = COG_MAGIC;
    const unsigned char *stamp = record + COG_CDB_PAIR;
    struct pair lengths = pair_get(record);

    if (lengths.first != 0 || lengths.second != COG_STAMP_BYTES)
        return EBADMSG;
    if (memcmp(stamp, magic, sizeof magic - 1) != 0) {
        /* The same but for the version is another version, not damage. */
        bool other = memcmp(stamp, magic, 6) == 0 && stamp[7] == '\n' &&
                     stamp_sum(stamp) == cog_le64_get(stamp + COG_STAMP_SUM);

        return other ? EPROTONOSUPPORT : EBADMSG;
    }
    if (stamp_sum(stamp) != cog_le64_get(stamp + COG_STAMP_SUM))
        return EBADMSG;
    if (cog_le32_get(stamp + COG_STAMP_SIZE) != file->size)
        return EBADMSG;
    file->end = cog_le32_get(stamp + COG_STAMP_END);
    if (file->end < COG_RECORDS_AT || file->end > file->size)
        return EBADMSG;
    file->flags = cog_le32_get(stamp + COG_STAMP_FLAGS);
    file->accounts = cog_le32_get(stamp + COG_STAMP_ACCOUNTS);
    file->records = cog_le32_get(stamp + COG_STAMP_RECORDS);
    file->superseded = cog_le32_get(stamp + COG_STAMP_SUPERSEDED) != 0;
    return 0;
}

static int
read_stamp(uint64_t size, struct cog_cache_file *file)
{
    const unsigned char *record = NULL;
    int error;

    if (size > COG_CDB_SIZE_MAX)
        return EFBIG;
    if (size < COG_RECORDS_AT)
        return EBADMSG;
    file->size = (uint32_t) size;
    error =
        fetch(file, COG_CDB_HEADER, COG_CDB_PAIR + COG_STAMP_BYTES, &record);
    if (error != 0)
        return error;
    return parse_stamp(record, file);
}

int
cog_cache_file_from_bytes(const unsigned char *bytes, uint64_t size,
                          struct cog_cache_file *file)
{
    struct cog_cache_file opened = {.bytes = bytes, .fd = -1};
    int error = read_stamp(size, &opened);

    if (error != 0)
        return error;
    *file = opened;
    return 0;
}

int
cog_cache_file_from_fd(int fd, uint64_t size,
                       struct cog_cache_scratch *scratch,
                       struct cog_cache_file *file)
{
    struct cog_cache_file opened = {.fd = fd, .scratch = scratch};
    int error;

    if (size < COG_RECORDS_AT)
        return EBADMSG;
    scratch->slots_len = 0;
    scratch->has_head = true;
    error = read_at(fd, 0, scratch->record, COG_RECORDS_AT);
    if (error == 0)
        error = read_stamp(size, &opened);
    if (error != 0)
        return error;
    *file = opened;
    return 0;
}

/*
 * Where a table is. Tables lie one after the other, so an entry must fit
 * both of its neighbours (or the stamp): any one wrong number is seen.
 */
static inline int
find_table(const struct cog_cache_file *file, uint32_t table,
           struct pair *found)
{
    /* The neighbours are there but at the ends, where others are read. */
    uint32_t first = table > 1 ? table - 1 : 0;
    const unsigned char *bytes = NULL, *at;
    uint64_t begin = file->end, next = file->size;
    struct pair entry;
    int error;

    error = fetch(file, first * COG_CDB_PAIR, 3 * COG_CDB_PAIR, &bytes);
    if (rarely(error != 0))
        return error;
    at = bytes + (table - first) * COG_CDB_PAIR;
    entry = pair_get(at);
    if (table > 0) {
        struct pair before = pair_get(at - COG_CDB_PAIR);

        begin = before.first + (uint64_t) before.second * COG_CDB_PAIR;
    }
    if (table < COG_CDB_TABLES - 1)
        next = cog_le32_get(at + COG_CDB_PAIR);
    if (rarely(entry.first != begin || entry.first < file->end ||
               entry.first + (uint64_t) entry.second * COG_CDB_PAIR != next ||
               next > file->size))
        return EBADMSG;
    *found = entry;
    return 0;
}

/*
 * Make the lengths and the key of a record available and check that it lies
 * inside the records. *front is at the lengths.
 */
static inline int
fetch_front(const struct cog_cache_file *file, uint32_t position,
            struct pair *lengths, const unsigned char **front)
{
    size_t len =
        file->bytes != NULL ? COG_CDB_PAIR + COG_KEY_MAX : COG_RECORD_AT_ONCE;
    int error;

    /* The records end behind COG_RECORDS_AT: see parse_stamp. */
    if (rarely(position < COG_RECORDS_AT ||
               position > file->end - COG_CDB_PAIR))
        return EBADMSG;
    /* The key is there or the record is cut: take what there is. */
    if (len > file->end - position)
        len = file->end - position;
    error = fetch(file, position, len, front);
    if (rarely(error != 0))
        return error;
    *lengths = pair_get(*front);
    if (rarely(lengths->first > COG_KEY_MAX ||
               lengths->second > COG_RECORD_MAX ||
               COG_CDB_PAIR + (uint64_t) lengths->first + lengths->second >
                   file->end - position))
        return EBADMSG;
    return 0;
}

/* The whole record into the scratch, where its front is already, or all. */
static __attribute__((noinline)) int
read_record(const struct cog_cache_file *file, uint32_t position,
            struct pair lengths)
{
    size_t size = COG_CDB_PAIR + lengths.first + lengths.second;
    struct pair again;
    int error;

    if (size <= COG_RECORD_AT_ONCE)
        return 0;
    error = read_part(file, position, size);
    if (error != 0)
        return error;
    /* It may have changed between the two reads, in a file forged. */
    again = pair_get(file->scratch->record);
    return again.first == lengths.first && again.second == lengths.second
               ? 0
               : EBADMSG;
}

static inline __attribute__((always_inline)) int
record_at(const struct cog_cache_file *file, uint32_t position,
          struct cog_cache_record *record)
{
    const unsigned char *bytes = NULL, *data;
    struct pair lengths = {0, 0};
    size_t front;
    int error;

    error = fetch_front(file, position, &lengths, &bytes);
    if (rarely(error != 0))
        return error;
    front = COG_CDB_PAIR + lengths.first;
    if (rarely(lengths.first == 0 || lengths.second < COG_HEAD_BYTES))
        return EBADMSG;
    if (rarely(file->bytes == NULL)) {
        error = read_record(file, position, lengths);
        if (error != 0)
            return error;
    }
    data = bytes + front;
    if (rarely(cog_sum(bytes, front, data + COG_HEAD_VERSION,
                       lengths.second - COG_HEAD_VERSION) !=
                   cog_le64_get(data + COG_HEAD_SUM) ||
               data[COG_HEAD_KIND] != bytes[COG_CDB_PAIR]))
        return EBADMSG;
    if (rarely(data[COG_HEAD_VERSION] != COG_FORMAT_VERSION))
        return EPROTONOSUPPORT;
    record->position = position;
    record->key = bytes + COG_CDB_PAIR;
    record->key_len = lengths.first;
    record->data = data + COG_HEAD_BYTES;
    record->len = lengths.second - COG_HEAD_BYTES;
    record->next = position + (uint32_t) front + lengths.second;
    return 0;
}

int
cog_cache_file_at(const struct cog_cache_file *file, uint32_t position,
                  struct cog_cache_record *record)
{
    return record_at(file, position, record);
}

/* Whether the key at a position has the hash that its slot says. */
static __attribute__((noinline)) int
check_slot(const struct cog_cache_file *file, struct pair slot)
{
    const unsigned char *front = NULL;
    struct pair lengths = {0, 0};
    int error;

    if (slot.second == COG_CDB_HEADER)
        return slot.first == COG_CDB_HASH ? 0 : EBADMSG;
    error = fetch_front(file, slot.second, &lengths, &front);
    if (error != 0)
        return error;
    if (lengths.first == 0)
        return EBADMSG;
    return cog_cache_hash(front + COG_CDB_PAIR, lengths.first) == slot.first
               ? 0
               : EBADMSG;
}

/* A slot, or why there is none; small enough for registers. */
struct slot {
    struct pair pair;
    int error;
};

/* Some slots at once, if the one wanted is not among the last ones read. */
static __attribute__((noinline)) struct slot
read_slot(const struct cog_cache_file *file, struct pair table, uint32_t index)
{
    struct cog_cache_scratch *scratch = file->scratch;
    uint64_t at = table.first + (uint64_t) index * COG_CDB_PAIR;
    size_t count = table.second - index;
    struct slot slot = {{0, 0}, 0};

    if (at < scratch->slots_at ||
        at >= scratch->slots_at + scratch->slots_len) {
        if (count > COG_SLOTS_AT_ONCE)
            count = COG_SLOTS_AT_ONCE;
        scratch->slots_len = 0;
        slot.error = read_at(file->fd, (uint32_t) at, scratch->slots,
                             count * COG_CDB_PAIR);
        if (slot.error != 0)
            return slot;
        scratch->slots_at = at;
        scratch->slots_len = count * COG_CDB_PAIR;
    }
    slot.pair = pair_get(scratch->slots + (at - scratch->slots_at));
    return slot;
}

/*
 * A slot of a table, which find_table found. ENOENT when it is an empty one,
 * where a search ends.
 */
static inline struct slot
slot_at(const struct cog_cache_file *file, struct pair table, uint32_t index)
{
    struct slot slot = {{0, 0}, 0};

    if (rarely(file->bytes == NULL))
        slot = read_slot(file, table, index);
    else
        slot.pair = pair_get(file->bytes + table.first +
                             (uint64_t) index * COG_CDB_PAIR);
    if (slot.pair.second == 0 && slot.error == 0)
        slot.error = slot.pair.first == 0 ? ENOENT : EBADMSG;
    return slot;
}

/*
 * Before "not there" is said: was a slot passed by that is not what its
 * record says? A flipped bit in a hash would hide the record otherwise.
 * count slots were passed by, from the one at index on.
 */
static int
check_passed(const struct cog_cache_file *file, struct pair table,
             uint32_t index, uint32_t count)
{
    for (; count > 0; count--) {
        struct slot slot = slot_at(file, table, index);
        int error = slot.error;

        if (error == 0)
            error = check_slot(file, slot.pair);
        if (error != 0)
            return error == ENOENT ? EBADMSG : error;
        if (++index == table.second)
            index = 0;
    }
    return ENOENT;
}

int
cog_cache_file_find_hashed(const struct cog_cache_file *file,
                           const unsigned char *key, size_t key_len,
                           uint32_t hash, struct cog_cache_record *record)
{
    struct pair table = {0, 0};
    uint32_t start, index, passed;
    int error;

    if (rarely(key_len == 0 || key_len > COG_KEY_MAX))
        return ENOENT;
    error = find_table(file, hash % COG_CDB_TABLES, &table);
    if (rarely(error != 0))
        return error;
    if (table.second == 0)
        return ENOENT;
    start = index = (hash / COG_CDB_TABLES) % table.second;
    for (passed = 0; passed < table.second; passed++) {
        struct slot slot = slot_at(file, table, index);

        error = slot.error;
        if (error != 0)
            break;
        if (++index == table.second)
            index = 0;
        /* The stamp has a slot, too: its key is empty, ours is not. */
        if (slot.pair.first != hash || slot.pair.second == COG_CDB_HEADER)
            continue;
        error = record_at(file, slot.pair.second, record);
        if (rarely(error != 0))
            return error;
        if (record->key_len == key_len &&
            memcmp(record->key, key, key_len) == 0)
            return 0;
    }
    if (error != 0 && error != ENOENT)
        return error;
    return check_passed(file, table, start, passed);
}

void
cog_cache_file_prefetch(const struct cog_cache_file *file, uint32_t hash)
{
    struct pair table =
        pair_get(file->bytes + (hash % COG_CDB_TABLES) * COG_CDB_PAIR);

    /* An address that is wrong, in a damaged file, does no harm. */
    if (table.second != 0)
        __builtin_prefetch(
            (const void *) ((uintptr_t) file->bytes + table.first +
                            (uintptr_t) (hash / COG_CDB_TABLES) %
                                table.second * COG_CDB_PAIR));
}

int
cog_cache_file_find(const struct cog_cache_file *file,
                    const unsigned char *key, size_t key_len,
                    struct cog_cache_record *record)
{
    return cog_cache_file_find_hashed(file, key, key_len,
                                      cog_cache_hash(key, key_len), record);
}

int
cog_cache_file_next(const struct cog_cache_file *file,
                    const struct cog_cache_record *previous,
                    struct cog_cache_record *record)
{
    uint32_t position = previous == NULL ? COG_RECORDS_AT : previous->next;

    if (position == file->end)
        return ENOENT;
    return cog_cache_file_at(file, position, record);
}

/* The records, one after the other: all there, each found by its key. */
static int
check_records(const struct cog_cache_file *file)
{
    struct cog_cache_record record, found;
    const struct cog_cache_record *previous = NULL;
    uint32_t count = 0, accounts = 0;
    int error;

    while ((error = cog_cache_file_next(file, previous, &record)) == 0) {
        unsigned char key[COG_KEY_MAX];

        /* A copy: with a descriptor, finding overwrites the scratch. */
        memcpy(key, record.key, record.key_len);
        if (key[0] == 'N' || key[0] == 'L')
            accounts++;
        error = cog_cache_file_find(file, key, record.key_len, &found);
        if (error != 0)
            return error == ENOENT ? EBADMSG : error;
        if (found.position != record.position)
            return EBADMSG;
        previous = &record;
        count++;
    }
    if (error != ENOENT)
        return error;
    return count == file->records && accounts == file->accounts ? 0 : EBADMSG;
}

/* One table: empty slots empty, full ones true; counts the full ones. */
static int
check_table(const struct cog_cache_file *file, uint32_t number, uint64_t *full)
{
    struct pair table;
    int error = find_table(file, number, &table);

    if (error != 0)
        return error;
    for (uint32_t i = 0; i < table.second; i++) {
        const unsigned char *bytes = NULL;
        struct pair slot;

        error = fetch(file, table.first + (uint64_t) i * COG_CDB_PAIR,
                      COG_CDB_PAIR, &bytes);
        if (error != 0)
            return error;
        slot = pair_get(bytes);
        if (slot.second == 0 && slot.first == 0)
            continue;
        if (slot.first % COG_CDB_TABLES != number)
            return EBADMSG;
        error = check_slot(file, slot);
        if (error != 0)
            return error;
        ++*full;
    }
    return 0;
}

int
cog_cache_file_check(const struct cog_cache_file *file)
{
    uint64_t full = 0;
    int error = check_records(file);

    for (uint32_t i = 0; error == 0 && i < COG_CDB_TABLES; i++)
        error = check_table(file, i, &full);
    if (error != 0)
        return error;
    /* The stamp has a slot, too. */
    return full == (uint64_t) file->records + 1 ? 0 : EBADMSG;
}
