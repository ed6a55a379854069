/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The login store, LOGINS/logins.cdb (0600 in a 0700 directory): for each
 * name of ours, local-group accounts too, whom it is bound to, in which pool,
 * their groups there, the last login and whether it is disabled; and each id
 * that was ever given, so that none is given to another name (P16, P21). Same
 * format, reader and writer as the accounts files.
 *
 * All functions return 0 or a positive errno as in cache_read.h (ENOENT: no
 * such record in a sound store; ENODATA: there is no store) and
 * cache_write.h (EBADF, EINVAL, EEXIST). Whoever decides about a login must
 * treat everything but 0 and ENOENT as a refusal.
 */
#ifndef COG_ACCOUNTS_LOGINS_H
#define COG_ACCOUNTS_LOGINS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "accounts/account.h"
#include "accounts/cache_lock.h"
#include "accounts/id_check.h"

#define COG_POOL_GROUP_MAX 128 /* bytes of one pool group's name */

/*
 * Names of pool groups, one after the other, each followed by a NUL. Zeroed
 * means none.
 */
struct cog_pool_groups {
    size_t count; /* at most COG_GROUPS_MAX */
    size_t used;  /* bytes of text in use */
    char text[COG_GROUPS_MAX * (COG_POOL_GROUP_MAX + 1)];
};

/*
 * Add a name of 1 to 128 bytes, without control characters. EINVAL for
 * others, EMSGSIZE when full. A name that is there already is not added
 * again.
 */
int cog_pool_groups_add(struct cog_pool_groups *groups, const char *name,
                        size_t len);

/*
 * The name after previous, the first when previous is NULL; NULL at the
 * end.
 */
const char *cog_pool_groups_next(const struct cog_pool_groups *groups,
                                 const char *previous);

/* What is remembered of one name. */
struct cog_login_entry {
    char name[COG_NAME_MAX + 1];
    char sub[COG_SUB_MAX + 1]; /* whom the name is bound to; not empty */
    /* Where: a service of another pool has not heard of this login. */
    char pool_id[COG_POOL_ID_MAX + 1];
    bool has_id;          /* false: a local account, id not ours */
    uint32_t uid;         /* with has_id; gid is the same */
    int64_t last_login_s; /* unix time; 0: never */
    bool disabled;        /* the pool said so: refused until it vouches anew */
    struct cog_pool_groups groups;
};

/* Make an empty store. EEXIST when there is one. */
int cog_logins_create(const char *directory,
                      const struct cog_cache_lock *lock);

/* What is known of a name. A name outside the grammar is ENOENT. */
int cog_logins_find(const char *directory, const char *name,
                    struct cog_login_entry *login);

/*
 * Add or replace what is known of a name, and note its id (with has_id) and
 * the ids of groups as given for ever. ENODATA when there is no store;
 * EEXIST when an id was given to another name or is retired, and *conflict,
 * which may be NULL, tells. groups may be NULL. The caller has compared the
 * sub with the old one under the same lock.
 */
int cog_logins_put(const char *directory, const struct cog_cache_lock *lock,
                   const struct cog_login_entry *login,
                   const struct cog_groups *groups,
                   struct cog_id_conflict *conflict);

/*
 * Forget whom a name is bound to. Its id stays retired for ever, unless
 * same_person: then the name may have it again. What an earlier call has
 * retired stays so: it may have been another person's, and when the binding
 * is gone already, same_person changes nothing. ENOENT: nothing known.
 */
int cog_logins_forget(const char *directory, const struct cog_cache_lock *lock,
                      const char *name, bool same_person);

/* Told each record; a result other than 0 ends the walk. */
typedef int cog_logins_visit(void *context,
                             const struct cog_login_entry *login);
typedef int cog_logins_visit_id(void *context, uint32_t id,
                                const struct cog_id_owner *owner);

/*
 * Visit every login and every id ever given, after checking the whole file.
 * Either visitor may be NULL. Needs no lock. Returns the visitor's result
 * when it is not 0.
 */
int cog_logins_walk(const char *directory, cog_logins_visit *visit,
                    cog_logins_visit_id *visit_id, void *context);

#endif
