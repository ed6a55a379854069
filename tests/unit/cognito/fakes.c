/* SPDX-License-Identifier: Apache-2.0 */
/* Fake service, person and clock; see the header. */
#include "tests/unit/cognito/fakes.h"

#include <stdarg.h>
#include <setjmp.h>
#include <cmocka.h>
#include <json-c/json.h>
#include <stdio.h>
#include <string.h>

#include "tests/unit/cognito/fake_token.h"

static int64_t now_ms;

const char fake_proof_wanted[] =
    "{\"ChallengeName\":\"PASSWORD_VERIFIER\",\"ChallengeParameters\":{"
    "\"SALT\":\"8ce8291892390f6b53a245933faf6164\","
    "\"SRP_B\":\"123456789abcdef0123456789abcdef\","
    "\"SECRET_BLOCK\":\"AAECAwQF\","
    "\"USERNAME\":\"alice\",\"USER_ID_FOR_SRP\":\"alice\"}}";

static int64_t
unix_s(void)
{
    return FAKE_START_S + now_ms / 1000;
}

static int64_t
monotonic_ms(void)
{
    return 5000000 + now_ms;
}

void
fake_sleep(int64_t ms)
{
    now_ms += ms;
}

struct cog_clock
fake_clock(void)
{
    return (struct cog_clock){unix_s, monotonic_ms, fake_sleep};
}

static void
note_call(struct fake_world *world, const struct cog_request *request)
{
    struct fake_call *call = &world->calls[world->call_count++];

    assert_true(world->call_count < FAKE_MOST);
    (void) snprintf(call->operation, sizeof call->operation, "%s",
                    request->operation != NULL ? request->operation : "GET");
    (void) snprintf(call->path, sizeof call->path, "%s", request->path);
    if (request->body != NULL)
        (void) cog_secret_copy(&call->body, request->body);
}

/* What is scripted, or the habit. */
static struct fake_answer
next_answer(struct fake_world *world, const struct cog_request *request)
{
    struct fake_answer answer = {.http_status = 500};

    if (request->operation == NULL) {
        if (world->jwks.len > 0)
            answer = (struct fake_answer){.body = world->jwks.data};
        return answer;
    }
    if (world->answer_count > 0) {
        answer = world->answers[0];
        world->answer_count--;
        memmove(world->answers, world->answers + 1,
                world->answer_count * sizeof answer);
    }
    return answer;
}

static enum cog_status
fill_response(struct fake_world *world, const struct fake_answer *answer,
              struct cog_response *response)
{
    struct cog_response filled = {.http_status = 200};

    if (answer->http_status != 0)
        filled.http_status = answer->http_status;
    if (answer->body != NULL &&
        cog_secret_set_text(&filled.body, answer->body) != 0)
        return COG_NO_MEMORY;
    if (answer->error_type != NULL)
        (void) snprintf(filled.error_type, sizeof filled.error_type, "%s",
                        answer->error_type);
    (void) snprintf(filled.request_id, sizeof filled.request_id, "request-%zu",
                    world->call_count);
    if (world->has_date)
        filled.date_s = unix_s() + world->date_offset_s;
    *response = filled;
    return COG_OK;
}

static enum cog_status
post(void *context, const struct cog_request *request,
     struct cog_response *response)
{
    struct fake_world *world = context;
    struct fake_answer answer;
    enum cog_status held;

    if (world->connections_refused > 0) {
        world->connections_refused--;
        return COG_NETWORK;
    }
    if (request->hold != NULL) {
        held = request->hold(request->hold_context);
        if (held != COG_OK)
            return held;
    }
    note_call(world, request);
    answer = next_answer(world, request);
    now_ms += answer.takes_ms;
    if (monotonic_ms() > world->deadline_ms)
        return COG_TIMEOUT;
    if (answer.transport != COG_INTERNAL)
        return answer.transport;
    return fill_response(world, &answer, response);
}

static void
set_deadline(void *context, int64_t deadline_ms)
{
    struct fake_world *world = context;

    world->deadline_ms = deadline_ms;
}

static const char *
habit(enum cog_ask_kind kind)
{
    switch (kind) {
    case COG_ASK_PASSWORD:
        return "Correct-Horse-7";
    case COG_ASK_NEW_PASSWORD:
        return "Better-Horse-7";
    case COG_ASK_CODE:
        return "123456";
    case COG_ASK_TEXT:
        return "some text";
    default:
        return "1";
    }
}

static enum cog_status
ask(void *context, enum cog_ask_kind kind, const char *prompt,
    struct cog_secret *answer)
{
    struct fake_world *world = context;
    struct fake_asked *asked = &world->asked[world->asked_count++];
    struct fake_typed typed = {.text = habit(kind)};

    assert_true(world->asked_count < FAKE_MOST);
    asked->kind = kind;
    (void) snprintf(asked->prompt, sizeof asked->prompt, "%s", prompt);
    if (world->typed_next < world->typed_count)
        typed = world->typed[world->typed_next++];
    now_ms += typed.takes_ms;
    if (typed.status != COG_INTERNAL)
        return typed.status;
    if (typed.text == NULL)
        return COG_ABORTED;
    return cog_secret_set_text(answer, typed.text) == 0 ? COG_OK
                                                        : COG_NO_MEMORY;
}

static enum cog_status
tell(void *context, enum cog_tell_kind kind, const char *text)
{
    struct fake_world *world = context;

    assert_true(world->told_count < FAKE_MOST);
    world->told_kinds[world->told_count] = kind;
    (void) snprintf(world->told[world->told_count++], COG_PROMPT_SIZE, "%s",
                    text);
    return COG_OK;
}

void
fake_begin(struct fake_world *world)
{
    static const char *const kids[] = {FAKE_KID, NULL};

    memset(world, 0, sizeof *world);
    now_ms = 0;
    world->has_date = true;
    world->settings = (struct cog_login_settings){
        .pool_id = FAKE_POOL,
        .issuer = {FAKE_ISSUER},
        .client_id = FAKE_CLIENT,
        .sign_in_name = "alice",
        .timeout_ms = 10000,
    };
    fake_jwks(kids, &world->jwks);
}

void
fake_end(struct fake_world *world)
{
    for (size_t i = 0; i < world->call_count; i++)
        cog_secret_clear(&world->calls[i].body);
    cog_secret_clear(&world->jwks);
    cog_secret_clear(&world->keys.jwks);
    cog_login_free(world->login);
    world->login = NULL;
}

void
fake_answer(struct fake_world *world, struct fake_answer answer)
{
    assert_true(world->answer_count < FAKE_MOST);
    world->answers[world->answer_count++] = answer;
}

void
fake_body(struct fake_world *world, const char *body)
{
    int status = strstr(body, "\"__type\"") != NULL ? 400 : 200;

    fake_answer(world,
                (struct fake_answer){.body = body, .http_status = status});
}

void
fake_type(struct fake_world *world, struct fake_typed typed)
{
    assert_true(world->typed_count < FAKE_MOST);
    world->typed[world->typed_count++] = typed;
}

const char *
fake_claims(const char *username)
{
    static char text[1024];

    (void) snprintf(
        text, sizeof text,
        "{\"sub\":\"3f1b9c52-7d0e-4a61-9c3b-0a1e5d7f2b48\","
        "\"iss\":\"%s\","
        "\"aud\":\"%s\",\"token_use\":\"id\",\"cognito:username\":\"%s\","
        "\"cognito:groups\":[\"Admins\"],\"auth_time\":%lld,\"iat\":%lld,"
        "\"exp\":%lld}",
        FAKE_ISSUER, FAKE_CLIENT, username != NULL ? username : "alice",
        (long long) unix_s(), (long long) unix_s(),
        (long long) unix_s() + 3600);
    return text;
}

const char *
fake_tokens_of(const char *payload, const char *kid)
{
    static char body[8192];
    struct cog_secret token = COG_SECRET_EMPTY;

    fake_token(payload, kid, &token);
    (void) snprintf(body, sizeof body,
                    "{\"ChallengeParameters\":{},\"AuthenticationResult\":{"
                    "\"AccessToken\":\"access-token\",\"ExpiresIn\":3600,"
                    "\"TokenType\":\"Bearer\",\"RefreshToken\":\"r\","
                    "\"IdToken\":\"%s\"}}",
                    token.data);
    cog_secret_clear(&token);
    return body;
}

const char *
fake_tokens(void)
{
    return fake_tokens_of(fake_claims(NULL), FAKE_KID);
}

struct cog_transport
fake_transport(struct fake_world *world)
{
    return (struct cog_transport){post, set_deadline, world, NULL};
}

enum cog_status
fake_run(struct fake_world *world)
{
    const struct cog_transport transport = fake_transport(world);
    const struct cog_conversation person = {ask, tell, world};
    const struct cog_clock clock = fake_clock();
    enum cog_status status = cog_login_new(&world->settings, &transport,
                                           &person, &clock, &world->login);

    if (status != COG_OK)
        return status;
    return cog_login_run(world->login, &world->keys, &world->report,
                         &world->identity);
}

const char *
fake_sent(const struct fake_world *world, size_t call, const char *object,
          const char *key)
{
    static char text[1024];
    struct json_object *body, *inner, *member = NULL;
    const char *found = NULL;

    assert_true(call < world->call_count);
    body = json_tokener_parse(world->calls[call].body.data);
    assert_non_null(body);
    inner = body;
    if (object != NULL && !json_object_object_get_ex(body, object, &inner))
        inner = NULL;
    if (inner != NULL && json_object_object_get_ex(inner, key, &member)) {
        (void) snprintf(text, sizeof text, "%s",
                        json_object_get_string(member));
        found = text;
    }
    json_object_put(body);
    return found;
}
