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

struct cog_nss_told cog_nss_told;

static void
remember(const struct cog_account *account)
{
    uint32_t state = COG_NSS_TOLD_NOTHING;

    if (!atomic_compare_exchange_strong(&cog_nss_told.state, &state,
                                        COG_NSS_TOLD_BEING))
        return;
    cog_nss_told.account = *account;
    atomic_store(&cog_nss_told.state, COG_NSS_TOLD);
}

/*
 * Whether those who judge the login will see that the name is ours; else it
 * must be nobody's, or pam_unix would take it for another directory's.
 */
static bool
still_offered(const struct cog_settings *settings,
              const struct cog_account *told)
{
    return cog_provisional_matches(settings, told->name) &&
           cog_id_check(told->uid, settings->id_base, settings->id_range) ==
               COG_FAULT_NONE;
}

int
cog_nss_remembered(const char *name, struct cog_account *account)
{
    if (atomic_load(&cog_nss_told.state) != COG_NSS_TOLD || !is_sshd() ||
        strcmp(cog_nss_told.account.name, name) != 0)
        return ENOENT;
    *account = cog_nss_told.account;
    return 0;
}

int
cog_nss_provisional(const char *name, struct cog_account *account)
{
    struct cog_settings settings;
    struct cog_account told;
    int error;

    if (!is_sshd())
        return ENOENT;
    error = cog_cache_settings(&cog_nss_reader, &settings);
    if (error != 0)
        return error;
    if (cog_nss_remembered(name, &told) == 0) {
        if (!still_offered(&settings, &told))
            return ENOENT;
        *account = told;
        return 0;
    }
    error = cog_provisional_make(&cog_nss_places, cog_nss_id_key, &settings,
                                 name, account);
    if (error == 0)
        remember(account);
    return error;
}
