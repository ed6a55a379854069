/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Whether ids may be given, asked many times under one lock: /etc/passwd and
 * /etc/group are read once, our own files opened once. What is written
 * meanwhile by the holder of the lock is seen, but for those two.
 */
#ifndef COG_ACCOUNTS_ID_CHECKER_H
#define COG_ACCOUNTS_ID_CHECKER_H

#include "accounts/id_check.h"
#include "accounts/id_table.h"
#include "accounts/places.h"

struct cog_id_checker {
    struct cog_id_files files;
    struct cog_id_table local;
};

#define COG_ID_CHECKER_EMPTY                                                  \
    {                                                                         \
        .files = COG_ID_FILES_EMPTY                                           \
    }

/* Begin; places must outlive it. As local_names.h and cache_read.h, ENOMEM. */
int cog_id_checker_open(const struct cog_places *places,
                        struct cog_id_checker *checker);

/*
 * Whether a name and an id may be given (or kept) as wished: the name is no
 * local user or group, and all that cog_id_check_free asks. 0: yes; EEXIST:
 * no, and *conflict (may be NULL) names both; else no answer, so no id.
 */
int cog_id_checker_ask(struct cog_id_checker *checker,
                       const struct cog_id_wish *wish,
                       struct cog_id_conflict *conflict);

void cog_id_checker_close(struct cog_id_checker *checker);

#define cog_cleanup_id_checker __attribute__((cleanup(cog_id_checker_close)))

#endif
