/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Answers the second factors: a code from an authenticator app, a text
 * message or an e-mail. Codes are asked with echo on and sent only if they
 * look like one, so that nobody's password ends up here (P56).
 */
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "cognito/challenge.h"

#define CODE_LEAST 6
#define CODE_MOST  8

/* "Code sent by e-mail to j***@e***: ", its foreign part made printable. */
static void
write_prompt(const struct cog_challenge *challenge,
             const struct cog_json *parameters, char out[COG_PROMPT_SIZE])
{
    char where[128];
    const char *destination =
        cog_challenge_parameter(parameters, "CODE_DELIVERY_DESTINATION", 1024);

    if (!challenge->by_message || destination == NULL ||
        *destination == '\0') {
        (void) snprintf(out, COG_PROMPT_SIZE, "%s: ", challenge->prompt);
        return;
    }
    cog_text_for_person(destination, strlen(destination), where, sizeof where);
    (void) snprintf(out, COG_PROMPT_SIZE, "%s to %s: ", challenge->prompt,
                    where);
}

bool
cog_is_code(const struct cog_secret *code)
{
    if (code->len < CODE_LEAST || code->len > CODE_MOST)
        return false;
    for (size_t i = 0; i < code->len; i++) {
        if (!cog_ascii_is_digit(code->data[i]))
            return false;
    }
    return true;
}

/*
 * Send one code. While its fate is open (session expired, answer lost) it
 * stays kept for the same challenge of a renewed flow.
 */
static enum cog_status
send_code(struct cog_flow *flow, const struct cog_challenge *challenge,
          const struct cog_secret *code, struct cog_json **reply)
{
    enum cog_status status = COG_OK;

    if (!challenge->by_message)
        status = cog_flow_keep_answer(flow, challenge->name, code);
    if (status == COG_OK)
        status =
            cog_flow_guess(flow, challenge->name,
                           &(const struct cog_pair){challenge->code_key,
                                                    code->data, code->len},
                           1, reply);
    if (status != COG_SESSION_EXPIRED && status != COG_LOST)
        cog_flow_forget_answer(flow);
    return status;
}

/* Ask (or take the kept one) and send. */
static enum cog_status
try_code(struct cog_flow *flow, const struct cog_challenge *challenge,
         const char *prompt, struct cog_json **reply)
{
    cog_cleanup_secret struct cog_secret code = COG_SECRET_EMPTY;

    if (!cog_flow_take_answer(flow, challenge->name, &code)) {
        enum cog_status status =
            cog_flow_ask(flow, COG_ASK_CODE, prompt, &code);

        if (status != COG_OK)
            return status;
    }
    if (!cog_is_code(&code))
        return COG_WRONG_CODE; /* never sent */
    return send_code(flow, challenge, &code, reply);
}

enum cog_status
cog_answer_code(struct cog_flow *flow, const struct cog_challenge *challenge,
                const struct cog_json *parameters, struct cog_json **reply)
{
    char prompt[COG_PROMPT_SIZE];
    enum cog_status told = COG_OK;

    /* The code that proved a new key is used up. */
    if (flow->enrolled && !challenge->by_message)
        told = cog_flow_tell(flow, COG_TELL_INFO,
                             "Wait for the next code of the app.");
    if (told != COG_OK)
        return told;
    write_prompt(challenge, parameters, prompt);
    for (;;) {
        enum cog_status status = try_code(flow, challenge, prompt, reply);
        const char *text = "The code is wrong.";

        if (status == COG_CODE_EXPIRED) {
            /* One that was sent is gone with its flow: begin again. */
            if (challenge->by_message)
                return COG_SESSION_EXPIRED;
            text = "This code is no longer valid. Wait for the next one.";
        } else if (status != COG_WRONG_CODE) {
            return status;
        }
        if (++flow->wrong_codes >= COG_WRONG_CODES_MAX)
            return status;
        told = cog_flow_tell(flow, COG_TELL_ERROR, text);
        if (told != COG_OK)
            return told;
    }
}
