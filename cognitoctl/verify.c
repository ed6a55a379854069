/* SPDX-License-Identifier: Apache-2.0 */
/* Whether names and their ids would be taken; see the header. */
#include "cognitoctl/verify.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

const struct cog_column cog_verify_columns[] = {
    {"NAME", 24}, {"ID", 10}, {"BECAUSE OF", 16}, {"PROBLEM", 0}, {NULL, 0}};

/* id 0: it has none; other NULL: nobody else is in the way. */
static void
report(struct cog_verify *verify, const char *name, uint32_t id,
       const char *other, const char *problem)
{
    struct cog_output *output = verify->output;

    cog_progress_end(&verify->progress);
    cog_output_open_row(output);
    cog_output_text(output, "name", name);
    if (id != 0)
        cog_output_number(output, "id", id);
    else
        cog_output_unknown(output, "id");
    if (other != NULL)
        cog_output_text(output, "because_of", other);
    else
        cog_output_unknown(output, "because_of");
    cog_output_text(output, "problem", problem);
    cog_output_close_row(output);
}

static int
report_bad(struct cog_verify *verify, const char *name, const char *problem)
{
    verify->bad++;
    report(verify, name, 0, NULL, problem);
    return 0;
}

static int
report_taken(struct cog_verify *verify, const char *name,
             const struct cog_id_conflict *conflict)
{
    bool local = conflict->place == COG_ID_NAME_LOCAL;

    verify->taken++;
    report(verify, name, local ? 0 : conflict->id, conflict->owner,
           local ? "is a local user or group"
                 : cog_id_place_text(conflict->place));
    return 0;
}

static int
keep(struct cog_verify *verify, enum cog_id_kind kind, const char *name,
     uint32_t id)
{
    struct cog_verified *entry;

    if (verify->count == verify->room) {
        size_t room = verify->room == 0 ? 1024 : 2 * verify->room;
        struct cog_verified *all =
            reallocarray(verify->all, room, sizeof *all);

        if (all == NULL)
            return ENOMEM;
        verify->all = all;
        verify->room = room;
    }
    entry = &verify->all[verify->count++];
    entry->id = id;
    entry->kind = kind;
    memcpy(entry->name, name, strlen(name) + 1);
    return 0;
}

int
cog_verify_id(struct cog_verify *verify, enum cog_id_kind kind,
              const char *name, uint32_t id)
{
    const struct cog_id_wish wish = {.kind = kind, .name = name, .id = id};
    struct cog_id_conflict conflict = {.place = COG_ID_FREE};
    int error = cog_id_checker_ask(verify->checker, &wish, &conflict);

    if (error == EEXIST)
        return report_taken(verify, name, &conflict);
    return error == 0 ? keep(verify, kind, name, id) : error;
}

static void
count(struct cog_verify *verify, uint64_t *seen)
{
    ++*seen;
    cog_progress_at(&verify->progress, verify->users + verify->groups, 0);
}

/* Of a name that its rules admit. */
static int
verify_name(struct cog_verify *verify, enum cog_id_kind kind, const char *name,
            const char *attribute)
{
    uint32_t id = 0;

    switch (cog_account_id(verify->sources, verify->settings, kind, name,
                           attribute, &id)) {
    case 0:
        return cog_verify_id(verify, kind, name, id);
    case ENODATA:
        return report_bad(verify, name, "has no id_attribute");
    case ERANGE:
        return report_bad(verify, name,
                          "has an id_attribute outside of the range");
    default:
        return report_bad(verify, name,
                          "has an id_attribute that is no number");
    }
}

int
cog_verify_user(struct cog_verify *verify, const char *name,
                const char *attribute)
{
    enum cog_fault fault =
        cog_login_name_admit(name, verify->settings->group_prefix);

    count(verify, &verify->users);
    if (fault != COG_FAULT_NONE)
        return report_bad(verify, name, cog_fault_text(fault));
    return verify_name(verify, COG_ID_USER, name, attribute);
}

int
cog_verify_group(struct cog_verify *verify, const char *pool_group)
{
    char name[COG_NAME_MAX + 1];
    enum cog_fault fault = cog_group_name_make(
        verify->settings->group_prefix, pool_group, strlen(pool_group), name);

    count(verify, &verify->groups);
    if (fault != COG_FAULT_NONE)
        return report_bad(verify, pool_group, cog_fault_text(fault));
    return verify_name(verify, COG_ID_GROUP, name, NULL);
}

int
cog_verify_record(struct cog_verify *verify, const char *name, uint32_t id)
{
    count(verify, &verify->users);
    return cog_verify_id(verify, COG_ID_USER, name, id);
}

void
cog_verify_refused(struct cog_verify *verify, const char *shown,
                   const char *why)
{
    count(verify, &verify->users);
    (void) report_bad(verify, shown, why);
}

static int
compare(const void *a, const void *b)
{
    const struct cog_verified *first = a, *second = b;

    if (first->id != second->id)
        return first->id < second->id ? -1 : 1;
    if (first->kind != second->kind)
        return first->kind < second->kind ? -1 : 1;
    return strcmp(first->name, second->name);
}

void
cog_verify_finish(struct cog_verify *verify)
{
    if (verify->count > 0)
        qsort(verify->all, verify->count, sizeof *verify->all, compare);
    for (size_t i = 1; i < verify->count; i++) {
        const struct cog_verified *a = &verify->all[i - 1];
        const struct cog_verified *b = &verify->all[i];

        if (a->id != b->id)
            continue;
        if (compare(a, b) == 0) {
            verify->bad++;
            report(verify, b->name, b->id, NULL, "is there twice");
        } else {
            verify->taken++;
            report(verify, b->name, b->id, a->name,
                   "has the same id as another");
        }
    }
    cog_progress_end(&verify->progress);
}

void
cog_verify_clear(struct cog_verify *verify)
{
    free(verify->all);
    verify->all = NULL;
    verify->count = verify->room = 0;
}
