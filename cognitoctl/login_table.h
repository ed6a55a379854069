/* SPDX-License-Identifier: Apache-2.0 */
/* The login store in memory, for commands that ask it once per account. */
#ifndef COG_COGNITOCTL_LOGIN_TABLE_H
#define COG_COGNITOCTL_LOGIN_TABLE_H

#include "accounts/logins.h"

/* What is kept of one login. */
struct cog_login_row {
    char name[COG_NAME_MAX + 1];
    bool has_id; /* false: a local account */
    uint32_t uid;
    int64_t last_login_s; /* 0: never */
    bool disabled;
};

/* Zeroed is empty; in the order of names once loaded. */
struct cog_login_table {
    struct cog_login_row *rows;
    size_t count, room;
};

/* Read the whole store; as cog_logins_walk, ENOMEM. Only for root. */
int cog_login_table_load(const char *directory, struct cog_login_table *table);

/* The row of a name, borrowed, or NULL. */
const struct cog_login_row *
cog_login_table_find(const struct cog_login_table *table, const char *name);

void cog_login_table_clear(struct cog_login_table *table);

#define cog_cleanup_login_table __attribute__((cleanup(cog_login_table_clear)))

#endif
