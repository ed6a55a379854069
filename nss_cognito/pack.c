/* SPDX-License-Identifier: Apache-2.0 */
/* A record into the caller's buffer; see the header. */
#include "nss_cognito/pack.h"

#include <errno.h>
#include <stdalign.h>
#include <stdint.h>
#include <string.h>

#include "base/text.h"

/*
 * What follows a name: its NUL, and the password. Not "x": pam_unix would
 * look for a shadow entry, find none and deny the account phase.
 */
static const char name_end[] = "\0*";

/* Bytes to *to, which then is behind them; where they lie. */
static char *
put(char **to, const char *bytes, size_t len)
{
    char *at = *to;

    memcpy(at, bytes, len);
    *to = at + len;
    return at;
}

int
cog_pack_view(const struct cog_account_view *view, struct passwd *entry,
              char *buffer, size_t size)
{
    const size_t texts = view->texts_len, name = view->name_len;

    /* Each is bounded by its record: the sum cannot overflow. */
    if (texts + name + sizeof name_end > size)
        return ERANGE;
    entry->pw_gecos = put(&buffer, view->gecos, texts);
    entry->pw_dir = entry->pw_gecos + (view->home - view->gecos);
    entry->pw_shell = entry->pw_gecos + (view->shell - view->gecos);
    entry->pw_name = put(&buffer, view->name, name);
    entry->pw_passwd = put(&buffer, name_end, sizeof name_end) + 1;
    entry->pw_uid = view->uid;
    entry->pw_gid = view->uid;
    return 0;
}

int
cog_pack_account(const struct cog_account *account, struct passwd *entry,
                 char *buffer, size_t size)
{
    const size_t name = strlen(account->name);
    const size_t gecos = strlen(account->gecos) + 1;
    const size_t home = strlen(account->home) + 1;
    const size_t shell = strlen(account->shell) + 1;

    if (name + sizeof name_end + gecos + home + shell > size)
        return ERANGE;
    entry->pw_name = put(&buffer, account->name, name);
    entry->pw_passwd = put(&buffer, name_end, sizeof name_end) + 1;
    entry->pw_uid = account->uid;
    entry->pw_gid = account->gid;
    entry->pw_gecos = put(&buffer, account->gecos, gecos);
    entry->pw_dir = put(&buffer, account->home, home);
    entry->pw_shell = put(&buffer, account->shell, shell);
    return 0;
}

int
cog_pack_begin(const struct cog_group *group, struct group *entry,
               char *buffer, size_t size, struct cog_packing *packing)
{
    const size_t name = strlen(group->name);

    if (name + sizeof name_end > size)
        return ERANGE;
    entry->gr_name = put(&buffer, group->name, name);
    entry->gr_passwd = put(&buffer, name_end, sizeof name_end) + 1;
    entry->gr_gid = group->gid;
    *packing = (struct cog_packing){.entry = entry,
                                    .names = buffer,
                                    .free = buffer,
                                    .left = size - name - sizeof name_end};
    return 0;
}

int
cog_pack_names(struct cog_packing *packing, const char *names, size_t len)
{
    if (len == 0)
        return 0;
    if (names[len - 1] != '\0')
        return EBADMSG;
    if (len > packing->left)
        return ERANGE;
    for (const char *at = names; at < names + len; at += strlen(at) + 1)
        packing->count++;
    (void) put(&packing->free, names, len);
    packing->left -= len;
    return 0;
}

/* Bytes from an address to the next one that a pointer may have. */
static size_t
padding(const char *address)
{
    return -(uintptr_t) address % alignof(char *);
}

int
cog_pack_end(struct cog_packing *packing)
{
    const size_t pad = padding(packing->free);
    char *name = packing->names;
    char **members;

    if (pad > packing->left ||
        (packing->left - pad) / sizeof *members < packing->count + 1)
        return ERANGE;
    members = (char **) (void *) (packing->free + pad);
    for (size_t i = 0; i < packing->count; i++) {
        members[i] = name;
        name += strlen(name) + 1;
    }
    members[packing->count] = NULL;
    packing->entry->gr_mem = members;
    return 0;
}

int
cog_pack_group(const struct cog_group *group, struct group *entry,
               char *buffer, size_t size)
{
    struct cog_packing packing;
    int error = cog_pack_begin(group, entry, buffer, size, &packing);

    return error != 0 ? error : cog_pack_end(&packing);
}

void
cog_pack_drop(struct group *entry, const char *name)
{
    char **kept = entry->gr_mem;

    for (char **at = entry->gr_mem; *at != NULL; at++) {
        if (!cog_ascii_equal_nocase(*at, name))
            *kept++ = *at;
    }
    *kept = NULL;
}
