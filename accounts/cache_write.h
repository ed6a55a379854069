/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Changes to the accounts files. Each call replaces a file by rename, after
 * it is durable; a failure or a kill at any moment leaves the old file, whole
 * (P74, P76). Only accounts that keep the rules are written, never a name or
 * an id of /etc/passwd or /etc/group.
 *
 * All functions return 0 or a positive errno:
 *   EINVAL    the account breaks a rule (*fault tells which)
 *   EEXIST    name or id is taken, or the name is bound to another sub
 *             (the conflict tells by whom)
 *   ENOENT    nothing to remove
 *   EBADMSG   a file is damaged that would be replaced, or the record
 *             that would be removed: not carried on
 *   EBADF     the lock is not held
 *   other     as cache_read.h, or the errno of the call that failed
 */
#ifndef COG_ACCOUNTS_CACHE_WRITE_H
#define COG_ACCOUNTS_CACHE_WRITE_H

#include <stdbool.h>

#include "accounts/account.h"
#include "accounts/cache_lock.h"
#include "accounts/id_check.h"
#include "accounts/places.h"

/* A login folds recent into base from this many accounts in recent on ... */
#define COG_FOLD_FROM 256
/* ... while base has fewer than this. */
#define COG_FOLD_UP_TO 10000

/* Why a write was refused; for the log line. Zeroed means no reason. */
struct cog_write_refusal {
    enum cog_fault fault;            /* with EINVAL */
    struct cog_id_conflict conflict; /* with EEXIST */
};

/*
 * Write the settings into recent.cdb, which is made when missing; accounts
 * are kept. Nothing is written when they are there already.
 */
int cog_cache_put_settings(const struct cog_places *places,
                           const struct cog_cache_lock *lock,
                           const struct cog_settings *settings,
                           struct cog_write_refusal *refusal);

/*
 * Add or replace one account with its groups, and the settings with it.
 * Refuses ids that another name has or had, and another sub (id_check.h).
 * recent.cdb is made when missing. Nothing is written when the account and the
 * settings are there already.
 */
int cog_cache_put_account(const struct cog_places *places,
                          const struct cog_cache_lock *lock,
                          const struct cog_settings *settings,
                          const struct cog_account *account,
                          const struct cog_groups *groups,
                          struct cog_write_refusal *refusal);

/*
 * The same for an account of another configuration than the host's: the
 * settings judge it, but those that are there stay, or there are still none.
 */
int cog_cache_put_account_only(const struct cog_places *places,
                               const struct cog_cache_lock *lock,
                               const struct cog_settings *settings,
                               const struct cog_account *account,
                               const struct cog_groups *groups,
                               struct cog_write_refusal *refusal);

/*
 * Remove an account from both files, and forget whom it was bound to. Its id
 * stays retired for ever, unless same_person: then the name may have it
 * again. That goes for a name, too, that is not there any more but had an id
 * before; what an earlier call has retired stays so. A name outside the
 * grammar is ENOENT. The login store is not touched: see logins.h.
 */
int cog_cache_remove_account(const struct cog_places *places,
                             const struct cog_cache_lock *lock,
                             const char *name, bool same_person);

#endif
