/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Ids from names: a keyed function, the same on every host with the same id
 * key, so that nobody can choose a name to get a chosen id (P22). libc only,
 * since the NSS module computes provisional ids.
 */
#ifndef COG_ACCOUNTS_IDS_H
#define COG_ACCOUNTS_IDS_H

#include <stdint.h>

#include "accounts/account.h"
#include "accounts/trusted_file.h"

#define COG_ID_KEY_BYTES 16

/* The secret of this fleet; wipe with cog_id_key_clear when done. */
struct cog_id_key {
    unsigned char bytes[COG_ID_KEY_BYTES];
};

#define COG_ID_KEY_EMPTY                                                      \
    {                                                                         \
        {                                                                     \
            0                                                                 \
        }                                                                     \
    }

/*
 * Read the id key: a trusted secret file (0600) in trusted directories with
 * one line of exactly 32 hexadecimal digits of either case and at most one
 * line feed. All zero is refused. Failures as cog_trusted_read, EINVAL with
 * COG_TRUST_MALFORMED for other contents; key is untouched then.
 */
int cog_id_key_load(const char *path, struct cog_id_key *key,
                    enum cog_trust *why);

/* Wipe the key. */
void cog_id_key_clear(struct cog_id_key *key);

#define cog_cleanup_id_key __attribute__((cleanup(cog_id_key_clear)))

/* Whose id: users and groups have separate ids for the same name. */
enum cog_id_kind { COG_ID_USER = 'u', COG_ID_GROUP = 'g' };

/*
 * id_base + (SipHash-2-4(key, pool id, NUL, "u:" or "g:", name) mod
 * id_range), with pool id and range from settings that cog_settings_check
 * admits. Pure.
 */
uint32_t cog_id_make(const struct cog_id_key *key,
                     const struct cog_settings *settings,
                     enum cog_id_kind kind, const char *name);

/*
 * What the accounts files, which everybody may read, hold of a sub:
 * SipHash-2-4(key, "s:" sub), and 1 instead of 0. Two tags are compared
 * where two subs would be; an account with tag 0 is bound to nobody. Pure.
 */
uint64_t cog_sub_tag(const struct cog_id_key *key, const char *sub);

#endif
