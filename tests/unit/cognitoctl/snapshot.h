/* SPDX-License-Identifier: Apache-2.0 */
/* A fleet and its snapshots, as openssl signed them. */
#ifndef COG_TESTS_UNIT_COGNITOCTL_SNAPSHOT_H
#define COG_TESTS_UNIT_COGNITOCTL_SNAPSHOT_H

#include "cognitoctl/snapshot.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#define COUNT(array) (sizeof(array) / sizeof(array)[0])
#define CREATED      INT64_C(1800000000)

/* A file of tests/vectors/snapshot; to be freed. */
char *load(const char *name, size_t *len);

/* The key of that name there. */
struct cog_signature_key public_key(const char *name);

/* Whose snapshots are believed, between set_up and tear_down. */
extern struct cog_signature_key exporter;

int set_up(void **state);

int tear_down(void **state);

/* A host that the vectors are for, five minutes after they were made. */
struct cog_snapshot_wanted host(void);

/* What a visitor has been told. */
struct seen {
    size_t users, groups;
    struct cog_pool_record user[4];
    struct cog_pool_group_record group[4];
    size_t stop_at; /* users; 0: never */
};

/* Visit all of a vector, which is sound; false, with the reason, as walking.
 */
bool walk(const char *name, struct seen *seen, char reason[COG_POOL_REASON]);

struct seen *nothing_seen(void);

#endif
