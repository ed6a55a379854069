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
#include <stdint.h>

#include "accounts/cache_format.h"

/* Before the text in a record's data: the tag of whose keys they are. */
#define COG_KEYS_TAG_BYTES 8U

/* Bytes of one name's text. */
#define COG_KEYS_TEXT_MAX                                                     \
    (COG_RECORD_MAX - COG_HEAD_BYTES - COG_KEYS_TAG_BYTES)

/*
 * Whose keys: a name, and whom it is bound to (cog_sub_tag of ids.h). A name
 * may come to be another person's; the keys that were written for the first
 * never are (P16).
 */
struct cog_keys_owner {
    const char *name;
    uint64_t sub_tag; /* never 0: who is bound to nobody has no keys */
};

/*
 * The text of an owner into buffer; *len bytes, not terminated. ENOENT:
 * there are no keys of this name for this sub; ENODATA: there is no file;
 * EMSGSIZE: it does not fit (COG_KEYS_TEXT_MAX always does).
 */
int cog_keys_find(const char *directory, const struct cog_keys_owner *owner,
                  char *buffer, size_t size, size_t *len);

#endif
