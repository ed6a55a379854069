/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Fuzz target: an accounts file, a file of keys or a login store, as hostile
 * as it comes. Input: one byte of choices, then the file. Bit 0: sums are
 * repaired first (else hardly an input would get past them); bit 1: the file
 * is base, too, where two are read at once.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "accounts/bulk_load.h"
#include "accounts/cache_cursor.h"
#include "accounts/cache_file.h"
#include "accounts/cache_record.h"
#include "accounts/little_endian.h"
#include "accounts/login_record.h"
#include "tests/fuzz/target.h"

/* The stamp of a file of this size, and the sums of its records. */
static void
repair(unsigned char *bytes, size_t size)
{
    unsigned char *stamp = bytes + COG_STAMP_AT;
    size_t at = COG_RECORDS_AT;
    uint32_t end;

    if (size < COG_RECORDS_AT)
        return;
    memcpy(stamp, COG_MAGIC, 8);
    cog_le32_put(bytes + COG_CDB_HEADER, 0);
    cog_le32_put(bytes + COG_CDB_HEADER + 4, COG_STAMP_BYTES);
    cog_le32_put(stamp + COG_STAMP_SIZE, (uint32_t) size);
    cog_le64_put(stamp + COG_STAMP_SUM,
                 cog_cache_sum(stamp, COG_STAMP_SUPERSEDED,
                               stamp + COG_STAMP_FLAGS,
                               COG_STAMP_SUM - COG_STAMP_FLAGS));
    end = cog_le32_get(stamp + COG_STAMP_END);
    while (at + COG_CDB_PAIR < size && at < end) {
        size_t key_len = cog_le32_get(bytes + at);
        size_t len = cog_le32_get(bytes + at + 4);
        size_t front = COG_CDB_PAIR + key_len;
        unsigned char *record = bytes + at + front;

        if (key_len == 0 || key_len > COG_KEY_MAX || len < COG_HEAD_BYTES ||
            len > COG_RECORD_MAX || front + len > size - at)
            return;
        record[COG_HEAD_VERSION] = COG_FORMAT_VERSION;
        record[COG_HEAD_KIND] = bytes[at + COG_CDB_PAIR];
        cog_le64_put(record + COG_HEAD_SUM,
                     cog_cache_sum(bytes + at, front,
                                   record + COG_HEAD_VERSION,
                                   len - COG_HEAD_VERSION));
        at += front + len;
    }
}

static void
parse_members(const struct cog_cache_record *record)
{
    struct cog_members members;

    if (cog_cache_parse_members(record, &members) != 0)
        return;
    must(members.len <= COG_MEMBERS_BYTES && members.chunk < members.chunks &&
         members.chunks <= COG_MEMBERS_CHUNKS_MAX);
    for (size_t at = 0; at < members.len;) {
        size_t len = strnlen(members.names + at, members.len - at);

        must(len < members.len - at &&
             cog_login_name_check(members.names + at, len) == COG_FAULT_NONE);
        at += len + 1;
    }
}

static void
parse_tombstone(const struct cog_cache_record *record)
{
    struct cog_tombstone tombstone;

    if (cog_cache_parse_tombstone(record, &tombstone) == 0)
        must(cog_group_name_check(tombstone.name, strlen(tombstone.name)) ==
             COG_FAULT_NONE);
}

/* The short look at the settings says what the long one says. */
static void
parse_settings(const struct cog_cache_record *record)
{
    struct cog_settings settings;
    struct cog_settings_view view;

    if (cog_cache_parse_settings(record, &settings) != 0)
        return;
    must(cog_settings_check(&settings) == COG_FAULT_NONE);
    must(cog_cache_view_settings(record, &view) == 0 &&
         view.enumerate == settings.enumerate &&
         view.group_map_count == settings.group_map_count);
}

/* What is believed must keep the rules. */
static void
parse(const struct cog_cache_record *record)
{
    struct cog_account account;
    struct cog_group group;
    struct cog_gids gids;
    struct cog_login_entry login;
    struct cog_id_owner owner;
    uint32_t number = 0;

    if (cog_cache_parse_account(record, &account) == 0 &&
        (cog_id_is_forbidden(account.uid) || account.uid != account.gid ||
         cog_login_name_check(account.name, strlen(account.name)) !=
             COG_FAULT_NONE))
        abort();
    parse_settings(record);
    parse_members(record);
    parse_tombstone(record);
    if (cog_cache_parse_group(record, &group) == 0 &&
        (cog_id_is_forbidden(group.gid) ||
         cog_group_name_check(group.name, strlen(group.name)) !=
             COG_FAULT_NONE))
        abort();
    if (cog_cache_parse_gids(record, &gids) == 0) {
        for (size_t i = 0; i < gids.count; i++) {
            if (cog_id_is_forbidden(gids.list[i]))
                abort();
        }
    }
    if (cog_login_parse(record, &login) == 0 && cog_login_check(&login) != 0)
        abort();
    (void) cog_login_parse_owner(record, &number, &owner);
    (void) cog_cache_parse_number(record, &number);
}

static void
find(const struct cog_cache_file *file, const struct cog_cache_key *key)
{
    struct cog_cache_record record, target;
    uint32_t position = 0;

    if (cog_cache_file_find(file, key->bytes, key->len, &record) != 0)
        return;
    if (record.key_len != key->len ||
        memcmp(record.key, key->bytes, key->len) != 0)
        abort();
    parse(&record);
    if (cog_cache_parse_number(&record, &position) == 0 &&
        cog_cache_file_at(file, position, &target) == 0)
        parse(&target);
}

static void
use(const struct cog_cache_file *file)
{
    static const char kinds[] = "NiGLk";
    static const char numbers[] = "UgIx";
    struct cog_cache_record record;
    const struct cog_cache_record *previous = NULL;
    struct cog_cache_key key;

    for (size_t i = 0; i < sizeof kinds - 1; i++) {
        cog_cache_key_name(kinds[i], "alice", &key);
        find(file, &key);
        cog_cache_key_name(kinds[i], "nosuch", &key);
        find(file, &key);
    }
    for (size_t i = 0; i < sizeof numbers - 1; i++) {
        cog_cache_key_id(numbers[i], 1900000001, &key);
        find(file, &key);
        cog_cache_key_id(numbers[i], 5, &key);
        find(file, &key);
    }
    cog_cache_key_settings(&key);
    find(file, &key);
    cog_cache_key_members(2000000000, 0, &key);
    find(file, &key);
    while (cog_cache_file_next(file, previous, &record) == 0) {
        previous = &record;
        parse(&record);
        key.len = record.key_len;
        memcpy(key.bytes, record.key, key.len);
        find(file, &key);
    }
    (void) cog_cache_file_check(file);
}

/* A walk ends, and what it gives keeps the rules. */
static void
walk(const struct cog_cache_cursor *files)
{
    struct cog_cache_cursor cursor = *files;
    struct cog_account account;
    struct cog_group group;
    uint64_t most = (uint64_t) cursor.recent.size + cursor.base.size;

    cog_cache_cursor_rewind(&cursor);
    while (cog_cache_cursor_account(&cursor, &account) == 0) {
        must(most-- > 0);
        must(!cog_id_is_forbidden(account.uid));
    }
    cog_cache_cursor_rewind(&cursor);
    while (cog_cache_cursor_group(&cursor, &group) == 0) {
        must(most-- > 0);
        must(!cog_id_is_forbidden(group.gid));
    }
}

/* What a listing would load; each id once from these files. */
static void
load(const struct cog_cache_levels *levels)
{
    static const struct cog_id_key key = {{1}};
    cog_cleanup_id_table struct cog_id_table table = {.uses = NULL};

    if (cog_bulk_load_files(&table, levels) == 0) {
        for (size_t i = 0; i < table.count; i++)
            must(cog_id_table_find(&table, COG_USE_FILES, table.uses[i].id) ==
                 &table.uses[i]);
    }
    (void) cog_bulk_load_store(&table, &levels->recent, &key);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct cog_cache_cursor cursor = COG_CACHE_CURSOR_CLOSED;
    struct cog_cache_levels levels = COG_CACHE_LEVELS_EMPTY;
    struct cog_cache_file file;
    unsigned char *bytes;

    if (size < 1)
        return 0;
    /* A copy of its own length, so that reading over its end is seen. */
    bytes = malloc(size - 1 > 0 ? size - 1 : 1);
    if (bytes == NULL)
        return 0;
    memcpy(bytes, data + 1, size - 1);
    if ((data[0] & 1) != 0)
        repair(bytes, size - 1);
    if (cog_cache_file_from_bytes(bytes, size - 1, &file) == 0) {
        use(&file);
        cursor.recent = levels.recent = file;
        if ((data[0] & 2) != 0)
            cursor.base = levels.base = file;
        walk(&cursor);
        load(&levels);
    }
    free(bytes);
    return 0;
}
