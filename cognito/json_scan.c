/* SPDX-License-Identifier: Apache-2.0 */
/* A checker of JSON's grammar without memory of its own; see the header. */
#include "cognito/json_scan.h"

#include <stdint.h>
#include <string.h>

#include "base/text.h"

struct scan {
    const char *at;
    const char *end;
    size_t members;
    size_t values;
    int depth;
};

static bool scan_value(struct scan *scan);

static void
skip_space(struct scan *scan)
{
    while (scan->at < scan->end && *scan->at != '\0' &&
           strchr(" \t\r\n", *scan->at) != NULL)
        scan->at++;
}

static bool
take(struct scan *scan, char wanted)
{
    if (scan->at == scan->end || *scan->at != wanted)
        return false;
    scan->at++;
    return true;
}

/* Four hex digits. */
static bool
scan_unit(struct scan *scan, uint32_t *unit)
{
    static const char digits[] = "0123456789abcdef";
    uint32_t sum = 0;

    if (scan->end - scan->at < 4)
        return false;
    for (int i = 0; i < 4; i++) {
        char c = cog_ascii_to_lower(scan->at[i]);
        const char *found = c == '\0' ? NULL : strchr(digits, c);

        if (found == NULL)
            return false;
        sum = sum << 4 | (uint32_t) (found - digits);
    }
    scan->at += 4;
    *unit = sum;
    return true;
}

/* Behind "\u". Surrogates come in pairs, high one first. */
static bool
scan_escaped_unit(struct scan *scan, bool *has_nul)
{
    uint32_t unit, low;

    if (!scan_unit(scan, &unit))
        return false;
    if (unit == 0)
        *has_nul = true;
    if (unit < 0xd800 || unit > 0xdfff)
        return true;
    return unit < 0xdc00 && take(scan, '\\') && take(scan, 'u') &&
           scan_unit(scan, &low) && low >= 0xdc00 && low <= 0xdfff;
}

static bool
scan_string(struct scan *scan, bool *has_nul)
{
    *has_nul = false;
    if (!take(scan, '"'))
        return false;
    while (scan->at < scan->end) {
        unsigned char c = (unsigned char) *scan->at++;

        if (c == '"')
            return true;
        if (c < 0x20)
            return false;
        if (c != '\\')
            continue;
        if (take(scan, 'u')) {
            if (!scan_escaped_unit(scan, has_nul))
                return false;
        } else if (scan->at == scan->end || *scan->at == '\0' ||
                   strchr("\"\\/bfnrt", *scan->at++) == NULL) {
            return false;
        }
    }
    return false;
}

/* One or more digits. */
static bool
scan_digits(struct scan *scan)
{
    const char *begin = scan->at;

    while (scan->at < scan->end && cog_ascii_is_digit(*scan->at))
        scan->at++;
    return scan->at > begin;
}

static bool
scan_number(struct scan *scan)
{
    (void) take(scan, '-');
    if (!take(scan, '0') && !scan_digits(scan))
        return false;
    if (take(scan, '.') && !scan_digits(scan))
        return false;
    if (take(scan, 'e') || take(scan, 'E')) {
        if (!take(scan, '+'))
            (void) take(scan, '-');
        return scan_digits(scan);
    }
    return true;
}

static bool
scan_word(struct scan *scan, const char *word)
{
    size_t len = strlen(word);

    if ((size_t) (scan->end - scan->at) < len ||
        memcmp(scan->at, word, len) != 0)
        return false;
    scan->at += len;
    return true;
}

static bool
scan_member(struct scan *scan)
{
    bool has_nul;

    skip_space(scan);
    if (!scan_string(scan, &has_nul) || has_nul)
        return false;
    skip_space(scan);
    scan->members++;
    return take(scan, ':') && scan_value(scan);
}

/* Behind the opening bracket: members or elements up to the closing one. */
static bool
scan_list(struct scan *scan, char close, bool (*scan_element)(struct scan *))
{
    if (++scan->depth > COG_JSON_DEPTH)
        return false;
    skip_space(scan);
    if (!take(scan, close)) {
        do {
            if (!scan_element(scan))
                return false;
            skip_space(scan);
        } while (take(scan, ','));
        if (!take(scan, close))
            return false;
    }
    scan->depth--;
    return true;
}

/* The recursion ends at COG_JSON_DEPTH. */
static bool
scan_value(struct scan *scan)
{
    bool has_nul;

    skip_space(scan);
    if (scan->at == scan->end || ++scan->values > COG_JSON_VALUES_MAX)
        return false;
    switch (*scan->at) {
    case '{':
        scan->at++;
        return scan_list(scan, '}', scan_member);
    case '[':
        scan->at++;
        return scan_list(scan, ']', scan_value);
    case '"':
        return scan_string(scan, &has_nul);
    case 't':
        return scan_word(scan, "true");
    case 'f':
        return scan_word(scan, "false");
    case 'n':
        return scan_word(scan, "null");
    default:
        return scan_number(scan);
    }
}

/* Behind "\u": one half of a pair, high or low. */
static bool
is_half(struct scan scan)
{
    uint32_t unit;

    return scan_unit(&scan, &unit) && unit >= 0xd800 && unit <= 0xdfff;
}

void
cog_json_blank_halves(char *bytes, size_t len)
{
    struct scan scan = {.at = bytes, .end = bytes + len};
    bool has_nul;

    while (scan.at < scan.end) {
        char *digits;

        /* A backslash has no place but in strings. */
        if (*scan.at++ != '\\' || scan.at == scan.end || *scan.at++ != 'u')
            continue;
        digits = bytes + (scan.at - bytes);
        if (scan_escaped_unit(&scan, &has_nul))
            continue; /* behind the pair, if it is one */
        scan.at = digits;
        if (is_half(scan))
            memcpy(digits, "0000", 4);
    }
}

bool
cog_json_scan(const char *bytes, size_t len, size_t *members)
{
    struct scan scan = {.at = bytes};

    if (len == 0 || !cog_text_is_utf8(bytes, len))
        return false;
    scan.end = bytes + len;
    if (!scan_value(&scan))
        return false;
    skip_space(&scan);
    if (scan.at != scan.end)
        return false;
    *members = scan.members;
    return true;
}
