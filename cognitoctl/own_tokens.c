/* SPDX-License-Identifier: Apache-2.0 */
/* A person's own tokens; see the header. */
#include "cognitoctl/own_tokens.h"

#include "base/clock.h"
#include "cognitoctl/commands.h"
#include "cognitoctl/pool_call.h"
#include "host/handed.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

/* Renewed when they have less than this left, as AWS's programs do. */
#define MARGIN_S 300
/* Another program of the same person is renewing them. */
#define LOCK_MS 20000

static const char damaged[] =
    "the tokens of this session are damaged: sign in anew";

static int
load_files(const char *config_path, struct cog_host_files *files)
{
    char reason[COG_FILES_REASON];

    if (!cog_files_load_config(config_path, &files->config, reason))
        return cog_fail(COG_EXIT_CONFIG, "%s", reason);
    if (!files->config.session_tokens)
        return cog_fail(COG_EXIT_CONFIG,
                        "%s: session_tokens is not on, so sessions have "
                        "no tokens",
                        config_path);
    /* The secret is root's; the keys are of use only with it. */
    if (files->config.client_secret_file[0] == '\0' &&
        !cog_files_load(config_path, files, reason))
        return cog_fail(COG_EXIT_CONFIG, "%s", reason);
    return COG_EXIT_OK;
}

int
cog_own_tokens_open(const char *config_path, struct cog_own_tokens *own)
{
    int code, error;

    if (geteuid() == 0)
        return cog_fail(COG_EXIT_USAGE, "root has no tokens: run this as the "
                                        "person who signed in");
    code = load_files(config_path, &own->files);
    if (code != COG_EXIT_OK)
        return code;
    error = cog_handed_open(&own->dir);
    if (error == 0)
        error =
            cog_handed_lock(own->dir, cog_clock_ms() + LOCK_MS, &own->lock);
    if (error == 0)
        error = cog_handed_load(own->dir, &own->kept);
    if (error == ENOENT)
        return cog_fail(COG_EXIT_FAILED, "this session has no tokens: sign in "
                                         "by password");
    if (error == EBADMSG || error == EPERM || error == EMSGSIZE)
        return cog_fail(COG_EXIT_FAILED, "%s", damaged);
    if (error != 0)
        return cog_fail(COG_EXIT_FAILED, "the tokens of this session: %s",
                        strerror(error));
    if (own->kept.id.len == 0 || own->kept.access.len == 0)
        return cog_fail(COG_EXIT_FAILED, "%s", damaged);
    return COG_EXIT_OK;
}

/* Fresh tokens in the place of the old ones, and where they lie. */
static int
take(struct cog_own_tokens *own, struct cog_tokens *fresh)
{
    int error;

    if (fresh->refresh.len > 0)
        cog_secret_move(&own->kept.refresh, &fresh->refresh);
    if (fresh->id.len > 0) {
        cog_secret_move(&own->kept.id, &fresh->id);
        own->kept.expires_s = fresh->expires_s;
        own->kept.checked_s = cog_clock_unix_s();
    }
    if (fresh->access.len > 0)
        cog_secret_move(&own->kept.access, &fresh->access);
    error = cog_handed_save(own->dir, &own->kept);
    if (error != 0)
        return cog_fail(COG_EXIT_FAILED, "the new tokens cannot be kept: %s",
                        strerror(error));
    return COG_EXIT_OK;
}

/* A rotated refresh token counts whatever is wrong with the others. */
static enum cog_status
ask(struct cog_own_tokens *own, int *code)
{
    cog_cleanup_pool_call struct cog_pool_call pool = {.http = NULL};
    cog_cleanup_tokens struct cog_tokens fresh = COG_TOKENS_EMPTY;
    struct cog_identity identity;
    struct cog_keys keys = {.fetched_s = own->files.keys_fetched_s,
                            .pinned = own->files.keys_pinned};
    enum cog_status status =
        cog_pool_call_open(&own->files, own->kept.name, &pool);

    if (status != COG_OK)
        return status;
    cog_secret_move(&keys.jwks, &own->files.keys);
    status = cog_tokens_refresh(&pool.call, &own->kept.refresh, &keys, &fresh,
                                &identity);
    cog_secret_clear(&keys.jwks);
    if (status != COG_OK) {
        cog_secret_clear(&fresh.id);
        cog_secret_clear(&fresh.access);
    }
    if (status == COG_OK || fresh.refresh.len > 0)
        *code = take(own, &fresh);
    return status;
}

static const char *
explain(enum cog_status status)
{
    switch (status) {
    case COG_TOKEN:
        return "the pool has ended this sign-in: sign in anew";
    case COG_DISABLED:
    case COG_BAD_CREDENTIALS:
        return "the pool does not know you any more, or has disabled you";
    default:
        return cog_status_name(status);
    }
}

/* What could not be renewed is of use as long as it lives. */
static int
make_do(const struct cog_own_tokens *own, const char *why)
{
    int64_t left_s = own->kept.expires_s - cog_clock_unix_s();

    if (left_s <= 0)
        return cog_fail(COG_EXIT_FAILED,
                        "the tokens have expired, and cannot "
                        "be renewed: %s",
                        why);
    cog_note("the tokens live %lld seconds more, and cannot be renewed: %s",
             (long long) left_s, why);
    return COG_EXIT_OK;
}

bool
cog_own_tokens_are_of_config(const struct cog_own_tokens *own)
{
    struct cog_origin origin;

    cog_origin_of(&own->files.config, &origin);
    return cog_origin_equal(&own->kept.origin, &origin);
}

int
cog_own_tokens_renew(struct cog_own_tokens *own)
{
    int code = COG_EXIT_OK;
    enum cog_status status;

    if (own->kept.expires_s - cog_clock_unix_s() >= MARGIN_S)
        return COG_EXIT_OK;
    if (own->files.config.client_secret_file[0] != '\0')
        return make_do(own, "the app client has a secret, which only root "
                            "can read: sign in anew");
    if (!cog_own_tokens_are_of_config(own))
        return make_do(own, "they are of another pool or app client than the "
                            "configuration has");
    status = ask(own, &code);
    if (code != COG_EXIT_OK)
        return code;
    return status == COG_OK ? COG_EXIT_OK : make_do(own, explain(status));
}

void
cog_own_tokens_close(struct cog_own_tokens *own)
{
    cog_files_clear(&own->files);
    cog_kept_clear(&own->kept);
    if (own->lock >= 0)
        (void) close(own->lock);
    if (own->dir >= 0)
        (void) close(own->dir);
    own->lock = own->dir = -1;
}
