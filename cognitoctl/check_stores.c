/* SPDX-License-Identifier: Apache-2.0 */
/* Looking at the files of accounts and logins; see checks.h. */
#include "cognitoctl/checks.h"

#include "accounts/cache_levels.h"
#include "accounts/logins.h"
#include "base/clock.h"
#include "cognitoctl/installed.h"
#include "cognitoctl/stores.h"

#include <errno.h>
#include <string.h>
#include <sys/statvfs.h>
#include <unistd.h>

static void
add_store(struct cog_checks *checks, const char *path, int error)
{
    cog_findings_add(&checks->findings, COG_FIND_STORE, "%s: %s", path,
                     cog_store_error_text(error));
}

static void
check_accounts(struct cog_checks *checks)
{
    cog_cleanup_cache_levels struct cog_cache_levels levels =
        COG_CACHE_LEVELS_EMPTY;
    int error = cog_cache_levels_open(COG_ACCOUNTS_DIR, &levels);

    if (error == 0)
        error = cog_cache_level_check(&levels.base);
    if (error != 0)
        add_store(checks, COG_ACCOUNTS_DIR, error);
}

static void
check_keys(struct cog_checks *checks)
{
    cog_cleanup_cache_file struct cog_cache_file file = COG_CACHE_FILE_EMPTY;
    int error =
        cog_cache_file_map(COG_ACCOUNTS_DIR, COG_KEYS_FILE, false, &file);

    if (error == 0)
        error = cog_cache_file_check(&file);
    if (error != 0 && error != ENODATA)
        add_store(checks, COG_ACCOUNTS_DIR "/" COG_KEYS_FILE, error);
}

static void
check_logins(struct cog_checks *checks)
{
    int error = cog_logins_walk(COG_LOGINS_DIR, NULL, NULL, NULL);

    if (error == ENODATA)
        cog_findings_add(&checks->findings, COG_FIND_LOGINS_MISSING,
                         COG_LOGINS_DIR "/" COG_LOGINS_FILE);
    else if (error != 0)
        add_store(checks, COG_LOGINS_DIR "/" COG_LOGINS_FILE, error);
}

static void
check_listing(struct cog_checks *checks)
{
    struct cog_installed installed = {0};
    int error = cog_installed_load(COG_LOGINS_DIR, &installed);
    int64_t age_s = cog_clock_unix_s() - installed.created_s;

    if (error != 0 && error != ENOENT) {
        add_store(checks, COG_LOGINS_DIR "/listing", error);
    } else if (checks->configured && installed.created_s != 0 &&
               age_s > (int64_t) checks->config.snapshot_max_age_h * 3600) {
        char when[COG_TIME_SIZE];

        cog_time_text(installed.created_s, when);
        cog_findings_add(&checks->findings, COG_FIND_SYNC_OLD,
                         "the last is of %s", when);
    }
}

/* Whether a login could write there. */
static void
check_room(struct cog_checks *checks, const char *directory)
{
    struct statvfs room;
    int error = 0;

    if (access(directory, W_OK) != 0)
        error = errno;
    else if (statvfs(directory, &room) == 0 &&
             (room.f_bfree == 0 || (room.f_files > 0 && room.f_ffree == 0)))
        error = ENOSPC;
    if (error != 0 && error != ENOENT)
        cog_findings_add(&checks->findings, COG_FIND_NO_ROOM, "%s: %s",
                         directory, strerror(error));
}

void
cog_check_stores(struct cog_checks *checks)
{
    check_accounts(checks);
    check_keys(checks);
    check_logins(checks);
    check_listing(checks);
    check_room(checks, COG_ACCOUNTS_DIR);
    check_room(checks, COG_LOGINS_DIR);
    check_room(checks, COG_RUN_DIR);
}
