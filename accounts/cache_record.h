/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Records of the accounts files as structures and back: the one place that
 * knows what stands in a record's data (cache_format.h has the table of
 * keys). Pure; libc only.
 *
 * Parsers return 0, or EBADMSG when lengths, name, ids or bounds are not as
 * they must be; outputs are untouched then. A record is believed only as far
 * as a rule of account.h holds it up: a forged uid 0 is EBADMSG (P20).
 */
#ifndef COG_ACCOUNTS_CACHE_RECORD_H
#define COG_ACCOUNTS_CACHE_RECORD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "accounts/account.h"
#include "accounts/cache_file.h"
#include "accounts/cache_read.h"

/* A key: its kind, then a name or an id. */
struct cog_cache_key {
    unsigned char bytes[COG_KEY_MAX];
    size_t len;
    uint32_t hash; /* cog_cache_hash of the bytes */
};

/* "N", "i", "G", "L": name has at most 32 bytes. */
void cog_cache_key_name(char kind, const char *name,
                        struct cog_cache_key *key);

/*
 * The same for who knows how long it is: 1 to 32 bytes. Copied and hashed in
 * one go, and here to be seen by the compiler: a look-up begins with it.
 */
static inline void
cog_cache_key_text(char kind, const char *name, size_t len,
                   struct cog_cache_key *key)
{
    uint32_t hash = cog_cache_hash_add(COG_CDB_HASH, (unsigned char) kind);

    key->bytes[0] = (unsigned char) kind;
    for (size_t i = 0; i < len; i++) {
        key->bytes[i + 1] = (unsigned char) name[i];
        hash = cog_cache_hash_add(hash, (unsigned char) name[i]);
    }
    key->len = len + 1;
    key->hash = hash;
}

/* "U", "g", "I", "x". */
void cog_cache_key_id(char kind, uint32_t id, struct cog_cache_key *key);

/* "m". */
void cog_cache_key_members(uint32_t gid, uint32_t chunk,
                           struct cog_cache_key *key);

/* "S". */
void cog_cache_key_settings(struct cog_cache_key *key);

/* The data of a record; its head is filled in when it is written. */
struct cog_cache_data {
    unsigned char *bytes;
    size_t size; /* room */
    size_t len;
};

/*
 * Fill in the head of a record where it stands in a file, its lengths and its
 * key before it: version, kind and sum.
 */
void cog_cache_seal(unsigned char *record);

/*
 * Make data. EMSGSIZE when it has no room, or a text of the structure is not
 * terminated in its field.
 */
int cog_cache_pack_account(const struct cog_account *account,
                           struct cog_cache_data *data);
int cog_cache_pack_gids(const struct cog_gids *gids,
                        struct cog_cache_data *data);
int cog_cache_pack_settings(const struct cog_settings *settings,
                            struct cog_cache_data *data);
int cog_cache_pack_members(const struct cog_members *members,
                           struct cog_cache_data *data);
int cog_cache_pack_tombstone(const struct cog_tombstone *tombstone,
                             struct cog_cache_data *data);
/* A gid ("G") or a position ("U", "g"). */
int cog_cache_pack_number(uint32_t number, struct cog_cache_data *data);

/*
 * An account where it lies, for NSS, which copies each look-up's texts once.
 * Valid as long as the record is.
 */
struct cog_account_view {
    uint32_t uid; /* the gid, too */
    uint64_t sub_tag;
    const char *name; /* without a NUL */
    size_t name_len;
    const char *gecos, *home, *shell; /* one after the other, each with NUL */
    size_t texts_len;                 /* of the three, NULs included */
};

/*
 * The checks are those of cog_cache_parse_account but for the grammar of the
 * name: who has found the record by its name knows it already, who has not
 * must ask cog_login_name_check.
 */
int cog_cache_view_account(const struct cog_cache_record *record,
                           struct cog_account_view *view);

/* What NSS asks of the settings at each look-up of a group. */
struct cog_settings_view {
    bool enumerate;
    size_t group_map_count;
};

/* Only kind, flags and bounds are checked; the sum was. */
int cog_cache_view_settings(const struct cog_cache_record *record,
                            struct cog_settings_view *view);

/* The opposite. The records are found ones, their sums checked. */
int cog_cache_parse_account(const struct cog_cache_record *record,
                            struct cog_account *account);
int cog_cache_parse_gids(const struct cog_cache_record *record,
                         struct cog_gids *gids);
int cog_cache_parse_settings(const struct cog_cache_record *record,
                             struct cog_settings *settings);
int cog_cache_parse_group(const struct cog_cache_record *record,
                          struct cog_group *group);
int cog_cache_parse_members(const struct cog_cache_record *record,
                            struct cog_members *members);
int cog_cache_parse_tombstone(const struct cog_cache_record *record,
                              struct cog_tombstone *tombstone);
int cog_cache_parse_number(const struct cog_cache_record *record,
                           uint32_t *number);

/* The uid of an account's record without parsing the rest. */
int cog_cache_parse_uid(const struct cog_cache_record *record, uint32_t *uid);

#endif
