/* SPDX-License-Identifier: Apache-2.0 */
/* Making and replacing a constant database; see the header. */
#include "accounts/cache_build.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "accounts/cache_format.h"
#include "accounts/little_endian.h"
#include "base/cleanup.h"

#define TEMPORARY_SUFFIX ".new"

static int
open_directory(const char *directory, int *fd)
{
    cog_cleanup_fd int opened = -1;
    struct stat status;

    opened = open(directory, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (opened < 0 || fstat(opened, &status) != 0)
        return errno;
    if (status.st_uid != 0 || (status.st_mode & (S_IWGRP | S_IWOTH)) != 0)
        return EPERM;
    *fd = cog_take_fd(&opened);
    return 0;
}

/* tinycdb sets errno, but for what it finds odd itself. */
static int
errno_or_eio(void)
{
    return errno != 0 ? errno : EIO;
}

static int
add(struct cog_cache_build *build, const unsigned char *key, size_t key_len,
    const unsigned char *data, size_t len)
{
    uint64_t next = build->position + COG_CDB_PAIR + key_len + len;

    /* Tables: two slots a record at most. Refused before tinycdb wraps. */
    if (next + 2ULL * COG_CDB_PAIR * (build->records + 2ULL) >
        COG_CDB_SIZE_MAX)
        return EFBIG;
    errno = 0;
    if (cdb_make_add(&build->make, key, (unsigned) key_len, data,
                     (unsigned) len) != 0)
        return errno_or_eio();
    build->position = next;
    return 0;
}

int
cog_cache_build_begin(const char *directory, const char *name,
                      struct cog_cache_build *build)
{
    static const unsigned char blank[COG_STAMP_BYTES];
    size_t len = strlen(name);
    int error;

    if (len + sizeof TEMPORARY_SUFFIX > sizeof build->temporary)
        return ENAMETOOLONG;
    memcpy(build->temporary, name, len);
    memcpy(build->temporary + len, TEMPORARY_SUFFIX, sizeof TEMPORARY_SUFFIX);
    build->name = name;
    error = open_directory(directory, &build->dir_fd);
    if (error != 0)
        return error;
    /* The lock is ours: what is there, a killed writer left. */
    if (unlinkat(build->dir_fd, build->temporary, 0) != 0 && errno != ENOENT)
        return errno;
    build->fd =
        openat(build->dir_fd, build->temporary,
               O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
    if (build->fd < 0)
        return errno;
    build->exists = true;
    errno = 0;
    if (cdb_make_start(&build->make, build->fd) != 0)
        return errno_or_eio();
    build->making = true;
    build->position = COG_CDB_HEADER;
    /* Room for the stamp, written when everything else is known. */
    return add(build, (const unsigned char *) "", 0, blank, sizeof blank);
}

int
cog_cache_build_add(struct cog_cache_build *build,
                    const struct cog_cache_key *key,
                    const struct cog_cache_data *data, uint32_t *position)
{
    uint64_t at = build->position;
    int error;

    if (build->records >= UINT32_MAX / 2 || data->len > COG_RECORD_MAX)
        return EFBIG;
    error = add(build, key->bytes, key->len, data->bytes, data->len);
    if (error != 0)
        return error;
    build->records++;
    if (key->bytes[0] == 'N' || key->bytes[0] == 'L')
        build->accounts++;
    if (position != NULL)
        *position = (uint32_t) at;
    return 0;
}

int
cog_cache_build_copy(struct cog_cache_build *build,
                     const struct cog_cache_record *record)
{
    struct cog_cache_key key = {.len = record->key_len};
    struct cog_cache_data data = {
        .bytes = (unsigned char *) (uintptr_t) record->data - COG_HEAD_BYTES,
        .len = record->len + COG_HEAD_BYTES,
        .size = record->len + COG_HEAD_BYTES};

    memcpy(key.bytes, record->key, record->key_len);
    return cog_cache_build_add(build, &key, &data, NULL);
}

static int
write_at(int fd, off_t at, const unsigned char *bytes, size_t len)
{
    while (len > 0) {
        ssize_t done = pwrite(fd, bytes, len, at);

        if (done < 0 && errno == EINTR)
            continue;
        if (done < 0)
            return errno;
        if (done == 0)
            return EIO;
        bytes += done;
        at += done;
        len -= (size_t) done;
    }
    return 0;
}

static int
write_stamp(const struct cog_cache_build *build, uint32_t flags)
{
    static const char magic[] = COG_MAGIC;
    unsigned char stamp[COG_STAMP_BYTES] = {0};
    struct stat status;

    if (fstat(build->fd, &status) != 0)
        return errno;
    if (status.st_size < 0 || (uint64_t) status.st_size > COG_CDB_SIZE_MAX)
        return EFBIG;
    memcpy(stamp + COG_STAMP_MAGIC, magic, sizeof magic - 1);
    cog_le32_put(stamp + COG_STAMP_FLAGS, flags);
    cog_le32_put(stamp + COG_STAMP_ACCOUNTS, build->accounts);
    cog_le32_put(stamp + COG_STAMP_END, (uint32_t) build->position);
    cog_le32_put(stamp + COG_STAMP_SIZE, (uint32_t) status.st_size);
    cog_le32_put(stamp + COG_STAMP_RECORDS, build->records);
    cog_le64_put(stamp + COG_STAMP_SUM,
                 cog_cache_sum(stamp, COG_STAMP_SUPERSEDED,
                               stamp + COG_STAMP_FLAGS,
                               COG_STAMP_SUM - COG_STAMP_FLAGS));
    return write_at(build->fd, COG_STAMP_AT, stamp, sizeof stamp);
}

/*
 * Tell the readers of the old file that there is a new one, or take it back.
 * Sound or not, a regular file long enough to have the word gets it.
 */
static int
mark_superseded(const struct cog_cache_build *build, uint32_t word)
{
    cog_cleanup_fd int fd = -1;
    struct stat status;
    unsigned char bytes[4];

    fd = openat(build->dir_fd, build->name,
                O_WRONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    if (fd < 0)
        return errno == ENOENT ? 0 : errno;
    if (fstat(fd, &status) != 0)
        return errno;
    if (!S_ISREG(status.st_mode))
        return EPERM;
    if (status.st_size < (off_t) COG_RECORDS_AT)
        return 0;
    cog_le32_put(bytes, word);
    return write_at(fd, COG_SUPERSEDED_AT, bytes, sizeof bytes);
}

/* Everything up to the moment when the new file could take over. */
static int
make_durable(struct cog_cache_build *build, mode_t mode, uint32_t flags)
{
    int fd = build->fd, error;

    build->making = false;
    errno = 0;
    if (cdb_make_finish(&build->make) != 0)
        return errno_or_eio();
    error = write_stamp(build, flags);
    if (error != 0)
        return error;
    if (fchmod(fd, mode) != 0 || fsync(fd) != 0)
        return errno;
    /* Some file systems tell of a full disk only now. */
    build->fd = -1;
    return close(fd) == 0 ? 0 : errno;
}

int
cog_cache_build_finish(struct cog_cache_build *build, mode_t mode,
                       uint32_t flags)
{
    int error = make_durable(build, mode, flags);

    if (error == 0)
        error = mark_superseded(build, 1);
    if (error == 0 && renameat(build->dir_fd, build->temporary, build->dir_fd,
                               build->name) != 0)
        error = errno;
    if (error != 0) {
        /* The old file stays current; readers may map it again. */
        (void) mark_superseded(build, 0);
        return error;
    }
    build->exists = false;
    return fsync(build->dir_fd) == 0 ? 0 : errno;
}

void
cog_cache_build_end(struct cog_cache_build *build)
{
    if (build->making) {
        /* tinycdb frees its memory here only; no descriptor, no file. */
        build->make.cdb_fd = -1;
        (void) cdb_make_finish(&build->make);
    }
    build->making = false;
    if (build->exists)
        (void) unlinkat(build->dir_fd, build->temporary, 0);
    build->exists = false;
    cog_close_fd(&build->fd);
    build->fd = -1;
    cog_close_fd(&build->dir_fd);
    build->dir_fd = -1;
}
