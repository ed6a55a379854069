/* SPDX-License-Identifier: Apache-2.0 */
/* The stores, as a login and an account check use them; see the header. */
#include "keeper/store.h"

#include "accounts/cache_read.h"
#include "accounts/ids.h"
#include "base/clock.h"
#include "host/account_id.h"
#include "keeper/offline.h"
#include "keeper/parent.h"
#include "keeper/record.h"
#include "keeper/unprivileged.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <syslog.h>

/*
 * Another login holds the lock for milliseconds. Somebody known gets in
 * without a record rather than wait for a process that is stuck (P35), within
 * the time that the module waits beyond its deadline. A first login must be
 * recorded: it may queue behind many others, in time of its own.
 */
#define LOCK_KNOWN_MS 700

static enum cog_outcome
refuse(enum cog_outcome outcome, char reason[COG_REASON_SIZE],
       const char *what, int error)
{
    (void) snprintf(reason, COG_REASON_SIZE, error == 0 ? "%s" : "%s: %s",
                    what, strerror(error));
    return outcome;
}

/*
 * Find what logins.cdb knows of the subject; *known: it knows something. If
 * it cannot be read nobody of ours comes in.
 */
static enum cog_outcome
find_login(const struct cog_subject *subject, struct cog_login_entry *login,
           bool *known, char reason[COG_REASON_SIZE])
{
    int error = cog_logins_find(COG_LOGINS_DIR, subject->user, login);

    if (error == 0 || error == ENOENT) {
        *known = error == 0;
        return COG_OUTCOME_ADMITTED;
    }
    if (error == ENODATA)
        return refuse(COG_OUTCOME_STORE, reason,
                      "there is no login store: run cognitoctl apply", 0);
    return refuse(COG_OUTCOME_STORE, reason, "login store", error);
}

/* The accounts file holds a tag of the sub, made with the id key. */
static enum cog_outcome
compare_tag(uint64_t tag, const char *sub, char reason[COG_REASON_SIZE])
{
    cog_cleanup_id_key struct cog_id_key key = COG_ID_KEY_EMPTY;
    enum cog_trust trust = COG_TRUST_FINE;

    if (cog_id_key_load(COG_ID_KEY_FILE, &key, &trust) != 0) {
        (void) snprintf(reason, COG_REASON_SIZE, "%s: %s", COG_ID_KEY_FILE,
                        cog_trust_text(trust));
        return COG_OUTCOME_STORE;
    }
    if (cog_sub_tag(&key, sub) == tag)
        return COG_OUTCOME_ADMITTED;
    return refuse(COG_OUTCOME_OTHER_SUB, reason,
                  "the account is bound to another sub: see cognitoctl forget",
                  0);
}

/* The binding in the accounts file, which sync may have made. */
static enum cog_outcome
check_account_sub(const struct cog_subject *subject, const char *sub,
                  char reason[COG_REASON_SIZE])
{
    cog_cleanup_cache struct cog_cache_reader reader =
        COG_CACHE_READER(COG_ACCOUNTS_DIR);
    struct cog_account account;
    int error;

    if (subject->whose == COG_WHOSE_LOCAL)
        return COG_OUTCOME_ADMITTED;
    error = cog_cache_find_name(&reader, subject->user, &account);
    /* A new name may have become somebody's while this one was typing. */
    if (subject->whose == COG_WHOSE_NOBODY &&
        (error == ENOENT || error == ENODATA))
        return COG_OUTCOME_ADMITTED;
    if (error != 0)
        return refuse(COG_OUTCOME_STORE, reason, "accounts file", error);
    if (account.disabled)
        return refuse(COG_OUTCOME_MARKED, reason, "disabled by sync", 0);
    return account.sub_tag == 0 ? COG_OUTCOME_ADMITTED
                                : compare_tag(account.sub_tag, sub, reason);
}

static bool
is_of_pool(const struct cog_login_entry *login,
           const struct cog_config *config)
{
    return strcmp(login->pool_id, config->pool_id) == 0;
}

/* The same person: what another pool says of that sub is of no account. */
static enum cog_outcome
compare_sub(const struct cog_login_entry *login,
            const struct cog_config *config, const struct cog_proof *proof,
            char reason[COG_REASON_SIZE])
{
    if (!is_of_pool(login, config))
        return refuse(COG_OUTCOME_OTHER_SUB, reason,
                      "the name is bound to a user of another pool: see "
                      "cognitoctl forget",
                      0);
    if (strcmp(login->sub, proof->sub) == 0)
        return COG_OUTCOME_ADMITTED;
    return refuse(COG_OUTCOME_OTHER_SUB, reason,
                  "the name is bound to another sub: see cognitoctl forget",
                  0);
}

static enum cog_outcome
check_binding(const struct cog_subject *subject,
              const struct cog_config *config, const struct cog_proof *proof,
              bool *known, char reason[COG_REASON_SIZE])
{
    struct cog_login_entry login;
    enum cog_outcome outcome = find_login(subject, &login, known, reason);

    if (outcome != COG_OUTCOME_ADMITTED)
        return outcome;
    /*
     * A mark is an earlier refusal by the pool, which a login has just proved
     * wrong. An answer in the account phase may be older than the mark, if
     * another process was refused meanwhile: then the mark holds.
     */
    if (*known && login.disabled &&
        subject->operation == COG_OPERATION_ACCOUNT)
        return refuse(COG_OUTCOME_MARKED, reason, "disabled on this host", 0);
    if (*known) {
        outcome = compare_sub(&login, config, proof, reason);
        if (outcome != COG_OUTCOME_ADMITTED)
            return outcome;
    }
    return check_account_sub(subject, proof->sub, reason);
}

/* How long to wait for the lock; a first login asks for more time. */
static int64_t
lock_deadline(const struct cog_config *config, bool known)
{
    uint64_t timeout_ms = (uint64_t) config->timeout_s * 1000;

    if (known || cog_parent_started(timeout_ms) != 0)
        return cog_clock_ms() + LOCK_KNOWN_MS;
    return cog_clock_ms() + (int64_t) timeout_ms;
}

/*
 * A login that is not recorded makes no account of what the host was told: the
 * host would go on with a home or shell that the account does not have. (One
 * that is recorded is compared with it in keeper/record.c.)
 */
static enum cog_outcome
admit_unrecorded(const struct cog_subject *subject,
                 char reason[COG_REASON_SIZE])
{
    if ((subject->flags & COG_REQUEST_TOLD) != 0)
        return refuse(COG_OUTCOME_TOLD, reason,
                      "the host was told of another home or shell", 0);
    return COG_OUTCOME_ADMITTED;
}

/*
 * Look first without the lock, to know how long it is worth waiting for.
 * Then check and write under it, so that two first logins cannot both be
 * the first.
 */
static enum cog_outcome
check_and_record(const struct cog_subject *subject,
                 const struct cog_config *config,
                 const struct cog_proof *proof, char reason[COG_REASON_SIZE])
{
    cog_cleanup_cache_lock struct cog_cache_lock lock = COG_CACHE_LOCK_NONE;
    bool known = false;
    enum cog_outcome outcome =
        check_binding(subject, config, proof, &known, reason);
    int error;

    if (outcome != COG_OUTCOME_ADMITTED)
        return outcome;
    error = cog_cache_lock_take(COG_LOGINS_DIR, lock_deadline(config, known),
                                &lock);
    outcome = check_binding(subject, config, proof, &known, reason);
    if (outcome != COG_OUTCOME_ADMITTED)
        return outcome;
    if (cog_parent_is_gone())
        return refuse(COG_OUTCOME_ABORTED, reason, "the module is gone", 0);
    if (error != 0)
        outcome =
            refuse(COG_OUTCOME_STORE, reason, COG_LOGINS_DIR "/lock", error);
    else
        outcome = cog_record_login(subject, config, proof, &lock, reason);
    if (outcome == COG_OUTCOME_STORE && known &&
        !cog_rules_becomes_account(subject)) {
        cog_record_unwritten(subject, reason);
        reason[0] = '\0';
        return admit_unrecorded(subject, reason);
    }
    return outcome;
}

/*
 * A name without an account (databases, VPNs) is bound to nobody; but if it
 * had one, and somebody signed in with it, it stays theirs (P16).
 */
static enum cog_outcome
check_former(const struct cog_subject *subject,
             const struct cog_config *config, const struct cog_proof *proof,
             char reason[COG_REASON_SIZE])
{
    struct cog_login_entry login;
    int error = cog_logins_find(COG_LOGINS_DIR, subject->user, &login);

    if (error == ENOENT || error == ENODATA)
        return COG_OUTCOME_ADMITTED;
    if (error != 0)
        return refuse(COG_OUTCOME_STORE, reason, "login store", error);
    return compare_sub(&login, config, proof, reason);
}

enum cog_outcome
cog_store_admit(const struct cog_subject *subject,
                const struct cog_config *config, const struct cog_proof *proof,
                char reason[COG_REASON_SIZE])
{
    bool known = false;
    enum cog_outcome outcome;

    if (subject->is_unprivileged)
        return cog_unprivileged_admit(subject, reason);
    if (subject->whose == COG_WHOSE_NOBODY &&
        !cog_rules_becomes_account(subject))
        return check_former(subject, config, proof, reason);
    if (subject->caller_is_root && subject->operation == COG_OPERATION_LOGIN)
        return check_and_record(subject, config, proof, reason);
    outcome = check_binding(subject, config, proof, &known, reason);
    return outcome == COG_OUTCOME_ADMITTED ? admit_unrecorded(subject, reason)
                                           : outcome;
}

/* Where the pool is asked, its answer decides (keeper/tokens.h, admin.h). */
static bool
is_too_old(const struct cog_config *config,
           const struct cog_login_entry *login)
{
    int64_t age_s = cog_clock_unix_s() - login->last_login_s;
    uint32_t most_s = cog_config_max_age_s(config);

    return config->account_check == COG_CONFIG_CHECK_CACHED && most_s != 0 &&
           (age_s < 0 || age_s > (int64_t) most_s);
}

enum cog_outcome
cog_store_account(const struct cog_subject *subject,
                  const struct cog_config *config,
                  char reason[COG_REASON_SIZE])
{
    struct cog_login_entry login;
    bool known = false, proved = (subject->flags & COG_REQUEST_PROVED) != 0;
    enum cog_outcome outcome = find_login(subject, &login, &known, reason);

    if (outcome != COG_OUTCOME_ADMITTED)
        return outcome;
    if (!known && proved)
        return COG_OUTCOME_ADMITTED;
    if (!known)
        return refuse(COG_OUTCOME_NO_RECORD, reason,
                      "never signed in on this host", 0);
    if (!is_of_pool(&login, config))
        return refuse(COG_OUTCOME_NO_RECORD, reason,
                      "signed in on this host by another pool only", 0);
    if (login.disabled && !proved)
        return refuse(COG_OUTCOME_MARKED, reason, "disabled on this host", 0);
    if (!proved && is_too_old(config, &login))
        return refuse(COG_OUTCOME_NO_RECORD, reason,
                      "signed in too long ago: see account_max_age", 0);
    outcome = check_account_sub(subject, login.sub, reason);
    if (outcome != COG_OUTCOME_ADMITTED)
        return outcome;
    return cog_rules_groups(config, &login.groups, reason);
}

enum cog_outcome
cog_store_refreshed(const struct cog_subject *subject,
                    const struct cog_config *config,
                    const struct cog_proof *proof,
                    char reason[COG_REASON_SIZE])
{
    bool known = false;
    enum cog_outcome outcome =
        subject->caller_is_root
            ? check_and_record(subject, config, proof, reason)
            : check_binding(subject, config, proof, &known, reason);

    /* After recording, so that a lost group counts without the pool, too. */
    if (outcome != COG_OUTCOME_ADMITTED)
        return outcome;
    return cog_rules_groups(config, &proof->groups, reason);
}

/* What is known of the subject, to be changed under the lock. */
static int
find_to_change(const struct cog_subject *subject, struct cog_cache_lock *lock,
               struct cog_login_entry *login)
{
    int error = cog_cache_lock_take(COG_LOGINS_DIR,
                                    cog_clock_ms() + LOCK_KNOWN_MS, lock);

    return error != 0 ? error
                      : cog_logins_find(COG_LOGINS_DIR, subject->user, login);
}

void
cog_store_lost_groups(const struct cog_subject *subject,
                      const struct cog_config *config,
                      const struct cog_proof *proof)
{
    cog_cleanup_cache_lock struct cog_cache_lock lock = COG_CACHE_LOCK_NONE;
    struct cog_login_entry login;
    int error;

    if (!subject->caller_is_root)
        return;
    error = find_to_change(subject, &lock, &login);
    if (error == 0 && is_of_pool(&login, config) &&
        strcmp(login.sub, proof->sub) == 0) {
        login.groups = proof->groups;
        error = cog_logins_put(COG_LOGINS_DIR, &lock, &login, NULL, NULL);
    }
    /* Of somebody who never came in nothing is kept. */
    if (error != 0 && error != ENOENT && error != ENODATA)
        cog_parent_note(LOG_WARNING,
                        "the groups that %s has lost cannot be recorded: %s",
                        subject->user, strerror(error));
}

void
cog_store_mark(const struct cog_subject *subject,
               const struct cog_config *config)
{
    cog_cleanup_cache_lock struct cog_cache_lock lock = COG_CACHE_LOCK_NONE;
    struct cog_login_entry login;
    int error;

    /* For any caller, since this only takes something away. */
    cog_offline_drop_own(subject, config);
    if (!subject->caller_is_root)
        return;
    error = find_to_change(subject, &lock, &login);
    if (error == 0 && is_of_pool(&login, config) && !login.disabled) {
        login.disabled = true;
        error = cog_logins_put(COG_LOGINS_DIR, &lock, &login, NULL, NULL);
    }
    /* Who never came in needs no mark to stay out. */
    if (error != 0 && error != ENOENT && error != ENODATA)
        cog_parent_note(LOG_WARNING, "%s cannot be marked as disabled: %s",
                        subject->user, strerror(error));
}
