/* SPDX-License-Identifier: Apache-2.0 */
/* A record into the caller's buffer; see the header. */
#include "nss_cognito/pack.h"

#include <errno.h>
#include <stdalign.h>
#include <stdint.h>
#include <string.h>

/*
 * What follows a name: its NUL, and the password. Not "x": pam_unix would
 * look for a shadow entry, find none and deny the account phase.
 */
static const char name_end[] = "\0*";

/* Bytes to *to, which then is behind them; where they lie. */
static char *
put(char **to, const char *text, size_t len)
{
    char *at = *to;

    memcpy(at, text, len);
    *to = at + len;
    return at;
}

int
cog_pack_passwd(const struct cog_account_view *account, struct passwd *entry,
                char *buffer, size_t size)
{
    const size_t texts = account->texts_len, name = account->name_len;

    /* Each is bounded by its record: the sum cannot overflow. */
    if (texts + name + sizeof name_end > size)
        return ERANGE;
    entry->pw_gecos = put(&buffer, account->gecos, texts);
    entry->pw_dir = entry->pw_gecos + (account->home - account->gecos);
    entry->pw_shell = entry->pw_gecos + (account->shell - account->gecos);
    entry->pw_name = put(&buffer, account->name, name);
    entry->pw_passwd = put(&buffer, name_end, sizeof name_end) + 1;
    entry->pw_uid = account->uid;
    entry->pw_gid = account->uid;
    return 0;
}

/* Bytes from address to the next one that a pointer may have. */
static size_t
padding(const char *address)
{
    return -(uintptr_t) address % alignof(char *);
}

int
cog_pack_group(const struct cog_group *group, struct group *entry,
               char *buffer, size_t size)
{
    const size_t name = strlen(group->name);
    const size_t pad = padding(buffer);

    if (pad + sizeof(char *) + name + sizeof name_end > size)
        return ERANGE;
    buffer += pad;
    entry->gr_mem = (char **) (void *) buffer;
    entry->gr_mem[0] = NULL;
    buffer += sizeof(char *);
    entry->gr_name = put(&buffer, group->name, name);
    entry->gr_passwd = put(&buffer, name_end, sizeof name_end) + 1;
    entry->gr_gid = group->gid;
    return 0;
}
