/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Answers MFA_SETUP: a second factor for somebody who has none and must have
 * one. An authenticator app gets its key on the screen and counts only after
 * the service has taken a code of it; an e-mail address is sent to the
 * service, which asks for a code next.
 */
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "cognito/challenge.h"

/* The key of an authenticator: base32 without padding (API: 16 at least). */
#define KEY_LEAST 16
#define KEY_MOST  256

#define ADDRESS_MOST 254
#define REPEATS      3
#define PICTURES_MAX 6

static const char not_here[] = "a factor cannot be set up here: see enrol";

/* ---- the authenticator app */

static bool
is_key(const char *key)
{
    size_t len = strlen(key);

    if (len < KEY_LEAST || len > KEY_MOST)
        return false;
    for (size_t i = 0; i < len; i++) {
        if (!cog_ascii_is_upper(key[i]) && (key[i] < '2' || key[i] > '7'))
            return false;
    }
    return true;
}

/* Append text, what is no letter, digit or "-._~" as %XX (RFC 3986). */
static int
append_encoded(struct cog_secret *uri, const char *text)
{
    static const char digits[] = "0123456789ABCDEF";
    int error = 0;

    for (; error == 0 && *text != '\0'; text++) {
        unsigned char byte = (unsigned char) *text;
        char code[3] = {'%', digits[byte >> 4], digits[byte & 15]};

        if (cog_ascii_is_alnum(*text) || strchr("-._~", *text) != NULL)
            error = cog_secret_append(uri, text, 1);
        else
            error = cog_secret_append(uri, code, sizeof code);
    }
    return error;
}

/*
 * otpauth://totp/POOL:NAME?secret=KEY, as authenticator apps read it. The
 * issuer stands before the name only: once more as a parameter, the code
 * would not fit a screen.
 */
static enum cog_status
make_uri(const struct cog_flow *flow, const struct cog_secret *key,
         struct cog_secret *uri)
{
    static const char begin[] = "otpauth://totp/", middle[] = "?secret=";
    int error = cog_secret_set_text(uri, begin);

    if (error == 0)
        error = append_encoded(uri, flow->settings->pool_id);
    if (error == 0)
        error = cog_secret_append(uri, ":", 1);
    if (error == 0)
        error = append_encoded(uri, flow->settings->sign_in_name);
    if (error == 0)
        error = cog_secret_append(uri, middle, sizeof middle - 1);
    if (error == 0)
        error = cog_secret_append(uri, key->data, key->len);
    return error == 0 ? COG_OK : COG_NO_MEMORY;
}

/* "    ABCD EFGH ...": easier to copy by hand. */
static enum cog_status
tell_key(struct cog_flow *flow, const struct cog_secret *key)
{
    cog_cleanup_secret struct cog_secret line = COG_SECRET_EMPTY;
    int error = cog_secret_set_text(&line, "   ");

    for (size_t i = 0; error == 0 && i < key->len; i++) {
        if (i % 4 == 0)
            error = cog_secret_append(&line, " ", 1);
        if (error == 0)
            error = cog_secret_append(&line, key->data + i, 1);
    }
    if (error != 0)
        return COG_NO_MEMORY;
    return cog_flow_tell(flow, COG_TELL_INFO, line.data);
}

/* The text first: where lines run away, the code stays in sight. */
static enum cog_status
show_key(struct cog_flow *flow, const struct cog_secret *key,
         const struct cog_secret *uri)
{
    char account[COG_PROMPT_SIZE];
    enum cog_status status;

    (void) snprintf(account, sizeof account,
                    "Account %s of %s, key:", flow->settings->sign_in_name,
                    flow->settings->pool_id);
    status = cog_flow_tell(
        flow, COG_TELL_INFO,
        flow->key_shown
            ? "That took too long, and the key is no longer valid. "
              "Remove it from the app and take this one:"
            : "You need an authenticator app. Add this account to it:");
    if (status == COG_OK)
        status = cog_flow_tell(flow, COG_TELL_INFO, account);
    if (status == COG_OK)
        status = tell_key(flow, key);
    if (status == COG_OK)
        status = cog_flow_tell(
            flow, COG_TELL_INFO,
            "Should the app not read the picture: i draws it inverse, "
            "a in ASCII.");
    if (status == COG_OK)
        status = cog_flow_tell(flow, COG_TELL_QR, uri->data);
    flow->key_shown = true;
    return status;
}

static enum cog_status
take_key(struct cog_flow *flow, struct cog_secret *key)
{
    cog_cleanup_json struct cog_json *reply = NULL;
    const char *text;
    enum cog_status status =
        cog_flow_call(flow, "AssociateSoftwareToken", NULL, 0, &reply);

    if (status != COG_OK)
        return status;
    if (cog_json_text(reply, "SecretCode", KEY_MOST, &text) != COG_OK ||
        !is_key(text))
        return COG_PROTOCOL;
    return cog_secret_set_text(key, text) == 0 ? COG_OK : COG_NO_MEMORY;
}

/* What is typed in place of a code to see the picture otherwise. */
static bool
wants_picture(const struct cog_secret *typed, enum cog_tell_kind *kind)
{
    if (typed->len != 1)
        return false;
    switch (cog_ascii_to_lower(typed->data[0])) {
    case 'i':
        *kind = COG_TELL_QR_INVERSE;
        return true;
    case 'a':
        *kind = COG_TELL_QR_ASCII;
        return true;
    default:
        return false;
    }
}

static enum cog_status
ask_code(struct cog_flow *flow, const struct cog_secret *uri,
         struct cog_secret *code)
{
    for (int pictures = 0;; pictures++) {
        cog_cleanup_secret struct cog_secret typed = COG_SECRET_EMPTY;
        enum cog_tell_kind kind = COG_TELL_QR;
        enum cog_status status = cog_flow_ask(
            flow, COG_ASK_CODE, "Code that the app shows now: ", &typed);

        if (status != COG_OK)
            return status;
        if (pictures == PICTURES_MAX || !wants_picture(&typed, &kind)) {
            cog_secret_move(code, &typed);
            return COG_OK;
        }
        status = cog_flow_tell(flow, kind, uri->data);
        if (status != COG_OK)
            return status;
    }
}

/* One code of the new key. COG_WRONG_CODE also for what is no code. */
static enum cog_status
verify_once(struct cog_flow *flow, const struct cog_secret *uri)
{
    cog_cleanup_secret struct cog_secret code = COG_SECRET_EMPTY;
    cog_cleanup_json struct cog_json *reply = NULL;
    const char *result;
    enum cog_status status = ask_code(flow, uri, &code);

    if (status != COG_OK)
        return status;
    if (!cog_is_code(&code))
        return COG_WRONG_CODE;
    status = cog_flow_may_guess(flow);
    if (status != COG_OK)
        return status;
    status = cog_flow_call(
        flow, "VerifySoftwareToken",
        &(const struct cog_pair){"UserCode", code.data, code.len}, 1, &reply);
    cog_flow_guessed(flow, status);
    if (status != COG_OK)
        return status;
    if (cog_json_text(reply, "Status", 16, &result) != COG_OK)
        return COG_PROTOCOL;
    return strcmp(result, "SUCCESS") == 0 ? COG_OK : COG_WRONG_CODE;
}

static enum cog_status
verify(struct cog_flow *flow, const struct cog_secret *uri)
{
    for (;;) {
        enum cog_status told, status = verify_once(flow, uri);

        if (status != COG_WRONG_CODE && status != COG_CODE_EXPIRED)
            return status;
        if (++flow->wrong_codes >= COG_WRONG_CODES_MAX)
            return status;
        told = cog_flow_tell(flow, COG_TELL_ERROR,
                             "The code is wrong. Wait for the next one.");
        if (told != COG_OK)
            return told;
    }
}

static enum cog_status
set_up_app(struct cog_flow *flow, const struct cog_challenge *challenge,
           struct cog_json **reply)
{
    cog_cleanup_secret struct cog_secret key = COG_SECRET_EMPTY;
    cog_cleanup_secret struct cog_secret uri = COG_SECRET_EMPTY;
    enum cog_status status = take_key(flow, &key);

    if (status == COG_OK)
        status = make_uri(flow, &key, &uri);
    if (status == COG_OK)
        status = show_key(flow, &key, &uri);
    if (status == COG_OK)
        status = verify(flow, &uri);
    if (status != COG_OK)
        return status;
    flow->enrolled = true;
    return cog_flow_respond(flow, challenge->name, NULL, 0, reply);
}

/* ---- e-mail */

/* Something@something, in printable ASCII; the service judges the rest. */
static bool
is_address(const struct cog_secret *text)
{
    const char *at = text->len == 0 ? NULL : strchr(text->data, '@');

    if (at == NULL || at == text->data || text->len > ADDRESS_MOST ||
        at[1] == '\0' || strchr(at + 1, '@') != NULL)
        return false;
    for (size_t i = 0; i < text->len; i++) {
        if (text->data[i] <= ' ' || text->data[i] > '~')
            return false;
    }
    return true;
}

static enum cog_status
set_up_mail(struct cog_flow *flow, const struct cog_challenge *challenge,
            struct cog_json **reply)
{
    for (int tries = 0; tries < REPEATS; tries++) {
        cog_cleanup_secret struct cog_secret address = COG_SECRET_EMPTY;
        enum cog_status status = cog_flow_ask(
            flow, COG_ASK_TEXT, "E-mail address for codes: ", &address);

        if (status != COG_OK)
            return status;
        if (is_address(&address))
            return cog_flow_respond(
                flow, challenge->name,
                &(const struct cog_pair){"EMAIL", address.data, address.len},
                1, reply);
        status =
            cog_flow_tell(flow, COG_TELL_ERROR, "That is no e-mail address.");
        if (status != COG_OK)
            return status;
    }
    return COG_BAD_INPUT;
}

/* ---- which */

/*
 * What can be set up at a prompt. A phone number cannot: the API takes none
 * in answer to MFA_SETUP.
 */
struct way {
    const char *factor; /* as the service offers it, and asks for next */
    const char *choice;
    enum cog_status (*set_up)(struct cog_flow *flow,
                              const struct cog_challenge *challenge,
                              struct cog_json **reply);
};

static const struct way ways[] = {
    {"SOFTWARE_TOKEN_MFA", "Authenticator app", set_up_app},
    {"EMAIL_OTP", "E-mail", set_up_mail},
};

#define WAYS (sizeof ways / sizeof ways[0])

/* Which of our ways are offered, in our order. */
static enum cog_status
read_offers(const struct cog_json *parameters, bool offered[WAYS])
{
    cog_cleanup_json struct cog_json *list = NULL;
    enum cog_status status = cog_challenge_list(parameters, "MFAS_CAN_SETUP",
                                                "MFA_CAN_SETUP", &list);
    bool any = false;

    if (status != COG_OK)
        return status;
    for (size_t i = 0; i < cog_json_count(list); i++) {
        const char *name;

        if (cog_json_text_at(list, i, COG_ATTRIBUTE_KEY_SIZE - 1, &name) !=
            COG_OK)
            continue;
        for (size_t w = 0; w < WAYS; w++) {
            if (strcmp(name, ways[w].factor) == 0)
                offered[w] = any = true;
        }
    }
    return any ? COG_OK : COG_NO_FACTOR;
}

/* The first that is offered, where the person has no choice. */
static const struct way *
only_way(const bool offered[WAYS])
{
    const struct way *found = NULL;

    for (size_t w = 0; w < WAYS; w++) {
        if (!offered[w])
            continue;
        if (found != NULL)
            return NULL;
        found = &ways[w];
    }
    return found;
}

/* Both: as many as the table has, so their numbers are those of the table. */
static enum cog_status
choose(struct cog_flow *flow, const struct way **way)
{
    char prompt[COG_PROMPT_SIZE];
    uint64_t number;

    (void) snprintf(prompt, sizeof prompt,
                    "Second factor to set up: 1 %s, 2 %s: ", ways[0].choice,
                    ways[1].choice);
    for (int tries = 0; tries < REPEATS; tries++) {
        cog_cleanup_secret struct cog_secret answer = COG_SECRET_EMPTY;
        enum cog_status status =
            cog_flow_ask(flow, COG_ASK_CHOICE, prompt, &answer);

        if (status != COG_OK)
            return status;
        if (strlen(answer.data) == answer.len &&
            cog_text_to_number(answer.data, WAYS, &number) == 0 &&
            number > 0) {
            *way = &ways[number - 1];
            return COG_OK;
        }
        status = cog_flow_tell(flow, COG_TELL_ERROR,
                               "That is no number of the list.");
        if (status != COG_OK)
            return status;
    }
    return COG_BAD_INPUT;
}

enum cog_status
cog_answer_set_up(struct cog_flow *flow, const struct cog_challenge *challenge,
                  const struct cog_json *parameters, struct cog_json **reply)
{
    bool offered[WAYS] = {false};
    const struct way *way;
    enum cog_status status;

    if (!flow->settings->enrol) {
        (void) snprintf(flow->rpc.report->challenge,
                        sizeof flow->rpc.report->challenge, "%s",
                        challenge->name);
        flow->rpc.report->detail = not_here;
        return COG_UNSUPPORTED;
    }
    status = read_offers(parameters, offered);
    if (status != COG_OK)
        return status;
    way = only_way(offered);
    if (way == NULL)
        status = choose(flow, &way);
    if (status == COG_OK)
        status = way->set_up(flow, challenge, reply);
    if (status == COG_OK)
        flow->expected = cog_challenge_find(way->factor);
    return status;
}
