/* SPDX-License-Identifier: Apache-2.0 */
/* The old files in a table of ids; see the header. */
#include "accounts/bulk_load.h"

#include <errno.h>
#include <string.h>

#include "accounts/cache_record.h"
#include "accounts/login_record.h"

/* Three records and slots, empty texts: at least this much of a file. */
#define LEAST_BYTES_OF_ACCOUNT 64U

static int
load_tombstone(struct cog_id_table *table,
               const struct cog_cache_record *record)
{
    struct cog_tombstone tombstone;
    struct cog_id_use use = {.source = COG_USE_FILES}, *old;
    int error = cog_cache_parse_tombstone(record, &tombstone);

    if (error != 0)
        return error;
    use.id = tombstone.id;
    use.kind = (unsigned char) tombstone.kind;
    use.sub_tag = tombstone.sub_tag;
    use.flags = tombstone.retired ? COG_USE_RETIRED : 0;
    memcpy(use.name, tombstone.name, sizeof use.name);
    old = cog_id_table_find(table, COG_USE_FILES, use.id);
    if (old == NULL)
        return cog_id_table_add(table, &use, NULL);
    if (old->kind != use.kind || strcmp(old->name, use.name) != 0)
        return EBADMSG;
    /* recent's is newer than base's, an account newer than both. */
    if ((old->flags & COG_USE_OLD) == 0)
        old->sub_tag = use.sub_tag;
    old->flags |= use.flags;
    return 0;
}

/* An account in recent hides one of base with another number. */
static void
hide_older(const struct cog_id_table *table, const char *name, uint32_t id)
{
    struct cog_id_use *older = cog_id_table_account(table, name);

    if (older == NULL || older->id == id)
        return;
    older->flags &= (unsigned char) ~COG_USE_OLD;
    older->sub_tag = 0;
}

/* Its texts are of no interest here. */
static int
parse_user(const struct cog_cache_record *record, struct cog_id_use *use)
{
    struct cog_account_view view;
    int error = cog_cache_view_account(record, &view);

    if (error != 0)
        return error;
    if (cog_login_name_check(view.name, view.name_len) != COG_FAULT_NONE)
        return EBADMSG;
    use->id = view.uid;
    use->sub_tag = view.sub_tag;
    memcpy(use->name, view.name, view.name_len);
    return 0;
}

static int
load_account(struct cog_id_table *table, const struct cog_cache_record *record)
{
    struct cog_id_use use = {
        .source = COG_USE_FILES, .kind = COG_ID_USER, .flags = COG_USE_OLD};
    struct cog_id_use *old;
    int error = parse_user(record, &use);

    if (error != 0)
        return error;
    old = cog_id_table_find(table, COG_USE_FILES, use.id);
    if (old == NULL)
        return cog_id_table_add(table, &use, NULL);
    if (strcmp(old->name, use.name) != 0)
        return EBADMSG;
    /* A tombstone of the name, or its private group that came before it. */
    old->kind = COG_ID_USER;
    old->flags |= COG_USE_OLD;
    if (use.sub_tag != 0)
        old->sub_tag = use.sub_tag;
    return 0;
}

/* Private groups are there with their users. */
static int
load_group(struct cog_id_table *table, const struct cog_cache_record *record)
{
    struct cog_group group;
    struct cog_id_use use = {
        .source = COG_USE_FILES, .kind = COG_ID_GROUP, .flags = COG_USE_OLD};
    struct cog_id_use *old;
    int error = cog_cache_parse_group(record, &group);

    if (error != 0)
        return error;
    use.id = group.gid;
    memcpy(use.name, group.name, sizeof use.name);
    old = cog_id_table_find(table, COG_USE_FILES, use.id);
    if (old == NULL)
        return cog_id_table_add(table, &use, NULL);
    if (strcmp(old->name, use.name) != 0)
        return EBADMSG;
    if (old->kind == COG_ID_GROUP)
        old->flags |= COG_USE_OLD;
    return 0;
}

static int
load_record(struct cog_id_table *table, const struct cog_cache_record *record)
{
    switch (record->key[0]) {
    case 'x':
        return load_tombstone(table, record);
    case 'N':
        return load_account(table, record);
    case 'G':
        return load_group(table, record);
    default:
        return 0;
    }
}

/* So many records are read before the table is asked: some three accounts. */
#define AHEAD 16U

/* Records that were read and checked, on their way to the table. */
struct queue {
    struct cog_cache_record records[AHEAD];
    uint32_t read, loaded; /* so many, ever */
};

/*
 * Most of what loading costs is waiting for the memory of a large table; what
 * an account will need of it is fetched while others are loaded.
 */
static void
prefetch(const struct cog_id_table *table,
         const struct cog_cache_record *record)
{
    uint32_t uid = 0;

    if (record->key[0] == 'N' && record->key_len <= 1 + COG_NAME_MAX &&
        cog_cache_parse_uid(record, &uid) == 0)
        cog_id_table_prefetch(table, uid, (const char *) record->key + 1,
                              record->key_len - 1);
}

/* Fill the queue. ENOENT: there are no more. */
static int
read_ahead(struct queue *queue, const struct cog_id_table *table,
           const struct cog_cache_file *file)
{
    while (queue->read - queue->loaded < AHEAD) {
        struct cog_cache_record *record = &queue->records[queue->read % AHEAD];
        const struct cog_cache_record *last =
            queue->read == 0 ? NULL
                             : &queue->records[(queue->read - 1) % AHEAD];
        int error = cog_cache_file_next(file, last, record);

        if (error != 0)
            return error;
        prefetch(table, record);
        queue->read++;
    }
    return 0;
}

static int
load_all(struct cog_id_table *table, const struct cog_cache_file *file)
{
    struct queue queue = {.read = 0};
    int error = 0;

    do {
        error = read_ahead(&queue, table, file);
        if (error == 0 || (error == ENOENT && queue.loaded < queue.read))
            error = load_record(table, &queue.records[queue.loaded++ % AHEAD]);
    } while (error == 0);
    if (error != ENOENT)
        return error;
    return queue.loaded == file->records ? 0 : EBADMSG;
}

static int
load_file(struct cog_id_table *table, const struct cog_cache_file *file)
{
    int error;

    if (!cog_cache_level_exists(file))
        return 0;
    /* An account takes more bytes than these, whatever the stamp says. */
    if (file->accounts > file->size / LEAST_BYTES_OF_ACCOUNT)
        return EBADMSG;
    error = cog_id_table_reserve(table, table->count + file->accounts);
    return error != 0 ? error : load_all(table, file);
}

static int
hide_in_base(struct cog_id_table *table, const struct cog_cache_file *recent)
{
    struct cog_cache_record record;
    const struct cog_cache_record *previous = NULL;
    struct cog_account account;
    int error = 0;

    if (!cog_cache_level_exists(recent))
        return 0;
    while ((error = cog_cache_file_next(recent, previous, &record)) == 0) {
        previous = &record;
        if (record.key[0] != 'N')
            continue;
        error = cog_cache_parse_account(&record, &account);
        if (error != 0)
            return error;
        hide_older(table, account.name, account.uid);
    }
    return error == ENOENT ? 0 : error;
}

int
cog_bulk_load_files(struct cog_id_table *table,
                    const struct cog_cache_levels *levels)
{
    int error = load_file(table, &levels->base);

    if (error == 0)
        error = hide_in_base(table, &levels->recent);
    return error != 0 ? error : load_file(table, &levels->recent);
}

/* ---- the login store */

static int
load_owner(struct cog_id_table *table, const struct cog_cache_record *record)
{
    struct cog_id_owner owner;
    struct cog_id_use use = {.source = COG_USE_STORE};
    int error = cog_login_parse_owner(record, &use.id, &owner);

    if (error != 0)
        return error;
    use.kind = (unsigned char) owner.kind;
    use.flags = owner.retired ? COG_USE_RETIRED : 0;
    memcpy(use.name, owner.name, sizeof use.name);
    return cog_id_table_add(table, &use, NULL);
}

/* After the owners: a login's id is among them. */
static int
load_binding(const struct cog_id_table *table,
             const struct cog_cache_record *record,
             const struct cog_id_key *key)
{
    struct cog_login_entry login;
    struct cog_id_use *use;
    int error = cog_login_parse(record, &login);

    if (error != 0 || !login.has_id)
        return error;
    use = cog_id_table_find(table, COG_USE_STORE, login.uid);
    if (use == NULL || use->kind != COG_ID_USER ||
        strcmp(use->name, login.name) != 0)
        return EBADMSG;
    use->sub_tag = cog_sub_tag(key, login.sub);
    return 0;
}

int
cog_bulk_load_store(struct cog_id_table *table,
                    const struct cog_cache_file *logins,
                    const struct cog_id_key *key)
{
    struct cog_cache_record record;
    int error = 0;

    for (int bindings = 0; bindings < 2; bindings++) {
        const struct cog_cache_record *previous = NULL;

        while ((error = cog_cache_file_next(logins, previous, &record)) == 0) {
            previous = &record;
            if (record.key[0] == 'I' && bindings == 0)
                error = load_owner(table, &record);
            if (record.key[0] == 'L' && bindings == 1)
                error = load_binding(table, &record, key);
            if (error != 0)
                return error;
        }
        if (error != ENOENT)
            return error;
    }
    return 0;
}
