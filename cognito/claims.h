/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What an ID token must say to admit somebody (P15, P61), and what of it may
 * be believed afterwards. The signature is cognito/jwt.h's part and comes
 * first.
 */
#ifndef COG_COGNITO_CLAIMS_H
#define COG_COGNITO_CLAIMS_H

#include <stdbool.h>
#include <stdint.h>

#include "cognito/identity.h"
#include "cognito/json.h"
#include "cognito/login.h"
#include "cognito/status.h"

/* How far the local clock may be off, in seconds. */
#define COG_CLOCK_TOLERANCE_S 300

/* The readings of the wall clock that times are compared with. */
struct cog_claims_times {
    int64_t started_s; /* when this login began; 0: some other time */
    int64_t asked_s;   /* when the token was asked for; none is older */
    int64_t now_s;
};

/*
 * Check iss, aud, token_use, exp, nbf, iat, auth_time, sub,
 * cognito:username and the login claim against the settings; then fill in
 * *identity. All must be there and of the right type.
 *  COG_TOKEN           a check failed; report->detail says which
 *  COG_CLOCK           the times can only mean that the clock is off;
 *                      report->offset_s says by how much
 *  COG_WRONG_IDENTITY  a good token of somebody else
 * Groups that are no strings, empty, longer than COG_GROUP_SIZE - 1 bytes, or
 * hold control characters are dropped and counted in the report, as is
 * everything behind the hundredth (P62). *identity is untouched on failure.
 */
enum cog_status cog_claims_check(const struct cog_json *claims,
                                 const struct cog_login_settings *settings,
                                 const struct cog_claims_times *times,
                                 struct cog_report *report,
                                 struct cog_identity *identity);

/*
 * Whether a name that the pool gives somebody, of the claim that login_claim
 * names, is the one they sign in with: whole, byte for byte, ASCII case apart
 * where the settings say that the pool folds it (P15).
 */
bool cog_claims_is_name(const char *name,
                        const struct cog_login_settings *settings);

#endif
