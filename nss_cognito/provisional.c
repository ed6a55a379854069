/* SPDX-License-Identifier: Apache-2.0 */
/* Accounts that do not exist yet, for sshd; see the header. */
#include "nss_cognito/provisional.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>
#include <sys/auxv.h>
#include <unistd.h>

#include "accounts/provisional.h"
#include "nss_cognito/place.h"

/*
 * Root's sshd: so called, started as root and not by a setuid bit, and still
 * root in both ways. Others are told of nobody who does not exist: sudo,
 * cron or a mail server would take the word for a user. (A name is no proof.
 * A program of root's that calls itself sshd learns what root can know.)
 */
static bool
is_sshd(void)
{
    const char *name = program_invocation_short_name;

    return (strcmp(name, "sshd") == 0 || strcmp(name, "sshd-session") == 0) &&
           getuid() == 0 && geteuid() == 0 && getauxval(AT_SECURE) == 0;
}

int
cog_nss_provisional(const char *name, struct cog_account *account)
{
    struct cog_settings settings;
    int error;

    if (!is_sshd())
        return ENOENT;
    error = cog_cache_settings(&cog_nss_reader, &settings);
    if (error != 0)
        return error;
    return cog_provisional_make(&cog_nss_places, cog_nss_id_key, &settings,
                                name, account);
}
