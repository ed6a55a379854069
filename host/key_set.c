/* SPDX-License-Identifier: Apache-2.0 */
/* Key sets as files; see the header. */
#include "host/key_set.h"

#include "accounts/cache_lock.h"
#include "accounts/places.h"
#include "accounts/siphash.h"
#include "accounts/trusted_file.h"
#include "base/cleanup.h"
#include "base/clock.h"
#include "base/text.h"
#include "base/transfer.h"
#include "wire/message.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define KEYS_NEW       "jwks.new"
#define KEYS_NAME_SIZE 128

#define KEYS_BEGIN "jwks-"
#define KEYS_END   ".json"

/* A kept key set is not replaced before it is so old (P42). */
#define KEYS_AGE_S 3600
/* One of another pool that is so old is taken for unused. */
#define STALE_AGE_S (30 * 24 * 3600)

/* Read a key set, and when it was written. */
static int
read_keys(const char *path, struct cog_secret *keys, int64_t *modified_s,
          enum cog_trust *trust)
{
    cog_cleanup_fd int fd = -1;
    struct stat info;
    uint64_t size = 0;
    int error;

    error = cog_trusted_open(path, COG_TRUST_DIRS, COG_WIRE_KEYS_MAX, &fd,
                             &size, trust);
    if (error != 0)
        return error;
    *trust = COG_TRUST_NOT_READ;
    if (fstat(fd, &info) != 0)
        return errno;
    keys->data = malloc((size_t) size + 1);
    if (keys->data == NULL)
        return ENOMEM;
    keys->data[size] = '\0';
    keys->len = (size_t) size;
    if (pread(fd, keys->data, keys->len, 0) != (ssize_t) keys->len)
        return EIO;
    *trust = COG_TRUST_FINE;
    *modified_s = (int64_t) info.st_mtim.tv_sec;
    return 0;
}

/*
 * The name of the kept set. Keys of one pool, or from one endpoint, say
 * nothing about another: the name holds the pool and a hash of the rest.
 */
static void
name_keys(const struct cog_config *config, char name[KEYS_NAME_SIZE])
{
    static const unsigned char no_key[16];
    char rest[2 * COG_CONFIG_URL_SIZE + 2];
    int len = snprintf(rest, sizeof rest, "%s %s", config->endpoint,
                       config->issuer[0]);

    (void) snprintf(
        name, KEYS_NAME_SIZE, KEYS_BEGIN "%s-%016llx" KEYS_END,
        config->pool_id,
        (unsigned long long) cog_siphash24(no_key, rest, (size_t) len));
}

/*
 * A pinned set must be there. A kept one that is missing or damaged is
 * fetched again: it was only a copy.
 */
bool
cog_key_set_load(struct cog_host_files *files, char reason[COG_FILES_REASON])
{
    cog_cleanup_secret struct cog_secret keys = COG_SECRET_EMPTY;
    const char *pinned = files->config.jwks_file;
    enum cog_trust trust = COG_TRUST_FINE;
    char name[KEYS_NAME_SIZE], path[sizeof COG_ACCOUNTS_DIR + sizeof name];
    int64_t modified_s = 0;

    name_keys(&files->config, name);
    (void) snprintf(path, sizeof path, "%s/%s", COG_ACCOUNTS_DIR, name);
    if (pinned[0] != '\0') {
        files->keys_pinned = true;
        if (read_keys(pinned, &keys, &modified_s, &trust) != 0) {
            (void) snprintf(reason, COG_FILES_REASON, "%s: %s", pinned,
                            cog_trust_text(trust));
            return false;
        }
    } else if (read_keys(path, &keys, &modified_s, &trust) != 0) {
        return true;
    }
    files->keys_fetched_s = modified_s;
    cog_secret_move(&files->keys, &keys);
    return true;
}

static int
write_new(int dir, const void *bytes, size_t len)
{
    cog_cleanup_fd int fd = -1;
    int error;

    if (unlinkat(dir, KEYS_NEW, 0) != 0 && errno != ENOENT)
        return errno;
    fd = openat(dir, KEYS_NEW,
                O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (fd < 0)
        return errno;
    error = cog_write_all(fd, bytes, len);
    if (error != 0)
        return error;
    if (fchmod(fd, 0644) != 0 || fsync(fd) != 0)
        return errno;
    return close(cog_take_fd(&fd)) == 0 ? 0 : errno;
}

bool
cog_key_set_may_keep(const struct cog_host_files *files, int64_t now_s)
{
    int64_t age_s = now_s - files->keys_fetched_s;

    if (files->keys_pinned)
        return false;
    return files->keys.len == 0 || age_s < 0 || age_s > KEYS_AGE_S;
}

static int
replace_keys(int dir, const char *name, const void *bytes, size_t len)
{
    int error = write_new(dir, bytes, len);

    if (error == 0 && renameat(dir, KEYS_NEW, dir, name) != 0)
        error = errno;
    if (error != 0)
        (void) unlinkat(dir, KEYS_NEW, 0);
    else if (fsync(dir) != 0)
        error = errno;
    return error;
}

/* The directory of key sets: root's, and only root's to write. */
static int
open_keys_dir(int *dir)
{
    cog_cleanup_fd int fd = open(COG_ACCOUNTS_DIR, O_RDONLY | O_DIRECTORY |
                                                       O_CLOEXEC | O_NOFOLLOW);
    struct stat info;
    int error;

    if (fd < 0 || fstat(fd, &info) != 0)
        return errno;
    if (info.st_uid != 0 || (info.st_mode & (S_IWGRP | S_IWOTH)) != 0)
        return EPERM;
    error = cog_trusted_dirs(COG_ACCOUNTS_DIR, NULL);
    if (error == 0)
        *dir = cog_take_fd(&fd);
    return error;
}

static bool
is_stale(int dir, const char *name, const char *kept)
{
    size_t len = strlen(name), end = strlen(KEYS_END);
    struct stat info;

    return cog_text_begins(name, KEYS_BEGIN) && len > end &&
           strcmp(name + len - end, KEYS_END) == 0 &&
           strcmp(name, kept) != 0 &&
           fstatat(dir, name, &info, AT_SYMLINK_NOFOLLOW) == 0 &&
           cog_clock_unix_s() - (int64_t) info.st_mtim.tv_sec > STALE_AGE_S;
}

/*
 * Key sets of pools that this host had once. Two pools at a time are right
 * (config= of the module), hence the age: without it each would throw away
 * the other's, and fetch again sooner than an hour after.
 */
static void
remove_stale_keys(int dir, const char *kept)
{
    DIR *entries = fdopendir(fcntl(dir, F_DUPFD_CLOEXEC, 0));
    const struct dirent *entry;

    if (entries == NULL)
        return;
    while ((entry = readdir(entries)) != NULL) {
        if (is_stale(dir, entry->d_name, kept))
            (void) unlinkat(dir, entry->d_name, 0);
    }
    (void) closedir(entries);
}

int
cog_key_set_keep(const struct cog_config *config, const void *bytes,
                 size_t len, int64_t deadline_ms)
{
    cog_cleanup_cache_lock struct cog_cache_lock lock = COG_CACHE_LOCK_NONE;
    cog_cleanup_fd int dir = -1;
    char name[KEYS_NAME_SIZE];
    int error;

    error = cog_cache_lock_take(COG_LOGINS_DIR, deadline_ms, &lock);
    if (error != 0)
        return error;
    error = open_keys_dir(&dir);
    if (error != 0)
        return error;
    name_keys(config, name);
    error = replace_keys(dir, name, bytes, len);
    if (error == 0)
        remove_stale_keys(dir, name);
    return error;
}
