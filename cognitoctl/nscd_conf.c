/* SPDX-License-Identifier: Apache-2.0 */
/* What nscd.conf(5) says about users; see the header. */
#include "cognitoctl/nscd_conf.h"

#include <string.h>

static bool
is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r';
}

/* Whether a line's next word is this one; *at moves behind it. */
static bool
take_word(const char *line, size_t len, size_t *at, const char *word)
{
    size_t size = strlen(word);

    while (*at < len && is_blank(line[*at]))
        ++*at;
    if (len - *at < size || memcmp(line + *at, word, size) != 0)
        return false;
    *at += size;
    return *at == len || is_blank(line[*at]);
}

bool
cog_nscd_keeps_users(const char *bytes, size_t len)
{
    bool keeps = true;

    while (len > 0) {
        const char *end = memchr(bytes, '\n', len);
        size_t line = end != NULL ? (size_t) (end - bytes) : len, at = 0;
        size_t used = end != NULL ? line + 1 : line;

        if (take_word(bytes, line, &at, "enable-cache") &&
            take_word(bytes, line, &at, "passwd"))
            keeps = !take_word(bytes, line, &at, "no");
        bytes += used;
        len -= used;
    }
    return keeps;
}
