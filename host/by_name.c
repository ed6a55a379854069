/* SPDX-License-Identifier: Apache-2.0 */
/* Files of root's alone, by login name; see the header. */
#include "host/by_name.h"

#include "accounts/siphash.h"
#include "base/cleanup.h"
#include "base/text.h"
#include "host/private_file.h"

#include <dirent.h>
#include <errno.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

/* A file's name: 16 digits, and what it is for. */
#define DIGITS     16
#define ENTRY_SIZE 24

/* Not to hide whose: to have a name that no other text can be part of. */
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

    entry_of(name, ".lock", entry);
    return error != 0 ? error
                      : cog_private_lock(dir, entry, deadline_ms, lock);
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
    cog_cleanup_fd int dir = -1;
    int error = cog_private_open(directory, false, &dir);
    const struct dirent *entry;
    DIR *stream;

    if (error != 0)
        return error == ENOENT ? 0 : error;
    stream = fdopendir(dir);
    if (stream == NULL)
        return errno;
    (void) cog_take_fd(&dir);
    while ((entry = readdir(stream)) != NULL) {
        cog_cleanup_secret struct cog_secret bytes = COG_SECRET_EMPTY;

        if (is_entry(entry->d_name) &&
            cog_private_read(dirfd(stream), entry->d_name, max, &bytes) == 0)
            visit(context, &bytes);
    }
    (void) closedir(stream);
    return 0;
}
