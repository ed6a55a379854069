/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Look-ups in recent.cdb, then base.cdb; see the header.
 *
 * Two ways lead to the files. The first four look-ups of a process open,
 * pread and close: most processes make one or two, and mapping costs more
 * than it saves them. Later ones read the mapped files and make no system
 * call when they find something.
 *
 * Mappings are replaced when a file's superseded word is set, when something
 * was not found and the path leads to another file by now, and after a
 * minute: a process may have mapped a file that the writer does not reach,
 * as the lower one of an overlay that was copied up since. The time is read
 * without a system call. The
 * gate says who may touch them: GATE_OPEN plus the number of look-ups
 * inside. Whoever finds them stale clears GATE_OPEN; nobody enters then, and
 * who comes when the last one has left (gate 0) takes GATE_BUSY, maps anew,
 * and opens. Nobody ever waits: who may not enter takes the first way,
 * which shares nothing. So there is nothing to deadlock on, in signal
 * handlers neither. A child forked while another thread was inside inherits
 * a count that never falls: should the file be replaced, that child stays on
 * the first way for good, slower and right.
 *
 * Order: a fold of recent into base renames base first. So recent is always
 * opened first, and an account cannot slip through between the two.
 */
#include "accounts/cache_read.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <time.h>

#include "accounts/cache_file.h"
#include "accounts/cache_record.h"
#include "base/cleanup.h"

/* Seconds that a mapping lives. */
#define MAPPING_LIFE_S 60

#define GATE_OPEN 0x80000000U
#define GATE_BUSY 0x40000000U

/* What is looked for; number: by uid or gid, through an index record. */
struct query {
    struct cog_cache_key key;
    bool by_number;
    uint32_t number;
};

/* The number that a target of an index must have. */
static int
parse_target(char index, const struct cog_cache_record *target,
             uint32_t *number)
{
    struct cog_group group;
    int error;

    if (index == 'U')
        return cog_cache_parse_uid(target, number);
    error = cog_cache_parse_group(target, &group);
    if (error == 0)
        *number = group.gid;
    return error;
}

/* From an index record to the one that it tells of. */
static __attribute__((noinline)) int
follow(const struct cog_cache_file *file, const struct query *query,
       struct cog_cache_record *record)
{
    uint32_t position = 0, number = 0;
    int error = cog_cache_parse_number(record, &position);

    if (error == 0)
        error = cog_cache_file_at(file, position, record);
    if (error == 0)
        error = parse_target((char) query->key.bytes[0], record, &number);
    if (error != 0)
        return error;
    return number == query->number ? 0 : EBADMSG;
}

/* The record of a query in one file; an index record is followed. */
static inline int
find_in(const struct cog_cache_file *file, const struct query *query,
        struct cog_cache_record *record)
{
    int error = cog_cache_file_find_hashed(
        file, query->key.bytes, query->key.len, query->key.hash, record);

    if (error != 0 || !query->by_number)
        return error;
    return follow(file, query, record);
}

/*
 * base's answer to a number counts only if recent does not know the name:
 * else recent's record is newer and has another number.
 */
static __attribute__((noinline)) int
check_not_newer(const struct cog_cache_file *recent,
                const struct cog_cache_record *record)
{
    struct cog_cache_record newer;
    unsigned char key[COG_KEY_MAX];
    int error;

    memcpy(key, record->key, record->key_len);
    error = cog_cache_file_find(recent, key, record->key_len, &newer);
    if (error == ENOENT)
        return 0;
    return error == 0 ? ENOENT : error;
}

/* When recent had nothing. */
static inline int
find_in_base(const struct cog_cache_file *recent,
             const struct cog_cache_file *base, const struct query *query,
             struct cog_cache_record *record)
{
    int error = find_in(base, query, record);

    if (error == 0 && query->by_number)
        error = check_not_newer(recent, record);
    return error;
}

/* ---- the first way: open, pread, close */

static __attribute__((noinline)) int
find_by_reading(const struct cog_cache_reader *reader,
                const struct query *query, cog_cache_use *use, void *context)
{
    struct cog_cache_scratch recent_scratch, base_scratch;
    cog_cleanup_fd int recent_fd = -1;
    cog_cleanup_fd int base_fd = -1;
    struct cog_cache_file recent, base;
    struct cog_cache_record record;
    uint64_t size = 0;
    int error;

    error = cog_cache_file_open(reader->directory, COG_RECENT_FILE, false,
                                &recent_fd, &size);
    if (error == 0)
        error =
            cog_cache_file_from_fd(recent_fd, size, &recent_scratch, &recent);
    if (error != 0)
        return error;
    error = find_in(&recent, query, &record);
    if (error == ENOENT) {
        error = cog_cache_file_open(reader->directory, COG_BASE_FILE, false,
                                    &base_fd, &size);
        if (error == ENODATA)
            return (recent.flags & COG_STAMP_HAS_BASE) == 0 ? ENOENT : EBADMSG;
        if (error == 0)
            error =
                cog_cache_file_from_fd(base_fd, size, &base_scratch, &base);
        if (error == 0)
            error = find_in_base(&recent, &base, query, &record);
    }
    return error == 0 ? use(&record, context) : error;
}

/* ---- the second way: mapped files */

static void
unmap(struct cog_cache_map *map)
{
    cog_cache_file_unmap(&map->file);
    *map = (struct cog_cache_map){.file.bytes = NULL};
}

/* Map a file; its stamp is checked, and a superseded one is refused. */
static int
map_file(const char *directory, const char *name, struct cog_cache_map *map)
{
    cog_cleanup_fd int fd = -1;
    struct cog_cache_file file;
    struct stat status;
    uint64_t size = 0;
    void *bytes;
    int error;

    error = cog_cache_file_open(directory, name, false, &fd, &size);
    if (error != 0)
        return error;
    if (size < COG_RECORDS_AT || fstat(fd, &status) != 0)
        return EBADMSG;
    bytes = mmap(NULL, (size_t) size, PROT_READ, MAP_SHARED, fd, 0);
    if (bytes == MAP_FAILED)
        return errno;
    /* Look-ups touch a page here and there: no read-ahead, please. */
    (void) madvise(bytes, (size_t) size, MADV_RANDOM);
    error = cog_cache_file_from_bytes(bytes, size, &file);
    if (error == 0 && file.superseded)
        error = ESTALE;
    if (error != 0) {
        (void) munmap(bytes, (size_t) size);
        return error;
    }
    map->file = file;
    map->device = (uint64_t) status.st_dev;
    map->inode = (uint64_t) status.st_ino;
    return 0;
}

/* Coarse is fine and cheap; 0 is never less than a minute after anything. */
static int64_t
now_s(void)
{
    struct timespec now = {0, 0};

    if (clock_gettime(CLOCK_MONOTONIC_COARSE, &now) != 0)
        return 0;
    return (int64_t) now.tv_sec;
}

static bool
is_old(const struct cog_cache_reader *reader)
{
    int64_t age_s = now_s() - reader->mapped_s;

    return age_s < 0 || age_s >= MAPPING_LIFE_S;
}

/* Called alone. Maps both files or none. */
static bool
map_anew(struct cog_cache_reader *reader)
{
    int error;

    unmap(&reader->recent);
    unmap(&reader->base);
    reader->mapped_s = now_s();
    if (map_file(reader->directory, COG_RECENT_FILE, &reader->recent) != 0)
        return false;
    error = map_file(reader->directory, COG_BASE_FILE, &reader->base);
    if (error == 0 || (error == ENODATA &&
                       (reader->recent.file.flags & COG_STAMP_HAS_BASE) == 0))
        return true;
    unmap(&reader->recent);
    return false;
}

/* The gate is not just open: it may be nobody's, and then it is ours. */
static __attribute__((noinline)) bool
enter_slowly(struct cog_cache_reader *reader, uint32_t gate)
{
    for (;;) {
        bool fine;

        if (gate != 0 && (gate & GATE_OPEN) == 0)
            return false;
        fine = atomic_compare_exchange_weak_explicit(
            &reader->gate, &gate, gate == 0 ? GATE_BUSY : gate + 1,
            memory_order_acquire, memory_order_relaxed);
        if (!fine)
            continue;
        if (gate != 0)
            return true;
        fine = map_anew(reader);
        atomic_store_explicit(&reader->gate, fine ? GATE_OPEN + 1 : 0,
                              memory_order_release);
        return fine;
    }
}

/* Whether this look-up may use the mappings now; never waits. */
static inline bool
enter(struct cog_cache_reader *reader)
{
    uint32_t gate = atomic_load_explicit(&reader->gate, memory_order_relaxed);

    if ((gate & GATE_OPEN) != 0 &&
        atomic_compare_exchange_strong_explicit(&reader->gate, &gate, gate + 1,
                                                memory_order_acquire,
                                                memory_order_relaxed))
        return true;
    return enter_slowly(reader, gate);
}

/* stale: whoever comes after the last one shall map anew. */
static inline void
leave(struct cog_cache_reader *reader, bool stale)
{
    if (stale)
        (void) atomic_fetch_and_explicit(&reader->gate, ~GATE_OPEN,
                                         memory_order_relaxed);
    (void) atomic_fetch_sub_explicit(&reader->gate, 1, memory_order_release);
}

static bool
is_superseded(const struct cog_cache_map *map)
{
    const _Atomic uint32_t *word;

    if (map->file.bytes == NULL)
        return false;
    word = (const _Atomic uint32_t *) (const void *) (map->file.bytes +
                                                      COG_SUPERSEDED_AT);
    return atomic_load_explicit(word, memory_order_acquire) != 0;
}

/* Whether the path still leads to the file that is mapped. */
static bool
is_current(const char *directory, const char *name,
           const struct cog_cache_map *map)
{
    cog_cleanup_fd int fd = -1;
    struct stat status;
    uint64_t size = 0;
    int error = cog_cache_file_open(directory, name, false, &fd, &size);

    if (map->file.bytes == NULL)
        return error == ENODATA;
    return error == 0 && size == map->file.size && fstat(fd, &status) == 0 &&
           (uint64_t) status.st_dev == map->device &&
           (uint64_t) status.st_ino == map->inode;
}

/*
 * Of recent, while base is fetched. After a sync recent has the settings and
 * nothing else: then there is no need to look.
 */
static inline int
find_in_recent(const struct cog_cache_file *recent,
               const struct cog_cache_file *base, const struct query *query,
               struct cog_cache_record *record)
{
    if (recent->records <= 1 && query->key.bytes[0] != 'S')
        return ENOENT;
    if (base->bytes != NULL)
        cog_cache_file_prefetch(base, query->key.hash);
    return find_in(recent, query, record);
}

/* Inside of the gate. ESTALE: the files were replaced. */
static int
find_in_maps(const struct cog_cache_reader *reader, const struct query *query,
             cog_cache_use *use, void *context)
{
    const struct cog_cache_file *recent = &reader->recent.file;
    const struct cog_cache_file *base = &reader->base.file;
    struct cog_cache_record record;
    int error;

    if (is_superseded(&reader->recent) || is_superseded(&reader->base) ||
        is_old(reader))
        return ESTALE;
    error = find_in_recent(recent, base, query, &record);
    if (error == ENOENT && base->bytes != NULL)
        error = find_in_base(recent, base, query, &record);
    if (error == 0)
        return use(&record, context);
    if (error == ENOENT && !reader->trusts_mark &&
        (!is_current(reader->directory, COG_RECENT_FILE, &reader->recent) ||
         !is_current(reader->directory, COG_BASE_FILE, &reader->base)))
        return ESTALE;
    return error;
}

/* ---- both */

static bool
is_early(struct cog_cache_reader *reader)
{
    uint32_t made =
        atomic_load_explicit(&reader->lookups, memory_order_relaxed);

    if (made >= COG_CACHE_FIRST_LOOKUPS)
        return false;
    atomic_fetch_add_explicit(&reader->lookups, 1, memory_order_relaxed);
    return true;
}

static int
look_up(struct cog_cache_reader *reader, const struct query *query,
        cog_cache_use *use, void *context)
{
    /* A second try maps the new files; then the first way, always right. */
    for (int tries = 0; tries < 2 && !is_early(reader); tries++) {
        int error;

        if (!enter(reader))
            break;
        error = find_in_maps(reader, query, use, context);
        leave(reader, error == ESTALE);
        if (error != ESTALE)
            return error;
    }
    return find_by_reading(reader, query, use, context);
}

void
cog_cache_close(struct cog_cache_reader *reader)
{
    unmap(&reader->recent);
    unmap(&reader->base);
    atomic_store(&reader->gate, 0);
}

static int
parse_account(const struct cog_cache_record *record, void *output)
{
    return cog_cache_parse_account(record, output);
}

static int
parse_group(const struct cog_cache_record *record, void *output)
{
    return cog_cache_parse_group(record, output);
}

static int
parse_gids(const struct cog_cache_record *record, void *output)
{
    return cog_cache_parse_gids(record, output);
}

static int
parse_settings(const struct cog_cache_record *record, void *output)
{
    return cog_cache_parse_settings(record, output);
}

static int
parse_members(const struct cog_cache_record *record, void *output)
{
    return cog_cache_parse_members(record, output);
}

/* Nothing is asked of a file about a name that no record can have. */
static bool
key_of_login(char kind, const char *name, struct query *query)
{
    size_t len = cog_login_name_len(name);

    if (len == 0)
        return false;
    cog_cache_key_text(kind, name, len, &query->key);
    return true;
}

int
cog_cache_use_name(struct cog_cache_reader *reader, const char *name,
                   cog_cache_use *use, void *context)
{
    struct query query = {.by_number = false};

    if (!key_of_login('N', name, &query))
        return ENOENT;
    return look_up(reader, &query, use, context);
}

int
cog_cache_use_uid(struct cog_cache_reader *reader, uint32_t uid,
                  cog_cache_use *use, void *context)
{
    struct query query = {.by_number = true, .number = uid};

    if (cog_id_is_forbidden(uid))
        return ENOENT;
    cog_cache_key_id('U', uid, &query.key);
    return look_up(reader, &query, use, context);
}

int
cog_cache_find_name(struct cog_cache_reader *reader, const char *name,
                    struct cog_account *account)
{
    return cog_cache_use_name(reader, name, parse_account, account);
}

int
cog_cache_find_uid(struct cog_cache_reader *reader, uint32_t uid,
                   struct cog_account *account)
{
    return cog_cache_use_uid(reader, uid, parse_account, account);
}

int
cog_cache_find_group(struct cog_cache_reader *reader, const char *name,
                     struct cog_group *group)
{
    struct query query = {.by_number = false};

    if (cog_group_name_check(name, strnlen(name, COG_NAME_MAX + 1)) !=
        COG_FAULT_NONE)
        return ENOENT;
    cog_cache_key_name('G', name, &query.key);
    return look_up(reader, &query, parse_group, group);
}

int
cog_cache_find_gid(struct cog_cache_reader *reader, uint32_t gid,
                   struct cog_group *group)
{
    struct query query = {.by_number = true, .number = gid};

    if (cog_id_is_forbidden(gid))
        return ENOENT;
    cog_cache_key_id('g', gid, &query.key);
    return look_up(reader, &query, parse_group, group);
}

int
cog_cache_find_gids(struct cog_cache_reader *reader, const char *name,
                    struct cog_gids *gids)
{
    struct query query = {.by_number = false};

    if (!key_of_login('i', name, &query))
        return ENOENT;
    return look_up(reader, &query, parse_gids, gids);
}

int
cog_cache_find_members(struct cog_cache_reader *reader, uint32_t gid,
                       uint32_t chunk, struct cog_members *members)
{
    struct query query = {.by_number = false};

    if (cog_id_is_forbidden(gid))
        return ENOENT;
    cog_cache_key_members(gid, chunk, &query.key);
    return look_up(reader, &query, parse_members, members);
}

int
cog_cache_use_settings(struct cog_cache_reader *reader, cog_cache_use *use,
                       void *context)
{
    struct query query = {.by_number = false};

    cog_cache_key_settings(&query.key);
    return look_up(reader, &query, use, context);
}

int
cog_cache_settings(struct cog_cache_reader *reader,
                   struct cog_settings *settings)
{
    return cog_cache_use_settings(reader, parse_settings, settings);
}

static int
parse_tombstone(const struct cog_cache_record *record, void *output)
{
    return cog_cache_parse_tombstone(record, output);
}

int
cog_cache_find_tombstone(struct cog_cache_reader *reader, uint32_t id,
                         struct cog_tombstone *tombstone)
{
    struct query query = {.by_number = false};

    cog_cache_key_id('x', id, &query.key);
    return look_up(reader, &query, parse_tombstone, tombstone);
}
