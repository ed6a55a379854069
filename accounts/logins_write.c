/* SPDX-License-Identifier: Apache-2.0 */
/* Writing the login store; see the header. */
#include "accounts/logins.h"

#include <errno.h>
#include <string.h>

#include "accounts/cache_build.h"
#include "accounts/cache_file.h"
#include "accounts/cache_record.h"
#include "accounts/login_record.h"

#define LOGINS_MODE 0600

static int
add_login(struct cog_cache_build *build, const struct cog_login_entry *login)
{
    unsigned char bytes[COG_RECORD_MAX];
    struct cog_cache_data data = {bytes, sizeof bytes, 0};
    struct cog_cache_key key;
    int error = cog_login_pack(login, &data);

    if (error != 0)
        return error;
    cog_cache_key_name('L', login->name, &key);
    return cog_cache_build_add(build, &key, &data, NULL);
}

static int
add_owner(struct cog_cache_build *build, uint32_t id,
          const struct cog_id_owner *owner)
{
    unsigned char bytes[64];
    struct cog_cache_data data = {bytes, sizeof bytes, 0};
    struct cog_cache_key key;
    int error = cog_login_pack_owner(owner, &data);

    if (error != 0)
        return error;
    cog_cache_key_id('I', id, &key);
    return cog_cache_build_add(build, &key, &data, NULL);
}

static bool
is_login_of(const struct cog_cache_record *record, const char *name)
{
    return record->key[0] == 'L' && record->key_len == strlen(name) + 1 &&
           memcmp(record->key + 1, name, record->key_len - 1) == 0;
}

int
cog_logins_create(const char *directory, const struct cog_cache_lock *lock)
{
    cog_cleanup_cache_build struct cog_cache_build build =
        COG_CACHE_BUILD_EMPTY;
    cog_cleanup_cache_file struct cog_cache_file file = COG_CACHE_FILE_EMPTY;
    int error;

    if (lock->fd < 0)
        return EBADF;
    error = cog_logins_file_open(directory, &file);
    if (error == 0)
        return EEXIST;
    if (error != ENODATA)
        return error;
    error = cog_cache_build_begin(directory, COG_LOGINS_FILE, &build);
    return error != 0 ? error : cog_cache_build_finish(&build, LOGINS_MODE, 0);
}

/* An id of a login, and whether the store has it already. */
struct gift {
    uint32_t id;
    struct cog_id_owner owner;
    bool known;
};

static int
refuse(const struct gift *gift, const struct cog_id_owner *old,
       struct cog_id_conflict *conflict)
{
    if (conflict != NULL) {
        *conflict = (struct cog_id_conflict){
            .place = old->retired ? COG_ID_RETIRED : COG_ID_GIVEN,
            .id = gift->id,
            .owner_id = gift->id};
        memcpy(conflict->wanted_by, gift->owner.name,
               sizeof conflict->wanted_by);
        memcpy(conflict->owner, old->name, sizeof conflict->owner);
    }
    return EEXIST;
}

/* The ids of a login: its own, then those of its groups. */
struct gifts {
    size_t count;
    struct gift list[1 + COG_GROUPS_MAX];
};

static int
add_gift(const struct cog_cache_file *file, uint32_t id, enum cog_id_kind kind,
         const char *name, struct gifts *gifts,
         struct cog_id_conflict *conflict)
{
    struct gift gift = {.id = id, .owner = {.kind = kind}};
    struct cog_id_owner old;
    size_t len = strnlen(name, COG_NAME_MAX);
    int error;

    if (cog_id_is_forbidden(id) ||
        cog_group_name_check(name, len) != COG_FAULT_NONE)
        return EINVAL;
    memcpy(gift.owner.name, name, len);
    for (size_t i = 0; i < gifts->count; i++) {
        if (gifts->list[i].id == id)
            return refuse(&gift, &gifts->list[i].owner, conflict);
    }
    error = cog_logins_file_find_id(file, id, &old);
    if (error == 0 && (old.retired || old.kind != kind ||
                       strcmp(old.name, gift.owner.name) != 0))
        return refuse(&gift, &old, conflict);
    if (error != 0 && error != ENOENT)
        return error;
    gift.known = error == 0;
    gifts->list[gifts->count++] = gift;
    return 0;
}

static int
collect_gifts(const struct cog_cache_file *file,
              const struct cog_login_entry *login,
              const struct cog_groups *groups, struct gifts *gifts,
              struct cog_id_conflict *conflict)
{
    int error = 0;

    gifts->count = 0;
    if (groups != NULL && groups->count > COG_GROUPS_MAX)
        return EINVAL;
    if (login->has_id)
        error = add_gift(file, login->uid, COG_ID_USER, login->name, gifts,
                         conflict);
    for (size_t i = 0; error == 0 && groups != NULL && i < groups->count; i++)
        error = add_gift(file, groups->list[i].gid, COG_ID_GROUP,
                         groups->list[i].name, gifts, conflict);
    return error;
}

static int
copy_others(struct cog_cache_build *build, const struct cog_cache_file *file,
            const char *name)
{
    struct cog_cache_record record;
    const struct cog_cache_record *previous = NULL;
    int error;

    while ((error = cog_cache_file_next(file, previous, &record)) == 0) {
        previous = &record;
        if (is_login_of(&record, name))
            continue;
        error = cog_cache_build_copy(build, &record);
        if (error != 0)
            return error;
    }
    return error == ENOENT ? 0 : error;
}

int
cog_logins_put(const char *directory, const struct cog_cache_lock *lock,
               const struct cog_login_entry *login,
               const struct cog_groups *groups,
               struct cog_id_conflict *conflict)
{
    cog_cleanup_cache_build struct cog_cache_build build =
        COG_CACHE_BUILD_EMPTY;
    cog_cleanup_cache_file struct cog_cache_file file = COG_CACHE_FILE_EMPTY;
    struct gifts gifts;
    int error;

    if (lock->fd < 0)
        return EBADF;
    error = cog_login_check(login);
    if (error == 0)
        error = cog_logins_file_open_checked(directory, &file);
    if (error == 0)
        error = collect_gifts(&file, login, groups, &gifts, conflict);
    if (error == 0)
        error = cog_cache_build_begin(directory, COG_LOGINS_FILE, &build);
    if (error == 0)
        error = copy_others(&build, &file, login->name);
    if (error == 0)
        error = add_login(&build, login);
    for (size_t i = 0; error == 0 && i < gifts.count; i++) {
        if (!gifts.list[i].known)
            error = add_owner(&build, gifts.list[i].id, &gifts.list[i].owner);
    }
    return error != 0 ? error : cog_cache_build_finish(&build, LOGINS_MODE, 0);
}

/*
 * Copy all but the login of a name; the ids it had become retired, or stay
 * as they are: a login's id is not retired, those of earlier ones are.
 */
static int
copy_forgetting(struct cog_cache_build *build,
                const struct cog_cache_file *file, const char *name,
                bool retire, bool *known)
{
    struct cog_cache_record record;
    const struct cog_cache_record *previous = NULL;
    int error;

    while ((error = cog_cache_file_next(file, previous, &record)) == 0) {
        struct cog_id_owner owner;
        uint32_t id = 0;

        previous = &record;
        if (is_login_of(&record, name)) {
            *known = true;
            continue;
        }
        if (record.key[0] == 'I')
            error = cog_login_parse_owner(&record, &id, &owner);
        if (error != 0)
            return error;
        if (record.key[0] == 'I' && owner.kind == COG_ID_USER &&
            strcmp(owner.name, name) == 0) {
            *known = true;
            owner.retired = owner.retired || retire;
            error = add_owner(build, id, &owner);
        } else {
            error = cog_cache_build_copy(build, &record);
        }
        if (error != 0)
            return error;
    }
    return error == ENOENT ? 0 : error;
}

int
cog_logins_forget(const char *directory, const struct cog_cache_lock *lock,
                  const char *name, bool same_person)
{
    cog_cleanup_cache_build struct cog_cache_build build =
        COG_CACHE_BUILD_EMPTY;
    cog_cleanup_cache_file struct cog_cache_file file = COG_CACHE_FILE_EMPTY;
    bool known = false;
    int error;

    if (lock->fd < 0)
        return EBADF;
    error = cog_logins_file_open_checked(directory, &file);
    if (error == 0)
        error = cog_cache_build_begin(directory, COG_LOGINS_FILE, &build);
    if (error == 0)
        error = copy_forgetting(&build, &file, name, !same_person, &known);
    if (error == 0 && !known)
        error = ENOENT;
    return error != 0 ? error : cog_cache_build_finish(&build, LOGINS_MODE, 0);
}
