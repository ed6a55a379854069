/* SPDX-License-Identifier: Apache-2.0 */
/* A change to the text of an id map; see the header. */
#include "cognitoctl/id_map_edit.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A piece of the text. */
struct piece {
    const char *at;
    size_t len;
};

static size_t
blanks_at(struct piece rest)
{
    size_t len = 0;

    while (len < rest.len && (rest.at[len] == ' ' || rest.at[len] == '\t'))
        len++;
    return len;
}

static size_t
word_at(struct piece rest)
{
    size_t len = 0;

    while (len < rest.len && rest.at[len] != ' ' && rest.at[len] != '\t')
        len++;
    return len;
}

static void
skip(struct piece *piece, size_t len)
{
    piece->at += len;
    piece->len -= len;
}

/* The number in a line that has this name; at is NULL in others. */
static struct piece
number_in(struct piece line, const char *name)
{
    size_t len;

    skip(&line, blanks_at(line));
    len = word_at(line);
    if (len != strlen(name) || memcmp(line.at, name, len) != 0)
        return (struct piece){NULL, 0};
    skip(&line, len);
    skip(&line, blanks_at(line));
    return (struct piece){line.at, word_at(line)};
}

/* The number of a name in the whole text, or nothing at its end. */
static struct piece
find_number(const char *bytes, size_t len, const char *name)
{
    const char *at = bytes, *end = bytes + len;

    while (at < end) {
        const char *stop = memchr(at, '\n', (size_t) (end - at));
        struct piece line = {at, (size_t) ((stop ? stop : end) - at)};
        struct piece number = number_in(line, name);

        if (number.at != NULL)
            return number;
        at = stop ? stop + 1 : end;
    }
    return (struct piece){end, 0};
}

int
cog_id_map_edit(const char *bytes, size_t len, const char *name, uint32_t id,
                char **out, size_t *out_len)
{
    struct piece number = find_number(bytes, len, name);
    size_t before = (size_t) (number.at - bytes);
    size_t behind = len - before - number.len;
    size_t room = len + strlen(name) + 16;
    char *text = malloc(room);
    size_t used = before;

    if (text == NULL)
        return ENOMEM;
    memcpy(text, bytes, before);
    if (number.len > 0) {
        used += (size_t) snprintf(text + used, room - used, "%" PRIu32, id);
    } else {
        if (before > 0 && bytes[before - 1] != '\n')
            text[used++] = '\n';
        used += (size_t) snprintf(text + used, room - used, "%s %" PRIu32 "\n",
                                  name, id);
    }
    memcpy(text + used, number.at + number.len, behind);
    *out = text;
    *out_len = used + behind;
    return 0;
}
