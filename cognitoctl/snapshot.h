/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Snapshots: the accounts of a pool as one signed file, which a host makes
 * (`cognitoctl export`) and thousands read (`cognitoctl sync`). Bytes in,
 * structs out; nothing here touches a file or the clock.
 *
 *   cognito-snapshot-1 SIGNATURE      base64, Ed25519, of the next line
 *   {"format":"cognito-snapshot-1","pool_id":...,"body_sha256":...}
 *   {"group":...}                     the body: pool_record.h
 *   {"user":...}
 *
 * The signature is over the whole second line, its end included, and that
 * line vouches for the body: `openssl pkeyutl -verify -rawin` can check it.
 * Nothing is parsed before it is known to be signed.
 */
#ifndef COG_COGNITOCTL_SNAPSHOT_H
#define COG_COGNITOCTL_SNAPSHOT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "accounts/account.h"
#include "cognito/crypto.h"
#include "cognitoctl/pool_record.h"
#include "cognitoctl/signature.h"

#define COG_SNAPSHOT_FORMAT   "cognito-snapshot-1"
#define COG_SNAPSHOT_HEAD_MAX 4096 /* bytes of the two lines together */

/* A whole file; a million users with their groups have some 200 MB. */
#define COG_SNAPSHOT_MAX (1024ULL * 1024 * 1024)

/* How far a clock elsewhere may be ahead, as for tokens, seconds. */
#define COG_SNAPSHOT_TOLERANCE_S 300

#define COG_ATTRIBUTE_NAME_MAX 31 /* bytes of "custom:NAME" */

/*
 * What makes the ids of accounts what they are. Where one of these differs,
 * another id would come out for the same name.
 */
struct cog_snapshot_ids {
    char pool_id[COG_POOL_ID_MAX + 1];
    uint32_t id_base, id_range;
    char id_attribute[COG_ATTRIBUTE_NAME_MAX + 1]; /* "": none */
    char group_prefix[COG_GROUP_PREFIX_MAX + 1];
    uint64_t key_tag; /* cog_snapshot_key_tag of the id key */
};

struct cog_snapshot_header {
    struct cog_snapshot_ids ids;
    int64_t created_s;      /* unix time: when its listing of the pool began */
    uint64_t users, groups; /* lines of each kind in the body */
    uint64_t body_len;
    unsigned char body_sha256[COG_SHA256_SIZE];
};

/* A snapshot that passed; borrows the bytes it was read from. */
struct cog_snapshot {
    struct cog_snapshot_header header;
    const char *body;
    size_t body_len;
};

/* What this host asks of one. */
struct cog_snapshot_wanted {
    const struct cog_signature_key *key; /* public, whom to believe */
    struct cog_snapshot_ids ids;         /* this host's */
    int64_t now_s;
    int64_t max_age_s;
    int64_t installed_s; /* created_s of the one in place; 0: none */
    uint64_t max_users;
};

/* A text that shows whether two hosts have the same id key, without it. */
uint64_t cog_snapshot_key_tag(const struct cog_id_key *key,
                              const char *pool_id);

/*
 * Read and check a whole file, in this order: size, signature, pool id and
 * the rest of the ids, age, not before the one in place, number of users,
 * length and hash of the body, number of its lines. True and *snapshot; or
 * false, *snapshot untouched, and why in reason, printable ASCII.
 */
bool cog_snapshot_open(const char *bytes, size_t len,
                       const struct cog_snapshot_wanted *wanted,
                       struct cog_snapshot *snapshot,
                       char reason[COG_POOL_REASON]);

/*
 * Look at the beginning of a file while the rest is still to come: all of it,
 * or COG_SNAPSHOT_HEAD_MAX bytes. True and how long the whole file is in
 * *size; or false, when it is not signed, and why.
 */
bool cog_snapshot_begin(const char *bytes, size_t len,
                        const struct cog_signature_key *key, uint64_t *size,
                        char reason[COG_POOL_REASON]);

/*
 * Visit the lines of an opened snapshot in their order. Returns true at the
 * end; false when a line is malformed or the numbers of users and groups are
 * not the header's, with reason, or when a visitor ended it: reason is
 * untouched then.
 */
bool cog_snapshot_walk(const struct cog_snapshot *snapshot,
                       const struct cog_pool_visitor *visitor,
                       char reason[COG_POOL_REASON]);

/*
 * The first two lines for a body, signed with a private key, in text, which
 * is wiped before. False when memory or OpenSSL fail.
 */
bool cog_snapshot_write_head(const struct cog_snapshot_header *header,
                             const struct cog_signature_key *key,
                             struct cog_secret *text);

#endif
