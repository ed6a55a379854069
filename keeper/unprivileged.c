/* SPDX-License-Identifier: Apache-2.0 */
/* Logins for callers that are not root; see the header. */
#include "keeper/unprivileged.h"

#include "accounts/cache_read.h"
#include "host/key_set.h"
#include "keeper/callers.h"
#include "keeper/lent.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>

static const struct cog_places places = COG_PLACES;

/*
 * The one thing that is done with the group. The caller may send us signals;
 * with fs.suid_dumpable = 2 one that dumps core would take effect at the
 * moment when the group is given up. So all are blocked until that is over.
 */
static enum cog_outcome
borrow_secret(struct cog_host_files *files, char reason[COG_REASON_SIZE])
{
    sigset_t all, before;
    enum cog_outcome outcome = COG_OUTCOME_CONFIG;

    if (sigfillset(&all) != 0 || sigprocmask(SIG_BLOCK, &all, &before) != 0)
        return cog_refuse(COG_OUTCOME_SYSTEM, reason, "signals cannot wait");
    if (!cog_lent_take())
        outcome =
            cog_refuse(COG_OUTCOME_SYSTEM, reason, "a group cannot be taken");
    else if (cog_files_load_secret(files, reason))
        outcome = COG_OUTCOME_ADMITTED;
    if (!cog_lent_give_up())
        outcome = cog_refuse(COG_OUTCOME_SYSTEM, reason,
                             "a group cannot be given up");
    if (sigprocmask(SIG_SETMASK, &before, NULL) != 0)
        outcome =
            cog_refuse(COG_OUTCOME_SYSTEM, reason, "signals cannot be had");
    return outcome;
}

/* What is right for root's callers is not enough for these. */
static void
add_modes(char reason[COG_REASON_SIZE])
{
    size_t len = strlen(reason);

    (void) snprintf(reason + len, COG_REASON_SIZE - len,
                    " (for callers that are not root: mode 0640, "
                    "group " COG_FILES_SECRET_GROUP ")");
}

static enum cog_outcome
read_secret(struct cog_host_files *files, char reason[COG_REASON_SIZE])
{
    bool lent = cog_lent_is_there();
    enum cog_outcome outcome = borrow_secret(files, reason);

    if (outcome == COG_OUTCOME_CONFIG && lent)
        add_modes(reason);
    if (outcome != COG_OUTCOME_CONFIG || lent)
        return outcome;
    return cog_refuse(
        COG_OUTCOME_NOT_ROOT, reason,
        "the client secret cannot be read for a caller that is not "
        "root: pam-cognito-keeper must be setgid "
        "to " COG_FILES_SECRET_GROUP ", and started with the "
        "configuration of its own");
}

/* Without a secret nothing is done that the caller could not do. */
static enum cog_outcome
check_caller(const struct cog_subject *subject,
             const struct cog_config *config, char reason[COG_REASON_SIZE])
{
    if (config->client_secret_file[0] == '\0' ||
        cog_callers_may_ask(&places, config, subject->caller, subject->user))
        return COG_OUTCOME_ADMITTED;
    (void) snprintf(reason, COG_REASON_SIZE,
                    "uid %lu asks for a name that is not its own, and is not "
                    "in trusted_callers",
                    (unsigned long) subject->caller);
    return COG_OUTCOME_NOT_ROOT;
}

static enum cog_outcome
load(const struct cog_subject *subject, const char *config_path,
     struct cog_host_files *files, char reason[COG_REASON_SIZE])
{
    const struct cog_config *config = &files->config;
    enum cog_outcome outcome;

    /* Not with a path that whoever starts us by hand may choose. */
    if (subject->other_config && !cog_lent_give_up())
        return cog_refuse(COG_OUTCOME_SYSTEM, reason,
                          "a group cannot be given up");
    if (!cog_files_load_config(config_path, &files->config, reason))
        return COG_OUTCOME_CONFIG;
    if (config->client_secret_file[0] == '\0')
        return COG_OUTCOME_ADMITTED; /* nothing to borrow */
    outcome = check_caller(subject, config, reason);
    if (outcome != COG_OUTCOME_ADMITTED)
        return outcome;
    return read_secret(files, reason);
}

bool
cog_unprivileged_load(const struct cog_subject *subject,
                      const char *config_path, struct cog_host_files *files,
                      struct cog_ruling *ruling)
{
    enum cog_outcome loaded =
        load(subject, config_path, files, ruling->reason);

    if (!cog_lent_give_up())
        loaded = cog_refuse(COG_OUTCOME_SYSTEM, ruling->reason,
                            "a group cannot be given up");
    if (loaded == COG_OUTCOME_ADMITTED &&
        !cog_key_set_load(files, ruling->reason))
        loaded = COG_OUTCOME_CONFIG;
    if (loaded == COG_OUTCOME_ADMITTED)
        return true;
    ruling->outcome = loaded;
    return false;
}

enum cog_outcome
cog_unprivileged_admit(const struct cog_subject *subject,
                       char reason[COG_REASON_SIZE])
{
    cog_cleanup_cache struct cog_cache_reader reader =
        COG_CACHE_READER(COG_ACCOUNTS_DIR);
    struct cog_account account;

    if (subject->whose != COG_WHOSE_ACCOUNT)
        return COG_OUTCOME_ADMITTED;
    if (cog_cache_find_name(&reader, subject->user, &account) != 0)
        return cog_refuse(COG_OUTCOME_STORE, reason, "accounts file");
    if (account.disabled)
        return cog_refuse(COG_OUTCOME_MARKED, reason, "disabled by sync");
    return COG_OUTCOME_ADMITTED;
}

enum cog_outcome
cog_unprivileged_account(const struct cog_subject *subject,
                         const struct cog_config *config,
                         char reason[COG_REASON_SIZE])
{
    enum cog_outcome outcome = check_caller(subject, config, reason);

    if (outcome != COG_OUTCOME_ADMITTED)
        return outcome;
    if ((subject->flags & COG_REQUEST_PROVED) == 0)
        return cog_refuse(
            COG_OUTCOME_NOT_ROOT, reason,
            "without a login just before only root's callers can "
            "be answered");
    return cog_unprivileged_admit(subject, reason);
}
