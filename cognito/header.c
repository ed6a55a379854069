/* SPDX-License-Identifier: Apache-2.0 */
/* Header lines; see the header. */
#include "cognito/header.h"

#include <string.h>

#include "base/text.h"

static bool
is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

bool
cog_header_match(const char *line, size_t len, const char *name,
                 const char **value, size_t *value_len)
{
    size_t begin = strlen(name);

    if (len <= begin || line[begin] != ':')
        return false;
    for (size_t i = 0; i < begin; i++) {
        if (cog_ascii_to_lower(line[i]) != name[i])
            return false;
    }
    begin++;
    while (begin < len && is_blank(line[begin]))
        begin++;
    while (len > begin && is_blank(line[len - 1]))
        len--;
    *value = line + begin;
    *value_len = len - begin;
    return memchr(*value, '\0', *value_len) == NULL;
}

void
cog_header_copy(const char *value, size_t len, char *out, size_t out_size)
{
    if (len >= out_size)
        len = out_size - 1;
    memcpy(out, value, len);
    out[len] = '\0';
}
