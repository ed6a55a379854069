/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cognito/login: a service that answers anything, one line of the input at
 * a time, must never get anybody in. The first byte of a line chooses what
 * comes with it: an error's status, a type in the header, a dead connection.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cognito/login.h"
#include "tests/fuzz/target.h"

struct input {
    const char *at;
    const char *end;
    unsigned asked;
};

static int64_t
unix_s(void)
{
    return 1795266123;
}

static int64_t
monotonic_ms(void)
{
    return 1000;
}

static enum cog_status
fill(char what, const char *line, size_t len, struct cog_response *response)
{
    struct cog_response filled = {.http_status = 200, .date_s = 1795266123};

    if (what == 'L')
        return COG_LOST;
    if (what == 'N')
        return COG_NETWORK;
    if (what == 'E')
        filled.http_status = 400;
    if (what == 'H') {
        filled.http_status = 400;
        (void) snprintf(filled.error_type, sizeof filled.error_type, "%.*s",
                        (int) len, line);
    }
    if (cog_secret_set(&filled.body, line, len) != 0)
        return COG_NO_MEMORY;
    *response = filled;
    return COG_OK;
}

static enum cog_status
post(void *context, const struct cog_request *request,
     struct cog_response *response)
{
    struct input *input = context;
    const char *line = input->at, *next;

    if (request->hold != NULL) {
        enum cog_status held = request->hold(request->hold_context);

        if (held != COG_OK)
            return held;
    }
    if (line == input->end)
        return COG_NETWORK;
    next = memchr(line, '\n', (size_t) (input->end - line));
    if (next == NULL)
        next = input->end;
    input->at = next < input->end ? next + 1 : next;
    if (line == next)
        return COG_PROTOCOL;
    return fill(*line, line + 1, (size_t) (next - line - 1), response);
}

static void
set_deadline(void *context, int64_t deadline_ms)
{
    (void) context;
    (void) deadline_ms;
}

/* An answer that leads on, whatever the question. */
static const char *
answer_of(enum cog_ask_kind kind, const char *prompt)
{
    switch (kind) {
    case COG_ASK_PASSWORD:
        return "Correct-Horse-7";
    case COG_ASK_NEW_PASSWORD:
        return "Better-Horse-7";
    case COG_ASK_CODE:
        return "123456";
    case COG_ASK_CHOICE:
        return "1";
    default:
        return strstr(prompt, "address") != NULL ? "a@b.example" : "yes";
    }
}

/* Prompts and told texts are one printable line, whatever the service says. */
static void
check_line(const char *text)
{
    size_t len = strlen(text);

    if (len >= COG_PROMPT_SIZE)
        abort();
    for (size_t i = 0; i < len; i++) {
        if ((unsigned char) text[i] < 0x20 || text[i] == 0x7f)
            abort();
    }
}

static enum cog_status
ask(void *context, enum cog_ask_kind kind, const char *prompt,
    struct cog_secret *answer)
{
    struct input *input = context;

    check_line(prompt);
    if (++input->asked > 200)
        abort();
    return cog_secret_set_text(answer, answer_of(kind, prompt)) == 0
               ? COG_OK
               : COG_NO_MEMORY;
}

static enum cog_status
tell(void *context, enum cog_tell_kind kind, const char *text)
{
    (void) context;
    (void) kind;
    check_line(text);
    return COG_OK;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct cog_identity identity;
    static const struct cog_login_settings settings = {
        .pool_id = "eu-west-1_Ab3dEfGh9",
        .issuer = {"https://cognito-idp.eu-west-1.amazonaws.com/"
                   "eu-west-1_Ab3dEfGh9"},
        .client_id = "client1",
        .sign_in_name = "alice",
        .timeout_ms = 10000,
        .enrol = true,
        .recover = true,
    };
    struct input input = {(const char *) data, (const char *) data + size, 0};
    const struct cog_transport transport = {
        .post = post, .set_deadline = set_deadline, .context = &input};
    const struct cog_conversation person = {ask, tell, &input};
    const struct cog_clock clock = {unix_s, monotonic_ms, NULL};
    struct cog_keys keys = {.pinned = false};
    struct cog_report report = {.detail = NULL};
    struct cog_login *login = NULL;

    if (cog_login_new(&settings, &transport, &person, &clock, &login) !=
        COG_OK)
        return 0;
    if (cog_login_run(login, &keys, &report, &identity) == COG_OK)
        abort();
    check_line(report.message);
    check_line(report.person);
    cog_login_free(login);
    cog_secret_clear(&keys.jwks);
    return 0;
}
