/* SPDX-License-Identifier: Apache-2.0 */
/* Configuration, client secret and keys from files; see the header. */
#include "host/files.h"

#include "accounts/places.h"
#include "accounts/secret_file.h"
#include "accounts/trusted_file.h"
#include "base/cleanup.h"
#include "wire/message.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define KEYS_FILE "jwks.json"
#define KEYS_NEW  "jwks.json.new"

void
cog_files_clear(struct cog_host_files *files)
{
    cog_secret_clear(&files->client_secret);
    cog_secret_clear(&files->keys);
}

static bool
refuse(char reason[COG_FILES_REASON], const char *path, const char *why)
{
    (void) snprintf(reason, COG_FILES_REASON, "%s: %s", path, why);
    return false;
}

bool
cog_files_load_config(const char *path, struct cog_config *config,
                      char reason[COG_FILES_REASON])
{
    cog_cleanup_text char *bytes = malloc(COG_CONFIG_FILE_MAX + 1);
    enum cog_trust trust = COG_TRUST_FINE;
    struct cog_config_error error;
    size_t len = 0;

    if (bytes == NULL)
        return refuse(reason, path, "out of memory");
    if (cog_trusted_read(path, COG_TRUST_DIRS, bytes,
                         COG_CONFIG_FILE_MAX + 1, &len, &trust) != 0)
        return refuse(reason, path, cog_trust_text(trust));
    if (!cog_config_parse(bytes, len, path, config, &error)) {
        (void) snprintf(reason, COG_FILES_REASON, "%s", error.text);
        return false;
    }
    return true;
}

static bool
load_secret(struct cog_host_files *files, char reason[COG_FILES_REASON])
{
    cog_cleanup_secret struct cog_secret bytes = COG_SECRET_EMPTY;
    const char *path = files->config.client_secret_file;
    enum cog_trust trust = COG_TRUST_FINE;
    const char *why;

    if (path[0] == '\0')
        return true;
    if (cog_secret_file_load(path, COG_TRUST_DIRS, 256, &bytes, &trust) != 0)
        return refuse(reason, path, cog_trust_text(trust));
    why = cog_config_check_secret(bytes.data, bytes.len,
                                  &files->client_secret);
    return why == NULL || refuse(reason, path, why);
}

/* Read a key set; a file that is not there is an empty one. */
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
    if (fstat(fd, &info) != 0)
        return errno;
    keys->data = malloc((size_t) size + 1);
    if (keys->data == NULL)
        return ENOMEM;
    keys->data[size] = '\0';
    keys->len = (size_t) size;
    if (pread(fd, keys->data, keys->len, 0) != (ssize_t) keys->len) {
        *trust = COG_TRUST_NOT_READ;
        return EIO;
    }
    *modified_s = (int64_t) info.st_mtim.tv_sec;
    return 0;
}

/*
 * A pinned set must be there. A kept one that is missing or damaged is
 * fetched again: it was only a copy.
 */
static bool
load_keys(struct cog_host_files *files, char reason[COG_FILES_REASON])
{
    cog_cleanup_secret struct cog_secret keys = COG_SECRET_EMPTY;
    const char *pinned = files->config.jwks_file;
    enum cog_trust trust = COG_TRUST_FINE;
    int64_t modified_s = 0;

    if (pinned[0] != '\0') {
        files->keys_pinned = true;
        if (read_keys(pinned, &keys, &modified_s, &trust) != 0)
            return refuse(reason, pinned, cog_trust_text(trust));
    } else if (read_keys(COG_ACCOUNTS_DIR "/" KEYS_FILE, &keys, &modified_s,
                         &trust) != 0) {
        return true;
    }
    files->keys_fetched_s = modified_s;
    cog_secret_move(&files->keys, &keys);
    return true;
}

bool
cog_files_load(const char *path, struct cog_host_files *files,
               char reason[COG_FILES_REASON])
{
    return cog_files_load_config(path, &files->config, reason) &&
           load_secret(files, reason) && load_keys(files, reason);
}

static int
write_all(int dir, const void *bytes, size_t len)
{
    cog_cleanup_fd int fd = -1;

    if (unlinkat(dir, KEYS_NEW, 0) != 0 && errno != ENOENT)
        return errno;
    fd = openat(dir, KEYS_NEW,
                O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (fd < 0)
        return errno;
    if (write(fd, bytes, len) != (ssize_t) len)
        return EIO;
    if (fchmod(fd, 0644) != 0 || fsync(fd) != 0)
        return errno;
    return close(cog_take_fd(&fd)) == 0 ? 0 : errno;
}

int
cog_files_keep_keys(const void *bytes, size_t len)
{
    cog_cleanup_fd int dir = -1;
    int error;

    dir = open(COG_ACCOUNTS_DIR,
               O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
    if (dir < 0)
        return errno;
    error = write_all(dir, bytes, len);
    if (error == 0 && renameat(dir, KEYS_NEW, dir, KEYS_FILE) != 0)
        error = errno;
    if (error != 0)
        (void) unlinkat(dir, KEYS_NEW, 0);
    return error;
}
