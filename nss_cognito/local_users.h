/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The names of /etc/passwd at this moment: what an account of ours must not
 * be listed beside (P27).
 */
#ifndef COG_NSS_COGNITO_LOCAL_USERS_H
#define COG_NSS_COGNITO_LOCAL_USERS_H

#include <stdbool.h>
#include <stdint.h>

/*
 * Told each name, cut to 32 bytes and printable: a name of ours is one of
 * these only when the two are equal.
 */
typedef void cog_nss_visit_user(void *context, const char *name);

/*
 * One pass over the file. Returns 0, or an errno of accounts/local_names.h:
 * then whoever has not been told may be local, too.
 */
int cog_nss_local_users_walk(cog_nss_visit_user *visit, void *context);

/* A set of names that may say yes without reason, but never no. */
struct cog_nss_names {
    uint32_t bits[256];
};

/* Put all local users into an empty set; as cog_nss_local_users_walk. */
int cog_nss_names_load(struct cog_nss_names *names);

/* 0: the name is no local user's; EEXIST: it is; else the file's error. */
int cog_nss_names_check(const struct cog_nss_names *names, const char *name);

#endif
