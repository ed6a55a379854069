/* SPDX-License-Identifier: Apache-2.0 */
/* Sessions; see the header. */
#include "keeper/session.h"

#include "base/cleanup.h"
#include "base/clock.h"
#include "host/by_name.h"
#include "host/files.h"
#include "host/handed.h"
#include "host/kept.h"
#include "host/sessions.h"
#include "keeper/parent.h"
#include "keeper/revoke.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <syslog.h>

/* For another session of the same person to begin or end. */
#define LOCK_MS 2000
/* How long tokens wait for their session to begin. */
#define PENDING_MAX_S 600
/* How many people are looked at to find one to clear up after. */
#define SWEEP_MAX 16

/* ---- between login and session */

void
cog_session_keep(const struct cog_subject *subject,
                 const struct cog_config *config,
                 const struct cog_proof *proof, struct cog_dialog *dialog)
{
    cog_cleanup_kept struct cog_kept kept = COG_KEPT_EMPTY;
    cog_cleanup_fd int lock = -1;
    int error = cog_sessions_prepare();

    (void) snprintf(kept.name, sizeof kept.name, "%s", subject->user);
    (void) snprintf(kept.sub, sizeof kept.sub, "%s", proof->sub);
    cog_origin_of(config, &kept.origin);
    kept.signed_in_s = kept.checked_s = cog_clock_unix_s();
    kept.expires_s = dialog->tokens.expires_s;
    cog_secret_move(&kept.refresh, &dialog->tokens.refresh);
    cog_secret_move(&kept.id, &dialog->tokens.id);
    cog_secret_move(&kept.access, &dialog->tokens.access);
    if (error == 0)
        error = cog_kept_lock(COG_PENDING_DIR, subject->user,
                              cog_clock_ms() + LOCK_MS, &lock);
    if (error == 0)
        error = cog_kept_save(COG_PENDING_DIR, &kept);
    if (error != 0)
        cog_parent_note(LOG_WARNING, "the tokens of %s are not kept: %s",
                        subject->user, strerror(error));
    /* Those of logins whose session never began. */
    cog_by_name_expire(COG_PENDING_DIR, PENDING_MAX_S);
}

void
cog_session_announce(const struct cog_subject *subject,
                     const struct cog_config *config)
{
    int error;

    if (!subject->caller_is_root || !config->session_tokens)
        return;
    error = cog_sessions_prepare();
    if (error != 0)
        cog_parent_note(LOG_WARNING, "sessions cannot be counted: %s",
                        strerror(error));
}

/* The tokens that the last login left, if that was just now. */
static bool
take_pending(const char *name, struct cog_kept *kept)
{
    int64_t age_s;

    if (cog_kept_load(COG_PENDING_DIR, name, kept) != 0)
        return false;
    age_s = cog_clock_unix_s() - kept->signed_in_s;
    return age_s >= 0 && age_s <= PENDING_MAX_S;
}

/* ---- whose */

/* The host's process, which made the socket (unix(7), SO_PEERCRED). */
static int
find_host(struct cog_opener *opener)
{
    struct ucred peer = {.pid = 0};
    socklen_t len = sizeof peer;

    if (getsockopt(COG_FD_PARENT, SOL_SOCKET, SO_PEERCRED, &peer, &len) != 0)
        return errno;
    return peer.pid > 0 ? cog_opener_find(peer.pid, opener) : ESRCH;
}

/*
 * Sessions that ordinary users begin by su and sudo are not counted: these
 * write nothing.
 */
static bool
is_counted(const struct cog_subject *subject)
{
    return subject->caller_is_root && (subject->whose == COG_WHOSE_ACCOUNT ||
                                       subject->whose == COG_WHOSE_LOCAL);
}

/* Load somebody's sessions, without those whose process has died. */
static int
load(const char *name, struct cog_sessions *sessions)
{
    int error = cog_sessions_load(COG_SESSIONS_DIR, name, sessions);

    if (error == EBADMSG || error == EPERM || error == EMSGSIZE) {
        cog_parent_note(LOG_ERR, "the sessions of %s cannot be read: %s", name,
                        strerror(error));
        error = ENOENT;
    }
    if (error == 0)
        cog_sessions_prune(sessions);
    return error;
}

/* ---- opening */

/*
 * Put the tokens into the directory that other sessions of the person use
 * (shared). If there is none, make one; also in place of one that the person
 * has spoiled, if this is their only session.
 */
static int
hand_out(const struct cog_subject *subject,
         const struct cog_sessions *sessions, bool shared,
         const struct cog_kept *kept)
{
    bool alone = sessions->count == 1;
    int error = shared ? cog_handed_give(&subject->ids, kept) : ENOENT;

    if (error == 0 || (shared && !alone && error != ENOENT))
        return error;
    error = cog_handed_begin(&subject->ids);
    if (error == 0)
        error = cog_handed_give(&subject->ids, kept);
    if (error != 0)
        (void) cog_handed_end(subject->ids.uid);
    return error;
}

/*
 * The refresh token is noted for being revoked before the person gets it. If
 * there are too many to note, this login gets none.
 */
static void
give_tokens(const struct cog_subject *subject, struct cog_sessions *sessions)
{
    cog_cleanup_kept struct cog_kept kept = COG_KEPT_EMPTY;
    cog_cleanup_secret struct cog_secret refresh = COG_SECRET_EMPTY;
    bool shared = sessions->token_count > 0;
    int error;

    if (!take_pending(subject->user, &kept))
        return;
    error = cog_secret_copy(&refresh, &kept.refresh);
    if (error == 0)
        error = cog_sessions_add_token(sessions, &kept.origin, &refresh);
    if (error == 0)
        error = cog_sessions_save(COG_SESSIONS_DIR, sessions);
    if (error == 0)
        error = hand_out(subject, sessions, shared, &kept);
    if (error != 0)
        cog_parent_note(LOG_WARNING,
                        "the session of %s has no tokens of this login: %s",
                        subject->user, strerror(error));
}

/* Count the session, whether tokens come with it or not. */
static int
count_session(const struct cog_subject *subject, struct cog_sessions *sessions)
{
    struct cog_opener host;
    int error = load(subject->user, sessions);

    if (error != 0 && error != ENOENT)
        return error;
    /* Of another id, so another person's: see cognitoctl forget. */
    if (error == 0 && sessions->uid != subject->ids.uid)
        (void) cog_handed_end((uid_t) sessions->uid);
    (void) snprintf(sessions->name, sizeof sessions->name, "%s",
                    subject->user);
    sessions->uid = subject->ids.uid;
    error = find_host(&host);
    if (error == 0)
        error = cog_sessions_add(sessions, &host);
    return error == 0 ? cog_sessions_save(COG_SESSIONS_DIR, sessions) : error;
}

/* 0, or why no session is counted. */
static int
begin_session(const struct cog_subject *subject)
{
    cog_cleanup_sessions struct cog_sessions sessions = COG_SESSIONS_EMPTY;
    cog_cleanup_fd int lock = -1;
    int error = cog_sessions_prepare();

    if (error == 0)
        error = cog_kept_lock(COG_SESSIONS_DIR, subject->user,
                              cog_clock_ms() + LOCK_MS, &lock);
    if (error == 0)
        error = count_session(subject, &sessions);
    if (error == 0)
        give_tokens(subject, &sessions);
    return error;
}

void
cog_session_open(const struct cog_subject *subject, const char *config_path)
{
    struct cog_config config;
    char reason[COG_FILES_REASON];
    int error = 0;

    if (!is_counted(subject))
        return;
    if (cog_files_load_config(config_path, &config, reason) &&
        config.session_tokens)
        error = begin_session(subject);
    if (error != 0)
        cog_parent_note(LOG_WARNING, "the session of %s is not counted: %s",
                        subject->user, strerror(error));
    /* Tokens that this session has not taken are for no other. */
    (void) cog_kept_remove(COG_PENDING_DIR, subject->user);
}

/* ---- closing */

/*
 * The last session has ended: remove the directory, and note what is to be
 * revoked. The person may have got a newer refresh token than we gave.
 */
static int
take_back(gid_t gid, struct cog_sessions *sessions)
{
    const struct cog_whose_ids ids = {(uid_t) sessions->uid, gid};
    cog_cleanup_secret struct cog_secret newest = COG_SECRET_EMPTY;
    struct cog_origin origin;
    int error;

    if (sessions->token_count > 0 &&
        cog_handed_take(&ids, &origin, &newest) == 0)
        (void) cog_sessions_add_token(sessions, &origin, &newest);
    error = cog_handed_end(ids.uid);
    if (error != 0 && error != ENOENT)
        cog_parent_note(LOG_WARNING, "%s/%u cannot be removed: %s",
                        COG_RUN_DIR, (unsigned) ids.uid, strerror(error));
    if (cog_sessions_let_wait(sessions, cog_clock_unix_s()) > 0)
        cog_parent_note(LOG_WARNING,
                        "tokens of %s are given up: for %d days none of their "
                        "sessions' ends could revoke them",
                        sessions->name, COG_SESSION_TOKEN_WAIT_S / 86400);
    return sessions->token_count > 0
               ? cog_sessions_save(COG_SESSIONS_DIR, sessions)
               : cog_sessions_remove(COG_SESSIONS_DIR, sessions->name);
}

/* *last: it was the last session; sessions then hold what to revoke. */
static int
uncount_session(const struct cog_subject *subject,
                struct cog_sessions *sessions, bool *last)
{
    cog_cleanup_fd int lock = -1;
    struct cog_opener host;
    int error = cog_kept_lock(COG_SESSIONS_DIR, subject->user,
                              cog_clock_ms() + LOCK_MS, &lock);

    if (error == 0)
        error = load(subject->user, sessions);
    if (error != 0)
        return error;
    if (find_host(&host) == 0)
        (void) cog_sessions_drop(sessions, &host);
    if (sessions->count > 0)
        return cog_sessions_save(COG_SESSIONS_DIR, sessions);
    *last = true;
    return take_back(subject->ids.gid, sessions);
}

/* True, and sessions filled in, if this person left something behind. */
static bool
clear_up(const char *name, struct cog_sessions *sessions)
{
    cog_cleanup_fd int lock = -1;

    if (cog_kept_lock(COG_SESSIONS_DIR, name, cog_clock_ms(), &lock) != 0 ||
        load(name, sessions) != 0 || sessions->count > 0)
        return false;
    /* Only their own files are opened, so any group will do. */
    (void) take_back((gid_t) sessions->uid, sessions);
    return true;
}

/*
 * Clear up after one other person whose processes died, who is not a user of
 * ours any more, or whose tokens could not be revoked: nobody else will.
 */
static void
sweep(struct cog_revoker *revoker)
{
    char name[COG_NAME_MAX + 1];

    for (size_t skip = 0;
         skip < SWEEP_MAX &&
         cog_sessions_find_stale(COG_SESSIONS_DIR, &revoker->origin, skip,
                                 name) == 0;
         skip++) {
        cog_cleanup_sessions struct cog_sessions sessions = COG_SESSIONS_EMPTY;

        if (strcmp(name, revoker->subject->user) == 0)
            continue; /* tried a moment ago */
        if (cog_parent_started(COG_REVOKE_S * 1000) != 0)
            return;
        if (!clear_up(name, &sessions))
            continue;
        cog_revoke(revoker, &sessions);
        return;
    }
}

/* No lock is held while tokens are revoked, so that logins do not wait. */
void
cog_session_close(const struct cog_subject *subject, const char *config_path)
{
    cog_cleanup_sessions struct cog_sessions sessions = COG_SESSIONS_EMPTY;
    struct cog_revoker revoker;
    bool last = false;
    int error;

    if (!is_counted(subject))
        return;
    cog_revoke_begin(subject, config_path, &revoker);
    error = uncount_session(subject, &sessions, &last);
    if (error != 0 && error != ENOENT)
        cog_parent_note(LOG_WARNING, "the session of %s is still counted: %s",
                        subject->user, strerror(error));
    if (last)
        cog_revoke(&revoker, &sessions);
    cog_sessions_clear(&sessions); /* before a child for somebody else */
    sweep(&revoker);
    cog_revoke_end(&revoker);
}
