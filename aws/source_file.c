/* SPDX-License-Identifier: Apache-2.0 */
/* Files that sources are in; see source.h. */
#include "aws/source.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "accounts/trusted_file.h"
#include "aws/credential_document.h"
#include "base/cleanup.h"

#define TOKEN_FILE_MAX (32 * 1024)

/* Room for a file, wiped when it is given back. */
struct room {
    char *bytes;
    size_t size;
};

static void
free_room(struct room *room)
{
    if (room->bytes != NULL)
        explicit_bzero(room->bytes, room->size);
    free(room->bytes);
}

/* As the header's, for the directories above as the flags have it. */
static enum cog_status
read_file(struct cog_aws_search *search, const char *path, unsigned flags,
          size_t max, struct cog_secret *contents, bool *missing)
{
    __attribute__((cleanup(free_room))) struct room room = {malloc(max + 1),
                                                            max + 1};
    enum cog_trust why = COG_TRUST_FINE;
    size_t len = 0;
    int error;

    if (room.bytes == NULL)
        return COG_NO_MEMORY;
    error = cog_trusted_read(path, flags, room.bytes, room.size, &len, &why);
    if (missing != NULL)
        *missing = error == ENOENT;
    if (error != 0)
        return cog_aws_fail(search, COG_MISCONFIGURED, "%s: %s", path,
                            cog_trust_text(why));
    if (memchr(room.bytes, '\0', len) != NULL)
        return cog_aws_fail(search, COG_MISCONFIGURED, "%s: holds a NUL",
                            path);
    return cog_secret_set(contents, room.bytes, len) == 0 ? COG_OK
                                                          : COG_NO_MEMORY;
}

enum cog_status
cog_aws_read_file(struct cog_aws_search *search, const char *path,
                  unsigned flags, size_t max, struct cog_secret *contents,
                  bool *missing)
{
    return read_file(search, path, flags | COG_TRUST_DIRS, max, contents,
                     missing);
}

enum cog_status
cog_aws_read_token(struct cog_aws_search *search, const char *path,
                   struct cog_secret *token)
{
    cog_cleanup_secret struct cog_secret contents = COG_SECRET_EMPTY;
    cog_cleanup_text char *resolved = NULL;
    enum cog_status status;
    size_t len;

    if (path[0] != '/')
        return cog_aws_fail(search, COG_MISCONFIGURED, "%s: %s", path,
                            cog_trust_text(COG_TRUST_NOT_ABSOLUTE));
    resolved = realpath(path, NULL);
    if (resolved == NULL)
        return cog_aws_fail(search, COG_MISCONFIGURED, "%s: %s", path,
                            cog_trust_text(errno == ENOENT
                                               ? COG_TRUST_MISSING
                                               : COG_TRUST_NOT_OPENED));
    status = read_file(search, resolved, COG_TRUST_PUBLIC, TOKEN_FILE_MAX,
                       &contents, NULL);
    if (status != COG_OK)
        return status;
    len = contents.len;
    if (len > 0 && contents.data[len - 1] == '\n')
        len--;
    if (!cog_aws_is_web_token(contents.data, len))
        return cog_aws_fail(search, COG_MISCONFIGURED, "%s: holds no token",
                            path);
    return cog_secret_set(token, contents.data, len) == 0 ? COG_OK
                                                          : COG_NO_MEMORY;
}
