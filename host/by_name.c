/* SPDX-License-Identifier: Apache-2.0 */
/* Files of root's alone, by login name; see the header. */
#include "host/by_name.h"

#include "accounts/siphash.h"
#include "base/cleanup.h"
#include "base/clock.h"
#include "base/text.h"
#include "host/private_file.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* A file's name: 16 digits; of a lock, this behind them. */
#define DIGITS     16
#define LOCK_END   ".lock"
#define ENTRY_SIZE (DIGITS + sizeof LOCK_END)

/* The hash hides nothing: it keeps what a login name holds out of a path. */
static void
entry_of(const char *name, const char *end, char out[ENTRY_SIZE])
{
    static const unsigned char key[16] = "pam_cognito kept";

    (void) snprintf(out, ENTRY_SIZE, "%016" PRIx64 "%s",
                    cog_siphash24(key, name, strlen(name)), end);
}

int
cog_by_name_load(const char *directory, const char *name, size_t max,
                 struct cog_secret *bytes)
{
    char entry[ENTRY_SIZE];
    cog_cleanup_fd int dir = -1;
    int error = cog_private_open(directory, false, &dir);

    entry_of(name, "", entry);
    return error != 0 ? error : cog_private_read(dir, entry, max, bytes);
}

int
cog_by_name_save(const char *directory, const char *name,
                 const struct cog_secret *bytes)
{
    char entry[ENTRY_SIZE];
    cog_cleanup_fd int dir = -1;
    int error = cog_private_open(directory, true, &dir);

    entry_of(name, "", entry);
    return error != 0 ? error : cog_private_replace(dir, entry, bytes);
}

int
cog_by_name_remove(const char *directory, const char *name)
{
    char entry[ENTRY_SIZE];
    cog_cleanup_fd int dir = -1;
    int error = cog_private_open(directory, false, &dir);

    entry_of(name, "", entry);
    return error != 0 ? error : cog_private_remove(dir, entry);
}

int
cog_by_name_lock(const char *directory, const char *name, int64_t deadline_ms,
                 int *lock)
{
    char entry[ENTRY_SIZE];
    cog_cleanup_fd int dir = -1;
    int error = cog_private_open(directory, true, &dir);

    entry_of(name, LOCK_END, entry);
    return error != 0 ? error
                      : cog_private_lock(dir, entry, deadline_ms, lock);
}

/* *entries is the caller's to close. */
static int
open_entries(const char *directory, DIR **entries)
{
    cog_cleanup_fd int dir = -1;
    int error = cog_private_open(directory, false, &dir);

    if (error != 0)
        return error;
    *entries = fdopendir(dir);
    if (*entries == NULL)
        return errno;
    (void) cog_take_fd(&dir);
    return 0;
}

/* One of the files, not a lock or what a crash left. */
static bool
is_entry(const char *name)
{
    for (size_t i = 0; i < DIGITS; i++) {
        if (!cog_ascii_is_alnum(name[i]))
            return false;
    }
    return name[DIGITS] == '\0';
}

int
cog_by_name_walk(const char *directory, size_t max,
                 void (*visit)(void *context, const struct cog_secret *bytes),
                 void *context)
{
    DIR *entries = NULL;
    const struct dirent *entry;
    int error = open_entries(directory, &entries);

    if (error != 0)
        return error == ENOENT ? 0 : error;
    while ((entry = readdir(entries)) != NULL) {
        cog_cleanup_secret struct cog_secret bytes = COG_SECRET_EMPTY;

        if (is_entry(entry->d_name) &&
            cog_private_read(dirfd(entries), entry->d_name, max, &bytes) == 0)
            visit(context, &bytes);
    }
    (void) closedir(entries);
    return 0;
}

/* What a crash left between writing and renaming is no lock either. */
static bool
is_expired(int dir, const char *name, int64_t age_s)
{
    struct stat status;

    return strstr(name, LOCK_END) == NULL &&
           fstatat(dir, name, &status, AT_SYMLINK_NOFOLLOW) == 0 &&
           S_ISREG(status.st_mode) &&
           cog_clock_unix_s() - (int64_t) status.st_mtim.tv_sec > age_s;
}

void
cog_by_name_expire(const char *directory, int64_t age_s)
{
    DIR *entries = NULL;
    const struct dirent *entry;

    if (open_entries(directory, &entries) != 0)
        return;
    while ((entry = readdir(entries)) != NULL) {
        if (is_expired(dirfd(entries), entry->d_name, age_s))
            (void) unlinkat(dirfd(entries), entry->d_name, 0);
    }
    (void) closedir(entries);
}
