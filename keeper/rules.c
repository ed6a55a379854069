/* SPDX-License-Identifier: Apache-2.0 */
/* The rules of this host; see the header. */
#include "keeper/rules.h"

#include "accounts/account.h"
#include "accounts/id_check.h"
#include "accounts/places.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

enum cog_outcome
cog_refuse(enum cog_outcome outcome, char reason[COG_REASON_SIZE],
           const char *why)
{
    (void) snprintf(reason, COG_REASON_SIZE, "%s", why);
    return outcome;
}

/* A local group may be what group_map leads to: its name is power (P19). */
static bool
is_mapped_group(const struct cog_config *config, const char *name)
{
    const char *entry;
    size_t at = 0, pool_len = 0;

    while ((entry = cog_config_list_next(&config->group_map, &at)) != NULL) {
        if (strcmp(cog_config_group_map_local(entry, &pool_len), name) == 0)
            return true;
    }
    return false;
}

/*
 * A name that exists only through us must not look like a group that
 * sudoers or others give power to: a pool user called "admin" would bring a
 * private group "admin" along.
 */
static enum cog_outcome
check_name(const struct cog_subject *subject, const struct cog_config *config,
           char reason[COG_REASON_SIZE])
{
    const struct cog_local_files files = COG_LOCAL_FILES;
    struct cog_id_conflict conflict;
    enum cog_fault fault;

    fault = cog_login_name_admit(subject->user, config->group_prefix);
    if (fault != COG_FAULT_NONE)
        return cog_refuse(COG_OUTCOME_NAME, reason, cog_fault_text(fault));
    if (is_mapped_group(config, subject->user))
        return cog_refuse(COG_OUTCOME_NAME, reason, "a group of group_map");
    switch (cog_name_check_local(&files, subject->user, &conflict)) {
    case 0:
        return COG_OUTCOME_ADMITTED;
    case EEXIST:
        return cog_refuse(COG_OUTCOME_NAME, reason, "a local group or user");
    default:
        return cog_refuse(COG_OUTCOME_STORE, reason, "cannot read /etc/group");
    }
}

bool
cog_rules_is_provisional(const struct cog_subject *subject)
{
    return subject->whose == COG_WHOSE_NOBODY &&
           (subject->flags & COG_REQUEST_TOLD) != 0;
}

bool
cog_rules_becomes_account(const struct cog_subject *subject)
{
    return cog_rules_is_provisional(subject) ||
           (subject->whose == COG_WHOSE_NOBODY &&
            (subject->flags & COG_REQUEST_CREATE_ACCOUNT) != 0);
}

/*
 * Whether a first login may make an account of this name. The NSS module
 * went by the settings record; the configuration is what holds.
 */
static enum cog_outcome
check_new_account(const struct cog_subject *subject,
                  const struct cog_config *config,
                  char reason[COG_REASON_SIZE])
{
    if (!subject->caller_is_root)
        return cog_refuse(COG_OUTCOME_NOT_OURS, reason,
                          "an account is made for root's callers only");
    if ((subject->flags & COG_REQUEST_CREATE_ACCOUNT) == 0 &&
        !cog_config_matches_provisional(config, subject->user))
        return cog_refuse(COG_OUTCOME_NO_ACCOUNT, reason,
                          "provisional is off, or does not match the name");
    if (config->id_attribute[0] != '\0')
        return cog_refuse(COG_OUTCOME_NO_ACCOUNT, reason,
                          "id_attribute is set: run cognitoctl sync");
    return COG_OUTCOME_ADMITTED;
}

/* Whether a name that no file has may be asked for on this line at all. */
static enum cog_outcome
check_nobody(const struct cog_subject *subject,
             const struct cog_config *config, char reason[COG_REASON_SIZE])
{
    if (subject->operation != COG_OPERATION_LOGIN)
        return cog_refuse(COG_OUTCOME_NOT_OURS, reason, "no such account");
    if (cog_rules_becomes_account(subject))
        return check_new_account(subject, config, reason);
    if ((subject->flags & COG_REQUEST_ALLOW_UNKNOWN) != 0)
        return COG_OUTCOME_ADMITTED;
    return cog_refuse(COG_OUTCOME_NOT_OURS, reason, "no such account");
}

enum cog_outcome
cog_rules_before(const struct cog_subject *subject,
                 const struct cog_config *config, char reason[COG_REASON_SIZE])
{
    enum cog_outcome outcome;

    if (subject->whose == COG_WHOSE_UNREADABLE)
        return cog_refuse(COG_OUTCOME_STORE, reason,
                          "a file of names cannot be read");
    if (subject->whose == COG_WHOSE_NAMESAKE)
        return cog_refuse(COG_OUTCOME_NAME, reason,
                          "a local user has the name in another case");
    if (subject->whose == COG_WHOSE_OTHERS)
        return cog_refuse(COG_OUTCOME_NOT_OURS, reason, "not ours");
    if (!config->allow.everybody && config->allow.groups.count == 0)
        return cog_refuse(COG_OUTCOME_NOT_ALLOWED, reason,
                          "allow_groups is not set: nobody is admitted");
    if (subject->whose == COG_WHOSE_LOCAL)
        return COG_OUTCOME_ADMITTED;
    outcome = check_name(subject, config, reason);
    if (outcome == COG_OUTCOME_ADMITTED && subject->whose == COG_WHOSE_NOBODY)
        outcome = check_nobody(subject, config, reason);
    return outcome;
}

/*
 * Add the groups that the person is in, as far as whole names fit: a name in
 * allow_groups is easily misspelt.
 */
static void
tell_groups(const struct cog_pool_groups *groups, char reason[COG_REASON_SIZE])
{
    const char *group = NULL, *before = ", but in ";
    size_t len = strlen(reason);

    while ((group = cog_pool_groups_next(groups, group)) != NULL) {
        size_t more = strlen(before) + strlen(group);

        if (len + more >= COG_REASON_SIZE)
            return;
        (void) snprintf(reason + len, COG_REASON_SIZE - len, "%s%s", before,
                        group);
        len += more;
        before = ", ";
    }
}

enum cog_outcome
cog_rules_groups(const struct cog_config *config,
                 const struct cog_pool_groups *groups,
                 char reason[COG_REASON_SIZE])
{
    const char *group = NULL;

    if (config->allow.everybody)
        return COG_OUTCOME_ADMITTED;
    while ((group = cog_pool_groups_next(groups, group)) != NULL) {
        if (cog_config_allows_group(config, group))
            return COG_OUTCOME_ADMITTED;
    }
    (void) cog_refuse(COG_OUTCOME_NOT_ALLOWED, reason,
                      "in no group of allow_groups");
    tell_groups(groups, reason);
    return COG_OUTCOME_NOT_ALLOWED;
}

void
cog_rule(struct cog_ruling *ruling, enum cog_outcome outcome,
         const char *reason)
{
    ruling->outcome = outcome;
    (void) snprintf(ruling->reason, sizeof ruling->reason, "%s", reason);
}
