/* SPDX-License-Identifier: Apache-2.0 */
/* cognito/error, cognito/pool and cognito/status: tables of small facts. */
#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "cognito/error.h"
#include "cognito/pool.h"
#include "cognito/status.h"

static void
test_types(void **state)
{
    /* The reference's table 7.1 and 7.2. */
    static const struct {
        const char *type, *message;
        enum cog_status status;
    } cases[] = {
        {"NotAuthorizedException", "Incorrect username or password.",
         COG_BAD_CREDENTIALS},
        {"NotAuthorizedException", "", COG_BAD_CREDENTIALS},
        {"NotAuthorizedException", "some new text", COG_BAD_CREDENTIALS},
        {"NotAuthorizedException", "Password attempts exceeded", COG_LOCKED},
        {"NotAuthorizedException", "User is disabled.", COG_DISABLED},
        {"NotAuthorizedException", "USER IS DISABLED", COG_DISABLED},
        {"NotAuthorizedException",
         "Temporary password has expired and must be reset by an "
         "administrator.",
         COG_TEMPORARY_EXPIRED},
        {"NotAuthorizedException", "Invalid session for the user.",
         COG_SESSION_EXPIRED},
        {"NotAuthorizedException",
         "Invalid session for the user, session is expired.",
         COG_SESSION_EXPIRED},
        {"NotAuthorizedException", "Unable to verify secret hash for client X",
         COG_MISCONFIGURED},
        {"NotAuthorizedException",
         "SecretHash does not match for the client: X", COG_MISCONFIGURED},
        {"NotAuthorizedException",
         "Client X is configured with secret but SECRET_HASH was not "
         "received",
         COG_MISCONFIGURED},
        {"NotAuthorizedException",
         "Client X is configured for secret but secret was not received",
         COG_MISCONFIGURED},
        {"NotAuthorizedException", "Access Token has expired", COG_TOKEN},
        {"NotAuthorizedException", "Invalid Access Token", COG_TOKEN},
        {"NotAuthorizedException",
         "Access Token does not have required scopes", COG_MISCONFIGURED},
        {"NotAuthorizedException",
         "Unable to login because of security reasons.", COG_BLOCKED},
        {"NotAuthorizedException",
         "Request not allowed due to security reasons.", COG_BLOCKED},
        {"UserNotFoundException", "User does not exist.", COG_BAD_CREDENTIALS},
        {"ResourceNotFoundException",
         "Username/client id combination not found.", COG_BAD_CREDENTIALS},
        {"ResourceNotFoundException", "User pool client X does not exist.",
         COG_MISCONFIGURED},
        {"UserNotConfirmedException", "User is not confirmed.",
         COG_NOT_CONFIRMED},
        {"PasswordResetRequiredException",
         "Password reset required for the user", COG_RESET_REQUIRED},
        {"InvalidPasswordException", "too short", COG_POLICY},
        {"PasswordHistoryPolicyViolationException", "", COG_HISTORY},
        {"CodeMismatchException", "", COG_WRONG_CODE},
        {"ExpiredCodeException",
         "Your software token has already been used once.", COG_CODE_EXPIRED},
        {"SoftwareTokenMFANotFoundException", "", COG_NO_FACTOR},
        {"MFAMethodNotFoundException", "", COG_NO_FACTOR},
        {"LimitExceededException", "", COG_LIMIT},
        {"TooManyFailedAttemptsException", "", COG_LIMIT},
        {"TooManyRequestsException", "", COG_THROTTLED},
        {"ThrottlingException", "", COG_THROTTLED},
        {"InternalErrorException", "", COG_SERVICE},
        {"CodeDeliveryFailureException", "", COG_SERVICE},
        {"UnexpectedLambdaException", "", COG_SERVICE},
        {"InvalidLambdaResponseException", "", COG_SERVICE},
        {"UserLambdaValidationException", "no", COG_BLOCKED},
        {"ForbiddenException", "", COG_BLOCKED},
        {"InvalidUserPoolConfigurationException", "", COG_MISCONFIGURED},
        {"UnsupportedOperationException", "", COG_MISCONFIGURED},
        {"OperationNotEnabledException", "", COG_MISCONFIGURED},
        {"AliasExistsException", "", COG_BAD_INPUT},
        {"InvalidParameterException",
         "USER_SRP_AUTH is not enabled for the client.", COG_MISCONFIGURED},
        {"InvalidParameterException", "Missing required parameter USERNAME",
         COG_INTERNAL},
        {"InvalidParameterException",
         "1 validation error detected: Value at 'password' failed",
         COG_BAD_INPUT},
        {"InvalidParameterException",
         "Custom auth lambda trigger is not configured for the user pool.",
         COG_MISCONFIGURED},
        {"InvalidParameterException", "", COG_MISCONFIGURED},
        {"", "", COG_SERVICE},
        {"17", "", COG_SERVICE},
        {"notauthorizedexception", "", COG_SERVICE},
        {"NotAuthorizedExceptions", "", COG_SERVICE},
        {"COG_OK", "", COG_SERVICE},
    };

    (void) state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        if (cog_error_status(cases[i].type, cases[i].message) !=
            cases[i].status)
            fail_msg("%s: %s", cases[i].type, cases[i].message);
    }
}

static void
test_raw_types(void **state)
{
    static const char *const cases[][2] = {
        {"NotAuthorizedException", "NotAuthorizedException"},
        {"NotAuthorizedException:", "NotAuthorizedException"},
        {"NotAuthorizedException:http://x/#y", "NotAuthorizedException"},
        {"com.amazonaws#NotAuthorizedException", "NotAuthorizedException"},
        {"a#b#X:c", "X"},
        {"", ""},
        {":", ""},
        {"#", ""},
        {"a#", ""},
        {"Not Authorized", ""},
        {"X\n", ""},
        {"\xc3\xa4", ""},
    };
    char out[COG_ERROR_TYPE_SIZE], *huge = malloc(10001);

    (void) state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        cog_error_type(cases[i][0], out);
        assert_string_equal(out, cases[i][1]);
    }
    assert_non_null(huge);
    memset(huge, 'X', 10000);
    huge[10000] = '\0';
    cog_error_type(huge, out);
    assert_string_equal(out, "");
    huge[COG_ERROR_TYPE_SIZE] = '\0';
    cog_error_type(huge, out);
    assert_string_equal(out, "");
    huge[COG_ERROR_TYPE_SIZE - 1] = '\0';
    cog_error_type(huge, out);
    assert_string_equal(out, huge);
    free(huge);
}

static void
test_quoting(void **state)
{
    (void) state;
    assert_false(cog_error_may_log(
        "InvalidParameterException",
        "1 validation error detected: Value at 'password' is not enabled"));
    assert_false(cog_error_may_log("InvalidParameterException", "unknown"));
    assert_true(
        cog_error_may_log("InvalidParameterException",
                          "USER_SRP_AUTH is not enabled for the client."));
    /* Whatever the type: what the service quotes, what it never told us of,
       what is about the password or an attribute. */
    assert_false(cog_error_may_log(
        "ValidationException",
        "1 validation error detected: Value 'x' at 'newPassword' failed"));
    assert_false(cog_error_may_log("NotAuthorizedException",
                                   "Value 'x' at 'password' failed"));
    assert_false(cog_error_may_log("NeverHeardOfException", "x"));
    assert_false(cog_error_may_log("", "x"));
    assert_false(cog_error_may_log("InvalidPasswordException", "too short"));
    assert_false(cog_error_may_log("AliasExistsException", "x"));
    assert_true(cog_error_may_log("CodeMismatchException", "Invalid code"));
    assert_true(cog_error_may_log("NotAuthorizedException",
                                  "Incorrect username or password."));
}

static void
test_http(void **state)
{
    (void) state;
    assert_int_equal(cog_error_http(429), COG_THROTTLED);
    assert_int_equal(cog_error_http(503), COG_SERVICE);
    assert_int_equal(cog_error_http(403), COG_BLOCKED);
    for (int status = 0; status < 1000; status++)
        assert_true(status == 200 || cog_error_http(status) != COG_OK);
}

static void
test_status_names(void **state)
{
    (void) state;
    assert_int_equal(COG_INTERNAL, 0);
    for (int i = 0; i < COG_STATUS_COUNT; i++) {
        assert_non_null(cog_status_name((enum cog_status) i));
        for (int j = 0; j < i; j++)
            assert_string_not_equal(cog_status_name((enum cog_status) i),
                                    cog_status_name((enum cog_status) j));
    }
    assert_string_equal(cog_status_name((enum cog_status) - 1), "internal");
    assert_string_equal(cog_status_name(COG_STATUS_COUNT), "internal");
}

static void
test_pool_ids(void **state)
{
    static const char *const bad[] = {
        "",
        "eu-west-1",
        "eu-west-1_",
        "_Abc",
        "-eu_Abc",
        "eu-_Abc",
        "EU-west_Abc",
        "eu/west_Abc",
        "eu@west_Abc",
        "eu#west_Abc",
        "eu.west_Abc",
        "eu-west-1_A/b",
        "eu-west-1_A_b",
        "eu-west-1_A b",
        "eu west_Abc",
        "eu-west-1_A\n",
        "eu-west-1_aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
    };

    (void) state;
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        assert_false(cog_pool_id_is_valid(bad[i]));
    assert_true(cog_pool_id_is_valid("eu-west-1_Ab3dEfGh9"));
    assert_string_equal(cog_pool_name("eu-west-1_Ab3dEfGh9"), "Ab3dEfGh9");
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        {"P47: each error type and text has its meaning, unknown ones deny",
         test_types, NULL, NULL, NULL},
        {"P47: a type is cut to its bare name, what is none is empty",
         test_raw_types, NULL, NULL, NULL},
        {"P93: texts that may quote what was typed are not for logs",
         test_quoting, NULL, NULL, NULL},
        {"without a type no HTTP status means success", test_http, NULL, NULL,
         NULL},
        {"P1: zero is no outcome, and every outcome has its own word",
         test_status_names, NULL, NULL, NULL},
        {"P44: only a validated region gets into a host name", test_pool_ids,
         NULL, NULL, NULL},
    };

    return cmocka_run_group_tests_name("cognito/error", tests, NULL, NULL);
}
