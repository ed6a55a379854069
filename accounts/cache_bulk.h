/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A whole listing of the pool written at once: base.cdb anew, then recent.cdb
 * without what base has now. All checks are made against tables that are
 * loaded once, so a million accounts take seconds.
 *
 *     cog_cache_bulk_begin(...);
 *     for each account of the listing: cog_cache_bulk_add(...);
 *     cog_cache_bulk_count(...): may so many be lost?
 *     cog_cache_bulk_finish(...);
 *     cog_cache_bulk_free(...);
 *
 * The lock is held from begin to free, and logins wait for it: list first,
 * then begin. Nothing is changed before finish; a failure or a kill at any
 * moment leaves each of the two files old or new, whole, and once any account
 * is as the listing has it that was not in recent, all are.
 *
 * Results are those of cache_write.h. EBADMSG: an old file is damaged. It is
 * not replaced, because it may hold the only record of ids that were given;
 * an administrator may remove it.
 */
#ifndef COG_ACCOUNTS_CACHE_BULK_H
#define COG_ACCOUNTS_CACHE_BULK_H

#include <stdbool.h>
#include <stdint.h>

#include "accounts/account.h"
#include "accounts/cache_levels.h"
#include "accounts/cache_lock.h"
#include "accounts/cache_write.h"
#include "accounts/ids.h"
#include "accounts/places.h"

/* On the heap; some 120 bytes for each account. */
struct cog_cache_bulk;

/*
 * Begin with sound settings. Reads the old files, the login store,
 * /etc/passwd and /etc/group. key makes tags of the login store's subs. All
 * arguments but refusal, which may be NULL, must outlive the bulk; so must
 * the lock be held.
 */
int cog_cache_bulk_begin(const struct cog_places *places,
                         const struct cog_cache_lock *lock,
                         const struct cog_settings *settings,
                         const struct cog_id_key *key,
                         struct cog_cache_bulk **bulk,
                         struct cog_write_refusal *refusal);

/*
 * So many accounts will be added, more or less: makes room at once, where it
 * would have to grow many times. ENOMEM.
 */
int cog_cache_bulk_expect(struct cog_cache_bulk *bulk, size_t accounts);

/*
 * Add an account. EINVAL and EEXIST: it is left out, refusal (which may be
 * NULL) tells why, and the others can go on. It is refused for a broken rule,
 * a local name or id, an id that another name has or ever had, a name that
 * has another id, a name that is there already, and another sub than its
 * name is bound to (P16, P21); then the old account stays, disabled, until
 * an administrator says cognitoctl forget. Any other failure ends the bulk:
 * free it.
 */
int cog_cache_bulk_add(struct cog_cache_bulk *bulk,
                       const struct cog_account *account,
                       const struct cog_groups *groups,
                       struct cog_write_refusal *refusal);

/* Compare an account, added or not, with the old files. */
int cog_cache_bulk_compare(const struct cog_cache_bulk *bulk,
                           const struct cog_account *account,
                           const struct cog_groups *groups,
                           enum cog_cache_difference *difference);

/* What finish will do. */
struct cog_bulk_counts {
    uint32_t before; /* accounts in the old files, each name once */
    uint32_t added;  /* by cog_cache_bulk_add */
    uint32_t kept;   /* not added, but signed in since the listing began */
    uint32_t bound;  /* refused for another sub: stay, marked disabled */
    uint32_t lost;   /* the rest: they will be gone, their ids kept for them */
};

/*
 * Count, before finish. since_s is the unix time when the listing began: who
 * is only in recent.cdb and signed in at or after it, is kept; not by a time
 * more than 300 s ahead of the clock.
 */
int cog_cache_bulk_count(struct cog_cache_bulk *bulk, int64_t since_s,
                         struct cog_bulk_counts *counts);

/* Told each account that will be lost; not 0 ends the walk. */
typedef int cog_bulk_visit(void *context, const char *name, uint32_t uid);
int cog_cache_bulk_walk_lost(struct cog_cache_bulk *bulk, int64_t since_s,
                             cog_bulk_visit *visit, void *context);

/*
 * Write recent with the listing's verdicts on whom it has, then base, then
 * recent with the settings and what base does not have. The id of whoever is
 * lost is given to no other name, and to the same name only for the same sub.
 * With settings.enumerate the members of each group are written, too, as of
 * now. The bulk can only be freed then.
 */
int cog_cache_bulk_finish(struct cog_cache_bulk *bulk, int64_t since_s);

/* Let go; what was not finished is undone. *bulk may be NULL and becomes it.
 */
void cog_cache_bulk_free(struct cog_cache_bulk **bulk);

#define cog_cleanup_cache_bulk __attribute__((cleanup(cog_cache_bulk_free)))

#endif
