/* SPDX-License-Identifier: Apache-2.0 */
/* Outcomes and their words; see the header. */
#include "wire/outcome.h"

static const char *const words[COG_OUTCOME_COUNT] = {
    [COG_OUTCOME_NONE] = "undecided",
    [COG_OUTCOME_ADMITTED] = "ok",
    [COG_OUTCOME_PASSWORD] = "wrong-password",
    [COG_OUTCOME_CODE] = "wrong-code",
    [COG_OUTCOME_LOCKED] = "locked-in-pool",
    [COG_OUTCOME_DISABLED] = "disabled-in-pool",
    [COG_OUTCOME_NOT_CONFIRMED] = "not-confirmed",
    [COG_OUTCOME_RESET_REQUIRED] = "reset-required",
    [COG_OUTCOME_TEMPORARY_EXPIRED] = "temporary-password-expired",
    [COG_OUTCOME_BLOCKED] = "blocked-by-pool",
    [COG_OUTCOME_NO_FACTOR] = "no-usable-factor",
    [COG_OUTCOME_UNSUPPORTED] = "unsupported-challenge",
    [COG_OUTCOME_SESSION_EXPIRED] = "session-expired",
    [COG_OUTCOME_LIMIT] = "limit-exceeded",
    [COG_OUTCOME_TOKEN] = "token-refused",
    [COG_OUTCOME_IDENTITY] = "other-identity",
    [COG_OUTCOME_INPUT] = "input-refused",
    [COG_OUTCOME_ABORTED] = "conversation-ended",
    [COG_OUTCOME_POLICY] = "new-password-refused",
    [COG_OUTCOME_NETWORK] = "no-connection",
    [COG_OUTCOME_TLS] = "tls-failure",
    [COG_OUTCOME_TIMEOUT] = "timeout",
    [COG_OUTCOME_THROTTLED] = "throttled",
    [COG_OUTCOME_SERVICE] = "service-failure",
    [COG_OUTCOME_CLOCK] = "clock-off",
    [COG_OUTCOME_KEYS] = "no-keys",
    [COG_OUTCOME_CONFIG] = "misconfigured",
    [COG_OUTCOME_NOT_OURS] = "not-ours",
    [COG_OUTCOME_NOT_ALLOWED] = "not-in-allow-groups",
    [COG_OUTCOME_OTHER_SUB] = "other-sub",
    [COG_OUTCOME_NAME] = "name-refused",
    [COG_OUTCOME_ID_TAKEN] = "id-taken",
    [COG_OUTCOME_NO_RECORD] = "no-login-record",
    [COG_OUTCOME_NO_ACCOUNT] = "no-account",
    [COG_OUTCOME_TOLD] = "record-changed",
    [COG_OUTCOME_STARTS] = "too-many-starts",
    [COG_OUTCOME_FAILURES] = "too-many-failures",
    [COG_OUTCOME_MARKED] = "disabled-here",
    [COG_OUTCOME_STORE] = "store-failure",
    [COG_OUTCOME_OFFLINE] = "offline",
    [COG_OUTCOME_BREAKGLASS] = "offline-breakglass",
    [COG_OUTCOME_OFFLINE_PASSWORD] = "offline-wrong-password",
    [COG_OUTCOME_OFFLINE_REFUSED] = "offline-refused",
    [COG_OUTCOME_BUSY] = "busy",
    [COG_OUTCOME_SYSTEM] = "system-error",
    [COG_OUTCOME_BUILD] = "other-build",
    [COG_OUTCOME_KEEPER] = "keeper-failed",
    [COG_OUTCOME_SPEAKER] = "speaker-failed",
    [COG_OUTCOME_NOT_ROOT] = "not-root",
};

const char *
cog_outcome_word(enum cog_outcome outcome)
{
    if ((unsigned) outcome >= COG_OUTCOME_COUNT)
        return words[COG_OUTCOME_NONE];
    return words[outcome];
}

bool
cog_outcome_is_offline(enum cog_outcome outcome)
{
    return outcome == COG_OUTCOME_OFFLINE || outcome == COG_OUTCOME_BREAKGLASS;
}

bool
cog_outcome_from_number(uint64_t number, enum cog_outcome *outcome)
{
    if (number >= COG_OUTCOME_COUNT)
        return false;
    *outcome = (enum cog_outcome) number;
    return true;
}
