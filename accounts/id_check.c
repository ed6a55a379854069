/* SPDX-License-Identifier: Apache-2.0 */
/* Whether an id may be given to a name; see the header. */
#include "accounts/id_check.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>

#include "accounts/login_record.h"

const char *
cog_id_place_text(enum cog_id_place place)
{
    static const char *const texts[] = {
        [COG_ID_FREE] = "is free",
        [COG_ID_LOCAL] = "is taken by the local user or group",
        [COG_ID_ACCOUNT] = "is taken by the account",
        [COG_ID_POOL_GROUP] = "is taken by the pool group",
        [COG_ID_GIVEN] = "was given on this host to",
        [COG_ID_RETIRED] = "is retired since it was forgotten who had it:",
        [COG_ID_OTHER] = "is wanted by a name that has another id",
        [COG_ID_NAME_LOCAL] = "is wanted by the name of a local user or group",
        [COG_ID_BOUND] = "is bound to another pool user (cognitoctl forget):",
        [COG_ID_TWICE] = "is wanted twice by",
    };

    if ((size_t) place >= sizeof texts / sizeof texts[0])
        return "is taken";
    return texts[place];
}

static void
copy_name(const char *from, char to[COG_NAME_MAX + 1])
{
    size_t len = strnlen(from, COG_NAME_MAX);

    memcpy(to, from, len);
    to[len] = '\0';
}

int
cog_id_refuse(const struct cog_id_wish *wish, enum cog_id_place place,
              const char *owner, uint32_t owner_id,
              struct cog_id_conflict *conflict)
{
    if (conflict != NULL) {
        conflict->place = place;
        conflict->id = wish->id;
        conflict->owner_id = owner_id;
        copy_name(wish->name, conflict->wanted_by);
        copy_name(owner, conflict->owner);
    }
    return EEXIST;
}

/* "Not there", or no file yet: nobody has it. */
static int
absent_is_fine(int error)
{
    return error == ENOENT || error == ENODATA ? 0 : error;
}

static int
check_local(const struct cog_places *places, const struct cog_id_wish *wish,
            struct cog_id_conflict *conflict)
{
    char owner[COG_NAME_MAX + 1];
    int error = cog_local_id_find(&places->local, wish->id, owner, NULL);

    if (error == 0)
        return cog_id_refuse(wish, COG_ID_LOCAL, owner, wish->id, conflict);
    return error == ENOENT ? 0 : error;
}

/* The id as a uid: fine only for the account itself. */
static int
check_account(struct cog_cache_reader *reader, const struct cog_id_wish *wish,
              struct cog_id_conflict *conflict)
{
    struct cog_account account;
    int error = cog_cache_find_uid(reader, wish->id, &account);

    if (error != 0)
        return absent_is_fine(error);
    if (wish->kind == COG_ID_USER && strcmp(account.name, wish->name) == 0)
        return 0;
    return cog_id_refuse(wish, COG_ID_ACCOUNT, account.name, wish->id,
                         conflict);
}

/* The id as a gid: a user's private group has the user's name. */
static int
check_group(struct cog_cache_reader *reader, const struct cog_id_wish *wish,
            struct cog_id_conflict *conflict)
{
    struct cog_group group;
    int error = cog_cache_find_gid(reader, wish->id, &group);

    if (error != 0)
        return absent_is_fine(error);
    if (strcmp(group.name, wish->name) == 0)
        return 0;
    return cog_id_refuse(wish, COG_ID_POOL_GROUP, group.name, wish->id,
                         conflict);
}

/* The name: whether it is there with another id, as a group or an account. */
static int
check_name(struct cog_cache_reader *reader, const struct cog_id_wish *wish,
           struct cog_id_conflict *conflict)
{
    struct cog_account account;
    struct cog_group group;
    int error = cog_cache_find_group(reader, wish->name, &group);

    if (error == 0 && group.gid != wish->id)
        return cog_id_refuse(wish, COG_ID_OTHER, group.name, group.gid,
                             conflict);
    if (absent_is_fine(error) != 0)
        return error;
    if (wish->kind != COG_ID_USER)
        return 0;
    error = cog_cache_find_name(reader, wish->name, &account);
    if (error == 0 && account.uid != wish->id)
        return cog_id_refuse(wish, COG_ID_OTHER, account.name, account.uid,
                             conflict);
    return absent_is_fine(error);
}

/* Whoever is bound stays so until an administrator says forget (P16). */
static bool
is_another(uint64_t tag, const struct cog_id_wish *wish)
{
    return wish->kind == COG_ID_USER && tag != 0 && wish->sub_tag != 0 &&
           tag != wish->sub_tag;
}

static int
check_bound(struct cog_cache_reader *reader, const struct cog_id_wish *wish,
            struct cog_id_conflict *conflict)
{
    struct cog_account account;
    int error;

    if (wish->kind != COG_ID_USER || wish->sub_tag == 0)
        return 0;
    error = cog_cache_find_name(reader, wish->name, &account);
    if (error != 0)
        return absent_is_fine(error);
    return is_another(account.sub_tag, wish)
               ? cog_id_refuse(wish, COG_ID_BOUND, account.name, account.uid,
                               conflict)
               : 0;
}

static int
check_tombstone(struct cog_cache_reader *reader,
                const struct cog_id_wish *wish,
                struct cog_id_conflict *conflict)
{
    struct cog_tombstone old;
    int error = cog_cache_find_tombstone(reader, wish->id, &old);

    if (error != 0)
        return absent_is_fine(error);
    if (old.retired)
        return cog_id_refuse(wish, COG_ID_RETIRED, old.name, wish->id,
                             conflict);
    if (old.kind != wish->kind || strcmp(old.name, wish->name) != 0)
        return cog_id_refuse(wish, COG_ID_GIVEN, old.name, wish->id, conflict);
    return is_another(old.sub_tag, wish)
               ? cog_id_refuse(wish, COG_ID_BOUND, old.name, wish->id,
                               conflict)
               : 0;
}

static int
check_given(const struct cog_cache_file *logins,
            const struct cog_id_wish *wish, struct cog_id_conflict *conflict)
{
    struct cog_id_owner owner;
    int error;

    if (logins->bytes == NULL)
        return 0;
    error = cog_logins_file_find_id(logins, wish->id, &owner);
    if (error != 0)
        return absent_is_fine(error);
    if (owner.retired)
        return cog_id_refuse(wish, COG_ID_RETIRED, owner.name, wish->id,
                             conflict);
    if (owner.kind == wish->kind && strcmp(owner.name, wish->name) == 0)
        return 0;
    return cog_id_refuse(wish, COG_ID_GIVEN, owner.name, wish->id, conflict);
}

int
cog_id_files_open(const struct cog_places *places, struct cog_id_files *files)
{
    struct cog_settings settings;

    *files = (struct cog_id_files){
        .reader = COG_CACHE_READER_OF_MANY(places->accounts),
        .logins = COG_CACHE_FILE_EMPTY};
    files->reader.trusts_mark = true;
    /* A damaged file is told of by whoever asks it. */
    files->has_accounts =
        cog_cache_settings(&files->reader, &settings) != ENODATA;
    return absent_is_fine(
        cog_logins_file_open(places->logins, &files->logins));
}

void
cog_id_files_close(struct cog_id_files *files)
{
    cog_cache_close(&files->reader);
    cog_cache_file_unmap(&files->logins);
}

static int
check_accounts(struct cog_cache_reader *reader, const struct cog_id_wish *wish,
               struct cog_id_conflict *conflict)
{
    int error = check_account(reader, wish, conflict);

    if (error == 0)
        error = check_group(reader, wish, conflict);
    if (error == 0)
        error = check_name(reader, wish, conflict);
    if (error == 0)
        error = check_bound(reader, wish, conflict);
    if (error == 0)
        error = check_tombstone(reader, wish, conflict);
    return error;
}

int
cog_id_files_check(struct cog_id_files *files, const struct cog_id_wish *wish,
                   struct cog_id_conflict *conflict)
{
    int error = files->has_accounts
                    ? check_accounts(&files->reader, wish, conflict)
                    : 0;

    return error != 0 ? error : check_given(&files->logins, wish, conflict);
}

int
cog_id_check_free(const struct cog_places *places, enum cog_id_kind kind,
                  const char *name, uint32_t id,
                  struct cog_id_conflict *conflict)
{
    cog_cleanup_id_files struct cog_id_files files = COG_ID_FILES_EMPTY;
    struct cog_id_wish wish = {.kind = kind, .name = name, .id = id};
    int error = check_local(places, &wish, conflict);

    if (error == 0)
        error = cog_id_files_open(places, &files);
    return error != 0 ? error : cog_id_files_check(&files, &wish, conflict);
}

/* A malformed line of that name is a local name, too. */
static bool
is_local_name(int error)
{
    return error == 0 || error == EEXIST || error == EBADMSG;
}

int
cog_name_check_local(const struct cog_local_files *files, const char *name,
                     struct cog_id_conflict *conflict)
{
    struct cog_local_user user = {0, 0};
    struct cog_id_wish wish = {.name = name};
    uint32_t gid = 0;
    int error = cog_local_user_find(files, name, &user, NULL);

    if (is_local_name(error))
        return cog_id_refuse(&wish, COG_ID_NAME_LOCAL, name, user.uid,
                             conflict);
    if (error != ENOENT)
        return error;
    error = cog_local_group_find(files, name, &gid, NULL);
    if (is_local_name(error))
        return cog_id_refuse(&wish, COG_ID_NAME_LOCAL, name, gid, conflict);
    return error == ENOENT ? 0 : error;
}
