/* SPDX-License-Identifier: Apache-2.0 */
/* Recording a login; see the header. */
#include "keeper/record.h"

#include "accounts/cache_write.h"
#include "accounts/id_checker.h"
#include "accounts/places.h"
#include "base/clock.h"
#include "base/text.h"
#include "host/account_id.h"
#include "host/nscd.h"
#include "host/settings.h"
#include "keeper/host_settings.h"
#include "keeper/parent.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <syslog.h>

static const struct cog_places places = COG_PLACES;

/* Room for what is wrong with one pool group. */
#define WHY_SIZE 200

static enum cog_outcome
store_failed(char reason[COG_REASON_SIZE], const char *what, int error)
{
    (void) snprintf(reason, COG_REASON_SIZE, "%s cannot be written: %s", what,
                    strerror(error));
    return COG_OUTCOME_STORE;
}

/* Both sides of a collision, for the log. */
static void
describe(const struct cog_id_conflict *conflict, char *out, size_t size)
{
    (void) snprintf(out, size, "id %lu for %s %s %s",
                    (unsigned long) conflict->id, conflict->wanted_by,
                    cog_id_place_text(conflict->place), conflict->owner);
}

static enum cog_outcome
id_taken(char reason[COG_REASON_SIZE], const struct cog_id_conflict *conflict)
{
    switch (conflict->place) {
    case COG_ID_BOUND:
        (void) snprintf(reason, COG_REASON_SIZE,
                        "the name is bound to another sub: see cognitoctl "
                        "forget");
        return COG_OUTCOME_OTHER_SUB;
    case COG_ID_NAME_LOCAL:
        (void) snprintf(reason, COG_REASON_SIZE, "a local group or user");
        return COG_OUTCOME_NAME;
    default:
        describe(conflict, reason, COG_REASON_SIZE);
        return COG_OUTCOME_ID_TAKEN;
    }
}

/* Everything that making an account takes. */
struct making {
    struct cog_id_sources sources;
    struct cog_settings settings;
    struct cog_host_settings host;
    struct cog_id_checker checker;
    struct cog_account account;
    struct cog_groups groups;
    /* Pool groups left out: how many, and the first with its reason. */
    unsigned long dropped;
    const char *first;
    char first_why[WHY_SIZE];
};

static void
end_making(struct making *making)
{
    cog_id_sources_clear(&making->sources);
    cog_id_checker_close(&making->checker);
}

#define cleanup_making __attribute__((cleanup(end_making)))

/* Whether another group of this person, or their own, has the id. */
static bool
have_gid(const struct making *making, uint32_t gid)
{
    if (making->account.gid == gid)
        return true;
    for (size_t i = 0; i < making->groups.count; i++) {
        if (making->groups.list[i].gid == gid)
            return true;
    }
    return false;
}

/*
 * Add one pool group. EINVAL or EEXIST: it cannot be a group here, and why
 * says so; else the error of a file that could not be read.
 */
static int
add_group(struct making *making, const char *pool_group, char why[WHY_SIZE])
{
    struct cog_group *group = &making->groups.list[making->groups.count];
    struct cog_id_conflict conflict = {0};
    enum cog_fault fault;
    int error;

    fault = cog_group_name_make(making->settings.group_prefix, pool_group,
                                strlen(pool_group), group->name);
    if (fault != COG_FAULT_NONE) {
        (void) snprintf(why, WHY_SIZE, "%s", cog_fault_text(fault));
        return EINVAL;
    }
    if (cog_host_settings_has_group(&making->host, making->settings.pool_id,
                                    group->name)) {
        (void) snprintf(why, WHY_SIZE, "group_prefix is that of another pool");
        return EINVAL;
    }
    error = cog_account_id(&making->sources, &making->settings, COG_ID_GROUP,
                           group->name, NULL, &group->gid);
    if (error == 0 && have_gid(making, group->gid)) {
        (void) snprintf(why, WHY_SIZE, "id %lu is another group's",
                        (unsigned long) group->gid);
        return EEXIST;
    }
    if (error == 0)
        error = cog_id_checker_ask(
            &making->checker,
            &(struct cog_id_wish){COG_ID_GROUP, group->name, group->gid, 0},
            &conflict);
    if (error == EEXIST)
        describe(&conflict, why, WHY_SIZE);
    if (error == 0)
        making->groups.count++;
    return error;
}

static int
compare_gids(const void *a, const void *b)
{
    const struct cog_group *left = a, *right = b;

    return (left->gid > right->gid) - (left->gid < right->gid);
}

/*
 * Pool groups that cannot be Unix groups here are left out, never repaired
 * into other names (P25), with one line in the log however many they are.
 */
static int
make_groups(struct making *making, const struct cog_pool_groups *pool_groups)
{
    const char *name = NULL;
    char why[WHY_SIZE], shown[160];

    while ((name = cog_pool_groups_next(pool_groups, name)) != NULL) {
        int error = add_group(making, name, why);

        if (error != 0 && error != EINVAL && error != EEXIST)
            return error;
        if (error == 0 || making->dropped++ > 0)
            continue;
        making->first = name;
        memcpy(making->first_why, why, sizeof why);
    }
    /* In the order of sync: for another order a file would be rewritten. */
    qsort(making->groups.list, making->groups.count,
          sizeof making->groups.list[0], compare_gids);
    if (making->first == NULL)
        return 0;
    cog_text_for_log(making->first, strlen(making->first), shown,
                     sizeof shown);
    cog_parent_note(LOG_WARNING, "%lu pool groups left out, as '%s': %s",
                    making->dropped, shown, making->first_why);
    return 0;
}

/* An account keeps its id; a new one gets the id of its name. */
static enum cog_outcome
choose_uid(const struct cog_subject *subject, const struct making *making,
           uint32_t *uid, char reason[COG_REASON_SIZE])
{
    if (subject->whose == COG_WHOSE_ACCOUNT) {
        *uid = subject->ids.uid;
        return COG_OUTCOME_ADMITTED;
    }
    if (cog_account_id(&making->sources, &making->settings, COG_ID_USER,
                       subject->user, NULL, uid) == 0)
        return COG_OUTCOME_ADMITTED;
    (void) snprintf(reason, COG_REASON_SIZE,
                    "id_attribute is set: run cognitoctl sync");
    return COG_OUTCOME_NO_ACCOUNT;
}

/*
 * sshd goes on with what it was told of the name before anything was proved,
 * so the record must be exactly that. If it is not, because the configuration
 * has changed meanwhile, the person need only try again.
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

    /* Compared also when another login has made the account first. */
    if ((subject->flags & COG_REQUEST_TOLD) == 0)
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
make_account(const struct cog_subject *subject, const struct cog_proof *proof,
             struct making *making, char reason[COG_REASON_SIZE])
{
    struct cog_account *account = &making->account;
    enum cog_outcome outcome;
    enum cog_fault fault;

    (void) snprintf(account->name, sizeof account->name, "%s", subject->user);
    (void) snprintf(account->shell, sizeof account->shell, "%s",
                    making->settings.shell);
    outcome = choose_uid(subject, making, &account->uid, reason);
    if (outcome != COG_OUTCOME_ADMITTED)
        return outcome;
    account->gid = account->uid;
    account->sub_tag = cog_sub_tag(&making->sources.key, proof->sub);
    cog_gecos_clean(proof->display_name, strlen(proof->display_name),
                    account->gecos);
    fault =
        cog_home_expand(making->settings.home, subject->user, account->home);
    if (fault == COG_FAULT_NONE)
        fault = cog_account_check(account, &making->settings);
    if (fault == COG_FAULT_NONE)
        fault = cog_host_settings_admit(&making->host, subject->user);
    if (fault != COG_FAULT_NONE) {
        (void) snprintf(reason, COG_REASON_SIZE, "%s", cog_fault_text(fault));
        return COG_OUTCOME_NAME;
    }
    return compare_told(subject, account, reason);
}

static enum cog_outcome
ids_unread(char reason[COG_REASON_SIZE], int error)
{
    (void) snprintf(reason, COG_REASON_SIZE, "ids cannot be checked: %s",
                    strerror(error));
    return COG_OUTCOME_STORE;
}

/*
 * Check the id of the account, before anything of a login that will be
 * refused is written. The host's files are read once, for its groups, too.
 */
static enum cog_outcome
check_uid(struct making *making, char reason[COG_REASON_SIZE])
{
    const struct cog_account *account = &making->account;
    const struct cog_id_wish wish = {COG_ID_USER, account->name, account->uid,
                                     account->sub_tag};
    struct cog_id_conflict conflict = {0};
    int error = cog_id_checker_open(&places, &making->checker);

    if (error == 0)
        error = cog_id_checker_ask(&making->checker, &wish, &conflict);
    if (error == EEXIST)
        return id_taken(reason, &conflict);
    return error == 0 ? COG_OUTCOME_ADMITTED : ids_unread(reason, error);
}

static enum cog_outcome
check_ids(struct making *making, const struct cog_proof *proof,
          char reason[COG_REASON_SIZE])
{
    enum cog_outcome outcome = check_uid(making, reason);
    int error;

    if (outcome != COG_OUTCOME_ADMITTED)
        return outcome;
    error = make_groups(making, &proof->groups);
    return error == 0 ? COG_OUTCOME_ADMITTED : ids_unread(reason, error);
}

static void
make_login(const struct cog_subject *subject, const struct cog_config *config,
           const struct cog_proof *proof, struct cog_login_entry *login)
{
    memset(login, 0, sizeof *login);
    memcpy(login->pool_id, config->pool_id, sizeof login->pool_id);
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

/* Every change of the accounts makes a new file of recent. */
static struct stat
look_at_accounts(void)
{
    struct stat status = {.st_ino = 0};

    (void) stat(COG_ACCOUNTS_DIR "/" COG_RECENT_FILE, &status);
    return status;
}

/* nscd may have just told the host that there is no such user (P77). */
static void
tell_nscd(const struct stat *before)
{
    const struct stat now = look_at_accounts();
    int error;

    if (now.st_ino == before->st_ino && now.st_dev == before->st_dev)
        return;
    error = cog_nscd_forget(COG_NSCD_SOCKET, cog_clock_ms() + COG_NSCD_MS);
    if (error != 0)
        cog_parent_note(LOG_WARNING,
                        "nscd was not told of a changed account: %s",
                        strerror(error));
}

/*
 * What NSS goes by is the host's: a login to a database by a configuration
 * of its own changes neither whom sshd is told of nor who gets a local group.
 */
static enum cog_outcome
put_account(const struct cog_subject *subject, const struct making *making,
            const struct cog_cache_lock *lock, char reason[COG_REASON_SIZE])
{
    const struct stat before = look_at_accounts();
    struct cog_write_refusal refusal = {0};
    int error = subject->other_config
                    ? cog_cache_put_account_only(
                          &places, lock, &making->settings, &making->account,
                          &making->groups, &refusal)
                    : cog_cache_put_account(&places, lock, &making->settings,
                                            &making->account, &making->groups,
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
    tell_nscd(&before);
    return COG_OUTCOME_ADMITTED;
}

/*
 * An account of the host's own configuration, by a service of another one: it
 * is checked, and only the login is written.
 */
static enum cog_outcome
record_beside(const struct cog_subject *subject, const struct cog_proof *proof,
              const struct cog_cache_lock *lock, struct making *making,
              struct cog_login_entry *login, char reason[COG_REASON_SIZE])
{
    struct cog_account *account = &making->account;
    enum cog_outcome outcome;

    if ((subject->flags & COG_REQUEST_TOLD) != 0)
        return cog_refuse(COG_OUTCOME_TOLD, reason,
                          "the host was told of another home or shell");
    (void) snprintf(account->name, sizeof account->name, "%s", subject->user);
    account->uid = account->gid = subject->ids.uid;
    account->sub_tag = cog_sub_tag(&making->sources.key, proof->sub);
    outcome = check_uid(making, reason);
    if (outcome != COG_OUTCOME_ADMITTED)
        return outcome;
    login->has_id = true;
    login->uid = account->uid;
    return put_login(login, NULL, lock, reason);
}

/* False: reason says what cannot be read. */
static bool
load_making(const struct cog_subject *subject, const struct cog_config *config,
            struct making *making, char reason[COG_REASON_SIZE])
{
    int error;

    if (!cog_id_sources_load(config, &making->sources, reason) ||
        !cog_settings_from_config(config, &making->sources, &making->settings,
                                  reason))
        return false;
    error = cog_host_settings_load(subject, &making->host);
    if (error != 0)
        (void) snprintf(reason, COG_REASON_SIZE,
                        "the host's settings cannot be read: %s",
                        strerror(error));
    return error == 0;
}

/* The login store first: it is what keeps an id from being given again. */
static enum cog_outcome
record_account(const struct cog_subject *subject,
               const struct cog_config *config, const struct cog_proof *proof,
               const struct cog_cache_lock *lock,
               struct cog_login_entry *login, char reason[COG_REASON_SIZE])
{
    cleanup_making struct making making = {.sources = COG_ID_SOURCES_EMPTY,
                                           .checker = COG_ID_CHECKER_EMPTY};
    enum cog_outcome outcome;

    if (!load_making(subject, config, &making, reason))
        return COG_OUTCOME_STORE;
    if (subject->whose == COG_WHOSE_ACCOUNT &&
        cog_host_settings_keep(&making.host, &making.settings, subject->user))
        return record_beside(subject, proof, lock, &making, login, reason);
    outcome = make_account(subject, proof, &making, reason);
    if (outcome == COG_OUTCOME_ADMITTED)
        outcome = check_ids(&making, proof, reason);
    if (outcome != COG_OUTCOME_ADMITTED)
        return outcome;
    login->has_id = true;
    login->uid = making.account.uid;
    outcome = put_login(login, &making.groups, lock, reason);
    if (outcome == COG_OUTCOME_ADMITTED)
        outcome = put_account(subject, &making, lock, reason);
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

    make_login(subject, config, proof, &login);
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
