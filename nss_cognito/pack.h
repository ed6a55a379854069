/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A record into the buffer of a caller of getpwnam_r(3) and its like. Pure.
 *
 * Every byte is counted against the buffer before it is written (P65), and
 * what is a pointer lies at an address that suits it, wherever the buffer
 * begins. Functions return 0, or ERANGE when the buffer is too small; the
 * entry is of no meaning then.
 */
#ifndef COG_NSS_COGNITO_PACK_H
#define COG_NSS_COGNITO_PACK_H

#include <grp.h>
#include <pwd.h>
#include <stddef.h>

#include "accounts/account.h"
#include "accounts/cache_record.h"

/*
 * A passwd entry: from a record where it lies, or from an account. The
 * password is "*": nobody's, and not in shadow. Nothing is written unless
 * everything fits.
 */
int cog_pack_view(const struct cog_account_view *view, struct passwd *entry,
                  char *buffer, size_t size);
int cog_pack_account(const struct cog_account *account, struct passwd *entry,
                     char *buffer, size_t size);

/* A group entry without members. */
int cog_pack_group(const struct cog_group *group, struct group *entry,
                   char *buffer, size_t size);

/*
 * A group entry whose members come bit by bit: begin, names as often as
 * needed, end; then members may be dropped.
 */
struct cog_packing {
    struct group *entry;
    char *names;  /* of the members, from here ... */
    char *free;   /* ... to here, each with its NUL */
    size_t left;  /* bytes of the buffer from free on */
    size_t count; /* of names */
};

int cog_pack_begin(const struct cog_group *group, struct group *entry,
                   char *buffer, size_t size, struct cog_packing *packing);

/*
 * Append names, each with its NUL, len bytes in all. EBADMSG: the last one
 * has none.
 */
int cog_pack_names(struct cog_packing *packing, const char *names, size_t len);

/* Make the array of the members. */
int cog_pack_end(struct cog_packing *packing);

/* Take a name, in any case, out of an entry, wherever it is among the members.
 */
void cog_pack_drop(struct group *entry, const char *name);

#endif
