/* SPDX-License-Identifier: Apache-2.0 */
/* Removing and revoking; see the header. */
#include "cognitoctl/end_tokens.h"

#include "base/cleanup.h"
#include "base/clock.h"
#include "cognitoctl/commands.h"
#include "cognitoctl/pool_call.h"
#include "host/handed.h"
#include "host/kept.h"
#include "host/sessions.h"

#include <errno.h>
#include <string.h>

/* An account check or a session's end is at work with them. */
#define LOCK_MS 15000

static int
fail(const char *directory, int error)
{
    return cog_fail(COG_EXIT_FAILED, "%s: %s", directory, strerror(error));
}

/* Of one directory of kept tokens; nothing being there is fine. */
static int
take_kept(const char *directory, const char *name, struct cog_sessions *all)
{
    cog_cleanup_kept struct cog_kept kept = COG_KEPT_EMPTY;
    cog_cleanup_fd int lock = -1;
    int error = cog_kept_load(directory, name, &kept);

    cog_kept_clear(&kept);
    if (error == ENOENT)
        return COG_EXIT_OK;
    error = cog_kept_lock(directory, name, cog_clock_ms() + LOCK_MS, &lock);
    if (error != 0)
        return fail(directory, error);
    /* Again: whoever had the lock may have got a newer one. What cannot be
       read is removed, too. */
    if (cog_kept_load(directory, name, &kept) == 0)
        (void) cog_sessions_add_token(all, &kept.origin, &kept.refresh);
    error = cog_kept_remove(directory, name);
    return error == 0 || error == ENOENT ? COG_EXIT_OK
                                         : fail(directory, error);
}

/* Those in the person's own hands. */
static int
take_handed(const char *name, struct cog_sessions *all)
{
    cog_cleanup_secret struct cog_secret newest = COG_SECRET_EMPTY;
    cog_cleanup_fd int lock = -1;
    struct cog_origin origin;
    struct cog_whose_ids ids;
    int error = cog_sessions_load(COG_SESSIONS_DIR, name, all);

    cog_sessions_clear(all);
    if (error == ENOENT)
        return COG_EXIT_OK;
    error =
        cog_kept_lock(COG_SESSIONS_DIR, name, cog_clock_ms() + LOCK_MS, &lock);
    if (error == 0)
        error = cog_sessions_load(COG_SESSIONS_DIR, name, all);
    if (error == ENOENT)
        return COG_EXIT_OK;
    if (error != 0)
        return fail(COG_SESSIONS_DIR, error);
    ids = (struct cog_whose_ids){(uid_t) all->uid, (gid_t) all->uid};
    if (cog_handed_take(&ids, &origin, &newest) == 0)
        (void) cog_sessions_add_token(all, &origin, &newest);
    error = cog_handed_end(ids.uid);
    if (error != 0 && error != ENOENT)
        return fail(COG_RUN_DIR, error);
    error = cog_sessions_remove(COG_SESSIONS_DIR, name);
    return error == 0 || error == ENOENT ? COG_EXIT_OK
                                         : fail(COG_SESSIONS_DIR, error);
}

static void
note_lost(const char *name, const char *why)
{
    cog_note("tokens of %s are removed, but not revoked: %s", name, why);
}

/* Nobody else is to see what another pool has issued. */
static void
drop_others(const struct cog_config *config, const char *name,
            struct cog_sessions *all)
{
    struct cog_origin origin;
    size_t i = 0, before = all->token_count;

    cog_origin_of(config, &origin);
    while (i < all->token_count) {
        if (cog_origin_equal(&all->tokens[i].origin, &origin))
            i++;
        else
            cog_sessions_drop_token(all, &all->tokens[i].refresh);
    }
    if (all->token_count < before)
        note_lost(name, "they are of another pool or app client");
}

static void
revoke_all(const char *config_path, const char *name, struct cog_sessions *all)
{
    cog_cleanup_files struct cog_host_files files = {0};
    cog_cleanup_pool_call struct cog_pool_call pool = {.http = NULL};
    enum cog_status status = COG_OK;
    char reason[COG_FILES_REASON];

    if (!cog_files_load(config_path, &files, reason)) {
        note_lost(name, reason);
        return;
    }
    drop_others(&files.config, name, all);
    if (all->token_count == 0)
        return;
    status = cog_pool_call_open(&files, name, &pool);
    for (size_t i = 0; status == COG_OK && i < all->token_count; i++)
        status = cog_tokens_revoke(&pool.call, &all->tokens[i].refresh);
    if (status != COG_OK)
        note_lost(name, cog_status_name(status));
}

int
cog_end_tokens(const char *config_path, const char *name)
{
    cog_cleanup_sessions struct cog_sessions all = COG_SESSIONS_EMPTY;
    int code = take_handed(name, &all);
    int pending = take_kept(COG_PENDING_DIR, name, &all);
    int kept = take_kept(COG_KEPT_DIR, name, &all);

    if (all.token_count > 0)
        revoke_all(config_path, name, &all);
    if (code == COG_EXIT_OK)
        code = pending;
    return code == COG_EXIT_OK ? kept : code;
}
