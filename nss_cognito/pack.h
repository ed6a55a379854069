/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A record into the buffer of a caller of getpwnam_r(3) and its like. Pure.
 *
 * Every byte is counted before the first one is written (P65), and what is
 * a pointer lies at an address that suits it, wherever the buffer begins.
 * Returns 0, or ERANGE when the buffer is too small: nothing was written
 * then, neither to the buffer nor to the entry.
 */
#ifndef COG_NSS_COGNITO_PACK_H
#define COG_NSS_COGNITO_PACK_H

#include <grp.h>
#include <pwd.h>
#include <stddef.h>

#include "accounts/account.h"
#include "accounts/cache_record.h"

/* A passwd entry. The password is "*": nobody's, and not in shadow. */
int cog_pack_passwd(const struct cog_account_view *account,
                    struct passwd *entry, char *buffer, size_t size);

/* A group entry without members. */
int cog_pack_group(const struct cog_group *group, struct group *entry,
                   char *buffer, size_t size);

#endif
