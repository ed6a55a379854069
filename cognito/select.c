/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Answers SELECT_MFA_TYPE: which of several second factors. Only one that
 * was offered and that we can do is ever taken (P6).
 */
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "cognito/challenge.h"

#define OFFERS_MAX 16
#define REPEATS    3

/* An offered factor that we can do. */
struct offer {
    char text[COG_ATTRIBUTE_KEY_SIZE]; /* as offered: sent back verbatim */
    const struct cog_challenge *leads_to;
};

struct offers {
    struct offer list[OFFERS_MAX];
    size_t count;
};

/* The API's text says EMAIL_MFA where its lists have EMAIL_OTP. */
static const struct cog_challenge *
factor_of(const char *text)
{
    const struct cog_challenge *found = cog_challenge_find(
        strcmp(text, "EMAIL_MFA") == 0 ? "EMAIL_OTP" : text);

    return found != NULL && found->kind == COG_REPLY_CODE ? found : NULL;
}

static enum cog_status
read_offers(const struct cog_json *parameters, struct offers *offers)
{
    cog_cleanup_json struct cog_json *list = NULL;
    enum cog_status status = cog_challenge_list(parameters, "MFAS_CAN_CHOOSE",
                                                "MFAS_CAN_SELECT", &list);

    if (status != COG_OK)
        return status;
    for (size_t i = 0; i < cog_json_count(list); i++) {
        struct offer *offer = &offers->list[offers->count];
        const char *name;

        /* What we cannot do, or is no name at all, is not offered on. */
        if (cog_json_text_at(list, i, sizeof offer->text - 1, &name) !=
                COG_OK ||
            factor_of(name) == NULL || offers->count == OFFERS_MAX - 1)
            continue;
        memcpy(offer->text, name, strlen(name) + 1);
        offer->leads_to = factor_of(name);
        offers->count++;
    }
    return offers->count > 0 ? COG_OK : COG_NO_FACTOR;
}

/*
 * The list stands in the prompt itself: sudo passes PAM_SILENT, with which
 * a text told beside it is not shown.
 */
static void
write_prompt(const struct offers *offers, char prompt[COG_PROMPT_SIZE])
{
    size_t used = 0;

    prompt[0] = '\0';
    for (size_t i = 0; i < offers->count; i++) {
        int added = snprintf(prompt + used, COG_PROMPT_SIZE - used, "%zu %s%s",
                             i + 1, offers->list[i].leads_to->choice,
                             i + 1 < offers->count ? ", " : ": ");

        if (added < 0 || (size_t) added >= COG_PROMPT_SIZE - used)
            return;
        used += (size_t) added;
    }
}

/* One number of the list, asked until it is one. */
static enum cog_status
ask_choice(struct cog_flow *flow, const struct offers *offers, size_t *choice)
{
    char prompt[COG_PROMPT_SIZE];
    enum cog_status status = COG_OK;

    write_prompt(offers, prompt);
    for (int repeats = 0; status == COG_OK && repeats <= REPEATS; repeats++) {
        cog_cleanup_secret struct cog_secret answer = COG_SECRET_EMPTY;
        uint64_t number;

        status = cog_flow_ask(flow, COG_ASK_CHOICE, prompt, &answer);
        if (status != COG_OK)
            break;
        if (strlen(answer.data) == answer.len &&
            cog_text_to_number(answer.data, offers->count, &number) == 0 &&
            number > 0) {
            *choice = (size_t) number - 1;
            return COG_OK;
        }
        status = cog_flow_tell(flow, COG_TELL_ERROR,
                               "That is no number of the list.");
    }
    return status == COG_OK ? COG_BAD_INPUT : status;
}

/* What was chosen in the flow that this one renews; offers->count if none. */
static size_t
find_choice(const struct cog_flow *flow, const struct offers *offers)
{
    size_t i;

    for (i = 0; i < offers->count; i++) {
        if (strcmp(offers->list[i].text, flow->factor) == 0)
            break;
    }
    return i;
}

enum cog_status
cog_answer_select(struct cog_flow *flow, const struct cog_challenge *challenge,
                  const struct cog_json *parameters, struct cog_json **reply)
{
    struct offers offers = {.count = 0};
    const struct offer *chosen;
    size_t choice = 0;
    enum cog_status status = read_offers(parameters, &offers);

    if (status != COG_OK)
        return status;
    if (offers.count > 1) {
        choice = find_choice(flow, &offers);
        if (choice == offers.count)
            status = ask_choice(flow, &offers, &choice);
        if (status != COG_OK)
            return status;
    }
    chosen = &offers.list[choice];
    memcpy(flow->factor, chosen->text, sizeof flow->factor);
    flow->expected = chosen->leads_to;
    return cog_flow_respond(
        flow, challenge->name,
        &(const struct cog_pair){"ANSWER", chosen->text, strlen(chosen->text)},
        1, reply);
}
