/* SPDX-License-Identifier: Apache-2.0 */
/* Writing down what a login taught; see the header. */
#include "keeper/record.h"

#include "accounts/cache_write.h"
#include "accounts/places.h"
#include "base/clock.h"
#include "base/text.h"
#include "host/account_id.h"
#include "host/settings.h"
#include "keeper/parent.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <syslog.h>

static const struct cog_places places = COG_PLACES;

static enum cog_outcome
store_failed(char reason[COG_REASON_SIZE], const char *what, int error)
{
    (void) snprintf(reason, COG_REASON_SIZE, "%s cannot be written: %d", what,
                    error);
    return COG_OUTCOME_STORE;
}

static enum cog_outcome
id_taken(char reason[COG_REASON_SIZE], const struct cog_id_conflict *conflict)
{
    (void) snprintf(reason, COG_REASON_SIZE, "id %lu for %s %s %s",
                    (unsigned long) conflict->id, conflict->wanted_by,
                    cog_id_place_text(conflict->place), conflict->owner);
    return COG_OUTCOME_ID_TAKEN;
}

/*
 * Add one pool group. NULL, or why it cannot be a group here: then it is
 * left out, never bent into another (P25).
 */
static const char *
add_group(const struct cog_id_sources *sources,
          const struct cog_settings *settings, const char *pool_group,
          struct cog_groups *groups)
{
    struct cog_group *group = &groups->list[groups->count];
    struct cog_id_conflict conflict;
    enum cog_fault fault;

    fault = cog_group_name_make(settings->group_prefix, pool_group,
                                strlen(pool_group), group->name);
    if (fault != COG_FAULT_NONE)
        return cog_fault_text(fault);
    if (cog_account_id(sources, settings, COG_ID_GROUP, group->name, NULL,
                       &group->gid) != 0 ||
        cog_name_check_local(&places.local, group->name, &conflict) != 0 ||
        cog_id_check_free(&places, COG_ID_GROUP, group->name, group->gid,
                          &conflict) != 0)
        return "its name or id is taken";
    groups->count++;
    return NULL;
}

/* What is left out makes one line, however many groups somebody has. */
static void
make_groups(const struct cog_id_sources *sources,
            const struct cog_settings *settings,
            const struct cog_pool_groups *pool_groups,
            struct cog_groups *groups)
{
    const char *name = NULL, *first = NULL, *first_why = NULL;
    unsigned long dropped = 0;
    char shown[160];

    memset(groups, 0, sizeof *groups);
    while ((name = cog_pool_groups_next(pool_groups, name)) != NULL) {
        const char *why = add_group(sources, settings, name, groups);

        if (why == NULL)
            continue;
        if (dropped++ == 0) {
            first = name;
            first_why = why;
        }
    }
    if (first == NULL)
        return;
    cog_text_for_log(first, strlen(first), shown, sizeof shown);
    cog_parent_note(LOG_WARNING, "%lu pool groups left out, as '%s': %s",
                    dropped, shown, first_why);
}

/* An account keeps its id; a new one gets what its name is given. */
static enum cog_outcome
choose_uid(const struct cog_subject *subject,
           const struct cog_settings *settings,
           const struct cog_id_sources *sources, uint32_t *uid,
           char reason[COG_REASON_SIZE])
{
    if (subject->whose == COG_WHOSE_ACCOUNT) {
        *uid = subject->ids.uid;
        return COG_OUTCOME_ADMITTED;
    }
    if (cog_account_id(sources, settings, COG_ID_USER, subject->user, NULL,
                       uid) == 0)
        return COG_OUTCOME_ADMITTED;
    (void) snprintf(reason, COG_REASON_SIZE,
                    "id_attribute is set: run cognitoctl sync");
    return COG_OUTCOME_NO_ACCOUNT;
}

/*
 * sshd keeps what it was told before anything was proved, and goes on with
 * that. So it must be the record, to the letter; a person who was told
 * otherwise (the configuration has changed) need only try again.
 */
static enum cog_outcome
compare_told(const struct cog_subject *subject,
             const struct cog_account *account, char reason[COG_REASON_SIZE])
{
    const struct cog_account *told = &subject->told;
    const struct {
        bool differs;
        const char *what;
    } checks[] = {
        {told->uid != account->uid, "uid"},
        {told->gid != account->gid, "gid"},
        {strcmp(told->home, account->home) != 0, "home"},
        {strcmp(told->shell, account->shell) != 0, "shell"},
    };

    if (!cog_rules_is_provisional(subject))
        return COG_OUTCOME_ADMITTED;
    for (size_t i = 0; i < sizeof checks / sizeof checks[0]; i++) {
        if (!checks[i].differs)
            continue;
        (void) snprintf(reason, COG_REASON_SIZE,
                        "the host was told of another %s", checks[i].what);
        return COG_OUTCOME_TOLD;
    }
    return COG_OUTCOME_ADMITTED;
}

static enum cog_outcome
make_account(const struct cog_subject *subject,
             const struct cog_settings *settings,
             const struct cog_id_sources *sources,
             const struct cog_proof *proof, struct cog_account *account,
             char reason[COG_REASON_SIZE])
{
    enum cog_outcome outcome;
    enum cog_fault fault;

    memset(account, 0, sizeof *account);
    (void) snprintf(account->name, sizeof account->name, "%s", subject->user);
    (void) snprintf(account->shell, sizeof account->shell, "%s",
                    settings->shell);
    outcome = choose_uid(subject, settings, sources, &account->uid, reason);
    if (outcome != COG_OUTCOME_ADMITTED)
        return outcome;
    account->gid = account->uid;
    account->sub_tag = cog_sub_tag(&sources->key, proof->sub);
    cog_gecos_clean(proof->display_name, strlen(proof->display_name),
                    account->gecos);
    fault = cog_home_expand(settings->home, subject->user, account->home);
    if (fault == COG_FAULT_NONE)
        fault = cog_account_check(account, settings);
    if (fault != COG_FAULT_NONE) {
        (void) snprintf(reason, COG_REASON_SIZE, "%s", cog_fault_text(fault));
        return COG_OUTCOME_NAME;
    }
    return COG_OUTCOME_ADMITTED;
}

/* Before anything is written down of a login that will be refused. */
static enum cog_outcome
check_free(const struct cog_account *account, char reason[COG_REASON_SIZE])
{
    struct cog_id_conflict conflict = {0};
    int error = cog_name_check_local(&places.local, account->name, &conflict);

    if (error == 0)
        error = cog_id_check_free(&places, COG_ID_USER, account->name,
                                  account->uid, &conflict);
    if (error == EEXIST)
        return id_taken(reason, &conflict);
    return error == 0 ? COG_OUTCOME_ADMITTED
                      : store_failed(reason, "an id", error);
}

static void
make_login(const struct cog_subject *subject, const struct cog_proof *proof,
           struct cog_login_entry *login)
{
    memset(login, 0, sizeof *login);
    (void) snprintf(login->name, sizeof login->name, "%s", subject->user);
    (void) snprintf(login->sub, sizeof login->sub, "%s", proof->sub);
    login->last_login_s = cog_clock_unix_s();
    login->groups = proof->groups;
}

static enum cog_outcome
put_login(const struct cog_login_entry *login, const struct cog_groups *groups,
          const struct cog_cache_lock *lock, char reason[COG_REASON_SIZE])
{
    struct cog_id_conflict conflict = {0};
    int error = cog_logins_put(COG_LOGINS_DIR, lock, login, groups, &conflict);

    if (error == EEXIST)
        return id_taken(reason, &conflict);
    if (error != 0)
        return store_failed(reason, "the login store", error);
    return COG_OUTCOME_ADMITTED;
}

static enum cog_outcome
put_account(const struct cog_settings *settings,
            const struct cog_account *account, const struct cog_groups *groups,
            const struct cog_cache_lock *lock, char reason[COG_REASON_SIZE])
{
    struct cog_write_refusal refusal = {0};
    int error = cog_cache_put_account(&places, lock, settings, account, groups,
                                      &refusal);

    if (error == EEXIST)
        return id_taken(reason, &refusal.conflict);
    if (error == EINVAL) {
        (void) snprintf(reason, COG_REASON_SIZE, "%s",
                        cog_fault_text(refusal.fault));
        return COG_OUTCOME_NAME;
    }
    if (error != 0)
        return store_failed(reason, "the accounts file", error);
    return COG_OUTCOME_ADMITTED;
}

/* The id is claimed in the login store first: given once, given for ever. */
static enum cog_outcome
record_account(const struct cog_subject *subject,
               const struct cog_config *config, const struct cog_proof *proof,
               const struct cog_cache_lock *lock,
               struct cog_login_entry *login, char reason[COG_REASON_SIZE])
{
    cog_cleanup_id_sources struct cog_id_sources sources =
        COG_ID_SOURCES_EMPTY;
    struct cog_settings settings;
    struct cog_account account;
    struct cog_groups groups;
    enum cog_outcome outcome;

    if (!cog_id_sources_load(config, &sources, reason) ||
        !cog_settings_from_config(config, &sources, &settings, reason))
        return COG_OUTCOME_STORE;
    outcome =
        make_account(subject, &settings, &sources, proof, &account, reason);
    if (outcome == COG_OUTCOME_ADMITTED)
        outcome = compare_told(subject, &account, reason);
    if (outcome == COG_OUTCOME_ADMITTED)
        outcome = check_free(&account, reason);
    if (outcome != COG_OUTCOME_ADMITTED)
        return outcome;
    make_groups(&sources, &settings, &proof->groups, &groups);
    login->has_id = true;
    login->uid = account.uid;
    outcome = put_login(login, &groups, lock, reason);
    if (outcome == COG_OUTCOME_ADMITTED)
        outcome = put_account(&settings, &account, &groups, lock, reason);
    return outcome;
}

enum cog_outcome
cog_record_login(const struct cog_subject *subject,
                 const struct cog_config *config,
                 const struct cog_proof *proof,
                 const struct cog_cache_lock *lock,
                 char reason[COG_REASON_SIZE])
{
    struct cog_login_entry login;

    make_login(subject, proof, &login);
    if (subject->whose == COG_WHOSE_LOCAL)
        return put_login(&login, NULL, lock, reason);
    return record_account(subject, config, proof, lock, &login, reason);
}

void
cog_record_unwritten(const struct cog_subject *subject, const char *reason)
{
    cog_parent_note(LOG_WARNING, "login of %s not recorded: %s", subject->user,
                    reason);
}
