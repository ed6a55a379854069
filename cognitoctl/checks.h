/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What status and doctor look at, one function each: it changes nothing, and
 * adds what it finds. What does not exist on this host (no sshd, no sudo) is
 * not looked at and no finding.
 */
#ifndef COG_COGNITOCTL_CHECKS_H
#define COG_COGNITOCTL_CHECKS_H

#include "accounts/account.h"
#include "aws/pool_admin.h"
#include "cognitoctl/findings.h"
#include "config/config.h"

#include <stdbool.h>

struct cog_checks {
    const char *config_path;
    bool configured; /* config is one that passed its checks */
    struct cog_config config;
    struct cog_findings findings;
};

/* Frees the findings. */
static inline void
cog_checks_clear(struct cog_checks *checks)
{
    cog_findings_clear(&checks->findings);
}

#define cog_cleanup_checks __attribute__((cleanup(cog_checks_clear)))

/* The configuration and what it points to. First: others need it. */
void cog_check_config(struct cog_checks *checks);

/* The settings that NSS has, against the configuration. */
void cog_check_settings(struct cog_checks *checks);

/* The files of accounts, keys and logins, from end to end. */
void cog_check_stores(struct cog_checks *checks);

/* nsswitch.conf, the NSS module, nscd. */
void cog_check_names(struct cog_checks *checks);

/* The stacks of /etc/pam.d; what sshd_config does to them. */
void cog_check_pam(struct cog_checks *checks);
void cog_check_sshd(struct cog_checks *checks);

/* The arguments of our lines in those stacks. */
void cog_check_arguments(struct cog_checks *checks);

/* The modules that those stacks name: whether libpam finds them. */
void cog_check_modules(struct cog_checks *checks);

/* That the homes of our users are there, or made at their first session. */
void cog_check_homes(struct cog_checks *checks);

/* Owners and modes of all our files (P79, P81). */
void cog_check_files(struct cog_checks *checks);

/* Whom sudoers, sshd_config and polkit give power to (P19). */
void cog_check_power(struct cog_checks *checks);

/* The accounts, against the host's users and groups (P13, P21). */
void cog_check_accounts(struct cog_checks *checks);

/* The range of ids, against those lent by subuid and subgid (P20). */
void cog_check_subids(struct cog_checks *checks);

/* That somebody can sign in without the pool (P87). */
void cog_check_local_way(struct cog_checks *checks);

/* The service, unauthenticated: reached, clock, keys, app client. */
void cog_check_pool(struct cog_checks *checks);

/*
 * The groups that the configuration names, against those of the pool; or,
 * where it cannot be asked, of the last listing.
 */
enum cog_status cog_check_groups(struct cog_checks *checks,
                                 struct cog_pool_admin *admin);
void cog_check_listed_groups(struct cog_checks *checks);

/* The local groups that group_map names, against /etc/group. */
void cog_check_mapped_groups(struct cog_checks *checks);

/* Pool and app client, with AWS credentials where there are some. */
void cog_check_client(struct cog_checks *checks);

/*
 * The names of the settings that differ, "home, shell", cut to fit; "" when
 * none does. Pure.
 */
void cog_settings_compare(const struct cog_settings *a,
                          const struct cog_settings *b, char *names,
                          size_t size);

#endif
