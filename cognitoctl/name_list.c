/* SPDX-License-Identifier: Apache-2.0 */
/* A list of the pool's names; see the header. */
#include "cognitoctl/name_list.h"

#include <string.h>

/* Copy; a text that is too long keeps a first part that no rule admits. */
static void
keep(const char *from, size_t len, char to[COG_LISTED_MAX + 1])
{
    if (len > COG_LISTED_MAX)
        len = COG_LISTED_MAX;
    for (size_t i = 0; i < len; i++)
        to[i] = from[i] == '\0' ? '?' : from[i];
    to[len] = '\0';
}

static bool
is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r';
}

bool
cog_name_list_line(const char *line, size_t len, bool with_attribute,
                   struct cog_listed_name *out)
{
    size_t name_len, gap;

    while (len > 0 && is_blank(line[len - 1]))
        len--;
    if (len == 0 || line[0] == '#')
        return false;
    out->kind = line[0] == '%' ? COG_ID_GROUP : COG_ID_USER;
    if (out->kind == COG_ID_GROUP) {
        line++;
        len--;
    }
    name_len = len;
    if (with_attribute && out->kind == COG_ID_USER) {
        name_len = 0;
        while (name_len < len && !is_blank(line[name_len]))
            name_len++;
    }
    for (gap = name_len; gap < len && is_blank(line[gap]); gap++)
        continue;
    keep(line, name_len, out->name);
    keep(line + gap, len - gap, out->attribute);
    return true;
}
