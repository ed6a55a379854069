/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the tests of nss_cognito/ share: the module's entry points, linked in,
 * looking at a room instead of /var/lib, and accounts to be found there.
 */
#ifndef COG_TESTS_NSS_COGNITO_MODULE_H
#define COG_TESTS_NSS_COGNITO_MODULE_H

#include "tests/unit/accounts/support.h"

#include "nss_cognito/entry.h"

#define ALICE  1900000001U
#define CAROL  1900000002U
#define GROUP0 2000000000U
#define GROUP1 2000000001U

/* cmocka setup and teardown: a room that the module looks at. */
int module_room_make(void **state);
int module_room_remove(void **state);

/* How the module finds things: anew for each look-up, or mapped. */
enum way { WAY_READING, WAY_MAPPED };

/* As a process that has made no look-up yet, or some; nothing is mapped. */
void module_begin(enum way way);

/*
 * Write everything at once, as a sync does: alice and carol, in group 0
 * (cognito-Group0) both, alice in group 1, too; listed and with members when
 * the settings say so.
 */
void sync_accounts(const struct room *room,
                   const struct cog_settings *settings);

/* One more account in recent.cdb, with the same settings. */
void put_one(const struct room *room, const struct cog_settings *settings,
             const char *name, uint32_t uid);

/* What an entry point answered. */
struct answer {
    enum nss_status status;
    int error;
    union {
        struct passwd passwd;
        struct group group;
    };
    char buffer[4096];
};

void ask_name(const char *name, struct answer *answer);
void ask_uid(uid_t uid, struct answer *answer);
void ask_group(const char *name, struct answer *answer);
void ask_gid(gid_t gid, struct answer *answer);
void ask_passwd_entry(struct answer *answer); /* getpwent_r */
void ask_group_entry(struct answer *answer);  /* getgrent_r */

/* The array that glibc hands to initgroups_dyn. */
struct gids {
    long count, size;
    gid_t *list;
};
enum nss_status ask_gids(const char *name, gid_t primary, long limit,
                         struct gids *gids, int *error);

void assert_found(const struct answer *answer);
void assert_absent(const struct answer *answer); /* NOTFOUND, ENOENT */
void assert_unavailable(const struct answer *answer, int error);

/* The whole entry is alice's. */
void assert_is_alice(const struct answer *answer);

/* What glibc calls the program; the module asks it for its host's name. */
void be_called(const char *name);

/*
 * A file system of our own on /mnt, for the id key of a test that may mount;
 * false where it may not.
 */
bool make_key_place(void);

/* The id key there, for the module; false where it cannot be root's alone. */
bool make_key(void);

/* module_room_make, and the program has a name of no meaning. */
int groups_room_make(void **state);

#endif
