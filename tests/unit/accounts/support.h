/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the tests of accounts/ share: a room of their own with accounts
 * directory, private directory, passwd and group; sample accounts; uid 0.
 */
#ifndef COG_TESTS_ACCOUNTS_SUPPORT_H
#define COG_TESTS_ACCOUNTS_SUPPORT_H

/* cmocka wants these before it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <sys/types.h>

#include "accounts/account.h"
#include "accounts/cache_lock.h"
#include "accounts/logins.h"
#include "accounts/places.h"

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

/* Below the directory where the test runs: the build tree. */
struct room {
    char path[4096];
    char accounts[4200], logins[4200], passwd[4200], group[4200];
    struct cog_places places;
};

/*
 * Become uid 0, in a user namespace when the caller is not root. False when
 * the host allows neither: the test then ends with skip_program().
 */
bool become_root(void);

/* Say why and return automake's exit code for "skipped". */
int skip_program(const char *reason);

/* Say why a case is left out and leave it. */
#define skip_case(reason)                                                     \
    do {                                                                      \
        print_message("skipped: %s\n", reason);                               \
        skip();                                                               \
    } while (0)

/* cmocka setup and teardown: *state is a struct room. */
int room_make(void **state);
int room_remove(void **state);

/*
 * The same for a test of a directory that is made when it is needed: its
 * path, NAME in the room, goes into path.
 */
int room_make_for(void **state, const char *name, char *path, size_t size);

/*
 * Make TRUSTED_DIRECTORY one that is root's up to "/": an empty file system
 * of this process alone. False when the host does not allow that.
 */
#define TRUSTED_DIRECTORY "/mnt"
bool trusted_directory(void);

/* A file of the room: DIRECTORY/NAME into path (static storage). */
const char *path_in(const char *directory, const char *name);

/* Write a whole file, with a mode whatever the umask. */
void write_file(const char *path, const char *text, mode_t mode);
void write_bytes(const char *path, const void *bytes, size_t len, mode_t mode);

/* Read a whole file into memory that the caller frees, or as a string. */
unsigned char *read_bytes(const char *path, size_t *len);
char *read_text(const char *path);

/* Whether there is a file of that name. */
bool file_exists(const char *path);

/* Take the room's lock, or fail the case. */
struct cog_cache_lock take_lock(const struct room *room);

/* Samples that keep all rules. */
struct cog_settings sample_settings(void);
struct cog_account sample_account(const char *name, uint32_t uid);
struct cog_groups sample_groups(size_t count);
struct cog_login_entry sample_login(const char *name, uint32_t uid);

/* Put an account under a lock of its own; the result of the put. */
int put(const struct room *room, const char *name, uint32_t uid,
        size_t groups);

/* Whom the login store knows an id of. */
int find_owner(const struct room *room, uint32_t id,
               struct cog_id_owner *owner);

void assert_same_account(const struct cog_account *a,
                         const struct cog_account *b);

#endif
