/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What one line of a snapshot says of a pool user or of a pool group: all
 * that a host needs of it, wherever the host stands, and nothing else. Names
 * of pool groups are the pool's own; home and shell are each host's.
 *
 *   {"group":"Staff","gid":1879100001}
 *   {"user":"alice","uid":1879100002,"sub_tag":"00d1...","gecos":"Alice",
 *    "disabled":false,"groups":["Staff"],"keys":"ssh-ed25519 AAAA..."}
 *
 * "gecos", "disabled", "groups" and "keys" are left out when empty.
 */
#ifndef COG_COGNITOCTL_POOL_RECORD_H
#define COG_COGNITOCTL_POOL_RECORD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "accounts/account.h"
#include "accounts/logins.h"
#include "base/secret.h"

/* Bytes of a user's ssh keys: an attribute's limit in Cognito, twice. */
#define COG_POOL_KEYS_MAX 4096

/* Longest line, without its end. */
#define COG_POOL_LINE_MAX (64 * 1024)

struct cog_pool_record {
    char name[COG_NAME_MAX + 1]; /* the login name */
    uint32_t uid;
    uint64_t sub_tag; /* accounts/ids.h; never 0 */
    bool disabled;    /* the pool lets nobody in with this name */
    char gecos[COG_GECOS_MAX + 1];
    char keys[COG_POOL_KEYS_MAX + 1]; /* printable ASCII and line feeds */
    struct cog_pool_groups groups;
};

struct cog_pool_group_record {
    char name[COG_POOL_GROUP_MAX + 1];
    uint32_t gid; /* of its Unix group */
};

enum cog_pool_line {
    COG_POOL_LINE_MALFORMED = 0,
    COG_POOL_LINE_USER,
    COG_POOL_LINE_GROUP
};

/*
 * Read one line, given without its end. Pure. Fills in *user or *group,
 * whichever it is; both are untouched for a malformed line, which is also
 * one with a name outside the grammar (P17), an id that nobody may have
 * (P20), or a gecos that cog_gecos_clean would change (P23).
 */
enum cog_pool_line cog_pool_line_read(const char *line, size_t len,
                                      struct cog_pool_record *user,
                                      struct cog_pool_group_record *group);

/*
 * Write one line, with its end, into text, which is wiped before. False
 * without memory, and for text that is not UTF-8 or too long for a line.
 */
bool cog_pool_line_write_user(const struct cog_pool_record *user,
                              struct cog_secret *text);
bool cog_pool_line_write_group(const struct cog_pool_group_record *group,
                               struct cog_secret *text);

/* Whether text may be keys of a record. */
bool cog_pool_keys_check(const char *text);

/*
 * Told what a listing of the pool holds, a snapshot's or our own, groups
 * before users. The first two end the walk by false.
 */
struct cog_pool_visitor {
    bool (*group)(void *context, const struct cog_pool_group_record *group);
    bool (*user)(void *context, const struct cog_pool_record *user);
    /* Of somebody without a record: who, made printable, and why. */
    void (*refused)(void *context, const char *shown, const char *why);
    void *context;
};

#define COG_POOL_REASON 240 /* room for why a listing is refused */

/*
 * A listing of the pool. walk visits all of it and returns true; or false
 * with reason when it turns out to be wrong, or when a visitor ended it:
 * reason is untouched then. total is about how many users it has.
 */
struct cog_pool_listing {
    bool (*walk)(void *context, const struct cog_pool_visitor *visitor,
                 char reason[COG_POOL_REASON]);
    void *context;
    uint64_t total;
    int64_t created_s; /* unix time when it began */
};

#endif
