/* SPDX-License-Identifier: Apache-2.0 */
/* ASCII helpers and printable text; see the header. */
#include "base/text.h"

#include <errno.h>
#include <string.h>

bool
cog_ascii_is_lower(char c)
{
    return c >= 'a' && c <= 'z';
}

bool
cog_ascii_is_upper(char c)
{
    return c >= 'A' && c <= 'Z';
}

bool
cog_ascii_is_digit(char c)
{
    return c >= '0' && c <= '9';
}

bool
cog_ascii_is_alnum(char c)
{
    return cog_ascii_is_lower(c) || cog_ascii_is_upper(c) ||
           cog_ascii_is_digit(c);
}

char
cog_ascii_to_lower(char c)
{
    return cog_ascii_is_upper(c) ? (char) (c - 'A' + 'a') : c;
}

bool
cog_ascii_equal_nocase(const char *a, const char *b)
{
    while (*a != '\0' && cog_ascii_to_lower(*a) == cog_ascii_to_lower(*b)) {
        a++;
        b++;
    }
    return *a == '\0' && *b == '\0';
}

bool
cog_ascii_contains_nocase(const char *haystack, const char *needle)
{
    for (; *haystack != '\0'; haystack++) {
        size_t i = 0;

        while (needle[i] != '\0' && cog_ascii_to_lower(haystack[i]) ==
                                        cog_ascii_to_lower(needle[i]))
            i++;
        if (needle[i] == '\0')
            return true;
    }
    return *needle == '\0';
}

bool
cog_text_begins(const char *text, const char *prefix)
{
    return strncmp(text, prefix, strlen(prefix)) == 0;
}

int
cog_text_to_number(const char *text, uint64_t max, uint64_t *number)
{
    uint64_t sum = 0;

    if (*text == '\0' || (text[0] == '0' && text[1] != '\0'))
        return EINVAL;
    for (; *text != '\0'; text++) {
        uint64_t digit;

        if (!cog_ascii_is_digit(*text))
            return EINVAL;
        digit = (uint64_t) (*text - '0');
        if (digit > max || sum > (max - digit) / 10)
            return ERANGE;
        sum = sum * 10 + digit;
    }
    *number = sum;
    return 0;
}

static void
append(char *text, size_t size, const char *more)
{
    size_t at = strlen(text), room = size - 1 - at;
    size_t len = strnlen(more, room);

    memcpy(text + at, more, len);
    text[at + len] = '\0';
}

void
cog_text_list_add(char *list, size_t size, const char *name)
{
    if (list[0] != '\0')
        append(list, size, ", ");
    append(list, size, name);
}

bool
cog_text_has_control(const char *bytes, size_t len)
{
    for (size_t i = 0; i < len; i++) {
        unsigned char c = (unsigned char) bytes[i];

        if (c < 0x20 || c == 0x7f)
            return true;
    }
    return false;
}

/* Not well-formed are overlong forms, surrogates, what is beyond U+10FFFF. */
size_t
cog_text_decode(const char *text, size_t len, uint32_t *code)
{
    const unsigned char *bytes = (const unsigned char *) text;
    static const uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
    size_t need;
    uint32_t sum;

    if (len == 0)
        return 0;
    if (bytes[0] < 0x80) {
        *code = bytes[0];
        return 1;
    }
    if (bytes[0] >= 0xc2 && bytes[0] <= 0xdf) {
        need = 2;
        sum = bytes[0] & 0x1fU;
    } else if ((bytes[0] & 0xf0) == 0xe0) {
        need = 3;
        sum = bytes[0] & 0x0fU;
    } else if (bytes[0] >= 0xf0 && bytes[0] <= 0xf4) {
        need = 4;
        sum = bytes[0] & 0x07U;
    } else {
        return 0;
    }
    if (len < need)
        return 0;
    for (size_t i = 1; i < need; i++) {
        if ((bytes[i] & 0xc0) != 0x80)
            return 0;
        sum = sum << 6 | (bytes[i] & 0x3fU);
    }
    if (sum < least[need] || sum > 0x10ffff ||
        (sum >= 0xd800 && sum <= 0xdfff))
        return 0;
    *code = sum;
    return need;
}

bool
cog_text_is_utf8(const char *bytes, size_t len)
{
    size_t i = 0;

    while (i < len) {
        uint32_t code = 0;
        size_t step = cog_text_decode(bytes + i, len - i, &code);

        if (step == 0 || code == 0)
            return false;
        i += step;
    }
    return true;
}

/* Text that is made to fit: what is cut ends in "...". */
struct shown {
    char *out;
    size_t size; /* of out; at least 8 */
    size_t used; /* so far, without the NUL */
    size_t mark; /* the most of it that leaves room for "..." and the NUL */
};

/* Append len bytes whole. If they do not fit, the text ends: false. */
static bool
show(struct shown *shown, const char *bytes, size_t len)
{
    if (len >= shown->size - shown->used) {
        memcpy(shown->out + shown->mark, "...", sizeof "...");
        return false;
    }
    memcpy(shown->out + shown->used, bytes, len);
    shown->used += len;
    shown->out[shown->used] = '\0';
    if (shown->used + sizeof "..." <= shown->size)
        shown->mark = shown->used;
    return true;
}

static bool
is_plain(unsigned char c)
{
    return c >= 0x20 && c < 0x7f && c != '\\' && c != '"';
}

void
cog_text_for_log(const char *bytes, size_t len, char *out, size_t out_size)
{
    static const char hex[] = "0123456789abcdef";
    struct shown shown = {.out = out, .size = out_size};
    bool fits = true;

    out[0] = '\0';
    for (size_t i = 0; fits && i < len; i++) {
        unsigned char c = (unsigned char) bytes[i];
        const char escaped[] = {'\\', 'x', hex[c >> 4], hex[c & 15]};

        fits = is_plain(c) ? show(&shown, &bytes[i], 1)
                           : show(&shown, escaped, sizeof escaped);
    }
}

/*
 * Characters that change how others are shown, or show nothing: a person
 * must see what was sent. Ranges from Unicode's general categories Cc, Cf,
 * Zl, Zp, Co and the noncharacters.
 */
static const struct {
    uint32_t first, last;
} hidden[] = {
    {0x00, 0x1f},       {0x7f, 0x9f},       {0xad, 0xad},
    {0x34f, 0x34f},     {0x600, 0x605},     {0x61c, 0x61c},
    {0x6dd, 0x6dd},     {0x70f, 0x70f},     {0x890, 0x891},
    {0x8e2, 0x8e2},     {0x115f, 0x1160},   {0x17b4, 0x17b5},
    {0x180b, 0x180f},   {0x200b, 0x200f},   {0x2028, 0x202e},
    {0x2060, 0x206f},   {0x3164, 0x3164},   {0xe000, 0xf8ff},
    {0xfdd0, 0xfdef},   {0xfe00, 0xfe0f},   {0xfeff, 0xfeff},
    {0xffa0, 0xffa0},   {0xfff0, 0xfffb},   {0xfffe, 0xffff},
    {0x110bd, 0x110bd}, {0x110cd, 0x110cd}, {0x13430, 0x1343f},
    {0x1bca0, 0x1bca3}, {0x1d173, 0x1d17a}, {0xe0000, 0x10ffff},
};

bool
cog_text_is_hidden(uint32_t code)
{
    for (size_t i = 0; i < sizeof hidden / sizeof hidden[0]; i++) {
        if (code >= hidden[i].first && code <= hidden[i].last)
            return true;
    }
    return false;
}

void
cog_text_for_person(const char *bytes, size_t len, char *out, size_t out_size)
{
    struct shown shown = {.out = out, .size = out_size};
    size_t step;
    bool fits = true;

    out[0] = '\0';
    for (size_t i = 0; fits && i < len; i += step) {
        uint32_t code = 0;

        step = cog_text_decode(bytes + i, len - i, &code);
        if (code == '\t' || code == '\n' || code == '\r')
            fits = show(&shown, " ", 1);
        else if (step == 0 || cog_text_is_hidden(code))
            fits = show(&shown, "?", 1);
        else
            fits = show(&shown, bytes + i, step);
        if (step == 0)
            step = 1; /* one broken byte */
    }
}
