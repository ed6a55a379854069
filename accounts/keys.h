/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ssh keys of our users, ACCOUNTS/keys.cdb (0644): one text for each name,
 * in the format of the accounts files. sync writes it, sshd's
 * AuthorizedKeysCommand reads it as an ordinary user. What stands in the text
 * is the callers' matter. Reading is libc only.
 *
 * Results are those of cache_read.h and cache_write.h.
 */
#ifndef COG_ACCOUNTS_KEYS_H
#define COG_ACCOUNTS_KEYS_H

#include <stddef.h>

#include "accounts/cache_format.h"

/* Bytes of one name's text. */
#define COG_KEYS_TEXT_MAX (COG_RECORD_MAX - COG_HEAD_BYTES)

/*
 * The text of a name into buffer; *len bytes, not terminated. ENOENT: there
 * are no keys of this name; ENODATA: there is no file; EMSGSIZE: it does not
 * fit (COG_KEYS_TEXT_MAX always does).
 */
int cog_keys_find(const char *directory, const char *name, char *buffer,
                  size_t size, size_t *len);

#endif
