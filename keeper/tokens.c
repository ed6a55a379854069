/* SPDX-License-Identifier: Apache-2.0 */
/* Kept tokens at work; see the header. */
#include "keeper/tokens.h"

#include "base/cleanup.h"
#include "base/clock.h"
#include "host/files.h"
#include "host/kept.h"
#include "keeper/away.h"
#include "keeper/offline.h"
#include "keeper/parent.h"
#include "keeper/store.h"
#include "keeper/worker.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <syslog.h>

/* For an account check of the same name to end, behind a login. */
#define LOCK_MS 700

/* When the pool last vouched for them. */
static int64_t
said_s(const struct cog_kept *kept)
{
    return kept->checked_s > kept->signed_in_s ? kept->checked_s
                                               : kept->signed_in_s;
}

static bool
is_younger(const struct cog_kept *kept, uint32_t limit_s)
{
    return cog_away_is_younger(said_s(kept), limit_s);
}

static void
save(const struct cog_kept *kept)
{
    int error = cog_kept_save(COG_KEPT_DIR, kept);

    if (error != 0)
        cog_parent_note(LOG_ERR, "the tokens of %s cannot be kept: %s",
                        kept->name, strerror(error));
}

void
cog_tokens_keep(const struct cog_subject *subject,
                const struct cog_config *config, const struct cog_proof *proof,
                struct cog_dialog *dialog)
{
    cog_cleanup_kept struct cog_kept kept = COG_KEPT_EMPTY;
    cog_cleanup_fd int lock = -1;
    int error = cog_kept_lock(COG_KEPT_DIR, subject->user,
                              cog_clock_ms() + LOCK_MS, &lock);

    /* An account check is asking with the old one: that stays good. */
    if (error != 0) {
        cog_parent_note(LOG_WARNING, "the tokens of %s are not kept: %s",
                        subject->user, strerror(error));
        return;
    }
    (void) snprintf(kept.name, sizeof kept.name, "%s", subject->user);
    (void) snprintf(kept.sub, sizeof kept.sub, "%s", proof->sub);
    cog_origin_of(config, &kept.origin);
    kept.signed_in_s = kept.checked_s = cog_clock_unix_s();
    cog_secret_move(&kept.refresh, &dialog->tokens.refresh);
    save(&kept);
}

/* ---- asking */

/*
 * A rotated token first of all: the old one is spent, whatever else the
 * answer says, and whatever we make of it.
 */
static void
take_tokens(struct cog_dialog *dialog, struct cog_kept *kept)
{
    if (dialog->tokens.refresh.len == 0)
        return;
    cog_secret_move(&kept->refresh, &dialog->tokens.refresh);
    save(kept);
}

/*
 * The pool vouches: for the same person, and with groups that may enter. Only
 * what ends in admission counts as its word from now on.
 */
static void
judge(const struct cog_subject *subject, const struct cog_config *config,
      const struct cog_dialog *dialog, const char *sign_in_name,
      struct cog_kept *kept, struct cog_ruling *ruling)
{
    struct cog_proof proof;

    if (!cog_dialog_proof(dialog, sign_in_name, &proof) ||
        strcmp(proof.sub, kept->sub) != 0) {
        cog_rule(ruling, COG_OUTCOME_IDENTITY, "tokens of another user");
        return;
    }
    ruling->outcome =
        cog_store_refreshed(subject, config, &proof, ruling->reason);
    if (ruling->outcome != COG_OUTCOME_ADMITTED)
        return;
    kept->checked_s = cog_clock_unix_s();
    save(kept);
}

static void
remove_kept(const struct cog_subject *subject)
{
    int error = cog_kept_remove(COG_KEPT_DIR, subject->user);

    if (error != 0 && error != ENOENT)
        cog_parent_note(LOG_ERR, "the tokens of %s cannot be removed: %s",
                        subject->user, strerror(error));
}

/* The pool's no is remembered: it holds also when the pool is away. */
static void
remember_refusal(const struct cog_subject *subject,
                 const struct cog_config *config,
                 const struct cog_ruling *ruling)
{
    bool gone = ruling->outcome == COG_OUTCOME_DISABLED ||
                ruling->outcome == COG_OUTCOME_PASSWORD;

    if (!gone && ruling->outcome != COG_OUTCOME_TOKEN)
        return;
    if (gone)
        cog_store_mark(subject, config);
    remove_kept(subject);
    cog_offline_drop(subject);
}

static void
ask(const struct cog_subject *subject, const struct cog_host_files *files,
    struct cog_kept *kept, struct cog_ruling *ruling)
{
    cog_cleanup_dialog struct cog_dialog dialog = {
        .operation = COG_OPERATION_REFRESH,
        .takes_keys = true,
        .takes_tokens = true,
    };
    struct cog_speaker_job job = {
        .operation = COG_OPERATION_REFRESH,
        .old_token = &kept->refresh,
    };
    cog_cleanup_fd int speaker_fd = -1;

    if (!cog_worker_ask(subject, files, &job, &dialog, &speaker_fd, ruling))
        return;
    take_tokens(&dialog, kept);
    if (ruling->outcome != COG_OUTCOME_ADMITTED) {
        remember_refusal(subject, &files->config, ruling);
        return;
    }
    judge(subject, &files->config, &dialog, job.sign_in_name, kept, ruling);
    if (ruling->outcome == COG_OUTCOME_ADMITTED)
        cog_worker_keep_keys(subject, files, &dialog);
}

/* ---- deciding */

static void
refuse(struct cog_ruling *ruling, const char *what, int error)
{
    ruling->outcome = COG_OUTCOME_STORE;
    (void) snprintf(ruling->reason, sizeof ruling->reason, "%s: %s", what,
                    strerror(error));
}

/* The word of another pool, or to another client, is none of this one's. */
static bool
load_kept(const struct cog_subject *subject, const struct cog_config *config,
          struct cog_kept *kept, struct cog_ruling *ruling)
{
    struct cog_origin origin;
    int error = cog_kept_load(COG_KEPT_DIR, subject->user, kept);

    cog_origin_of(config, &origin);
    if (error == 0 && cog_origin_equal(&kept->origin, &origin))
        return true;
    if (error == 0)
        cog_rule(ruling, COG_OUTCOME_NO_RECORD,
                 "the sign-in that is kept was at another pool or app "
                 "client: sign in by password");
    else if (error == ENOENT)
        cog_rule(ruling, COG_OUTCOME_NO_RECORD,
                 "no sign-in is kept to ask the pool with: sign in by "
                 "password");
    else
        refuse(ruling, "the kept tokens cannot be read", error);
    return false;
}

/*
 * Whoever has the tokens is asking the pool, for as long as timeout permits.
 * The module is told that it takes so long to get our turn.
 */
static bool
lock_kept(const struct cog_subject *subject, const struct cog_config *config,
          int *lock, struct cog_ruling *ruling)
{
    int64_t timeout_ms = (int64_t) config->timeout_s * 1000;
    int error;

    if (cog_parent_started((uint64_t) timeout_ms) != 0) {
        cog_rule(ruling, COG_OUTCOME_ABORTED, "the module is gone");
        return false;
    }
    error = cog_kept_lock(COG_KEPT_DIR, subject->user,
                          cog_clock_ms() + timeout_ms, lock);
    if (error != 0)
        refuse(ruling, "the kept tokens cannot be locked", error);
    return error == 0;
}

/* Under the lock of this name: another process may just have asked. */
static void
ask_locked(const struct cog_subject *subject, const char *config_path,
           uint32_t max_age_s, struct cog_ruling *ruling)
{
    cog_cleanup_files struct cog_host_files files = {0};
    cog_cleanup_kept struct cog_kept kept = COG_KEPT_EMPTY;
    cog_cleanup_fd int lock = -1;

    if (!cog_files_load(config_path, &files, ruling->reason)) {
        ruling->outcome = COG_OUTCOME_CONFIG;
        return;
    }
    if (!lock_kept(subject, &files.config, &lock, ruling) ||
        !load_kept(subject, &files.config, &kept, ruling) ||
        is_younger(&kept, max_age_s))
        return;
    cog_rule(ruling, COG_OUTCOME_NONE, "");
    ask(subject, &files, &kept, ruling);
    cog_away_fall_back(subject, &files.config, said_s(&kept), ruling);
}

void
cog_tokens_check(const struct cog_subject *subject, const char *config_path,
                 const struct cog_config *config, struct cog_ruling *ruling)
{
    cog_cleanup_kept struct cog_kept kept = COG_KEPT_EMPTY;
    uint32_t max_age_s = cog_config_max_age_s(config);

    if (config->account_check != COG_CONFIG_CHECK_REFRESH ||
        (subject->flags & COG_REQUEST_PROVED) != 0)
        return;
    if (load_kept(subject, config, &kept, ruling) &&
        !is_younger(&kept, max_age_s))
        ask_locked(subject, config_path, max_age_s, ruling);
}
