/* SPDX-License-Identifier: Apache-2.0 */
/* The table of challenges; see the header. */
#include "cognito/challenge.h"

#include <string.h>

/*
 * Not here, and so refused by name: SELECT_CHALLENGE, PASSWORD, PASSWORD_SRP,
 * ADMIN_NO_SRP_AUTH, and what comes.
 */
static const struct cog_challenge challenges[] = {
    {
        .name = "PASSWORD_VERIFIER",
        .kind = COG_REPLY_PROOF,
        .answer = cog_answer_password,
    },
    {
        .name = "NEW_PASSWORD_REQUIRED",
        .kind = COG_REPLY_NEW_PASSWORD,
        .answer = cog_answer_new_password,
    },
    {
        .name = "SELECT_MFA_TYPE",
        .kind = COG_REPLY_SELECT,
        .answer = cog_answer_select,
    },
    {
        .name = "SOFTWARE_TOKEN_MFA",
        .kind = COG_REPLY_CODE,
        .answer = cog_answer_code,
        .code_key = "SOFTWARE_TOKEN_MFA_CODE",
        .prompt = "Code from your authenticator app",
        .choice = "Authenticator app",
    },
    {
        .name = "SMS_MFA",
        .kind = COG_REPLY_CODE,
        .answer = cog_answer_code,
        .code_key = "SMS_MFA_CODE",
        .prompt = "Code sent by text message",
        .choice = "Text message",
        .by_message = true,
    },
    {
        .name = "EMAIL_OTP",
        .kind = COG_REPLY_CODE,
        .answer = cog_answer_code,
        .code_key = "EMAIL_OTP_CODE",
        .prompt = "Code sent by e-mail",
        .choice = "E-mail",
        .by_message = true,
    },
    {
        .name = "SMS_OTP",
        .kind = COG_REPLY_CODE,
        .answer = cog_answer_code,
        .code_key = "SMS_OTP_CODE",
        .prompt = "Code sent by text message",
        .choice = "Text message",
        .by_message = true,
    },
    {
        .name = "MFA_SETUP",
        .kind = COG_REPLY_SET_UP,
        .answer = cog_answer_set_up,
    },
    {
        .name = "CUSTOM_CHALLENGE",
        .kind = COG_REPLY_CUSTOM,
        .answer = cog_answer_custom,
    },
    {
        .name = "DEVICE_SRP_AUTH",
        .refused = "a server is not a person's device: none is remembered",
    },
    {
        .name = "DEVICE_PASSWORD_VERIFIER",
        .refused = "a server is not a person's device: none is remembered",
    },
    {
        .name = "WEB_AUTHN",
        .refused = "a passkey needs a browser",
    },
};

const struct cog_challenge *
cog_challenge_find(const char *name)
{
    for (size_t i = 0; i < sizeof challenges / sizeof challenges[0]; i++) {
        if (strcmp(challenges[i].name, name) == 0)
            return &challenges[i];
    }
    return NULL;
}

const char *
cog_challenge_parameter(const struct cog_json *parameters, const char *key,
                        size_t max)
{
    const char *text = NULL;

    if (parameters == NULL ||
        cog_json_text(parameters, key, max, &text) != COG_OK)
        return NULL;
    return text;
}

enum cog_status
cog_challenge_list(const struct cog_json *parameters, const char *key,
                   const char *other_key, struct cog_json **list)
{
    const char *text =
        cog_challenge_parameter(parameters, key, COG_PARAMETER_MAX);

    if (text == NULL)
        text =
            cog_challenge_parameter(parameters, other_key, COG_PARAMETER_MAX);
    return text == NULL ? COG_PROTOCOL
                        : cog_json_parse_array(text, strlen(text), list);
}
