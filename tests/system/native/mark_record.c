/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Writes into the stores what only an administrator or a sync would:
 *
 * mark_record login NAME disabled
 * mark_record login NAME gone            bound to nobody
 * mark_record login NAME older SECONDS   as if it had been so much earlier
 * mark_record account NAME disabled
 * mark_record account NAME SUB       binds the account to this sub
 */
#include "accounts/cache_read.h"
#include "accounts/cache_write.h"
#include "accounts/ids.h"
#include "accounts/logins.h"
#include "accounts/places.h"
#include "base/clock.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct cog_places places = COG_PLACES;

static int
mark_login(const char *name, int64_t older_s,
           const struct cog_cache_lock *lock)
{
    struct cog_id_conflict conflict;
    struct cog_login_entry login;
    int error = cog_logins_find(COG_LOGINS_DIR, name, &login);

    login.disabled = login.disabled || older_s == 0;
    login.last_login_s -= older_s;
    return error != 0
               ? error
               : cog_logins_put(COG_LOGINS_DIR, lock, &login, NULL, &conflict);
}

static int
forget_login(const char *name, const struct cog_cache_lock *lock)
{
    return cog_logins_forget(COG_LOGINS_DIR, lock, name, true);
}

static int
mark_account(const char *name, const char *mark,
             const struct cog_cache_lock *lock)
{
    cog_cleanup_cache struct cog_cache_reader reader =
        COG_CACHE_READER(COG_ACCOUNTS_DIR);
    static const struct cog_groups nothing;
    struct cog_write_refusal refusal;
    struct cog_settings settings;
    struct cog_account account;
    struct cog_id_key key;
    int error = cog_cache_find_name(&reader, name, &account);

    if (error == 0)
        error = cog_cache_settings(&reader, &settings);
    if (error == 0)
        error = cog_id_key_load(COG_CONFIG_DIR "/id_key", &key, NULL);
    if (error != 0)
        return error;
    if (strcmp(mark, "disabled") == 0)
        account.disabled = true;
    else {
        account.sub_tag = cog_sub_tag(&key, mark);
        error = cog_cache_remove_account(&places, lock, name, true);
        if (error != 0)
            return error;
    }
    return cog_cache_put_account(&places, lock, &settings, &account, &nothing,
                                 &refusal);
}

int
main(int argc, char **argv)
{
    cog_cleanup_cache_lock struct cog_cache_lock lock = COG_CACHE_LOCK_NONE;
    bool is_login = argc >= 4 && strcmp(argv[1], "login") == 0;
    int error;

    if (argc != 4 && !(argc == 5 && is_login))
        return 2;
    error = cog_cache_lock_take(COG_LOGINS_DIR, cog_clock_ms() + 5000, &lock);
    if (error == 0 && is_login && strcmp(argv[3], "gone") == 0)
        error = forget_login(argv[2], &lock);
    else if (error == 0)
        error = is_login
                    ? mark_login(argv[2], argc == 5 ? atoi(argv[4]) : 0, &lock)
                    : mark_account(argv[2], argv[3], &lock);
    if (error != 0)
        fprintf(stderr, "mark_record: error %d\n", error);
    return error != 0;
}
