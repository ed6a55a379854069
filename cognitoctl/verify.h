/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Whether names and their ids would be taken on this host: by the rules for
 * names, among themselves, and beside what the host has. One name after the
 * other, then all against each other.
 */
#ifndef COG_COGNITOCTL_VERIFY_H
#define COG_COGNITOCTL_VERIFY_H

#include "accounts/id_checker.h"
#include "cognitoctl/output.h"
#include "cognitoctl/progress.h"
#include "host/account_id.h"

/* A name that got so far as to have an id. */
struct cog_verified {
    uint32_t id;
    enum cog_id_kind kind;
    char name[COG_NAME_MAX + 1];
};

struct cog_verify {
    const struct cog_id_sources *sources; /* borrowed */
    const struct cog_settings *settings;  /* borrowed */
    struct cog_output *output;            /* borrowed, in an open table */
    struct cog_id_checker *checker;       /* borrowed */
    struct cog_progress progress;
    struct cog_verified *all;
    size_t count, room;
    uint64_t users, groups; /* seen so far */
    uint64_t bad;           /* refused for themselves: name, attribute */
    uint64_t taken;         /* refused for another's sake */
};

/* The columns of the table of what was found. */
extern const struct cog_column cog_verify_columns[];

/*
 * Look at one. attribute: the value of id_attribute, or NULL. For a group
 * the pool's name for it. Returns 0, or the errno of what could not be read
 * or of memory; what is wrong with a name is a row of the table.
 */
int cog_verify_user(struct cog_verify *verify, const char *name,
                    const char *attribute);
int cog_verify_group(struct cog_verify *verify, const char *pool_group);

/* The same for a user whose id is known, and for a Unix group. */
int cog_verify_id(struct cog_verify *verify, enum cog_id_kind kind,
                  const char *name, uint32_t id);

/* A user of the pool whose id is known; one whom a listing has refused. */
int cog_verify_record(struct cog_verify *verify, const char *name,
                      uint32_t id);
void cog_verify_refused(struct cog_verify *verify, const char *shown,
                        const char *why);

/* All against each other, at the end. */
void cog_verify_finish(struct cog_verify *verify);

/* Free; zeroed is fine. */
void cog_verify_clear(struct cog_verify *verify);

#endif
