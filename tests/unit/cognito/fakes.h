/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A service, a person and a clock of a page each, to run logins against.
 * What is not scripted is answered by a habit: the service's InitiateAuth
 * with a challenge, the person's questions by kind.
 */
#ifndef COG_TESTS_FAKES_H
#define COG_TESTS_FAKES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/secret.h"
#include "cognito/login.h"

#define FAKE_POOL   "eu-west-1_Ab3dEfGh9"
#define FAKE_ISSUER "https://cognito-idp.eu-west-1.amazonaws.com/" FAKE_POOL
#define FAKE_CLIENT "client1"
#define FAKE_MOST   48

/* One answer of the service; zeroed is 200 with an empty body. */
struct fake_answer {
    const char *body;
    int http_status;           /* 0: 200 */
    const char *error_type;    /* header */
    enum cog_status transport; /* 0: an answer came */
    int64_t takes_ms;
};

struct fake_call {
    char operation[48]; /* "GET" for one without */
    char path[128];
    struct cog_secret body;
};

struct fake_asked {
    enum cog_ask_kind kind;
    char prompt[COG_PROMPT_SIZE];
};

/* One answer of the person; zeroed is an ending of the conversation. */
struct fake_typed {
    const char *text;
    int64_t takes_ms;
    enum cog_status status; /* 0: typed, if there is text */
};

struct fake_world {
    /* The service. */
    struct fake_answer answers[FAKE_MOST];
    size_t answer_count;
    struct fake_call calls[FAKE_MOST];
    size_t call_count;
    bool has_date; /* answers carry Date */
    int64_t date_offset_s;
    struct cog_secret jwks; /* what a GET brings; empty: 404 */
    int64_t deadline_ms;
    unsigned connections_refused; /* posts left that cannot connect */

    /* The person. */
    struct fake_typed typed[FAKE_MOST]; /* in order, before the habits */
    size_t typed_count, typed_next;
    struct fake_asked asked[FAKE_MOST];
    size_t asked_count;
    char told[FAKE_MOST][COG_PROMPT_SIZE];
    enum cog_tell_kind told_kinds[FAKE_MOST];
    size_t told_count;

    /* The login. */
    struct cog_login_settings settings;
    struct cog_keys keys;
    struct cog_report report;
    struct cog_identity identity;
    struct cog_login *login; /* after fake_run */
};

/* The wall clock of all tests when nothing has happened. */
#define FAKE_START_S INT64_C(1795266123)

/* A world where alice may log in with nothing but a password. */
void fake_begin(struct fake_world *world);

/* Free what a world holds. */
void fake_end(struct fake_world *world);

/* Script the service's next answer, or the person's. */
void fake_answer(struct fake_world *world, struct fake_answer answer);
void fake_body(struct fake_world *world, const char *body);
void fake_type(struct fake_world *world, struct fake_typed typed);

/* PASSWORD_VERIFIER as an honest service sends it. */
extern const char fake_proof_wanted[];

/* Tokens of alice as a body; lives until the next call. */
const char *fake_tokens(void);

/* The same with these claims (JSON, the whole payload) signed by kid. */
const char *fake_tokens_of(const char *payload, const char *kid);

/* alice's claims as they would be signed now, with another name if given. */
const char *fake_claims(const char *username);

/* An error body. */
#define FAKE_ERROR(type, message)                                             \
    "{\"__type\":\"" type "\",\"message\":\"" message "\"}"

/* The service as a transport. */
struct cog_transport fake_transport(struct fake_world *world);

/* Make the login and run it. */
enum cog_status fake_run(struct fake_world *world);

/* Move both clocks. */
void fake_sleep(int64_t ms);
struct cog_clock fake_clock(void);

/* A string inside a sent body ("ChallengeResponses", "USERNAME"), or NULL. */
const char *fake_sent(const struct fake_world *world, size_t call,
                      const char *object, const char *key);

#endif
