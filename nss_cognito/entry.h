/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What glibc calls, by these names, after it has loaded the module
 * libnss_cognito.so.2 (the GNU C Library manual, "Extending NSS"). Nothing
 * else is exported.
 *
 * All of them: the result and *error go together by the table of status.c.
 * Texts and arrays of an entry lie in buffer, which the caller owns; entry
 * is complete on NSS_STATUS_SUCCESS and otherwise of no meaning. Any thread
 * may call any of them at any time; the enumerations share one cursor each,
 * which glibc guards.
 */
#ifndef COG_NSS_COGNITO_ENTRY_H
#define COG_NSS_COGNITO_ENTRY_H

#include <grp.h>
#include <nss.h>
#include <pwd.h>
#include <stddef.h>
#include <sys/types.h>

#define COG_EXPORTED __attribute__((visibility("default")))

/* passwd, by name and by number. */
COG_EXPORTED enum nss_status _nss_cognito_getpwnam_r(const char *name,
                                                     struct passwd *entry,
                                                     char *buffer, size_t size,
                                                     int *error);
COG_EXPORTED enum nss_status _nss_cognito_getpwuid_r(uid_t uid,
                                                     struct passwd *entry,
                                                     char *buffer, size_t size,
                                                     int *error);

/* group, by name and by number. */
COG_EXPORTED enum nss_status _nss_cognito_getgrnam_r(const char *name,
                                                     struct group *entry,
                                                     char *buffer, size_t size,
                                                     int *error);
COG_EXPORTED enum nss_status _nss_cognito_getgrgid_r(gid_t gid,
                                                     struct group *entry,
                                                     char *buffer, size_t size,
                                                     int *error);

/*
 * All entries, one at a time, from the first one on. Nothing but what the
 * host's administrator wanted listed: without `enumerate` there are none.
 */
COG_EXPORTED enum nss_status _nss_cognito_setpwent(int stay_open);
COG_EXPORTED enum nss_status _nss_cognito_getpwent_r(struct passwd *entry,
                                                     char *buffer, size_t size,
                                                     int *error);
COG_EXPORTED enum nss_status _nss_cognito_endpwent(void);
COG_EXPORTED enum nss_status _nss_cognito_setgrent(int stay_open);
COG_EXPORTED enum nss_status _nss_cognito_getgrent_r(struct group *entry,
                                                     char *buffer, size_t size,
                                                     int *error);
COG_EXPORTED enum nss_status _nss_cognito_endgrent(void);

/*
 * Append the supplementary gids of a user whose primary group is `primary`
 * to the array *gids, which has room for *size and holds *count; it was
 * allocated with malloc and may be made larger, up to limit entries when
 * that is above 0.
 */
COG_EXPORTED enum nss_status
_nss_cognito_initgroups_dyn(const char *name, gid_t primary, long *count,
                            long *size, gid_t **gids, long limit, int *error);

#endif
