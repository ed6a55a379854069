/* SPDX-License-Identifier: Apache-2.0 */
/* The pool groups that cognito.conf names; see the header. */
#include "cognitoctl/named_groups.h"

#include <stdio.h>
#include <string.h>

void
cog_named_groups_walk(const struct cog_config *config,
                      cog_named_group_visit *visit, void *context)
{
    const char *text;
    size_t at = 0, len = 0;

    while ((text = cog_config_list_next(&config->allow.groups, &at)) != NULL)
        visit(context, "allow_groups", text);
    at = 0;
    while ((text = cog_config_list_next(&config->group_map, &at)) != NULL) {
        char name[COG_POOL_GROUP_MAX + 1];

        if (cog_config_group_map_local(text, &len) == NULL ||
            len >= sizeof name)
            continue;
        (void) snprintf(name, sizeof name, "%.*s", (int) len, text);
        visit(context, "group_map", name);
    }
}

struct search {
    const struct cog_roster *roster;
    cog_named_group_visit *visit;
    void *context;
};

static void
visit_if_missing(void *context, const char *option, const char *wanted)
{
    const struct search *search = context;
    const char *name;

    for (size_t i = 0; (name = cog_roster_group(search->roster, i)) != NULL;
         i++) {
        if (strcmp(name, wanted) == 0)
            return;
    }
    search->visit(search->context, option, wanted);
}

void
cog_named_groups_missing(const struct cog_config *config,
                         const struct cog_roster *roster,
                         cog_named_group_visit *visit, void *context)
{
    struct search search = {roster, visit, context};

    cog_named_groups_walk(config, visit_if_missing, &search);
}
