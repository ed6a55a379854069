/* SPDX-License-Identifier: Apache-2.0 */
/* Outcomes: their words, and what they leave open; see the header. */
#include "cognito/status.h"

static const char *const names[COG_STATUS_COUNT] = {
    [COG_INTERNAL] = "internal",
    [COG_OK] = "ok",
    [COG_NO_MEMORY] = "no-memory",
    [COG_ABORTED] = "aborted",
    [COG_BAD_INPUT] = "bad-input",
    [COG_MISCONFIGURED] = "misconfigured",
    [COG_NETWORK] = "network",
    [COG_LOST] = "answer-lost",
    [COG_TLS] = "tls",
    [COG_TIMEOUT] = "timeout",
    [COG_THROTTLED] = "throttled",
    [COG_SERVICE] = "service",
    [COG_PROTOCOL] = "protocol",
    [COG_BAD_CREDENTIALS] = "bad-credentials",
    [COG_LOCKED] = "locked",
    [COG_DISABLED] = "disabled",
    [COG_NOT_CONFIRMED] = "not-confirmed",
    [COG_RESET_REQUIRED] = "reset-required",
    [COG_TEMPORARY_EXPIRED] = "temporary-password-expired",
    [COG_WRONG_CODE] = "wrong-code",
    [COG_CODE_EXPIRED] = "code-expired",
    [COG_SESSION_EXPIRED] = "session-expired",
    [COG_NO_FACTOR] = "no-factor",
    [COG_UNSUPPORTED] = "unsupported-challenge",
    [COG_POLICY] = "password-policy",
    [COG_HISTORY] = "password-history",
    [COG_LIMIT] = "limit",
    [COG_GUARDED] = "guarded",
    [COG_BLOCKED] = "blocked",
    [COG_TOKEN] = "token",
    [COG_NO_KEYS] = "no-keys",
    [COG_CLOCK] = "clock",
    [COG_WRONG_IDENTITY] = "wrong-identity",
};

const char *
cog_status_name(enum cog_status status)
{
    unsigned number = (unsigned) status;

    return number < COG_STATUS_COUNT ? names[number] : names[COG_INTERNAL];
}

bool
cog_status_is_open(enum cog_status status)
{
    return status == COG_LOST || status == COG_TIMEOUT ||
           status == COG_SERVICE || status == COG_PROTOCOL ||
           status == COG_NO_MEMORY;
}
