/* SPDX-License-Identifier: Apache-2.0 */
/* Lines of sshd_config(5); see the header. */
#include "cognitoctl/sshd_config.h"

#include "base/text.h"
#include "cognitoctl/span.h"

#include <string.h>

static bool
is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\f';
}

/* A word, quoted or not; cut where it does not fit. */
static void
take_word(struct cog_span *rest, char *out, size_t size)
{
    bool quoted = rest->len > 0 && *rest->at == '"';
    size_t used = 0;

    if (quoted)
        cog_span_skip(rest, 1);
    while (rest->len > 0 &&
           (quoted ? *rest->at != '"'
                   : !is_blank(*rest->at) && *rest->at != '=')) {
        if (used + 1 < size && *rest->at != '\0')
            out[used++] = *rest->at;
        cog_span_skip(rest, 1);
    }
    if (quoted && rest->len > 0)
        cog_span_skip(rest, 1);
    out[used] = '\0';
}

static struct cog_span
take_line(const char **at, size_t *len)
{
    const char *end = memchr(*at, '\n', *len);
    struct cog_span line = {*at, end != NULL ? (size_t) (end - *at) : *len};
    size_t used = end != NULL ? line.len + 1 : line.len;

    *at += used;
    *len -= used;
    return line;
}

bool
cog_sshd_next_line(const char **at, size_t *len, struct cog_sshd_line *line)
{
    while (*len > 0) {
        struct cog_span rest = take_line(at, len);

        cog_span_skip_blanks(&rest, is_blank);
        if (rest.len == 0 || *rest.at == '#')
            continue;
        take_word(&rest, line->keyword, sizeof line->keyword);
        for (char *c = line->keyword; *c != '\0'; c++)
            *c = cog_ascii_to_lower(*c);
        cog_span_skip_blanks(&rest, is_blank);
        if (rest.len > 0 && *rest.at == '=')
            cog_span_skip(&rest, 1);
        cog_span_skip_blanks(&rest, is_blank);
        take_word(&rest, line->value, sizeof line->value);
        return true;
    }
    return false;
}
