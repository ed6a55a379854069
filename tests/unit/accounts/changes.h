/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Changes that a writer makes to the files of a room, each from a known state
 * to a known other: for making them fail and for killing them.
 */
#ifndef COG_TESTS_ACCOUNTS_CHANGES_H
#define COG_TESTS_ACCOUNTS_CHANGES_H

#include "tests/unit/accounts/support.h"

#define ALICE 1900000001U
#define CAROL 1900000002U

struct change {
    const char *name;
    unsigned accounts; /* before; the sample alice is always among them */
    bool base;         /* before: some of them are in base */
    bool several;      /* files are replaced: it may be half made */
    int (*make)(const struct room *room, const struct cog_cache_lock *lock);
    /* whether the change is seen; the room must be sound either way */
    bool (*is_made)(const struct room *room);
    /* how many accounts there may be then */
    unsigned least_before, most_before, least_after, most_after;
    bool takes_alice; /* else she is there all the time */
    /* what must hold besides, made or not; may be NULL */
    void (*check)(const struct room *room, bool made);
};

enum change_number {
    CHANGE_PUT,
    CHANGE_REMOVE,
    CHANGE_FOLD,
    CHANGE_LOGIN,
    CHANGE_LISTING,       /* the first */
    CHANGE_LISTING_AGAIN, /* over old files, with members */
    CHANGE_LISTING_DENIES /* it disables alice, u1 has no group, u2 is lost */
};
extern const struct change changes[];

/* Files as a change wants them, and a login store. */
void prepare(const struct room *room, const struct change *change);

/* The room's files as they are, to be brought back again and again. */
struct kept {
    struct kept_file {
        unsigned char *bytes; /* NULL: it was not there */
        size_t len;
    } recent, base, logins;
};
void keep(const struct room *room, struct kept *kept);
/* By rename, so that a reader's mapping is left alone. */
void bring_back(const struct room *room, const struct kept *kept);
void let_go(struct kept *kept);

bool has_account(const struct room *room, const char *name);

/* Whatever happened: everything is whole, old or new, and can go on. */
void assert_sound(const struct room *room, const struct change *change);
void assert_next_writer_works(const struct room *room);
void assert_no_temporary(const struct room *room);

#endif
