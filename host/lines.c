/* SPDX-License-Identifier: Apache-2.0 */
/* Lines of a small file; see the header. */
#include "host/lines.h"

#include "base/text.h"

#include <errno.h>
#include <string.h>

/* The next line without its end; false when there is none. */
static bool
next_line(struct cog_lines *lines, const char **line, size_t *len)
{
    const char *stop = NULL;

    if (lines->at != lines->end)
        stop = memchr(lines->at, '\n', (size_t) (lines->end - lines->at));
    if (stop == NULL)
        return false;
    *line = lines->at;
    *len = (size_t) (stop - lines->at);
    lines->at = stop + 1;
    return true;
}

bool
cog_lines_text(struct cog_lines *lines, char *out, size_t size)
{
    const char *line;
    size_t len;

    if (!next_line(lines, &line, &len) || len >= size ||
        memchr(line, '\0', len) != NULL)
        return false;
    memcpy(out, line, len);
    out[len] = '\0';
    return true;
}

bool
cog_lines_number(struct cog_lines *lines, uint64_t max, uint64_t *number)
{
    char text[24];

    return cog_lines_text(lines, text, sizeof text) &&
           cog_text_to_number(text, max, number) == 0;
}

bool
cog_lines_time(struct cog_lines *lines, int64_t *time_s)
{
    uint64_t number;

    if (!cog_lines_number(lines, (uint64_t) COG_LINES_TIME_MAX, &number))
        return false;
    *time_s = (int64_t) number;
    return true;
}

bool
cog_lines_is(struct cog_lines *lines, const char *text)
{
    char found[64];

    return cog_lines_text(lines, found, sizeof found) &&
           strcmp(found, text) == 0;
}

bool
cog_lines_is_token(const char *text, size_t len)
{
    for (size_t i = 0; i < len; i++) {
        if (text[i] <= ' ' || text[i] > '~')
            return false;
    }
    return true;
}

int
cog_lines_token(struct cog_lines *lines, size_t max, struct cog_secret *token)
{
    const char *line;
    size_t len;

    if (!next_line(lines, &line, &len) || len > max ||
        !cog_lines_is_token(line, len))
        return EBADMSG;
    return len == 0 ? 0 : cog_secret_set(token, line, len);
}

bool
cog_lines_end(const struct cog_lines *lines)
{
    return lines->at == lines->end;
}
