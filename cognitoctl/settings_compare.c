/* SPDX-License-Identifier: Apache-2.0 */
/* Two settings records against each other; see checks.h. */
#include "cognitoctl/checks.h"

#include "base/text.h"

#include <stddef.h>
#include <string.h>

#define TEXT(option, field)                                                   \
    {                                                                         \
        option, offsetof(struct cog_settings, field),                         \
            sizeof(((struct cog_settings *) NULL)->field), true               \
    }
#define VALUE(option, field)                                                  \
    {                                                                         \
        option, offsetof(struct cog_settings, field),                         \
            sizeof(((struct cog_settings *) NULL)->field), false              \
    }

static const struct {
    const char *option;
    size_t offset, size;
    bool text; /* compared up to its NUL */
} fields[] = {
    TEXT("pool_id", pool_id),
    VALUE("id_base", id_base),
    VALUE("id_range", id_range),
    TEXT("home", home),
    TEXT("shell", shell),
    TEXT("group_prefix", group_prefix),
    VALUE("provisional", provisional),
    TEXT("provisional_match", provisional_match),
    VALUE("enumerate", enumerate),
};

static bool
maps_differ(const struct cog_settings *a, const struct cog_settings *b)
{
    if (a->group_map_count != b->group_map_count)
        return true;
    for (size_t i = 0; i < a->group_map_count; i++) {
        if (a->group_map[i].gid != b->group_map[i].gid ||
            strcmp(a->group_map[i].local, b->group_map[i].local) != 0)
            return true;
    }
    return false;
}

void
cog_settings_compare(const struct cog_settings *a,
                     const struct cog_settings *b, char *names, size_t size)
{
    names[0] = '\0';
    for (size_t i = 0; i < sizeof fields / sizeof fields[0]; i++) {
        const char *one = (const char *) a + fields[i].offset;
        const char *other = (const char *) b + fields[i].offset;

        if (fields[i].text ? strcmp(one, other) != 0
                           : memcmp(one, other, fields[i].size) != 0)
            cog_text_list_add(names, size, fields[i].option);
    }
    if (maps_differ(a, b))
        cog_text_list_add(names, size, "group_map");
}
