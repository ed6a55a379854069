/* SPDX-License-Identifier: Apache-2.0 */
/* A trusted file that holds a secret; see the header. */
#include "accounts/secret_file.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* A buffer of the heap that is wiped before it is given back. */
struct wiped {
    char *bytes;
    size_t size;
};

static void
wipe(struct wiped *buffer)
{
    if (buffer->bytes != NULL)
        explicit_bzero(buffer->bytes, buffer->size);
    free(buffer->bytes);
}

int
cog_secret_file_load(const char *path, unsigned dirs, size_t max,
                     struct cog_secret *secret, enum cog_trust *why)
{
    return cog_secret_file_load_lent(path, dirs, 0, max, secret, why);
}

int
cog_secret_file_load_lent(const char *path, unsigned dirs, gid_t reader,
                          size_t max, struct cog_secret *secret,
                          enum cog_trust *why)
{
    __attribute__((cleanup(wipe))) struct wiped buffer = {NULL, 0};
    size_t len = 0;
    int error;

    if (why != NULL)
        *why = COG_TRUST_NOT_READ;
    if (max > COG_SECRET_MAX)
        return EMSGSIZE;
    buffer.bytes = malloc(max + 1);
    if (buffer.bytes == NULL)
        return ENOMEM;
    buffer.size = max + 1;
    error =
        cog_trusted_read_lent(path, COG_TRUST_SECRET | (dirs & COG_TRUST_DIRS),
                              reader, buffer.bytes, buffer.size, &len, why);
    if (error != 0)
        return error;
    return cog_secret_set(secret, buffer.bytes, len);
}
