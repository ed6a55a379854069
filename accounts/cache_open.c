/* SPDX-License-Identifier: Apache-2.0 */
/* Opening and mapping files of cache_file.h; see there. */
#include "accounts/cache_file.h"

#include <errno.h>
#include <string.h>
#include <sys/mman.h>

#include "accounts/trusted_file.h"
#include "base/cleanup.h"

int
cog_cache_file_open(const char *directory, const char *name, bool secret,
                    int *fd, uint64_t *size)
{
    char path[512];
    size_t dir_len = strlen(directory), name_len = strlen(name);
    int error;

    if (dir_len > sizeof path - 2 - name_len)
        return ENAMETOOLONG;
    memcpy(path, directory, dir_len);
    path[dir_len] = '/';
    memcpy(path + dir_len + 1, name, name_len + 1);
    error =
        cog_trusted_open(path, secret ? COG_TRUST_SECRET : COG_TRUST_PUBLIC,
                         COG_CDB_SIZE_MAX, fd, size, NULL);
    if (error == ELOOP)
        return EPERM;
    return error == ENOENT ? ENODATA : error;
}

int
cog_cache_file_map(const char *directory, const char *name, bool secret,
                   struct cog_cache_file *file)
{
    cog_cleanup_fd int fd = -1;
    uint64_t size = 0;
    void *bytes;
    int error;

    error = cog_cache_file_open(directory, name, secret, &fd, &size);
    if (error != 0)
        return error;
    if (size < COG_RECORDS_AT)
        return EBADMSG;
    bytes = mmap(NULL, (size_t) size, PROT_READ, MAP_SHARED, fd, 0);
    if (bytes == MAP_FAILED)
        return errno;
    error = cog_cache_file_from_bytes(bytes, size, file);
    if (error != 0)
        (void) munmap(bytes, (size_t) size);
    return error;
}

void
cog_cache_file_unmap(struct cog_cache_file *file)
{
    if (file->bytes != NULL)
        (void) munmap((void *) (uintptr_t) file->bytes, file->size);
    file->bytes = NULL;
    file->size = 0;
}
