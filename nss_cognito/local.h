/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The names of /etc/passwd and /etc/group at this moment: no user or group of
 * ours may have one of them (P19, P27). They may be younger than our records.
 * Nothing is kept and nothing allocated: each question is one pass over a
 * file.
 */
#ifndef COG_NSS_COGNITO_LOCAL_H
#define COG_NSS_COGNITO_LOCAL_H

#include <stdint.h>

/*
 * Told each name, cut to 32 bytes and printable: a name of ours is one of
 * these only when the two are equal, case aside.
 */
typedef void cog_nss_visit_user(void *context, const char *name);

/*
 * All local users, in one pass over both files. Returns 0, or an errno of
 * accounts/local_names.h: then whoever has not been told may be local, too.
 */
int cog_nss_local_users_walk(cog_nss_visit_user *visit, void *context);

/*
 * 0: the name is no local user's in any case of its letters; EEXIST: it is;
 * else the file's error.
 */
int cog_nss_local_user_check(const char *name);

/* The same of a local group. */
int cog_nss_local_group_check(const char *name);

/*
 * A set of names of users and groups that may say yes without reason, but
 * never no: for whoever asks about many names.
 */
struct cog_nss_names {
    uint32_t bits[256];
};

/* Put all local names into an empty set; as cog_nss_local_users_walk. */
int cog_nss_names_load(struct cog_nss_names *names);

/* 0: the name is no local user's; EEXIST: it is; else the file's error. */
int cog_nss_names_check_user(const struct cog_nss_names *names,
                             const char *name);

/* The same of a local group. */
int cog_nss_names_check_group(const struct cog_nss_names *names,
                              const char *name);

#endif
