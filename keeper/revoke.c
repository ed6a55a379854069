/* SPDX-License-Identifier: Apache-2.0 */
/* The end of tokens; see the header. */
#include "keeper/revoke.h"

#include "base/cleanup.h"
#include "base/clock.h"
#include "host/files.h"
#include "host/kept.h"
#include "keeper/dialog.h"
#include "keeper/parent.h"
#include "keeper/worker.h"

#include <syslog.h>
#include <unistd.h>

/* For another session of the same person to begin or end. */
#define LOCK_MS 2000
/* After so long no further token is begun with. */
#define REVOKE_ALL_MS 4000

void
cog_revoke_begin(const struct cog_subject *subject, const char *config_path,
                 struct cog_revoker *revoker)
{
    struct cog_config config;
    char reason[COG_FILES_REASON];

    *revoker = (struct cog_revoker){
        .subject = subject, .config_path = config_path, .speaker_fd = -1};
    if (cog_files_load_config(config_path, &config, reason))
        cog_origin_of(&config, &revoker->origin);
    else
        cog_parent_note(LOG_WARNING, "no tokens are revoked: %s", reason);
}

static bool
send_token(int speaker_fd, const struct cog_secret *token)
{
    cog_cleanup_message struct cog_message message = COG_MESSAGE_EMPTY;

    cog_message_begin(&message, COG_MSG_OLD_TOKEN);
    cog_message_put_bytes(&message, token->data, token->len);
    return cog_message_send(speaker_fd, &message,
                            cog_clock_ms() + COG_WIRE_SEND_MS) == 0;
}

/* The client secret too; and it is still the same configuration. */
static bool
load_files(const struct cog_revoker *revoker, struct cog_host_files *files)
{
    char reason[COG_FILES_REASON];
    struct cog_origin origin;

    if (!cog_files_load(revoker->config_path, files, reason)) {
        cog_parent_note(LOG_WARNING, "no tokens are revoked: %s", reason);
        return false;
    }
    cog_origin_of(&files->config, &origin);
    return cog_origin_equal(&origin, &revoker->origin);
}

/* Start it with its first token. COG_OUTCOME_NONE: the answer will come. */
static enum cog_outcome
start(struct cog_revoker *revoker, const struct cog_secret *token)
{
    cog_cleanup_files struct cog_host_files files = {0};
    struct cog_speaker_job job = {
        .operation = COG_OPERATION_REVOKE,
        .old_token = token,
    };
    struct cog_ruling ruling = {.outcome = COG_OUTCOME_NONE};

    if (revoker->failed)
        return COG_OUTCOME_SPEAKER;
    revoker->failed = true;
    if (!load_files(revoker, &files))
        return COG_OUTCOME_STORE;
    if (files.config.timeout_s > COG_REVOKE_S)
        files.config.timeout_s = COG_REVOKE_S;
    if (!cog_worker_start(revoker->subject, &files, &job, &revoker->speaker_fd,
                          &ruling))
        return ruling.outcome;
    revoker->failed = false;
    return COG_OUTCOME_NONE;
}

/* Hand it a token, with time for the answer. Outcomes as start. */
static enum cog_outcome
hand_over(struct cog_revoker *revoker, const struct cog_secret *token)
{
    if (revoker->speaker_fd < 0)
        return start(revoker, token);
    if (revoker->failed || cog_parent_started(COG_REVOKE_S * 1000) != 0 ||
        !send_token(revoker->speaker_fd, token))
        return COG_OUTCOME_SPEAKER;
    return COG_OUTCOME_NONE;
}

static enum cog_outcome
revoke_one(struct cog_revoker *revoker, const struct cog_secret *token)
{
    cog_cleanup_dialog struct cog_dialog dialog = {.operation =
                                                       COG_OPERATION_REVOKE};
    struct cog_ruling ruling = {.outcome = hand_over(revoker, token)};

    if (ruling.outcome != COG_OUTCOME_NONE)
        return ruling.outcome;
    dialog.speaker_fd = revoker->speaker_fd;
    cog_dialog_listen(&dialog, &ruling);
    if (ruling.outcome == COG_OUTCOME_SPEAKER)
        revoker->failed = true;
    return ruling.outcome;
}

/* Whether it may go better another time. */
static bool
is_passing(enum cog_outcome outcome)
{
    switch (outcome) {
    case COG_OUTCOME_NETWORK:
    case COG_OUTCOME_TLS:
    case COG_OUTCOME_TIMEOUT:
    case COG_OUTCOME_THROTTLED:
    case COG_OUTCOME_SERVICE:
    case COG_OUTCOME_BUSY:
    case COG_OUTCOME_STORE:
    case COG_OUTCOME_SPEAKER:
        return true;
    default:
        return false;
    }
}

/* How some tokens ended. */
struct tally {
    size_t ours, others;               /* from our origin, from elsewhere */
    bool done[COG_SESSION_TOKENS_MAX]; /* nothing is left to do with it */
    enum cog_outcome worst;            /* of ours */
};

static void
count_end(enum cog_outcome outcome, bool *done, struct tally *tally)
{
    *done = !is_passing(outcome);
    if (outcome != COG_OUTCOME_ADMITTED && !is_passing(tally->worst))
        tally->worst = outcome;
}

/* Each of ours, as time permits. */
static void
revoke_each(struct cog_revoker *revoker, const struct cog_sessions *sessions,
            struct tally *tally)
{
    int64_t deadline_ms = cog_clock_ms() + REVOKE_ALL_MS;

    for (size_t i = 0; i < sessions->token_count; i++) {
        const struct cog_session_token *token = &sessions->tokens[i];
        enum cog_outcome outcome = COG_OUTCOME_TIMEOUT;

        if (!cog_origin_equal(&token->origin, &revoker->origin)) {
            tally->others++;
            continue;
        }
        if (tally->ours++ == 0 || cog_clock_left_ms(deadline_ms) > 0)
            outcome = revoke_one(revoker, &token->refresh);
        count_end(outcome, &tally->done[i], tally);
    }
}

/* They may have come back meanwhile, and left more. */
static void
forget_done(const struct cog_sessions *sessions, const struct tally *tally)
{
    cog_cleanup_sessions struct cog_sessions now = COG_SESSIONS_EMPTY;
    cog_cleanup_fd int lock = -1;

    if (cog_kept_lock(COG_SESSIONS_DIR, sessions->name,
                      cog_clock_ms() + LOCK_MS, &lock) != 0 ||
        cog_sessions_load(COG_SESSIONS_DIR, sessions->name, &now) != 0)
        return;
    for (size_t i = 0; i < sessions->token_count; i++) {
        if (tally->done[i])
            cog_sessions_drop_token(&now, &sessions->tokens[i].refresh);
    }
    cog_sessions_prune(&now);
    if (now.count > 0 || now.token_count > 0)
        (void) cog_sessions_save(COG_SESSIONS_DIR, &now);
    else
        (void) cog_sessions_remove(COG_SESSIONS_DIR, now.name);
}

static void
report(const char *name, const struct tally *tally)
{
    if (tally->others > 0)
        cog_parent_note(LOG_NOTICE,
                        "tokens of %s that are of another pool or app client "
                        "wait to be revoked there",
                        name);
    if (tally->ours == 0)
        return;
    if (tally->worst == COG_OUTCOME_ADMITTED)
        cog_parent_note(LOG_INFO, "the tokens of %s are removed and revoked",
                        name);
    else
        cog_parent_note(LOG_WARNING,
                        "the tokens of %s are removed, but not revoked%s: %s",
                        name, is_passing(tally->worst) ? " yet" : "",
                        cog_outcome_word(tally->worst));
}

void
cog_revoke(struct cog_revoker *revoker, const struct cog_sessions *sessions)
{
    struct tally tally = {.worst = COG_OUTCOME_ADMITTED};

    revoke_each(revoker, sessions, &tally);
    report(sessions->name, &tally);
    if (tally.ours > 0)
        forget_done(sessions, &tally);
}

void
cog_revoke_end(struct cog_revoker *revoker)
{
    if (revoker->speaker_fd >= 0)
        (void) close(revoker->speaker_fd);
    revoker->speaker_fd = -1;
}
