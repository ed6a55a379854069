/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Looking for somebody who can sign in when the pool cannot be reached; see
 * checks.h. The hashes that are read here go nowhere, and are wiped.
 */
#include "cognitoctl/checks.h"

#include "base/cleanup.h"
#include "base/secret.h"
#include "cognitoctl/shadow.h"
#include "cognitoctl/stores.h"
#include "cognitoctl/text_file.h"

#include <string.h>

#define SHADOW "/etc/shadow"

/* The PAM lines may name another one; then this looks too strictly. */
#define LOCAL_GROUP "cognito-users"

static bool
has_shell(const char *shell)
{
    const char *slash = strrchr(shell, '/');
    const char *name = slash != NULL ? slash + 1 : shell;

    return strcmp(name, "nologin") != 0 && strcmp(name, "false") != 0;
}

/* root, or a person who keeps the local password. */
static bool
may_help(const struct cog_passwd_line *line)
{
    if (!has_shell(line->shell))
        return false;
    if (line->uid == 0)
        return true;
    return line->uid >= 1000 && line->uid < 60000 &&
           cog_local_member_find(&cog_stores.local, line->name, LOCAL_GROUP,
                                 NULL) != 0;
}

static bool
somebody_helps(const char *passwd, size_t passwd_len, const char *shadow,
               size_t shadow_len)
{
    struct cog_passwd_line line;

    while (cog_passwd_next(&passwd, &passwd_len, &line)) {
        if (may_help(&line) &&
            cog_shadow_usable(shadow, shadow_len, line.name))
            return true;
    }
    return false;
}

void
cog_check_local_way(struct cog_checks *checks)
{
    cog_cleanup_secret struct cog_secret shadow = COG_SECRET_EMPTY;
    cog_cleanup_text char *passwd = NULL;
    size_t passwd_len = 0;

    if (cog_text_file_read(cog_stores.local.passwd, &passwd, &passwd_len) !=
            0 ||
        cog_text_file_read(SHADOW, &shadow.data, &shadow.len) != 0)
        return;
    if (!somebody_helps(passwd, passwd_len, shadow.data, shadow.len))
        cog_findings_add(&checks->findings, COG_FIND_NO_LOCAL_WAY, "%s",
                         SHADOW);
}
