/* SPDX-License-Identifier: Apache-2.0 */
/* Signatures with the pool's keys; see the header. */
#include "cognito/keys.h"

#include <stdio.h>

#include "cognito/jwt.h"
#include "cognito/pool.h"

/* The key set is fetched again for an unknown key, but not more often. */
#define KEYS_AGE_S 3600

/* No set yet, or an unknown key and the last fetch an hour ago (P42). */
static bool
may_fetch(const struct cog_rpc *rpc, const struct cog_keys *keys)
{
    int64_t age_s = rpc->clock->unix_s() - keys->fetched_s;

    /* A negative age says that the clock was wrong then. */
    return !keys->pinned &&
           (keys->jwks.len == 0 || age_s < 0 || age_s > KEYS_AGE_S);
}

/* What does not hold a usable key is not kept. */
static enum cog_status
fetch(struct cog_rpc *rpc, const char *pool_id, struct cog_keys *keys)
{
    cog_cleanup_secret struct cog_secret fresh = COG_SECRET_EMPTY;
    char path[COG_POOL_ID_MAX + 32];
    enum cog_status status;

    (void) snprintf(path, sizeof path, "/%s/.well-known/jwks.json", pool_id);
    status = cog_rpc_get(rpc, path, COG_JWKS_MAX, &fresh);
    if (status == COG_OK)
        status = cog_jwks_check(fresh.data, fresh.len);
    if (status != COG_OK)
        return status;
    cog_secret_move(&keys->jwks, &fresh);
    keys->fetched_s = rpc->clock->unix_s();
    keys->renewed = true;
    return COG_OK;
}

enum cog_status
cog_keys_verify(struct cog_rpc *rpc, const char *pool_id,
                struct cog_keys *keys, const struct cog_secret *token,
                struct cog_json **claims)
{
    struct cog_report *report = rpc->report;
    enum cog_status status =
        cog_jwt_verify(token, keys->jwks.data, keys->jwks.len, claims);

    report->detail = "signature of the ID token";
    if (status != COG_NO_KEYS)
        return status;
    report->detail = "key of the ID token unknown";
    if (!may_fetch(rpc, keys))
        return keys->jwks.len > 0 ? COG_TOKEN : COG_NO_KEYS;
    status = fetch(rpc, pool_id, keys);
    if (status != COG_OK) {
        report->detail = "key set not fetched";
        return status == COG_NO_MEMORY ? status : COG_NO_KEYS;
    }
    status = cog_jwt_verify(token, keys->jwks.data, keys->jwks.len, claims);
    return status == COG_NO_KEYS ? COG_TOKEN : status;
}
