/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Answers CUSTOM_CHALLENGE: a question that the pool's owner wrote. Asked
 * with echo on, like everything that is not the password: where a host
 * answers each hidden prompt with the password it holds, that must not reach
 * a function of somebody's (P56).
 */
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "cognito/challenge.h"

#define TRIES 3

/* Bytes of a question that are read, and that are shown. */
#define QUESTION_MAX   1024
#define QUESTION_SHOWN 256

/*
 * Where the question stands is the owner's choice, as the API gives the
 * parameters no names; documented in pam_cognito(8).
 */
static const char *
find_question(const struct cog_json *parameters)
{
    static const char *const keys[] = {"question", "prompt", "message"};

    for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++) {
        const char *text =
            cog_challenge_parameter(parameters, keys[i], QUESTION_MAX);

        if (text != NULL && *text != '\0')
            return text;
    }
    return NULL;
}

static void
write_prompt(const struct cog_json *parameters, char out[COG_PROMPT_SIZE])
{
    char shown[QUESTION_SHOWN];
    const char *question = find_question(parameters);
    size_t len;

    if (question == NULL) {
        (void) snprintf(out, COG_PROMPT_SIZE, "Answer: ");
        return;
    }
    cog_text_for_person(question, strlen(question), shown, sizeof shown);
    len = strlen(shown);
    while (len > 0 && (shown[len - 1] == ' ' || shown[len - 1] == ':'))
        shown[--len] = '\0';
    (void) snprintf(out, COG_PROMPT_SIZE, "%s: ", shown);
}

/* An answer that can be sent; what cannot is asked for again. */
static enum cog_status
ask(struct cog_flow *flow, const char *prompt, struct cog_secret *answer)
{
    for (int tries = 0; tries < TRIES; tries++) {
        cog_cleanup_secret struct cog_secret given = COG_SECRET_EMPTY;
        enum cog_status status =
            cog_flow_ask(flow, COG_ASK_TEXT, prompt, &given);

        if (status != COG_OK)
            return status;
        if (given.len > 0 && !cog_text_has_control(given.data, given.len) &&
            cog_text_is_utf8(given.data, given.len)) {
            cog_secret_move(answer, &given);
            return COG_OK;
        }
        status = cog_flow_tell(flow, COG_TELL_ERROR, "That is no answer.");
        if (status != COG_OK)
            return status;
    }
    return COG_BAD_INPUT;
}

enum cog_status
cog_answer_custom(struct cog_flow *flow, const struct cog_challenge *challenge,
                  const struct cog_json *parameters, struct cog_json **reply)
{
    cog_cleanup_secret struct cog_secret answer = COG_SECRET_EMPTY;
    char prompt[COG_PROMPT_SIZE];
    enum cog_status status;

    write_prompt(parameters, prompt);
    status = ask(flow, prompt, &answer);
    if (status != COG_OK)
        return status;
    return cog_flow_guess(
        flow, challenge->name,
        &(const struct cog_pair){"ANSWER", answer.data, answer.len}, 1, reply);
}
