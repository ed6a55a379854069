/* SPDX-License-Identifier: Apache-2.0 */
/* A walk over both accounts files; see the header. */
#include "accounts/cache_cursor.h"

#include <errno.h>
#include <string.h>
#include <sys/mman.h>

#include "accounts/cache_record.h"

static int
map_file(const char *directory, const char *name, struct cog_cache_file *file)
{
    int error = cog_cache_file_map(directory, name, false, file);

    if (error == 0)
        (void) madvise((void *) (uintptr_t) file->bytes, file->size,
                       MADV_SEQUENTIAL);
    return error;
}

static int
map_both(const char *directory, struct cog_cache_cursor *cursor)
{
    int error = map_file(directory, COG_RECENT_FILE, &cursor->recent);

    if (error != 0)
        return error;
    error = map_file(directory, COG_BASE_FILE, &cursor->base);
    if (error != ENODATA)
        return error;
    return (cursor->recent.flags & COG_STAMP_HAS_BASE) == 0 ? 0 : EBADMSG;
}

int
cog_cache_cursor_open(const char *directory, struct cog_cache_cursor *cursor)
{
    int error;

    cog_cache_cursor_close(cursor);
    error = map_both(directory, cursor);
    if (error != 0)
        cog_cache_cursor_close(cursor);
    else
        cog_cache_cursor_rewind(cursor);
    return error;
}

bool
cog_cache_cursor_is_open(const struct cog_cache_cursor *cursor)
{
    return cursor->recent.bytes != NULL;
}

void
cog_cache_cursor_rewind(struct cog_cache_cursor *cursor)
{
    cursor->in_base = false;
    cursor->next = COG_RECORDS_AT;
}

/* 0 when recent has no such key: then base's record counts. */
static int
check_not_newer(const struct cog_cache_cursor *cursor,
                const struct cog_cache_record *record)
{
    struct cog_cache_record newer;
    int error = cog_cache_file_find(&cursor->recent, record->key,
                                    record->key_len, &newer);

    if (error == 0)
        return EEXIST;
    return error == ENOENT ? 0 : error;
}

/* The next record of a kind that no newer one hides. */
static int
next_record(struct cog_cache_cursor *cursor, unsigned char kind,
            struct cog_cache_record *record)
{
    for (;;) {
        const struct cog_cache_file *file =
            cursor->in_base ? &cursor->base : &cursor->recent;
        int error = 0;

        if (file->bytes == NULL)
            return ENOENT;
        if (cursor->next == file->end) {
            if (cursor->in_base)
                return ENOENT;
            cursor->in_base = true;
            cursor->next = COG_RECORDS_AT;
            continue;
        }
        error = cog_cache_file_at(file, cursor->next, record);
        if (error == 0 && record->key[0] == kind && cursor->in_base)
            error = check_not_newer(cursor, record);
        if (error != 0 && error != EEXIST)
            return error;
        cursor->next = record->next;
        if (error == 0 && record->key[0] == kind)
            return 0;
    }
}

int
cog_cache_cursor_account(struct cog_cache_cursor *cursor,
                         struct cog_account *account)
{
    struct cog_cache_mark before = cog_cache_cursor_mark(cursor);
    struct cog_cache_record record;
    int error;

    if (!cog_cache_cursor_is_open(cursor))
        return EBADF;
    error = next_record(cursor, 'N', &record);
    if (error == 0)
        error = cog_cache_parse_account(&record, account);
    if (error != 0 && error != ENOENT)
        cog_cache_cursor_return(cursor, before);
    return error;
}

int
cog_cache_cursor_group(struct cog_cache_cursor *cursor,
                       struct cog_group *group)
{
    struct cog_cache_mark before = cog_cache_cursor_mark(cursor);
    struct cog_cache_record record;
    int error;

    if (!cog_cache_cursor_is_open(cursor))
        return EBADF;
    error = next_record(cursor, 'G', &record);
    if (error == 0)
        error = cog_cache_parse_group(&record, group);
    if (error != 0 && error != ENOENT)
        cog_cache_cursor_return(cursor, before);
    return error;
}

struct cog_cache_mark
cog_cache_cursor_mark(const struct cog_cache_cursor *cursor)
{
    return (struct cog_cache_mark){cursor->in_base, cursor->next};
}

void
cog_cache_cursor_return(struct cog_cache_cursor *cursor,
                        struct cog_cache_mark mark)
{
    cursor->in_base = mark.in_base;
    cursor->next = mark.next;
}

void
cog_cache_cursor_close(struct cog_cache_cursor *cursor)
{
    cog_cache_file_unmap(&cursor->recent);
    cog_cache_file_unmap(&cursor->base);
    cog_cache_cursor_rewind(cursor);
}
