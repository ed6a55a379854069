/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Both accounts files as they are now, mapped: what a writer starts from and
 * what an administrator lists.
 */
#ifndef COG_ACCOUNTS_CACHE_LEVELS_H
#define COG_ACCOUNTS_CACHE_LEVELS_H

#include <stdbool.h>

#include "accounts/account.h"
#include "accounts/cache_file.h"

/* The files; one that is missing is empty. */
struct cog_cache_levels {
    struct cog_cache_file recent, base;
};

#define COG_CACHE_LEVELS_EMPTY                                                \
    {                                                                         \
        .recent.fd = -1, .base.fd = -1                                        \
    }

/*
 * Map both and check recent from end to end; base, which may have a million
 * accounts, only by what is looked up, until cog_cache_level_check. 0 when
 * they are missing, too; EBADMSG when one is damaged or base is missing that
 * recent was written beside; else as cache_read.h.
 */
int cog_cache_levels_open(const char *directory,
                          struct cog_cache_levels *levels);

void cog_cache_levels_close(struct cog_cache_levels *levels);

#define cog_cleanup_cache_levels                                              \
    __attribute__((cleanup(cog_cache_levels_close)))

/* Check a file from end to end, before it is carried on. 0 when missing. */
int cog_cache_level_check(const struct cog_cache_file *level);

/* Whether a file is there. */
bool cog_cache_level_exists(const struct cog_cache_file *level);

/*
 * What one file has of a name; ENOENT also when it is missing, and for a
 * name outside the grammar.
 */
int cog_cache_level_account(const struct cog_cache_file *level,
                            const char *name, struct cog_account *account);

/* Whether one file has a name: 0 yes, ENOENT no, else it is not known. */
int cog_cache_level_has(const struct cog_cache_file *level, const char *name);

/* The groups of an account that is in the file. */
int cog_cache_level_groups(const struct cog_cache_file *level,
                           const char *name, struct cog_groups *groups);

/* The settings of recent; ENOENT also when it is missing. */
int cog_cache_level_settings(const struct cog_cache_file *level,
                             struct cog_settings *settings);

/* What a comparison found. */
enum cog_cache_difference {
    COG_CACHE_ABSENT = 0, /* there is no account of this name */
    COG_CACHE_DIFFERS,    /* in something but the name */
    COG_CACHE_SAME
};

/*
 * Compare an account and its groups, in any order, with what the files have
 * of the name: recent, then base.
 */
int cog_cache_levels_compare(const struct cog_cache_levels *levels,
                             const struct cog_account *account,
                             const struct cog_groups *groups,
                             enum cog_cache_difference *difference);

/* Told each account with its groups; a result other than 0 ends the walk. */
typedef int cog_cache_visit(void *context, const struct cog_account *account,
                            const struct cog_groups *groups);

/*
 * Visit the accounts of one file, without those that hidden has, too. Either
 * may be missing. Returns the visitor's result when it is not 0.
 */
int cog_cache_level_walk(const struct cog_cache_file *level,
                         const struct cog_cache_file *hidden,
                         cog_cache_visit *visit, void *context);

/*
 * Open, visit every account once (that of recent where both files have the
 * name), and close. Needs no lock. ENODATA: there is no file.
 */
int cog_cache_walk(const char *directory, cog_cache_visit *visit,
                   void *context);

#endif
