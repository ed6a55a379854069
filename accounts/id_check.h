/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Whether an id may be given to a name: it must be free on the host, among
 * our accounts, and among the ids ever given here (P21).
 */
#ifndef COG_ACCOUNTS_ID_CHECK_H
#define COG_ACCOUNTS_ID_CHECK_H

#include <stdbool.h>
#include <stdint.h>

#include "accounts/account.h"
#include "accounts/cache_read.h"
#include "accounts/ids.h"
#include "accounts/places.h"

/* Whom an id was given to, in the login store. */
struct cog_id_owner {
    enum cog_id_kind kind;
    char name[COG_NAME_MAX + 1];
    bool retired; /* forgotten: not given again, not even to this name */
};

/* Where a taken name or id was found. */
enum cog_id_place {
    COG_ID_FREE = 0,
    COG_ID_LOCAL,      /* /etc/passwd or /etc/group has the id */
    COG_ID_ACCOUNT,    /* another account of ours has it */
    COG_ID_POOL_GROUP, /* another group of ours has it */
    COG_ID_GIVEN,      /* it was given to another name on this host */
    COG_ID_RETIRED,    /* its owner was forgotten */
    COG_ID_OTHER,      /* the name is there with another id, owner_id */
    COG_ID_NAME_LOCAL, /* not the id: the name is a local user or group */
    COG_ID_BOUND,      /* not the id: the name is bound to another sub */
    COG_ID_TWICE       /* not the id: the name was in this listing before */
};

/* Both sides of a collision, for the log line. */
struct cog_id_conflict {
    enum cog_id_place place;
    uint32_t id;
    char wanted_by[COG_NAME_MAX + 1];
    char owner[COG_NAME_MAX + 1]; /* may be wanted_by itself */
    uint32_t owner_id;            /* id, but with COG_ID_OTHER */
};

/* A few words, such as "is taken by the local user or group"; never NULL. */
const char *cog_id_place_text(enum cog_id_place place);

/* Who wants which id. */
struct cog_id_wish {
    enum cog_id_kind kind;
    const char *name;
    uint32_t id;
    uint64_t sub_tag; /* of a user who would be bound; else 0 */
};

/* Write down a refusal where somebody wants to know; returns EEXIST. */
int cog_id_refuse(const struct cog_id_wish *wish, enum cog_id_place place,
                  const char *owner, uint32_t owner_id,
                  struct cog_id_conflict *conflict);

/*
 * The files of ours that are asked, opened once for many questions: under the
 * writers' lock, or by somebody who changes nothing.
 */
struct cog_id_files {
    struct cog_cache_reader reader; /* of the accounts files */
    bool has_accounts;              /* they were there at the beginning */
    struct cog_cache_file logins;   /* of no bytes when missing */
};

#define COG_ID_FILES_EMPTY                                                    \
    {                                                                         \
        .logins = COG_CACHE_FILE_EMPTY                                        \
    }

int cog_id_files_open(const struct cog_places *places,
                      struct cog_id_files *files);
void cog_id_files_close(struct cog_id_files *files);

#define cog_cleanup_id_files __attribute__((cleanup(cog_id_files_close)))

/*
 * Whether our own files have something against a wish: the id is another
 * account's or group's, was given to another or retired, the name has another
 * id or is bound to another sub. 0: nothing; EEXIST: *conflict names both;
 * else the error of the file that could not be read: no answer, so no id. A
 * missing accounts file or login store counts as empty.
 */
int cog_id_files_check(struct cog_id_files *files,
                       const struct cog_id_wish *wish,
                       struct cog_id_conflict *conflict);

/*
 * Whether id may be given to (or kept by) the user or group name: free on the
 * host, and our own files have nothing against it. One look at everything;
 * who has many questions takes id_checker.h. Results as above.
 */
int cog_id_check_free(const struct cog_places *places, enum cog_id_kind kind,
                      const char *name, uint32_t id,
                      struct cog_id_conflict *conflict);

/*
 * Whether name is free of the host's own users and groups (P12, P19). 0:
 * yes; EEXIST with COG_ID_NAME_LOCAL; else the file's error.
 */
int cog_name_check_local(const struct cog_local_files *files, const char *name,
                         struct cog_id_conflict *conflict);

#endif
