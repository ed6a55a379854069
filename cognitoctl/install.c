/* SPDX-License-Identifier: Apache-2.0 */
/* A listing of the pool becomes accounts; see the header. */
#include "cognitoctl/install.h"

#include "accounts/cache_bulk.h"
#include "accounts/keys_write.h"
#include "accounts/login_record.h"
#include "base/clock.h"
#include "cognitoctl/commands.h"
#include "cognitoctl/group_choices.h"
#include "cognitoctl/progress.h"
#include "cognitoctl/ssh_key.h"
#include "cognitoctl/stores.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

/* Logins write for milliseconds; another sync may take seconds. */
#define LOCK_MS 60000

/* While the listing is read. */
struct installing {
    const struct cog_install *what;
    struct cog_sync_report *report;
    struct cog_cache_bulk *bulk;
    struct cog_cache_file logins; /* of no bytes when missing */
    struct cog_login_entry login; /* one of them; large */
    struct cog_keys keys;
    struct cog_group_choices choices;
    struct cog_progress progress;
    uint64_t seen, added;
    int error;                    /* that ended the walk, or 0 */
    char reason[COG_POOL_REASON]; /* why the listing is refused, or "" */
};

static bool
end_with(struct installing *at, int error)
{
    at->error = error;
    return false;
}

/* ---- groups */

/* A group of the pool, noted the first time when it can be none here. */
static int
choose_group(struct installing *at, const char *name,
             const struct cog_group_choice **choice)
{
    size_t known = at->choices.count, index = 0;
    int error = cog_group_choices_find(&at->choices, name, &index);

    if (error != 0)
        return error;
    *choice = &at->choices.list[index];
    if (index == known && (*choice)->why != NULL)
        cog_sync_report_note(at->report, COG_CHANGE_GROUP, name,
                             (*choice)->why);
    return 0;
}

/*
 * A fleet shares the id key and the map: another id here means that this
 * host has not what the exporter has, and owners of files would change.
 */
static bool
see_group(void *context, const struct cog_pool_group_record *record)
{
    struct installing *at = context;
    const struct cog_group_choice *choice = NULL;
    int error = choose_group(at, record->name, &choice);

    if (error != 0)
        return end_with(at, error);
    if (choice->why != NULL || choice->group.gid == record->gid)
        return true;
    (void) snprintf(at->reason, sizeof at->reason,
                    "the group %s has id %lu here and %lu there: is id_map "
                    "the same?",
                    choice->group.name, (unsigned long) choice->group.gid,
                    (unsigned long) record->gid);
    return false;
}

/* Into at->login, one that is newer than the listing, or ENOENT. */
static int
find_newer_login(struct installing *at, const char *name)
{
    int error;

    if (at->logins.bytes == NULL)
        return ENOENT;
    error = cog_logins_file_find(&at->logins, name, &at->login);
    if (error != 0)
        return error;
    return cog_login_is_since(&at->login, at->what->listing.created_s,
                              cog_clock_unix_s())
               ? 0
               : ENOENT;
}

static bool
has_group(const struct cog_pool_groups *groups, const char *wanted)
{
    const char *name = NULL;

    while ((name = cog_pool_groups_next(groups, name)) != NULL) {
        if (strcmp(name, wanted) == 0)
            return true;
    }
    return false;
}

/*
 * A group that a newer login did not have was taken away since, and is not
 * given back by what an older listing says.
 */
static int
make_groups(struct installing *at, const struct cog_pool_record *record,
            struct cog_groups *groups)
{
    const struct cog_group_choice *choice;
    const char *name = NULL;
    int error = find_newer_login(at, record->name);
    bool newer = error == 0;

    groups->count = 0;
    if (error != 0 && error != ENOENT)
        return error;
    while ((name = cog_pool_groups_next(&record->groups, name)) != NULL) {
        if (newer && !has_group(&at->login.groups, name))
            continue;
        error = choose_group(at, name, &choice);
        if (error != 0)
            return error;
        if (choice->why == NULL)
            groups->list[groups->count++] = choice->group;
    }
    return 0;
}

/* ---- users */

static bool
is_allowed(const struct cog_config *config,
           const struct cog_pool_record *record)
{
    const char *name = NULL;

    if (config->allow.everybody)
        return true;
    while ((name = cog_pool_groups_next(&record->groups, name)) != NULL) {
        if (cog_config_allows_group(config, name))
            return true;
    }
    return false;
}

/*
 * A user whose id is a group's, by chance: the user is refused, since else
 * the group would have to go, with all its members. Groups come first.
 */
static bool
is_id_of_group(struct installing *at, const struct cog_pool_record *record)
{
    const struct cog_group *group =
        cog_group_choices_with_id(&at->choices, record->uid);
    char why[160];

    if (group == NULL)
        return false;
    (void) snprintf(why, sizeof why, "id %lu for %s %s %s",
                    (unsigned long) record->uid, record->name,
                    cog_id_place_text(COG_ID_POOL_GROUP), group->name);
    cog_sync_report_note(at->report, COG_CHANGE_REFUSED, record->name, why);
    return true;
}

/* The id that this host gives must be the record's: see see_group. */
static bool
check_id(struct installing *at, const struct cog_pool_record *record)
{
    const struct cog_install *what = at->what;
    char attribute[16];
    uint32_t uid = 0;

    (void) snprintf(attribute, sizeof attribute, "%lu",
                    (unsigned long) record->uid);
    if (cog_account_id(
            what->sources, what->settings, COG_ID_USER, record->name,
            what->sources->by_attribute ? attribute : NULL, &uid) == 0 &&
        uid == record->uid)
        return true;
    (void) snprintf(at->reason, sizeof at->reason,
                    "%s has id %lu here and %lu there: is id_map the same?",
                    record->name, (unsigned long) uid,
                    (unsigned long) record->uid);
    return false;
}

static enum cog_fault
make_account(const struct cog_install *what,
             const struct cog_pool_record *record, struct cog_account *account)
{
    memset(account, 0, sizeof *account);
    memcpy(account->name, record->name, sizeof account->name);
    account->uid = account->gid = record->uid;
    account->sub_tag = record->sub_tag;
    account->disabled = record->disabled;
    memcpy(account->gecos, record->gecos, sizeof account->gecos);
    (void) snprintf(account->shell, sizeof account->shell, "%s",
                    what->settings->shell);
    return cog_home_expand(what->settings->home, record->name, account->home);
}

static void
note_refused(struct installing *at, const char *name, int error,
             const struct cog_write_refusal *refusal)
{
    const struct cog_id_conflict *conflict = &refusal->conflict;
    char why[160];

    if (error == EINVAL)
        (void) snprintf(why, sizeof why, "%s", cog_fault_text(refusal->fault));
    else if (conflict->place == COG_ID_NAME_LOCAL)
        (void) snprintf(why, sizeof why, "is a local user or group");
    else if (conflict->place == COG_ID_BOUND)
        (void) snprintf(why, sizeof why,
                        "is bound to another user of the "
                        "pool: see cognitoctl forget");
    else if (conflict->place == COG_ID_TWICE)
        (void) snprintf(why, sizeof why, "is in the listing twice");
    else
        (void) snprintf(why, sizeof why, "id %lu for %s %s %s",
                        (unsigned long) conflict->id, conflict->wanted_by,
                        cog_id_place_text(conflict->place), conflict->owner);
    cog_sync_report_note(at->report, COG_CHANGE_REFUSED, name, why);
}

/* A key that authorized-keys will refuse. */
struct bad_key {
    struct cog_sync_report *report;
    const char *name;
};

static void
note_key(void *context, size_t line, enum cog_ssh_fault fault, const char *key)
{
    const struct bad_key *bad = context;
    char why[128];

    if (key != NULL)
        return;
    (void) snprintf(why, sizeof why, "the ssh key in line %zu %s", line,
                    cog_ssh_fault_text(fault));
    cog_sync_report_note(bad->report, COG_CHANGE_KEY, bad->name, why);
}

/* Who may not come in has no keys either. */
static int
add_keys(struct installing *at, const struct cog_pool_record *record)
{
    const struct cog_keys_owner owner = {record->name, record->sub_tag};
    struct bad_key bad = {at->report, record->name};
    size_t len = strlen(record->keys);

    if (len == 0 || record->disabled)
        return 0;
    cog_ssh_keys_walk(record->keys, len, note_key, &bad);
    return at->what->dry_run
               ? 0
               : cog_keys_add(&at->keys, &owner, record->keys, len);
}

static int
add_account(struct installing *at, const struct cog_pool_record *record,
            const struct cog_account *account, const struct cog_groups *groups)
{
    enum cog_cache_difference difference = COG_CACHE_SAME;
    struct cog_write_refusal refusal = {0};
    int error = cog_cache_bulk_compare(at->bulk, account, groups, &difference);

    if (error == 0)
        error = cog_cache_bulk_add(at->bulk, account, groups, &refusal);
    if (error == EINVAL || error == EEXIST) {
        note_refused(at, record->name, error, &refusal);
        return 0;
    }
    if (error != 0)
        return error;
    if (++at->added > at->what->max_accounts)
        return E2BIG;
    if (difference != COG_CACHE_SAME)
        cog_sync_report_note(at->report,
                             difference == COG_CACHE_ABSENT
                                 ? COG_CHANGE_ADDED
                                 : COG_CHANGE_CHANGED,
                             record->name, NULL);
    return add_keys(at, record);
}

static bool
see_user(void *context, const struct cog_pool_record *record)
{
    struct installing *at = context;
    struct cog_account account;
    struct cog_groups groups;
    enum cog_fault fault;
    int error;

    cog_progress_at(&at->progress, ++at->seen, at->what->listing.total);
    if (!is_allowed(at->what->config, record)) {
        at->report->not_allowed++;
        return true;
    }
    if (!check_id(at, record))
        return false;
    if (is_id_of_group(at, record))
        return true;
    fault = make_account(at->what, record, &account);
    if (fault != COG_FAULT_NONE) {
        cog_sync_report_note(at->report, COG_CHANGE_REFUSED, record->name,
                             cog_fault_text(fault));
        return true;
    }
    error = make_groups(at, record, &groups);
    if (error == 0)
        error = add_account(at, record, &account, &groups);
    return error == 0 || end_with(at, error);
}

static void
see_refused(void *context, const char *shown, const char *why)
{
    struct installing *at = context;

    cog_sync_report_note(at->report, COG_CHANGE_REFUSED, shown, why);
}

/* ---- all of it */

static int
say_error(const struct installing *at)
{
    if (at->error == E2BIG)
        return cog_fail(COG_EXIT_FAILED,
                        "more than %llu accounts: see max_accounts",
                        (unsigned long long) at->what->max_accounts);
    return cog_store_fail(at->what->places->accounts, at->error);
}

static int
read_listing(struct installing *at)
{
    const struct cog_pool_visitor visitor = {see_group, see_user, see_refused,
                                             at};
    const struct cog_pool_listing *listing = &at->what->listing;
    uint64_t total = listing->total < at->what->max_accounts
                         ? listing->total
                         : at->what->max_accounts;
    bool whole;

    at->error = cog_cache_bulk_expect(at->bulk, total);
    if (at->error != 0)
        return say_error(at);
    cog_progress_begin(&at->progress, "writing the accounts", "accounts",
                       listing->total);
    whole = listing->walk(listing->context, &visitor, at->reason);
    cog_progress_end(&at->progress);
    if (whole)
        return COG_EXIT_OK;
    if (at->error != 0)
        return say_error(at);
    return cog_fail(COG_EXIT_FAILED, "the listing is refused: %s", at->reason);
}

static int
note_lost(void *context, const char *name, uint32_t uid)
{
    (void) uid;
    cog_sync_report_note(context, COG_CHANGE_REMOVED, name, NULL);
    return 0;
}

/* P78: may this many be lost? */
static int
check_loss(struct installing *at)
{
    struct cog_bulk_counts counts = {0};
    int64_t since_s = at->what->since_s;

    at->error = cog_cache_bulk_count(at->bulk, since_s, &counts);
    if (at->error == 0)
        at->error =
            cog_cache_bulk_walk_lost(at->bulk, since_s, note_lost, at->report);
    if (at->error != 0)
        return say_error(at);
    at->report->accounts = (size_t) counts.added + counts.kept + counts.bound;
    if (at->what->force || counts.lost == 0)
        return COG_EXIT_OK;
    if (counts.added + counts.kept == 0)
        return cog_fail(COG_EXIT_FORCE,
                        "all %lu accounts would be lost: --force if that is "
                        "right",
                        (unsigned long) counts.before);
    if ((uint64_t) counts.lost * COG_INSTALL_LOSS > counts.before)
        return cog_fail(COG_EXIT_FORCE,
                        "%lu of %lu accounts would be lost: --force if that "
                        "is right",
                        (unsigned long) counts.lost,
                        (unsigned long) counts.before);
    return COG_EXIT_OK;
}

/*
 * Note first that this listing is in place, without its ETag: should we be
 * killed before it is, the same one is downloaded again, and no older one is
 * taken. Then the keys, which are of no use without an account.
 */
static int
write_files(struct installing *at)
{
    struct cog_installed noted = at->what->noted;

    noted.created_s = at->what->listing.created_s;
    noted.etag[0] = '\0';
    at->error = cog_installed_store(at->what->places->logins, &noted);
    if (at->error != 0)
        return cog_store_fail(at->what->places->logins, at->error);
    at->error = cog_keys_finish(&at->keys);
    if (at->error == 0)
        at->error = cog_cache_bulk_finish(at->bulk, at->what->since_s);
    if (at->error != 0)
        return say_error(at);
    noted.etag[0] = '\0';
    (void) snprintf(noted.etag, sizeof noted.etag, "%s", at->what->noted.etag);
    if (noted.etag[0] != '\0' &&
        cog_installed_store(at->what->places->logins, &noted) != 0)
        cog_note("the snapshot's ETag is not noted; it will be downloaded "
                 "again");
    return COG_EXIT_OK;
}

static int
check_order(const struct cog_install *what)
{
    struct cog_installed installed;
    int error = cog_installed_load(what->places->logins, &installed);

    if (error == EBADMSG)
        return cog_fail(COG_EXIT_FAILED,
                        "%s/listing is damaged: remove it, after making sure "
                        "that the next listing is no old one",
                        what->places->logins);
    if (error != 0)
        return cog_store_fail(what->places->logins, error);
    if (what->listing.created_s < installed.created_s &&
        !(what->of_now && installed.created_s > cog_clock_unix_s()))
        return cog_fail(COG_EXIT_FAILED,
                        "a newer listing is in place already: nothing was "
                        "changed");
    return COG_EXIT_OK;
}

/*
 * Without the login store nobody knows whose names are and which ids were
 * given (P16, P21): then nothing is written.
 */
static int
open_logins(struct installing *at)
{
    const struct cog_install *what = at->what;
    int error = cog_logins_file_open(what->places->logins, &at->logins);

    if (error == 0 || (error == ENODATA && what->dry_run))
        return COG_EXIT_OK;
    return cog_store_fail(what->places->logins, error);
}

static int
begin(struct installing *at, const struct cog_cache_lock *lock)
{
    const struct cog_install *what = at->what;
    struct cog_write_refusal refusal = {0};
    int code = open_logins(at);

    if (code != COG_EXIT_OK)
        return code;
    at->choices.sources = what->sources;
    at->choices.settings = what->settings;
    at->choices.places = what->places;
    at->error = cog_cache_bulk_begin(what->places, lock, what->settings,
                                     &what->sources->key, &at->bulk, &refusal);
    if (at->error == EINVAL)
        return cog_fail(COG_EXIT_CONFIG, "%s", cog_fault_text(refusal.fault));
    if (at->error == 0 && !what->dry_run)
        at->error = cog_keys_begin(what->places->accounts, lock, &at->keys);
    return at->error == 0 ? COG_EXIT_OK : say_error(at);
}

static int
install_locked(struct installing *at, const struct cog_cache_lock *lock)
{
    int code = check_order(at->what);

    if (code == COG_EXIT_OK)
        code = begin(at, lock);
    if (code == COG_EXIT_OK)
        code = read_listing(at);
    if (code == COG_EXIT_OK)
        code = check_loss(at);
    if (code == COG_EXIT_OK && !at->what->dry_run)
        code = write_files(at);
    cog_cache_file_unmap(&at->logins);
    cog_cache_bulk_free(&at->bulk);
    cog_keys_end(&at->keys);
    cog_group_choices_clear(&at->choices);
    return code;
}

int
cog_install(const struct cog_install *install, struct cog_sync_report *report)
{
    cog_cleanup_cache_lock struct cog_cache_lock lock = COG_CACHE_LOCK_NONE;
    struct installing at = {
        .what = install,
        .report = report,
        .logins = COG_CACHE_FILE_EMPTY,
        .keys = COG_KEYS_EMPTY,
        .choices = COG_GROUP_CHOICES_EMPTY,
    };
    int error = cog_cache_lock_take(install->places->logins,
                                    cog_clock_ms() + LOCK_MS, &lock);
    int code;

    if (error != 0)
        return cog_store_fail(install->places->logins, error);
    code = install_locked(&at, &lock);
    cog_cache_lock_release(&lock);
    if (code == COG_EXIT_OK && !install->dry_run)
        cog_stores_changed();
    return code;
}
