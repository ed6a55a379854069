/* SPDX-License-Identifier: Apache-2.0 */
/* The passwd map: one entry, by name or by number. */
#include "nss_cognito/entry.h"

#include <errno.h>
#include <string.h>

#include "nss_cognito/local.h"
#include "nss_cognito/pack.h"
#include "nss_cognito/place.h"
#include "nss_cognito/provisional.h"
#include "nss_cognito/status.h"

/* What the caller gave. */
struct room {
    struct passwd *entry;
    char *buffer;
    size_t size;
};

/* Straight from where the record lies: nothing is copied twice. */
static int
pack(const struct cog_cache_record *record, void *context)
{
    const struct room *room = context;
    struct cog_account_view account;
    int error = cog_cache_view_account(record, &account);

    if (error != 0)
        return error;
    return cog_pack_view(&account, room->entry, room->buffer, room->size);
}

/*
 * A name that nobody has asked for. It may be anything, in a forged file. And
 * it may be a local user's by now, made after our record: a session of ours
 * that still stands would be taken for that user by all who ask for its uid's
 * name, sudo first (P13). Then ours has no name. One pass over /etc/passwd,
 * behind a hit only; who asks by name has asked the files before us.
 */
static int
check_unasked(const struct cog_account_view *account)
{
    char name[COG_NAME_MAX + 1];
    int error;

    if (cog_login_name_check(account->name, account->name_len) !=
        COG_FAULT_NONE)
        return EBADMSG;
    memcpy(name, account->name, account->name_len);
    name[account->name_len] = '\0';
    error = cog_nss_local_user_check(name);
    return error == EEXIST ? ENOENT : error;
}

static int
pack_unasked(const struct cog_cache_record *record, void *context)
{
    struct cog_account_view account;
    int error = cog_cache_view_account(record, &account);

    if (error == 0)
        error = check_unasked(&account);
    return error != 0 ? error : pack(record, context);
}

typedef int find_account(const char *name, struct cog_account *account);

/* Not inlined: most names are in a file, and theirs is the shorter way. */
static __attribute__((noinline)) int
pack_found(find_account *find, const char *name, const struct room *room)
{
    struct cog_account account;
    int error = find(name, &account);

    if (error != 0)
        return error;
    return cog_pack_account(&account, room->entry, room->buffer, room->size);
}

enum nss_status
_nss_cognito_getpwnam_r(const char *name, struct passwd *entry, char *buffer,
                        size_t size, int *error)
{
    struct room room = {entry, buffer, size};
    int found = cog_cache_use_name(&cog_nss_reader, name, pack, &room);

    if (found == 0 &&
        atomic_load_explicit(&cog_nss_told.state, memory_order_relaxed) ==
            COG_NSS_TOLD) {
        int told = pack_found(cog_nss_remembered, name, &room);

        if (told != ENOENT)
            found = told;
    }
    if (found == ENOENT)
        found = pack_found(cog_nss_provisional, name, &room);
    return cog_nss_status(found, error);
}

enum nss_status
_nss_cognito_getpwuid_r(uid_t uid, struct passwd *entry, char *buffer,
                        size_t size, int *error)
{
    struct room room = {entry, buffer, size};

    return cog_nss_status(
        cog_cache_use_uid(&cog_nss_reader, uid, pack_unasked, &room), error);
}
