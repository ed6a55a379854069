/* SPDX-License-Identifier: Apache-2.0 */
/* What the tests of nss_cognito/ share; see the header. */
#include "tests/unit/nss_cognito/module.h"

#include <errno.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>

#include "accounts/cache_bulk.h"
#include "accounts/cache_write.h"
#include "accounts/ids.h"
#include "nss_cognito/place.h"
#include "nss_cognito/provisional.h"

int
module_room_make(void **state)
{
    const struct room *room;

    assert_int_equal(room_make(state), 0);
    room = *state;
    cog_nss_places = room->places;
    cog_nss_reader.directory = room->accounts;
    module_begin(WAY_READING);
    return 0;
}

int
module_room_remove(void **state)
{
    (void) _nss_cognito_endpwent();
    (void) _nss_cognito_endgrent();
    cog_cache_close(&cog_nss_reader);
    return room_remove(state);
}

void
module_begin(enum way way)
{
    cog_cache_close(&cog_nss_reader);
    atomic_store(&cog_nss_reader.lookups, way == WAY_MAPPED ? 1000U : 0U);
    atomic_store(&cog_nss_told.state, COG_NSS_TOLD_NOTHING);
}

void
sync_accounts(const struct room *room, const struct cog_settings *settings)
{
    static const struct cog_id_key key = {"only for tests.."};
    cog_cleanup_cache_bulk struct cog_cache_bulk *bulk = NULL;
    struct cog_cache_lock lock = take_lock(room);
    const struct cog_account alice = sample_account("alice", ALICE);
    const struct cog_account carol = sample_account("carol", CAROL);
    const struct cog_groups both = sample_groups(2), one = sample_groups(1);

    assert_int_equal(cog_cache_bulk_begin(&room->places, &lock, settings, &key,
                                          &bulk, NULL),
                     0);
    assert_int_equal(cog_cache_bulk_add(bulk, &alice, &both, NULL), 0);
    assert_int_equal(cog_cache_bulk_add(bulk, &carol, &one, NULL), 0);
    assert_int_equal(cog_cache_bulk_finish(bulk, 0), 0);
    cog_cache_lock_release(&lock);
}

void
put_one(const struct room *room, const struct cog_settings *settings,
        const char *name, uint32_t uid)
{
    const struct cog_account account = sample_account(name, uid);
    const struct cog_groups groups = sample_groups(1);
    struct cog_cache_lock lock = take_lock(room);

    assert_int_equal(cog_cache_put_account(&room->places, &lock, settings,
                                           &account, &groups, NULL),
                     0);
    cog_cache_lock_release(&lock);
}

/* What must not be taken for an answer. */
static void
spoil(struct answer *answer)
{
    memset(answer, 0xa5, sizeof *answer);
    answer->error = 0;
}

void
ask_name(const char *name, struct answer *answer)
{
    spoil(answer);
    answer->status =
        _nss_cognito_getpwnam_r(name, &answer->passwd, answer->buffer,
                                sizeof answer->buffer, &answer->error);
}

void
ask_uid(uid_t uid, struct answer *answer)
{
    spoil(answer);
    answer->status =
        _nss_cognito_getpwuid_r(uid, &answer->passwd, answer->buffer,
                                sizeof answer->buffer, &answer->error);
}

void
ask_group(const char *name, struct answer *answer)
{
    spoil(answer);
    answer->status =
        _nss_cognito_getgrnam_r(name, &answer->group, answer->buffer,
                                sizeof answer->buffer, &answer->error);
}

void
ask_gid(gid_t gid, struct answer *answer)
{
    spoil(answer);
    answer->status =
        _nss_cognito_getgrgid_r(gid, &answer->group, answer->buffer,
                                sizeof answer->buffer, &answer->error);
}

void
ask_passwd_entry(struct answer *answer)
{
    spoil(answer);
    answer->status =
        _nss_cognito_getpwent_r(&answer->passwd, answer->buffer,
                                sizeof answer->buffer, &answer->error);
}

void
ask_group_entry(struct answer *answer)
{
    spoil(answer);
    answer->status = _nss_cognito_getgrent_r(
        &answer->group, answer->buffer, sizeof answer->buffer, &answer->error);
}

enum nss_status
ask_gids(const char *name, gid_t primary, long limit, struct gids *gids,
         int *error)
{
    return _nss_cognito_initgroups_dyn(name, primary, &gids->count,
                                       &gids->size, &gids->list, limit, error);
}

void
assert_found(const struct answer *answer)
{
    assert_int_equal(answer->status, NSS_STATUS_SUCCESS);
}

void
assert_absent(const struct answer *answer)
{
    assert_int_equal(answer->status, NSS_STATUS_NOTFOUND);
    assert_int_equal(answer->error, ENOENT);
}

void
assert_unavailable(const struct answer *answer, int error)
{
    assert_int_equal(answer->status, NSS_STATUS_UNAVAIL);
    assert_int_equal(answer->error, error);
}

void
assert_is_alice(const struct answer *answer)
{
    assert_found(answer);
    assert_string_equal(answer->passwd.pw_name, "alice");
    assert_string_equal(answer->passwd.pw_passwd, "*");
    assert_int_equal(answer->passwd.pw_uid, ALICE);
    assert_int_equal(answer->passwd.pw_gid, ALICE);
    assert_string_equal(answer->passwd.pw_gecos, "Sample Person");
    assert_string_equal(answer->passwd.pw_dir, "/home/alice");
    assert_string_equal(answer->passwd.pw_shell, "/bin/bash");
}

void
be_called(const char *name)
{
    static char called[32];

    (void) snprintf(called, sizeof called, "%s", name);
    program_invocation_short_name = called;
}

bool
make_key_place(void)
{
    return unshare(CLONE_NEWNS) == 0 &&
           mount("none", "/", "none", MS_REC | MS_PRIVATE, "") == 0 &&
           mount("none", "/mnt", "tmpfs", 0, "mode=0755") == 0;
}

/*
 * Directories above the id key must be root's, up to "/": those of the build
 * may be anybody's. So the key lies in memory, where only this program sees
 * it.
 */
bool
make_key(void)
{
    static char path[] = "/mnt/id_key";
    struct cog_id_key key;

    write_file(path, "00112233445566778899aabbccddeeff\n", 0600);
    cog_nss_id_key = path;
    return cog_id_key_load(path, &key, NULL) == 0;
}

int
groups_room_make(void **state)
{
    be_called("groups-t");
    return module_room_make(state);
}
