/* SPDX-License-Identifier: Apache-2.0 */
/* A session's tokens; see the header. */
#include "cognito/tokens.h"

#include "cognito/claims.h"
#include "cognito/json_write.h"
#include "cognito/jwt.h"
#include "cognito/keys.h"
#include "cognito/rpc.h"

/* Cognito's tokens live a day at most; more is no lifetime of a token. */
#define LIFETIME_MAX_S (24 * 3600)

/* One token of the result, if it is there. */
static enum cog_status
read_token(const struct cog_json *result, const char *key, size_t max,
           struct cog_secret *token)
{
    const char *text;

    if (!cog_json_has(result, key))
        return COG_OK;
    if (cog_json_text(result, key, max, &text) != COG_OK)
        return COG_PROTOCOL;
    return cog_secret_set_text(token, text) == 0 ? COG_OK : COG_NO_MEMORY;
}

enum cog_status
cog_tokens_read(const struct cog_json *reply, int64_t now_s,
                struct cog_tokens *tokens)
{
    const struct cog_json *result;
    int64_t lifetime_s = 0;
    enum cog_status status;

    if (cog_json_object(reply, "AuthenticationResult", &result) != COG_OK ||
        !cog_json_has(result, "IdToken"))
        return COG_PROTOCOL;
    status = read_token(result, "IdToken", COG_JWT_MAX, &tokens->id);
    if (status == COG_OK)
        status =
            read_token(result, "AccessToken", COG_JWT_MAX, &tokens->access);
    if (status == COG_OK)
        status = read_token(result, "RefreshToken", COG_REFRESH_TOKEN_MAX,
                            &tokens->refresh);
    if (status != COG_OK)
        return status;
    /* Without a lifetime they are as good as expired. */
    if (cog_json_integer(result, "ExpiresIn", &lifetime_s) != COG_OK ||
        lifetime_s > LIFETIME_MAX_S)
        lifetime_s = 0;
    tokens->expires_s = now_s + lifetime_s;
    return COG_OK;
}

void
cog_tokens_clear(struct cog_tokens *tokens)
{
    cog_secret_clear(&tokens->id);
    cog_secret_clear(&tokens->access);
    cog_secret_clear(&tokens->refresh);
    tokens->expires_s = 0;
}

static struct cog_rpc
begin(const struct cog_tokens_call *call)
{
    struct cog_rpc rpc = {.transport = call->transport,
                          .clock = call->clock,
                          .report = call->report};

    cog_rpc_allow(&rpc, call->settings->timeout_ms);
    return rpc;
}

/*
 * One request with the refresh token as that member. These two operations
 * take the client's secret itself, not its hash (API reference, RevokeToken).
 */
static enum cog_status
send(struct cog_rpc *rpc, const struct cog_tokens_call *call,
     const char *operation, const char *key, const struct cog_secret *refresh,
     struct cog_json **reply)
{
    cog_cleanup_json_writer struct cog_json_writer body =
        COG_JSON_WRITER_EMPTY;
    const struct cog_secret *secret = call->settings->client_secret;
    const struct cog_call request = {.operation = operation,
                                     .body = &body.text};

    cog_json_open(&body, NULL);
    cog_json_put_text(&body, "ClientId", call->settings->client_id);
    if (secret != NULL && secret->len > 0)
        cog_json_put(&body, "ClientSecret", secret->data, secret->len);
    cog_json_put(&body, key, refresh->data, refresh->len);
    cog_json_close(&body);
    return body.status == COG_OK ? cog_rpc_call(rpc, &request, reply)
                                 : body.status;
}

/* The claims of a token that belongs to an older sign-in. */
static enum cog_status
check(struct cog_rpc *rpc, const struct cog_tokens_call *call, int64_t asked_s,
      const struct cog_secret *id_token, struct cog_keys *keys,
      struct cog_identity *identity)
{
    cog_cleanup_json struct cog_json *claims = NULL;
    const struct cog_claims_times times = {0, asked_s, call->clock->unix_s()};
    enum cog_status status =
        cog_keys_verify(rpc, call->settings->pool_id, keys, id_token, &claims);

    if (status != COG_OK)
        return status;
    call->report->detail = NULL;
    return cog_claims_check(claims, call->settings, &times, call->report,
                            identity);
}

enum cog_status
cog_tokens_refresh(const struct cog_tokens_call *call,
                   const struct cog_secret *refresh, struct cog_keys *keys,
                   struct cog_tokens *tokens, struct cog_identity *identity)
{
    struct cog_rpc rpc = begin(call);
    cog_cleanup_json struct cog_json *reply = NULL;
    int64_t asked_s = call->clock->unix_s();
    enum cog_status status;

    if (refresh->len == 0)
        return COG_TOKEN;
    status = send(&rpc, call, "GetTokensFromRefreshToken", "RefreshToken",
                  refresh, &reply);
    if (status == COG_OK)
        status = cog_tokens_read(reply, call->clock->unix_s(), tokens);
    if (status != COG_OK)
        return status;
    return check(&rpc, call, asked_s, &tokens->id, keys, identity);
}

enum cog_status
cog_tokens_revoke(const struct cog_tokens_call *call,
                  const struct cog_secret *refresh)
{
    struct cog_rpc rpc = begin(call);
    cog_cleanup_json struct cog_json *reply = NULL;

    if (refresh->len == 0)
        return COG_OK;
    return send(&rpc, call, "RevokeToken", "Token", refresh, &reply);
}
