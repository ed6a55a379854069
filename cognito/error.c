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
} types[] = {
    {"NotAuthorizedException", COG_INTERNAL},
    {"InvalidParameterException", COG_INTERNAL},
    {"ResourceNotFoundException", COG_INTERNAL},
    {"UserNotFoundException", COG_BAD_CREDENTIALS},
    {"UserNotConfirmedException", COG_NOT_CONFIRMED},
    {"PasswordResetRequiredException", COG_RESET_REQUIRED},
    {"InvalidPasswordException", COG_POLICY},
    {"PasswordHistoryPolicyViolationException", COG_HISTORY},
    {"CodeMismatchException", COG_WRONG_CODE},
    {"EnableSoftwareTokenMFAException", COG_WRONG_CODE},
    {"ExpiredCodeException", COG_CODE_EXPIRED},
    {"SoftwareTokenMFANotFoundException", COG_NO_FACTOR},
    {"MFAMethodNotFoundException", COG_NO_FACTOR},
    {"LimitExceededException", COG_LIMIT},
    {"TooManyFailedAttemptsException", COG_LIMIT},
    {"TooManyRequestsException", COG_THROTTLED},
    {"Throttling", COG_THROTTLED},
    {"ThrottlingException", COG_THROTTLED},
    {"ThrottledException", COG_THROTTLED},
    {"RequestThrottledException", COG_THROTTLED},
    {"RequestLimitExceeded", COG_THROTTLED},
    {"SlowDown", COG_THROTTLED},
    {"InternalErrorException", COG_SERVICE},
    {"InternalServerException", COG_SERVICE},
    {"ServiceUnavailable", COG_SERVICE},
    {"CodeDeliveryFailureException", COG_SERVICE},
    {"UnexpectedLambdaException", COG_SERVICE},
    {"InvalidLambdaResponseException", COG_SERVICE},
    {"ConcurrentModificationException", COG_SERVICE},
    {"InvalidSmsRoleAccessPolicyException", COG_MISCONFIGURED},
    {"InvalidSmsRoleTrustRelationshipException", COG_MISCONFIGURED},
    {"InvalidEmailRoleAccessPolicyException", COG_MISCONFIGURED},
    {"InvalidUserPoolConfigurationException", COG_MISCONFIGURED},
    {"UnsupportedOperationException", COG_MISCONFIGURED},
    {"FeatureUnavailableInTierException", COG_MISCONFIGURED},
    {"OperationNotEnabledException", COG_MISCONFIGURED},
    {"AccessDeniedException", COG_MISCONFIGURED},
    {"UnrecognizedClientException", COG_MISCONFIGURED},
    {"InvalidSignatureException", COG_MISCONFIGURED},
    {"ExpiredTokenException", COG_MISCONFIGURED},
    {"UserLambdaValidationException", COG_BLOCKED},
    {"ForbiddenException", COG_BLOCKED},
    {"AliasExistsException", COG_BAD_INPUT},
    {"UsernameExistsException", COG_BAD_INPUT},
    {"UnauthorizedException", COG_TOKEN},
    {"RefreshTokenReuseException", COG_TOKEN},
    {"UnsupportedTokenTypeException", COG_TOKEN},
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

bool
cog_error_may_log(const char *type, const char *message)
{
    size_t i = find_text(type, message);

    return i == COUNT(texts) || texts[i].quotable;
}

bool
cog_error_is_for_person(const char *type)
{
    return strcmp(type, "InvalidPasswordException") == 0 ||
           strcmp(type, "PasswordHistoryPolicyViolationException") == 0 ||
           strcmp(type, "UserLambdaValidationException") == 0;
}
