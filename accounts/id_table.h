/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Who has which id, and which id has a name: everything that stands against
 * giving an id, loaded once and asked for many accounts. In memory, growing;
 * the rules are those of id_check.h.
 */
#ifndef COG_ACCOUNTS_ID_TABLE_H
#define COG_ACCOUNTS_ID_TABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "accounts/account.h"
#include "accounts/id_check.h"

/* Where it is known from. Each source has an id but once. */
enum cog_use_source {
    COG_USE_LOCAL, /* /etc/passwd, /etc/group */
    COG_USE_STORE, /* the login store: was given once */
    COG_USE_FILES  /* the accounts files, old or in the making */
};

enum cog_use_flags {
    COG_USE_OLD = 1 << 0,     /* FILES: an account or group of the old ones */
    COG_USE_NEW = 1 << 1,     /* FILES: of the file in the making */
    COG_USE_KEPT = 1 << 2,    /* FILES: stays in recent */
    COG_USE_RETIRED = 1 << 3, /* FILES, STORE: given to nobody any more */
    COG_USE_BOUND = 1 << 4,   /* FILES: another sub wanted the name */
    COG_USE_CUT = 1 << 5      /* LOCAL: the name is not all of it */
};

/* FILES without OLD, NEW and KEPT is a tombstone. */
struct cog_id_use {
    uint64_t sub_tag; /* of a user that is bound; else 0 */
    uint32_t id;
    unsigned char source, flags, kind; /* kind: of enum cog_id_kind */
    char name[COG_NAME_MAX + 1];
};

/* A slot of an index; use 0 is a free one. */
struct cog_id_slot {
    uint32_t hash;
    uint32_t use; /* index + 1 */
};

/* Zeroed is empty. */
struct cog_id_table {
    struct cog_id_use *uses;
    size_t count, room;
    struct cog_id_slot *by_id, *by_name;
    uint32_t mask;  /* slots of each index - 1; a power of two */
    bool is_broken; /* a local id could not be read: it may be any */
};

void cog_id_table_clear(struct cog_id_table *table);

#define cog_cleanup_id_table __attribute__((cleanup(cog_id_table_clear)))

/* Make room for as many uses as will come. ENOMEM. */
int cog_id_table_reserve(struct cog_id_table *table, size_t count);

/*
 * Add a use. *added, which may be NULL, is good until the next is added.
 * ENOMEM.
 */
int cog_id_table_add(struct cog_id_table *table, const struct cog_id_use *use,
                     struct cog_id_use **added);

/*
 * What will be asked of a large table in a moment: begin to fetch the places
 * where it lies. name has at most COG_NAME_MAX bytes and need not end in NUL.
 */
void cog_id_table_prefetch(const struct cog_id_table *table, uint32_t id,
                           const char *name, size_t len);

/*
 * The use of an id by one source; NULL: none. (LOCAL may have several, and
 * the first is told.)
 */
struct cog_id_use *cog_id_table_find(const struct cog_id_table *table,
                                     enum cog_use_source source, uint32_t id);

/* The account of the old files or in the making with this name, or NULL. */
struct cog_id_use *cog_id_table_account(const struct cog_id_table *table,
                                        const char *name);

/* Add /etc/passwd and /etc/group, in one pass each. As local_names.h. */
int cog_id_table_load_local(struct cog_id_table *table,
                            const struct cog_local_files *files);

/*
 * Whether all that is in the table lets a wish be. 0: yes, and *mine is the
 * use of FILES for it, or NULL when there is none yet. EEXIST, and *conflict
 * (may be NULL) tells. EBADMSG: a local id cannot be read.
 */
int cog_id_table_check(const struct cog_id_table *table,
                       const struct cog_id_wish *wish,
                       struct cog_id_use **mine,
                       struct cog_id_conflict *conflict);

#endif
