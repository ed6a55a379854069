/* SPDX-License-Identifier: Apache-2.0 */
/* Operations that need the network; see the header. */
#include "keeper/login.h"

#include "base/clock.h"
#include "host/files.h"
#include "keeper/dialog.h"
#include "keeper/offline.h"
#include "keeper/parent.h"
#include "keeper/session.h"
#include "keeper/starts.h"
#include "keeper/store.h"
#include "keeper/tokens.h"
#include "keeper/unprivileged.h"
#include "keeper/worker.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <syslog.h>

/* Apply the rules of this host to a login that the pool has admitted. */
static void
judge_proof(const struct cog_subject *subject, const struct cog_config *config,
            struct cog_dialog *dialog, const char *sign_in_name,
            struct cog_ruling *ruling)
{
    struct cog_proof proof;

    if (!cog_dialog_proof(dialog, sign_in_name, &proof)) {
        cog_rule(ruling, COG_OUTCOME_IDENTITY, "another name was proved");
        return;
    }
    ruling->outcome = cog_rules_groups(config, &proof.groups, ruling->reason);
    if (ruling->outcome == COG_OUTCOME_ADMITTED)
        ruling->outcome =
            cog_store_admit(subject, config, &proof, ruling->reason);
    else
        cog_store_lost_groups(subject, config, &proof);
    if (ruling->outcome != COG_OUTCOME_ADMITTED) {
        /* The kept hash may be of a password that this login has changed. */
        if (ruling->outcome != COG_OUTCOME_STORE)
            cog_offline_drop_own(subject, config);
        return;
    }
    cog_offline_keep(subject, config, &proof, dialog);
    if (dialog->tokens.refresh.len == 0)
        return;
    if (config->session_tokens)
        cog_session_keep(subject, config, &proof, dialog);
    else
        cog_tokens_keep(subject, config, &proof, dialog);
}

/*
 * Never for callers that are not root, who would hold somebody's tokens; nor
 * for a name without an account, which has no session of its own.
 */
static bool
wants_tokens(const struct cog_subject *subject,
             const struct cog_config *config)
{
    return subject->caller_is_root &&
           subject->operation == COG_OPERATION_LOGIN &&
           (subject->whose != COG_WHOSE_NOBODY ||
            cog_rules_becomes_account(subject)) &&
           (config->session_tokens ||
            config->account_check == COG_CONFIG_CHECK_REFRESH);
}

/* What the module argument "debug" adds to the log; never a secret. */
static void
debug_job(const struct cog_subject *subject,
          const struct cog_host_files *files, const char *sign_in_name)
{
    const struct cog_config *config = &files->config;

    if ((subject->flags & COG_REQUEST_DEBUG) == 0)
        return;
    cog_parent_note(LOG_DEBUG, "pool %s client %s (%s secret) at %s",
                    config->pool_id, config->client_id,
                    files->client_secret.len > 0 ? "with" : "without",
                    config->endpoint);
    cog_parent_note(LOG_DEBUG, "%s signs in as '%s', keys %s", subject->user,
                    sign_in_name,
                    files->keys_pinned    ? "pinned"
                    : files->keys.len > 0 ? "kept"
                                          : "to be fetched");
}

static void
debug_result(const struct cog_subject *subject,
             const struct cog_ruling *ruling)
{
    if ((subject->flags & COG_REQUEST_DEBUG) != 0)
        cog_parent_note(LOG_DEBUG, "the speaker says %s",
                        cog_outcome_word(ruling->outcome));
}

/* Say why a guess was not let through, which the speaker does not know. */
static void
name_guard(const struct cog_guesses *guesses, struct cog_ruling *ruling)
{
    if (ruling->outcome != COG_OUTCOME_FAILURES)
        return;
    if (guesses->error != 0) {
        ruling->outcome = COG_OUTCOME_STORE;
        (void) snprintf(ruling->reason, sizeof ruling->reason,
                        "failures cannot be counted in %s: %s", COG_RUN_DIR,
                        strerror(guesses->error));
    } else if (guesses->refused != NULL) {
        (void) snprintf(ruling->reason, sizeof ruling->reason,
                        "too many failures %s", guesses->refused);
    }
}

/* What the pool's no means for later, or what is done while it is away. */
static void
hear_refusal(const struct cog_subject *subject,
             const struct cog_config *config, const struct cog_dialog *dialog,
             struct cog_ruling *ruling)
{
    if (ruling->outcome == COG_OUTCOME_DISABLED)
        cog_store_mark(subject, config);
    cog_offline_try(subject, config, dialog, ruling);
}

static void
run_login(const struct cog_subject *subject,
          const struct cog_host_files *files, int *speaker_fd,
          struct cog_ruling *ruling)
{
    struct cog_guesses guesses;
    cog_cleanup_dialog struct cog_dialog dialog = {
        .operation = subject->operation,
        .guesses = &guesses,
        .takes_keys = true,
        .takes_tokens = wants_tokens(subject, &files->config),
        .takes_hash =
            cog_offline_wanted(subject, &files->config) != COG_WIRE_OFFLINE_NO,
    };
    struct cog_speaker_job job = {
        .operation = subject->operation,
        .flags = subject->flags,
        .keep_tokens = wants_tokens(subject, &files->config),
        .offline = cog_offline_wanted(subject, &files->config),
    };

    if (!cog_worker_start(subject, files, &job, speaker_fd, ruling))
        return;
    debug_job(subject, files, job.sign_in_name);
    dialog.speaker_fd = *speaker_fd;
    cog_guesses_begin(subject, &guesses);
    cog_dialog_listen(&dialog, ruling);
    cog_guesses_end(&guesses);
    name_guard(&guesses, ruling);
    debug_result(subject, ruling);
    if (ruling->outcome == COG_OUTCOME_ADMITTED)
        judge_proof(subject, &files->config, &dialog, job.sign_in_name,
                    ruling);
    else
        hear_refusal(subject, &files->config, &dialog, ruling);
    if (ruling->outcome != COG_OUTCOME_ADMITTED)
        return;
    cog_guesses_forget(&guesses);
    cog_worker_keep_keys(subject, files, &dialog);
}

/*
 * Count a login that is begun for a provisional name, before anything is
 * sent: whoever reaches the ssh port can invent such names (P86). If it cannot
 * be counted it is refused; logins with other names are not concerned.
 */
static enum cog_outcome
count_start(const struct cog_start *start, const struct cog_subject *subject,
            char reason[COG_REASON_SIZE])
{
    const char *full = NULL;
    int error;

    if (!cog_rules_is_provisional(subject))
        return COG_OUTCOME_ADMITTED;
    error = cog_starts_take(start, &full);
    if (error == 0)
        return COG_OUTCOME_ADMITTED;
    if (error == EAGAIN && full != NULL) {
        (void) snprintf(reason, COG_REASON_SIZE, "logins begun %s", full);
        return COG_OUTCOME_STARTS;
    }
    (void) snprintf(reason, COG_REASON_SIZE,
                    "the counters in %s cannot be used: %s", start->directory,
                    strerror(error));
    return COG_OUTCOME_STORE;
}

static bool
load_files(const struct cog_subject *subject, const char *config_path,
           struct cog_host_files *files, struct cog_ruling *ruling)
{
    if (subject->is_unprivileged)
        return cog_unprivileged_load(subject, config_path, files, ruling);
    if (cog_files_load(config_path, files, ruling->reason))
        return true;
    ruling->outcome = COG_OUTCOME_CONFIG;
    return false;
}

void
cog_login_operation(const struct cog_subject *subject, const char *config_path,
                    int *speaker_fd, struct cog_ruling *ruling)
{
    cog_cleanup_files struct cog_host_files files = {0};
    struct cog_start start = {COG_RUN_DIR, subject->user, subject->rhost,
                              cog_clock_ms()};
    enum cog_outcome permitted;

    if (!load_files(subject, config_path, &files, ruling))
        return;
    permitted = cog_rules_before(subject, &files.config, ruling->reason);
    if (permitted == COG_OUTCOME_ADMITTED)
        permitted = count_start(&start, subject, ruling->reason);
    if (permitted != COG_OUTCOME_ADMITTED) {
        ruling->outcome = permitted;
        return;
    }
    run_login(subject, &files, speaker_fd, ruling);
    if (ruling->outcome == COG_OUTCOME_ADMITTED &&
        cog_rules_is_provisional(subject)) {
        /* As of now, so that what has decayed is not given back, too. */
        start.now_ms = cog_clock_ms();
        cog_starts_give_back(&start);
    }
}

void
cog_change_operation(const struct cog_subject *subject, int speaker_fd,
                     struct cog_ruling *ruling)
{
    cog_cleanup_message struct cog_message go = COG_MESSAGE_EMPTY;
    cog_cleanup_dialog struct cog_dialog dialog = {
        .speaker_fd = speaker_fd, .operation = COG_OPERATION_CHANGE};

    /*
     * Before the change: if we were killed after it, the old password would
     * still open this host for a while.
     */
    cog_offline_drop(subject);
    cog_message_begin(&go, COG_MSG_GO_CHANGE);
    if (cog_message_send(speaker_fd, &go, cog_clock_ms() + COG_WIRE_SEND_MS) ==
        0)
        cog_dialog_listen(&dialog, ruling);
    else
        cog_rule(ruling, COG_OUTCOME_SPEAKER, "the speaker is gone");
    /* And after it: a login by the old one may have kept it meanwhile. */
    cog_offline_drop(subject);
}
