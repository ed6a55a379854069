/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Fuzz target: the administrator's map file of ids. What is accepted must
 * keep the promises: names of the grammar, ids of the range, each once.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "accounts/id_map.h"
#include "tests/fuzz/target.h"

static void
check_entry(const struct cog_id_map *map, size_t index)
{
    const struct cog_id_map_entry *entry = &map->entries[index];
    size_t len = strnlen(entry->name, sizeof entry->name);
    uint32_t id = 0;

    must(len <= COG_NAME_MAX);
    must((entry->kind == COG_ID_USER
              ? cog_login_name_check(entry->name, len)
              : cog_group_name_check(entry->name, len)) == COG_FAULT_NONE);
    must(cog_id_check(entry->id, COG_ID_BASE_DEFAULT, COG_ID_RANGE_DEFAULT) ==
         COG_FAULT_NONE);
    must(cog_id_map_find(map, entry->kind, entry->name, &id) == 0 &&
         id == entry->id);
    for (size_t i = 0; i < index && i < 100; i++)
        must(map->entries[i].id != entry->id);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct cog_id_map map = {.entries = NULL};
    /* A copy of its own length, so that reading over its end is seen. */
    char *bytes = malloc(size > 0 ? size : 1);
    uint32_t line = 7;
    int error;

    if (bytes == NULL)
        return 0;
    memcpy(bytes, data, size);
    error = cog_id_map_parse(bytes, size, COG_ID_BASE_DEFAULT,
                             COG_ID_RANGE_DEFAULT, &map, &line);
    must((error == 0) == (line == 0));
    must(error == 0 || map.entries == NULL);
    for (size_t i = 0; error == 0 && i < map.count; i++)
        check_entry(&map, i);
    cog_id_map_clear(&map);
    free(bytes);
    return 0;
}
