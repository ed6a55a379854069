/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Fuzz target: a user, or a group, as the administration lists them. What is
 * taken has a name, no attribute twice, and its sub among them.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "aws/pool_user.h"
#include "tests/fuzz/target.h"

static void
check_user(const struct cog_json *object)
{
    struct cog_pool_user user;
    const char *detail = NULL, *sub;

    if (cog_pool_user_read(object, "Attributes", &user, &detail) != COG_OK) {
        if (detail == NULL)
            abort();
        return;
    }
    sub = cog_pool_user_attribute(&user, "sub");
    if (user.username[0] == '\0' || user.status_text == NULL ||
        user.created_s < 0 || user.modified_s < 0 || sub != user.sub)
        abort();
    (void) cog_pool_user_attribute(&user, "email");
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct cog_json *document = NULL;
    struct cog_pool_group group;
    const char *detail = NULL;

    if (cog_json_parse((const char *) data, size, &document) != COG_OK)
        return 0;
    check_user(document);
    if (cog_pool_group_read(document, &group, &detail) == COG_OK &&
        (group.name[0] == '\0' || group.description == NULL))
        abort();
    cog_json_free(document);
    return 0;
}
