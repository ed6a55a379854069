/* SPDX-License-Identifier: Apache-2.0 */
/* Reading the login store; see the header. */
#include "accounts/logins.h"

#include <errno.h>
#include <string.h>

#include "accounts/cache_file.h"
#include "accounts/cache_record.h"
#include "accounts/login_record.h"

int
cog_logins_file_open(const char *directory, struct cog_cache_file *file)
{
    return cog_cache_file_map(directory, COG_LOGINS_FILE, true, file);
}

int
cog_logins_file_open_checked(const char *directory,
                             struct cog_cache_file *file)
{
    int error = cog_logins_file_open(directory, file);

    return error != 0 ? error : cog_cache_file_check(file);
}

int
cog_logins_file_find(const struct cog_cache_file *file, const char *name,
                     struct cog_login_entry *login)
{
    struct cog_cache_record record;
    struct cog_cache_key key;
    int error;

    if (cog_login_name_check(name, strnlen(name, COG_NAME_MAX + 1)) !=
        COG_FAULT_NONE)
        return ENOENT;
    cog_cache_key_name('L', name, &key);
    error = cog_cache_file_find(file, key.bytes, key.len, &record);
    return error != 0 ? error : cog_login_parse(&record, login);
}

int
cog_logins_file_find_id(const struct cog_cache_file *file, uint32_t id,
                        struct cog_id_owner *owner)
{
    struct cog_cache_record record;
    struct cog_cache_key key;
    uint32_t same = 0;
    int error;

    cog_cache_key_id('I', id, &key);
    error = cog_cache_file_find(file, key.bytes, key.len, &record);
    return error != 0 ? error : cog_login_parse_owner(&record, &same, owner);
}

int
cog_logins_find(const char *directory, const char *name,
                struct cog_login_entry *login)
{
    cog_cleanup_cache_file struct cog_cache_file file = COG_CACHE_FILE_EMPTY;
    int error = cog_logins_file_open(directory, &file);

    return error != 0 ? error : cog_logins_file_find(&file, name, login);
}

/* ---- walking */

static int
visit_record(const struct cog_cache_record *record, cog_logins_visit *visit,
             cog_logins_visit_id *visit_id, void *context)
{
    struct cog_id_owner owner;
    struct cog_login_entry login;
    uint32_t id = 0;
    int error;

    if (record->key[0] == 'L') {
        error = cog_login_parse(record, &login);
        return error != 0 || visit == NULL ? error : visit(context, &login);
    }
    error = cog_login_parse_owner(record, &id, &owner);
    return error != 0 || visit_id == NULL ? error
                                          : visit_id(context, id, &owner);
}

int
cog_logins_walk(const char *directory, cog_logins_visit *visit,
                cog_logins_visit_id *visit_id, void *context)
{
    cog_cleanup_cache_file struct cog_cache_file file = COG_CACHE_FILE_EMPTY;
    struct cog_cache_record record;
    const struct cog_cache_record *previous = NULL;
    int error = cog_logins_file_open_checked(directory, &file);

    if (error != 0)
        return error;
    while ((error = cog_cache_file_next(&file, previous, &record)) == 0) {
        error = visit_record(&record, visit, visit_id, context);
        if (error != 0)
            return error;
        previous = &record;
    }
    return error == ENOENT ? 0 : error;
}
