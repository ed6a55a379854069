/* SPDX-License-Identifier: Apache-2.0 */
/* The login store in memory; see the header. */
#include "cognitoctl/login_table.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static int
add(void *context, const struct cog_login_entry *login)
{
    struct cog_login_table *table = context;
    struct cog_login_row *row;

    if (table->count == table->room) {
        size_t room = table->room == 0 ? 64 : 2 * table->room;
        struct cog_login_row *rows =
            reallocarray(table->rows, room, sizeof *rows);

        if (rows == NULL)
            return ENOMEM;
        table->rows = rows;
        table->room = room;
    }
    row = &table->rows[table->count++];
    memcpy(row->name, login->name, sizeof row->name);
    row->has_id = login->has_id;
    row->uid = login->has_id ? login->uid : 0;
    row->last_login_s = login->last_login_s;
    row->disabled = login->disabled;
    return 0;
}

static int
compare(const void *a, const void *b)
{
    const struct cog_login_row *first = a, *second = b;

    return strcmp(first->name, second->name);
}

int
cog_login_table_load(const char *directory, struct cog_login_table *table)
{
    int error = cog_logins_walk(directory, add, NULL, table);

    if (error != 0)
        return error;
    if (table->count > 0)
        qsort(table->rows, table->count, sizeof *table->rows, compare);
    return 0;
}

static int
compare_name(const void *name, const void *row)
{
    return strcmp(name, ((const struct cog_login_row *) row)->name);
}

const struct cog_login_row *
cog_login_table_find(const struct cog_login_table *table, const char *name)
{
    if (table->count == 0)
        return NULL;
    return bsearch(name, table->rows, table->count, sizeof *table->rows,
                   compare_name);
}

void
cog_login_table_clear(struct cog_login_table *table)
{
    free(table->rows);
    *table = (struct cog_login_table){0};
}
