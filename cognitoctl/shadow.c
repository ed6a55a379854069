/* SPDX-License-Identifier: Apache-2.0 */
/* Lines of passwd(5), shadow(5) and subuid(5); see the header. */
#include "cognitoctl/shadow.h"

#include "base/text.h"

#include <stdint.h>
#include <string.h>

struct field {
    const char *at;
    size_t len;
};

/* The next line without its end; false when there is none. */
static bool
take_line(const char **at, size_t *len, struct field *line)
{
    const char *end;
    size_t used;

    if (*len == 0)
        return false;
    end = memchr(*at, '\n', *len);
    *line = (struct field){*at, end != NULL ? (size_t) (end - *at) : *len};
    used = end != NULL ? line->len + 1 : line->len;
    *at += used;
    *len -= used;
    return true;
}

/* The index-th field of a line, counted from 0; false when it has fewer. */
static bool
find_field(struct field line, unsigned index, struct field *field)
{
    for (;;) {
        const char *end = line.len > 0 ? memchr(line.at, ':', line.len) : NULL;
        size_t len = end != NULL ? (size_t) (end - line.at) : line.len;

        if (index-- == 0) {
            *field = (struct field){line.at, len};
            return true;
        }
        if (end == NULL)
            return false;
        line.at += len + 1;
        line.len -= len + 1;
    }
}

static bool
keep(struct field field, char *out, size_t size)
{
    if (field.len >= size ||
        (field.len > 0 && memchr(field.at, '\0', field.len) != NULL))
        return false;
    memcpy(out, field.at, field.len);
    out[field.len] = '\0';
    return true;
}

/* False for what is no number of 32 bits. */
static bool
find_number(struct field line, unsigned index, uint64_t *number)
{
    struct field field;
    char digits[16];

    return find_field(line, index, &field) &&
           keep(field, digits, sizeof digits) &&
           cog_text_to_number(digits, UINT32_MAX, number) == 0;
}

bool
cog_passwd_next(const char **at, size_t *len, struct cog_passwd_line *line)
{
    struct field text, name, uid, shell;

    while (take_line(at, len, &text)) {
        uint64_t number = 0;

        if (!find_field(text, 0, &name) || !find_field(text, 2, &uid) ||
            !find_field(text, 6, &shell) ||
            !keep(name, line->name, sizeof line->name) ||
            !keep(shell, line->shell, sizeof line->shell) || name.len == 0)
            continue;
        line->uid = find_number(text, 2, &number) ? (unsigned long) number
                                                  : (unsigned long) -1;
        return true;
    }
    return false;
}

bool
cog_shadow_usable(const char *bytes, size_t len, const char *name)
{
    struct field line, field;

    while (take_line(&bytes, &len, &line)) {
        if (!find_field(line, 0, &field) || field.len != strlen(name) ||
            memcmp(field.at, name, field.len) != 0)
            continue;
        /* The shortest hash, DES's, has 13 characters. */
        return find_field(line, 1, &field) && field.len >= 13 &&
               field.at[0] != '!' && field.at[0] != '*';
    }
    return false;
}

bool
cog_subids_next(const char **at, size_t *len, struct cog_subids_line *line)
{
    struct field text, name;

    while (take_line(at, len, &text)) {
        if (find_field(text, 0, &name) && name.len > 0 &&
            keep(name, line->name, sizeof line->name) &&
            find_number(text, 1, &line->first) &&
            find_number(text, 2, &line->count) && line->count > 0)
            return true;
    }
    return false;
}
