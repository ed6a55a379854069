/* SPDX-License-Identifier: Apache-2.0 */
/* Group entries with their members; see the header. */
#include "nss_cognito/members.h"

#include <errno.h>
#include <stdbool.h>

#include "accounts/cache_read.h"
#include "base/text.h"
#include "nss_cognito/local.h"
#include "nss_cognito/pack.h"
#include "nss_cognito/place.h"

/* The files may be replaced between two chunks; so often in a row, hardly. */
#define TRIES 3

/*
 * A private group has no members, and its name is a login name, which does
 * not begin with the prefix.
 */
static bool
may_have_members(const struct cog_group *group)
{
    struct cog_settings_view view;
    struct cog_settings settings;

    return cog_nss_settings(&view) == 0 && view.enumerate &&
           cog_cache_settings(&cog_nss_reader, &settings) == 0 &&
           cog_text_begins(group->name, settings.group_prefix);
}

/*
 * All chunks of names. ESTALE: they are not of one listing. What they need
 * is in the file, so a buffer is at some point large enough (P67).
 */
static int
pack_names(uint32_t gid, struct cog_packing *packing)
{
    struct cog_members members;
    uint64_t listing = 0;
    uint32_t chunks = 1;

    for (uint32_t i = 0; i < chunks; i++) {
        int error = cog_cache_find_members(&cog_nss_reader, gid, i, &members);

        if (error == ENOENT)
            return i == 0 ? 0 : ESTALE; /* 0: nobody is in it */
        if (error == 0 && i > 0 && members.listing != listing)
            return ESTALE;
        if (error == 0)
            error = cog_pack_names(packing, members.names, members.len);
        if (error != 0)
            return error;
        chunks = members.chunks;
        listing = members.listing;
    }
    return 0;
}

static int
pack_all(const struct cog_group *group, struct group *entry, char *buffer,
         size_t size)
{
    int error = ESTALE;

    for (int i = 0; error == ESTALE && i < TRIES; i++) {
        struct cog_packing packing;

        error = cog_pack_begin(group, entry, buffer, size, &packing);
        if (error == 0)
            error = pack_names(group->gid, &packing);
        if (error == 0)
            error = cog_pack_end(&packing);
    }
    return error;
}

static void
drop(void *context, const char *name)
{
    cog_pack_drop(context, name);
}

int
cog_nss_group_pack(const struct cog_group *group, struct group *entry,
                   char *buffer, size_t size)
{
    int error;

    if (!may_have_members(group))
        return cog_pack_group(group, entry, buffer, size);
    error = pack_all(group, entry, buffer, size);
    if (error != 0 || entry->gr_mem[0] == NULL)
        return error;
    /* Whether somebody is local is not known: then nobody is a member. */
    if (cog_nss_local_users_walk(drop, entry) != 0)
        entry->gr_mem[0] = NULL;
    return 0;
}
