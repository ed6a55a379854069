/* SPDX-License-Identifier: Apache-2.0 */
/* Lines of sshd_config(5); see the header. */
#include "cognitoctl/sshd_config.h"

#include "base/text.h"

#include <string.h>

static bool
is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\f';
}

/* Bytes of a line that are not read yet. */
struct rest {
    const char *at;
    size_t len;
};

static void
skip(struct rest *rest, size_t len)
{
    rest->at += len;
    rest->len -= len;
}

static void
skip_blanks(struct rest *rest)
{
    while (rest->len > 0 && is_blank(*rest->at))
        skip(rest, 1);
}

/* A word, quoted or not; cut where it does not fit. */
static void
take_word(struct rest *rest, char *out, size_t size)
{
    bool quoted = rest->len > 0 && *rest->at == '"';
    size_t used = 0;

    if (quoted)
        skip(rest, 1);
    while (rest->len > 0 &&
           (quoted ? *rest->at != '"'
                   : !is_blank(*rest->at) && *rest->at != '=')) {
        if (used + 1 < size && *rest->at != '\0')
            out[used++] = *rest->at;
        skip(rest, 1);
    }
    if (quoted && rest->len > 0)
        skip(rest, 1);
    out[used] = '\0';
}

static struct rest
take_line(const char **at, size_t *len)
{
    const char *end = memchr(*at, '\n', *len);
    struct rest line = {*at, end != NULL ? (size_t) (end - *at) : *len};
    size_t used = end != NULL ? line.len + 1 : line.len;

    *at += used;
    *len -= used;
    return line;
}

bool
cog_sshd_next_line(const char **at, size_t *len, struct cog_sshd_line *line)
{
    while (*len > 0) {
        struct rest rest = take_line(at, len);

        skip_blanks(&rest);
        if (rest.len == 0 || *rest.at == '#')
            continue;
        take_word(&rest, line->keyword, sizeof line->keyword);
        for (char *c = line->keyword; *c != '\0'; c++)
            *c = cog_ascii_to_lower(*c);
        skip_blanks(&rest);
        if (rest.len > 0 && *rest.at == '=')
            skip(&rest, 1);
        skip_blanks(&rest);
        take_word(&rest, line->value, sizeof line->value);
        return true;
    }
    return false;
}
