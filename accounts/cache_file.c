/* SPDX-License-Identifier: Apache-2.0 */
/* One constant database, read with suspicion; see the header. */
#include "accounts/cache_file.h"

#include <errno.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "accounts/little_endian.h"
#include "accounts/trusted_file.h"
#include "base/cleanup.h"

/* A pair of numbers, as in the header, in a slot, before a record. */
struct pair {
    uint32_t first, second;
};

/*
 * Each step is a bijection of h for a given word and of the word for a given
 * h: so two records that differ in one word only never have the same sum,
 * and others do by one chance in 2^64. It guards against damage; whoever can
 * write the file is root. About 20 ns for a passwd entry, where a CRC by
 * table takes 200.
 */
static inline uint64_t
absorb_word(uint64_t h, uint64_t word)
{
    h = (h ^ word) * 0x9e3779b97f4a7c15U;
    return h ^ (h >> 32);
}

/* What is left at the end is absorbed as a word filled up with zeros. */
static inline uint64_t
absorb(uint64_t h, const unsigned char *bytes, size_t len)
{
    const bool long_enough = len >= 8;
    uint64_t word = 0;

    for (; len >= 8; bytes += 8, len -= 8)
        h = absorb_word(h, cog_le64_get(bytes));
    if (len == 0)
        return h;
    if (long_enough) /* the word that ends there, without what was seen */
        word = cog_le64_get(bytes + len - 8) >> (8 * (8 - len));
    else
        for (size_t i = len; i > 0; i--)
            word = word << 8 | bytes[i - 1];
    return absorb_word(h, word);
}

/* The lengths stand in front, so that padding cannot be mistaken. */
uint64_t
cog_cache_sum(const unsigned char *front, size_t front_len,
              const unsigned char *rest, size_t rest_len)
{
    uint64_t h = absorb(0x436f67416363317fU, front, front_len);

    return absorb(h, rest, rest_len);
}

uint32_t
cog_cache_hash(const unsigned char *key, size_t len)
{
    uint32_t hash = COG_CDB_HASH;

    for (size_t i = 0; i < len; i++)
        hash = (hash + (hash << 5)) ^ key[i];
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

/*
 * Make len bytes at a position available: in place, or in a part of the
 * scratch that has room for them, which begins at offset part of it. No
 * buffer on the stack, here and below: it would be zeroed at each look-up,
 * also where the file is in memory. The caller has not checked anything.
 */
static inline int
fetch(const struct cog_cache_file *file, uint64_t at, size_t len, size_t part,
      const unsigned char **bytes)
{
    unsigned char *to;

    if (len > file->size || at > file->size - len)
        return EBADMSG;
    if (file->bytes != NULL) {
        *bytes = file->bytes + at;
        return 0;
    }
    to = (unsigned char *) file->scratch + part;
    *bytes = to;
    return read_at(file->fd, (uint32_t) at, to, len);
}

#define PART_RECORD offsetof(struct cog_cache_scratch, record)
#define PART_TABLES offsetof(struct cog_cache_scratch, tables)
#define PART_SLOTS  offsetof(struct cog_cache_scratch, slots)

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
    error = fetch(file, COG_CDB_HEADER, COG_CDB_PAIR + COG_STAMP_BYTES,
                  PART_RECORD, &record);
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
    int error = read_stamp(size, &opened);

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
    const unsigned char *bytes = NULL;
    uint32_t first = table == 0 ? 0 : table - 1;
    uint32_t last = table == COG_CDB_TABLES - 1 ? table : table + 1;
    uint64_t begin = file->end, next = file->size;
    struct pair entry;
    int error;

    error = fetch(file, first * COG_CDB_PAIR,
                  (last - first + 1) * COG_CDB_PAIR, PART_TABLES, &bytes);
    if (error != 0)
        return error;
    entry = pair_get(bytes + (table - first) * COG_CDB_PAIR);
    if (first < table) {
        struct pair before = pair_get(bytes);

        begin = before.first + (uint64_t) before.second * COG_CDB_PAIR;
    }
    if (last > table)
        next = pair_get(bytes + (last - first) * COG_CDB_PAIR).first;
    if (entry.first != begin || entry.first < file->end ||
        entry.first + (uint64_t) entry.second * COG_CDB_PAIR != next ||
        next > file->size)
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
    size_t len = COG_CDB_PAIR + COG_KEY_MAX;
    int error;

    if (position < COG_RECORDS_AT || position >= file->end)
        return EBADMSG;
    /* Key and head are there or the record is cut: take what there is. */
    if (len > file->end - position)
        len = file->end - position;
    if (len < COG_CDB_PAIR)
        return EBADMSG;
    error = fetch(file, position, len, PART_RECORD, front);
    if (error != 0)
        return error;
    *lengths = pair_get(*front);
    if (lengths->first > COG_KEY_MAX || lengths->second > COG_RECORD_MAX ||
        COG_CDB_PAIR + (uint64_t) lengths->first + lengths->second >
            file->end - position)
        return EBADMSG;
    return 0;
}

static inline int
record_at(const struct cog_cache_file *file, uint32_t position,
          struct cog_cache_record *record)
{
    const unsigned char *bytes = NULL, *data;
    struct pair lengths = {0, 0};
    size_t front, size;
    int error;

    error = fetch_front(file, position, &lengths, &bytes);
    if (error != 0)
        return error;
    front = COG_CDB_PAIR + lengths.first;
    size = front + lengths.second;
    if (lengths.first == 0 || lengths.second < COG_HEAD_BYTES)
        return EBADMSG;
    if (file->bytes == NULL) {
        if (size > sizeof file->scratch->record)
            return EBADMSG;
        error = fetch(file, position, size, PART_RECORD, &bytes);
        if (error != 0)
            return error;
        /* It may have changed between the two reads, in a file forged. */
        if (pair_get(bytes).first != lengths.first ||
            pair_get(bytes).second != lengths.second)
            return EBADMSG;
    }
    data = bytes + front;
    if (cog_cache_sum(bytes, front, data + COG_HEAD_VERSION,
                      lengths.second - COG_HEAD_VERSION) !=
            cog_le64_get(data + COG_HEAD_SUM) ||
        data[COG_HEAD_KIND] != bytes[COG_CDB_PAIR])
        return EBADMSG;
    if (data[COG_HEAD_VERSION] != COG_FORMAT_VERSION)
        return EPROTONOSUPPORT;
    record->position = position;
    record->key = bytes + COG_CDB_PAIR;
    record->key_len = lengths.first;
    record->data = data + COG_HEAD_BYTES;
    record->len = lengths.second - COG_HEAD_BYTES;
    record->next = position + (uint32_t) size;
    return 0;
}

int
cog_cache_file_at(const struct cog_cache_file *file, uint32_t position,
                  struct cog_cache_record *record)
{
    return record_at(file, position, record);
}

/* Whether the key at a position has the hash that its slot says. */
static int
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

/* Where a search is in its table. */
struct probe {
    const struct cog_cache_file *file;
    struct pair table;
    uint32_t index; /* of the next slot that is to be fetched */
    uint32_t left;  /* slots not seen yet */
    uint32_t have;  /* slots at bytes that are not seen yet */
    const unsigned char *bytes;
};

static inline void
probe_from(struct probe *probe, uint32_t start)
{
    probe->index = start;
    probe->left = probe->table.second;
    probe->have = 0;
}

/* The next slot; ENOENT after an empty one or after all. */
static inline int
next_slot(struct probe *probe, struct pair *slot)
{
    if (probe->left == 0)
        return ENOENT;
    if (probe->have == 0) {
        uint32_t count = probe->table.second - probe->index;
        int error;

        if (count > COG_SLOTS_AT_ONCE)
            count = COG_SLOTS_AT_ONCE;
        error =
            fetch(probe->file,
                  probe->table.first + (uint64_t) probe->index * COG_CDB_PAIR,
                  count * COG_CDB_PAIR, PART_SLOTS, &probe->bytes);
        if (error != 0)
            return error;
        probe->have = count;
        probe->index += count;
        if (probe->index == probe->table.second)
            probe->index = 0;
    }
    *slot = pair_get(probe->bytes);
    probe->bytes += COG_CDB_PAIR;
    probe->have--;
    probe->left--;
    if (slot->second == 0)
        return slot->first == 0 ? ENOENT : EBADMSG;
    return 0;
}

/*
 * Before "not there" is said: was a slot passed by that is not what its
 * record says? A flipped bit in a hash would hide the record otherwise.
 */
static int
confirm_miss(struct probe *probe, uint32_t start)
{
    struct pair slot = {0, 0};
    int error;

    probe_from(probe, start);
    while ((error = next_slot(probe, &slot)) == 0) {
        error = check_slot(probe->file, slot);
        if (error != 0)
            return error;
    }
    return error;
}

int
cog_cache_file_find_hashed(const struct cog_cache_file *file,
                           const unsigned char *key, size_t key_len,
                           uint32_t hash, struct cog_cache_record *record)
{
    struct probe probe = {.file = file};
    struct cog_cache_record candidate;
    struct pair slot = {0, 0};
    bool passed = false;
    uint32_t start;
    int error;

    if (key_len == 0 || key_len > COG_KEY_MAX)
        return ENOENT;
    error = find_table(file, hash % COG_CDB_TABLES, &probe.table);
    if (error != 0)
        return error;
    if (probe.table.second == 0)
        return ENOENT;
    start = (hash / COG_CDB_TABLES) % probe.table.second;
    probe_from(&probe, start);
    for (; (error = next_slot(&probe, &slot)) == 0; passed = true) {
        if (slot.first != hash)
            continue;
        /* The stamp: its key is empty, ours is not. */
        if (slot.second == COG_CDB_HEADER)
            continue;
        error = record_at(file, slot.second, &candidate);
        if (error != 0)
            return error;
        if (candidate.key_len == key_len &&
            memcmp(candidate.key, key, key_len) == 0) {
            *record = candidate;
            return 0;
        }
    }
    return error == ENOENT && passed ? confirm_miss(&probe, start) : error;
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
                      COG_CDB_PAIR, PART_SLOTS, &bytes);
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

int
cog_cache_file_open(const char *directory, const char *name, bool secret,
                    int *fd, uint64_t *size)
{
    char path[512];
    size_t dir_len = strlen(directory), name_len = strlen(name);
    int error;

    if (dir_len > sizeof path - 2 - name_len)
        return ENAMETOOLONG;
    memcpy(path, directory, dir_len);
    path[dir_len] = '/';
    memcpy(path + dir_len + 1, name, name_len + 1);
    error =
        cog_trusted_open(path, secret ? COG_TRUST_SECRET : COG_TRUST_PUBLIC,
                         COG_CDB_SIZE_MAX, fd, size, NULL);
    if (error == ELOOP)
        return EPERM;
    return error == ENOENT ? ENODATA : error;
}

int
cog_cache_file_map(const char *directory, const char *name, bool secret,
                   struct cog_cache_file *file)
{
    cog_cleanup_fd int fd = -1;
    uint64_t size = 0;
    void *bytes;
    int error;

    error = cog_cache_file_open(directory, name, secret, &fd, &size);
    if (error != 0)
        return error;
    if (size < COG_RECORDS_AT)
        return EBADMSG;
    bytes = mmap(NULL, (size_t) size, PROT_READ, MAP_SHARED, fd, 0);
    if (bytes == MAP_FAILED)
        return errno;
    error = cog_cache_file_from_bytes(bytes, size, file);
    if (error != 0)
        (void) munmap(bytes, (size_t) size);
    return error;
}

void
cog_cache_file_unmap(struct cog_cache_file *file)
{
    if (file->bytes != NULL)
        (void) munmap((void *) (uintptr_t) file->bytes, file->size);
    file->bytes = NULL;
    file->size = 0;
}
