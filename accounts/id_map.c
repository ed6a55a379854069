/* SPDX-License-Identifier: Apache-2.0 */
/* The map file of ids; see the header. */
#include "accounts/id_map.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/text.h"
#include "base/transfer.h"

void
cog_id_map_clear(struct cog_id_map *map)
{
    free(map->entries);
    *map = (struct cog_id_map){.entries = NULL};
}

/* Bytes of the file that are not read yet. */
struct rest {
    const char *at, *end;
};

static bool
is_blank(char c)
{
    return c == ' ' || c == '\t';
}

static void
skip_blanks(struct rest *rest)
{
    while (rest->at < rest->end && is_blank(*rest->at))
        rest->at++;
}

/* The bytes up to the next blank or the end. */
static struct rest
take_word(struct rest *rest)
{
    struct rest word = {rest->at, rest->at};

    while (rest->at < rest->end && !is_blank(*rest->at))
        rest->at++;
    word.end = rest->at;
    return word;
}

static bool
parse_name(struct rest word, struct cog_id_map_entry *entry)
{
    size_t len;

    entry->kind = COG_ID_USER;
    if (word.at < word.end && *word.at == '%') {
        entry->kind = COG_ID_GROUP;
        word.at++;
    }
    len = (size_t) (word.end - word.at);
    if ((entry->kind == COG_ID_USER
             ? cog_login_name_check(word.at, len)
             : cog_group_name_check(word.at, len)) != COG_FAULT_NONE)
        return false;
    memcpy(entry->name, word.at, len);
    entry->name[len] = '\0';
    return true;
}

/* Decimal without sign or leading zeros, which others read as octal. */
static bool
parse_number(struct rest word, uint32_t *number)
{
    uint64_t sum = 0;

    if (word.at == word.end || word.end - word.at > 10 || *word.at == '0')
        return false;
    for (; word.at < word.end; word.at++) {
        if (!cog_ascii_is_digit(*word.at))
            return false;
        sum = sum * 10 + (uint64_t) (*word.at - '0');
    }
    *number = (uint32_t) sum;
    return sum <= UINT32_MAX;
}

/* A line without its end; *used tells whether it holds an entry. */
static bool
parse_line(struct rest line, struct cog_id_map_entry *entry, bool *used)
{
    struct rest name;

    skip_blanks(&line);
    *used = line.at < line.end && *line.at != '#';
    if (!*used)
        return memchr(line.at, '\0', (size_t) (line.end - line.at)) == NULL;
    name = take_word(&line);
    skip_blanks(&line);
    if (!parse_name(name, entry) ||
        !parse_number(take_word(&line), &entry->id))
        return false;
    skip_blanks(&line);
    return line.at == line.end;
}

static int
by_name(const void *left, const void *right)
{
    const struct cog_id_map_entry *a = left, *b = right;

    if (a->kind != b->kind)
        return a->kind < b->kind ? -1 : 1;
    return strcmp(a->name, b->name);
}

static int
by_id(const void *left, const void *right)
{
    const struct cog_id_map_entry *a = left, *b = right;

    return a->id < b->id ? -1 : a->id > b->id;
}

static bool
has_same_id(const struct cog_id_map_entry *a, const struct cog_id_map_entry *b)
{
    return by_id(a, b) == 0;
}

static bool
has_same_name(const struct cog_id_map_entry *a,
              const struct cog_id_map_entry *b)
{
    return by_name(a, b) == 0;
}

/* The first line that repeats what one before it says; 0: none. */
static uint32_t
find_repeated(const struct cog_id_map *map,
              bool (*same)(const struct cog_id_map_entry *,
                           const struct cog_id_map_entry *))
{
    uint32_t first = 0;

    for (size_t i = 1; i < map->count; i++) {
        const struct cog_id_map_entry *a = &map->entries[i - 1];
        const struct cog_id_map_entry *b = &map->entries[i];
        uint32_t later = a->line > b->line ? a->line : b->line;

        if (same(a, b) && (first == 0 || later < first))
            first = later;
    }
    return first;
}

/* Sorts by name; returns the line that is wrong, or 0. */
static uint32_t
sort_and_check(struct cog_id_map *map)
{
    uint32_t line;

    if (map->count == 0)
        return 0;
    qsort(map->entries, map->count, sizeof *map->entries, by_id);
    line = find_repeated(map, has_same_id);
    qsort(map->entries, map->count, sizeof *map->entries, by_name);
    return line != 0 ? line : find_repeated(map, has_same_name);
}

static int
add_entry(const struct cog_id_map_entry *entry, struct cog_id_map *map,
          size_t *room)
{
    if (map->count == *room) {
        size_t larger = *room == 0 ? 64 : 2 * *room;
        void *entries =
            reallocarray(map->entries, larger, sizeof *map->entries);

        if (entries == NULL)
            return ENOMEM;
        map->entries = entries;
        *room = larger;
    }
    map->entries[map->count++] = *entry;
    return 0;
}

/* All lines, in their order. */
static int
parse_lines(struct rest rest, uint32_t id_base, uint32_t id_range,
            struct cog_id_map *map, uint32_t *number)
{
    size_t room = 0;

    for (*number = 1; rest.at < rest.end; ++*number) {
        const char *end = memchr(rest.at, '\n', (size_t) (rest.end - rest.at));
        struct rest line = {rest.at, end == NULL ? rest.end : end};
        struct cog_id_map_entry entry = {.line = *number};
        bool used = false;

        if (!parse_line(line, &entry, &used) ||
            (used &&
             cog_id_check(entry.id, id_base, id_range) != COG_FAULT_NONE))
            return EBADMSG;
        if (used && add_entry(&entry, map, &room) != 0)
            return ENOMEM;
        rest.at = end == NULL ? rest.end : end + 1;
    }
    return 0;
}

int
cog_id_map_parse(const char *bytes, size_t len, uint32_t id_base,
                 uint32_t id_range, struct cog_id_map *map, uint32_t *line)
{
    cog_cleanup_id_map struct cog_id_map parsed = {.entries = NULL};
    uint32_t number = 0;
    int error = parse_lines((struct rest){bytes, bytes + len}, id_base,
                            id_range, &parsed, &number);

    if (error == 0) {
        number = sort_and_check(&parsed);
        error = number == 0 ? 0 : EBADMSG;
    }
    *line = error == EBADMSG ? number : 0;
    if (error != 0)
        return error;
    *map = parsed;
    parsed = (struct cog_id_map){.entries = NULL};
    return 0;
}

/* As many bytes as fstat told; a file that changes meanwhile is refused. */
static int
read_whole(int fd, char *bytes, size_t size)
{
    size_t got = 0;
    int error = cog_read_all(fd, bytes, size, &got);

    return error == 0 && got < size ? EIO : error;
}

int
cog_id_map_load(const char *path, uint32_t id_base, uint32_t id_range,
                struct cog_id_map *map, enum cog_trust *why, uint32_t *line)
{
    cog_cleanup_text char *bytes = NULL;
    cog_cleanup_fd int fd = -1;
    uint64_t size = 0;
    int error;

    *line = 0;
    error = cog_trusted_open(path, COG_TRUST_DIRS, COG_ID_MAP_FILE_MAX, &fd,
                             &size, why);
    if (error != 0)
        return error;
    bytes = malloc((size_t) size + 1);
    if (bytes == NULL)
        return ENOMEM;
    error = read_whole(fd, bytes, (size_t) size);
    if (error != 0) {
        *why = COG_TRUST_NOT_READ;
        return error;
    }
    error =
        cog_id_map_parse(bytes, (size_t) size, id_base, id_range, map, line);
    if (error == EBADMSG)
        *why = COG_TRUST_MALFORMED;
    return error;
}

int
cog_id_map_find(const struct cog_id_map *map, enum cog_id_kind kind,
                const char *name, uint32_t *id)
{
    struct cog_id_map_entry wanted = {.kind = kind};
    const struct cog_id_map_entry *found;
    size_t len = strnlen(name, COG_NAME_MAX + 1);

    if (map->count == 0 || len > COG_NAME_MAX)
        return ENOENT;
    memcpy(wanted.name, name, len);
    found = bsearch(&wanted, map->entries, map->count, sizeof wanted, by_name);
    if (found == NULL)
        return ENOENT;
    *id = found->id;
    return 0;
}
