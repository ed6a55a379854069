/* SPDX-License-Identifier: Apache-2.0 */
/* The tables of error types and texts; see the header. */
#include "cognito/error.h"

#include <stddef.h>
#include <string.h>

#include "base/text.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/*
 * COG_INTERNAL here says: the message decides, below. The API model's
 * common and own errors of the operations that we use.
 */
static const struct {
    const char *type;
    enum cog_status status;
    bool quotable; /* its text cannot hold what was typed */
} types[] = {
    {"NotAuthorizedException", COG_INTERNAL, false},
    {"InvalidParameterException", COG_INTERNAL, false},
    {"ResourceNotFoundException", COG_INTERNAL, false},
    {"UserNotFoundException", COG_BAD_CREDENTIALS, true},
    {"UserNotConfirmedException", COG_NOT_CONFIRMED, true},
    {"PasswordResetRequiredException", COG_RESET_REQUIRED, true},
    {"InvalidPasswordException", COG_POLICY, false},
    {"PasswordHistoryPolicyViolationException", COG_HISTORY, true},
    {"CodeMismatchException", COG_WRONG_CODE, true},
    {"EnableSoftwareTokenMFAException", COG_WRONG_CODE, true},
    {"ExpiredCodeException", COG_CODE_EXPIRED, true},
    {"SoftwareTokenMFANotFoundException", COG_NO_FACTOR, true},
    {"MFAMethodNotFoundException", COG_NO_FACTOR, true},
    {"LimitExceededException", COG_LIMIT, true},
    {"TooManyFailedAttemptsException", COG_LIMIT, true},
    {"TooManyRequestsException", COG_THROTTLED, true},
    {"Throttling", COG_THROTTLED, true},
    {"ThrottlingException", COG_THROTTLED, true},
    {"ThrottledException", COG_THROTTLED, true},
    {"RequestThrottledException", COG_THROTTLED, true},
    {"RequestLimitExceeded", COG_THROTTLED, true},
    {"SlowDown", COG_THROTTLED, true},
    {"InternalErrorException", COG_SERVICE, true},
    {"InternalServerException", COG_SERVICE, true},
    {"ServiceUnavailable", COG_SERVICE, true},
    {"CodeDeliveryFailureException", COG_SERVICE, true},
    {"UnexpectedLambdaException", COG_SERVICE, true},
    {"InvalidLambdaResponseException", COG_SERVICE, true},
    {"ConcurrentModificationException", COG_SERVICE, true},
    {"InvalidSmsRoleAccessPolicyException", COG_MISCONFIGURED, true},
    {"InvalidSmsRoleTrustRelationshipException", COG_MISCONFIGURED, true},
    {"InvalidEmailRoleAccessPolicyException", COG_MISCONFIGURED, true},
    {"InvalidUserPoolConfigurationException", COG_MISCONFIGURED, true},
    {"UnsupportedOperationException", COG_MISCONFIGURED, true},
    {"FeatureUnavailableInTierException", COG_MISCONFIGURED, true},
    {"OperationNotEnabledException", COG_MISCONFIGURED, true},
    {"AccessDeniedException", COG_MISCONFIGURED, true},
    {"UnrecognizedClientException", COG_MISCONFIGURED, true},
    {"InvalidSignatureException", COG_MISCONFIGURED, true},
    {"ExpiredTokenException", COG_MISCONFIGURED, true},
    {"IncompleteSignatureException", COG_MISCONFIGURED, true},
    {"MissingAuthenticationTokenException", COG_MISCONFIGURED, true},
    {"RequestExpired", COG_MISCONFIGURED, true},
    {"RequestTimeTooSkewed", COG_MISCONFIGURED, true},
    {"OptInRequired", COG_MISCONFIGURED, true},
    {"UserLambdaValidationException", COG_BLOCKED, true},
    {"ForbiddenException", COG_BLOCKED, true},
    {"AliasExistsException", COG_BAD_INPUT, false},
    {"UsernameExistsException", COG_BAD_INPUT, false},
    {"UnauthorizedException", COG_TOKEN, true},
    {"RefreshTokenReuseException", COG_TOKEN, true},
    {"UnsupportedTokenTypeException", COG_TOKEN, true},
};

/*
 * Part of the text, ASCII case apart, since the wording varies; the first
 * row that fits counts. quotable: the text cannot hold what was typed.
 */
static const struct {
    const char *type;
    const char *part;
    enum cog_status status;
    bool quotable;
} texts[] = {
    {"NotAuthorizedException", "password attempts exceeded", COG_LOCKED, true},
    {"NotAuthorizedException", "user is disabled", COG_DISABLED, true},
    {"NotAuthorizedException", "temporary password has expired",
     COG_TEMPORARY_EXPIRED, true},
    {"NotAuthorizedException", "invalid session", COG_SESSION_EXPIRED, true},
    {"NotAuthorizedException", "secret hash", COG_MISCONFIGURED, true},
    {"NotAuthorizedException", "secrethash", COG_MISCONFIGURED, true},
    {"NotAuthorizedException", "configured with secret", COG_MISCONFIGURED,
     true},
    {"NotAuthorizedException", "configured for secret", COG_MISCONFIGURED,
     true},
    {"NotAuthorizedException", "required scopes", COG_MISCONFIGURED, true},
    {"NotAuthorizedException", "unauthorized attribute", COG_MISCONFIGURED,
     true},
    {"NotAuthorizedException", "access token", COG_TOKEN, true},
    {"NotAuthorizedException", "refresh token", COG_TOKEN, true},
    {"NotAuthorizedException", "security reasons", COG_BLOCKED, true},
    {"NotAuthorizedException", "preauthentication failed", COG_BLOCKED, true},
    /* Wrong, late or ill-made proof, and whatever we never heard of. */
    {"NotAuthorizedException", "", COG_BAD_CREDENTIALS, true},

    /* First, as it may quote: "Value at 'password' failed to satisfy". */
    {"InvalidParameterException", "validation error", COG_BAD_INPUT, false},
    {"InvalidParameterException", "value at", COG_BAD_INPUT, false},
    {"InvalidParameterException", "not enabled", COG_MISCONFIGURED, true},
    {"InvalidParameterException", "is not configured", COG_MISCONFIGURED,
     true},
    {"InvalidParameterException", "missing required parameter", COG_INTERNAL,
     true},
    {"InvalidParameterException", "delivery config", COG_NO_FACTOR, true},
    {"InvalidParameterException", "software token", COG_NO_FACTOR, true},
    {"InvalidParameterException", "attributes", COG_BAD_INPUT, false},
    {"InvalidParameterException", "invalid email", COG_BAD_INPUT, false},
    {"InvalidParameterException", "invalid phone", COG_BAD_INPUT, false},
    {"InvalidParameterException", "", COG_MISCONFIGURED, false},

    {"ResourceNotFoundException", "username/client id combination",
     COG_BAD_CREDENTIALS, true},
    {"ResourceNotFoundException", "", COG_MISCONFIGURED, true},
};

void
cog_error_type(const char *raw, char out[COG_ERROR_TYPE_SIZE])
{
    size_t end = strcspn(raw, ":"), begin = end, len;

    while (begin > 0 && raw[begin - 1] != '#')
        begin--;
    len = end - begin;
    out[0] = '\0';
    if (len == 0 || len >= COG_ERROR_TYPE_SIZE)
        return;
    for (size_t i = begin; i < end; i++) {
        if (!cog_ascii_is_alnum(raw[i]) && raw[i] != '_' && raw[i] != '.')
            return;
    }
    memcpy(out, raw + begin, len);
    out[len] = '\0';
}

/* The row for a type's message; COUNT(texts) when there is none. */
static size_t
find_text(const char *type, const char *message)
{
    size_t i;

    for (i = 0; i < COUNT(texts); i++) {
        if (strcmp(type, texts[i].type) == 0 &&
            cog_ascii_contains_nocase(message, texts[i].part))
            break;
    }
    return i;
}

enum cog_status
cog_error_status(const char *type, const char *message)
{
    size_t i = find_text(type, message);

    if (i < COUNT(texts))
        return texts[i].status;
    for (i = 0; i < COUNT(types); i++) {
        if (strcmp(type, types[i].type) == 0)
            return types[i].status;
    }
    return COG_SERVICE;
}

enum cog_status
cog_error_http(int http_status)
{
    if (http_status == 429 || http_status == 509)
        return COG_THROTTLED;
    if (http_status == 403)
        return COG_BLOCKED; /* a firewall's page */
    return http_status >= 500 && http_status <= 599 ? COG_SERVICE
                                                    : COG_PROTOCOL;
}

/* How the service's own checks of a request quote it (P93). */
static bool
quotes_request(const char *message)
{
    return cog_ascii_contains_nocase(message, "validation error") ||
           cog_ascii_contains_nocase(message, "value at") ||
           cog_ascii_contains_nocase(message, "value '");
}

bool
cog_error_may_log(const char *type, const char *message)
{
    size_t i = find_text(type, message);

    if (quotes_request(message))
        return false;
    if (i < COUNT(texts))
        return texts[i].quotable;
    for (i = 0; i < COUNT(types); i++) {
        if (strcmp(type, types[i].type) == 0)
            return types[i].quotable;
    }
    return false; /* never heard of: who knows what it holds */
}

bool
cog_error_is_for_person(const char *type)
{
    return strcmp(type, "InvalidPasswordException") == 0 ||
           strcmp(type, "PasswordHistoryPolicyViolationException") == 0 ||
           strcmp(type, "UserLambdaValidationException") == 0;
}
