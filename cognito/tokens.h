/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a login leaves for its session: the tokens, new ones from the service
 * while it lasts (GetTokensFromRefreshToken), their end (RevokeToken). Knows
 * neither files nor sessions: whoever keeps tokens keeps them elsewhere.
 */
#ifndef COG_COGNITO_TOKENS_H
#define COG_COGNITO_TOKENS_H

#include <stdint.h>

#include "base/secret.h"
#include "cognito/identity.h"
#include "cognito/json.h"
#include "cognito/login.h"
#include "cognito/status.h"
#include "cognito/transport.h"

/* Zeroed is empty. */
struct cog_tokens {
    struct cog_secret id;
    struct cog_secret access;
    struct cog_secret refresh; /* empty: the answer had none */
    int64_t expires_s;         /* of id and access; seconds since 1970 */
};

#define COG_TOKENS_EMPTY                                                      \
    {                                                                         \
        .expires_s = 0                                                        \
    }

/* Longest refresh token taken; the service's have some 2 kB. */
#define COG_REFRESH_TOKEN_MAX 8192

/*
 * Read AuthenticationResult: IdToken must be there, the others may. now_s is
 * when the answer came. COG_PROTOCOL, COG_NO_MEMORY; nothing is verified.
 */
enum cog_status cog_tokens_read(const struct cog_json *reply, int64_t now_s,
                                struct cog_tokens *tokens);

/* Wipe all. */
void cog_tokens_clear(struct cog_tokens *tokens);

#define cog_cleanup_tokens __attribute__((cleanup(cog_tokens_clear)))

/* The way to the service for the calls below; all borrowed. */
struct cog_tokens_call {
    const struct cog_login_settings *settings;
    const struct cog_transport *transport;
    const struct cog_clock *clock;
    struct cog_report *report;
};

/*
 * Fresh tokens for a refresh token, within the settings' timeout. COG_OK only
 * after the new ID token was verified and says that it is sign_in_name's;
 * *identity is as the pool sees them now. Where the client rotates refresh
 * tokens, tokens->refresh is the new one and the old one dies within
 * seconds: keep the new one before anything else. Otherwise it is empty.
 *  COG_TOKEN            revoked, expired, signed out everywhere, or not
 *                       acceptable: the person must sign in anew
 *  COG_DISABLED         the user is disabled
 *  COG_BAD_CREDENTIALS  there is no such user any more
 * and whatever a request may end in. Asked once: with rotation a repeat may
 * fail although the first one worked. COG_LOST: a rotated token may be lost.
 */
enum cog_status cog_tokens_refresh(const struct cog_tokens_call *call,
                                   const struct cog_secret *refresh,
                                   struct cog_keys *keys,
                                   struct cog_tokens *tokens,
                                   struct cog_identity *identity);

/*
 * End a refresh token and all that came from it. COG_OK also for one that is
 * dead already. COG_MISCONFIGURED: the app client has no revocation.
 */
enum cog_status cog_tokens_revoke(const struct cog_tokens_call *call,
                                  const struct cog_secret *refresh);

#endif
