/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the tests of logins share: one world of fakes, the service's usual
 * answers, and what came of a login.
 */
#ifndef COG_TESTS_UNIT_COGNITO_LOGINS_H
#define COG_TESTS_UNIT_COGNITO_LOGINS_H

#include <stdarg.h>
#include <setjmp.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "tests/unit/cognito/fake_token.h"
#include "tests/unit/cognito/fakes.h"

extern struct fake_world world;

/* What a login of a case may do besides. */
struct logins_permitted {
    bool enrol, recover;
};
extern struct logins_permitted may_enrol, may_recover;

/*
 * A case's begin and end: the world is new, and released. *state says what is
 * permitted; NULL: nothing.
 */
int logins_begin(void **state);
int logins_end(void **state);

/* Inside a case: a new world in place of the one it had. */
void logins_begin_again(void);

#define CASE_OF(permitted, sentence, function)                                \
    {                                                                         \
        sentence, function, logins_begin, logins_end, permitted               \
    }
#define CASE(sentence, function)       CASE_OF(NULL, sentence, function)
#define ENROL_CASE(sentence, function) CASE_OF(&may_enrol, sentence, function)
#define RECOVER_CASE(sentence, function)                                      \
    CASE_OF(&may_recover, sentence, function)

/* ---- what the service says */

#define CHALLENGE_IN(name, session, parameters)                               \
    "{\"ChallengeName\":\"" name "\",\"Session\":\"" session                  \
    "\",\"ChallengeParameters\":{" parameters "}}"
#define CHALLENGE(name, parameters) CHALLENGE_IN(name, "s-" name, parameters)

extern const char new_password_wanted[], totp_wanted[], sms_wanted[];
extern const char choice_wanted[]; /* between these two factors */
extern const char wrong_password[], wrong_code[], used_code[];
extern const char expired_session[], throttled[];

/* One answer after the other, up to NULL. */
void bodies(const char *first, ...);

/* A login whose token is signed with this key. */
void log_in_with_kid(const char *kid);

/* What is known already: the key of that name, fetched so long ago. */
void give_keys(const char *kid, int64_t age_s);

/* ---- what the person types */

/* One answer after the other, up to NULL. */
void types(const char *first, ...);

/* ---- what came of it */

/* How often a kind of question was asked. */
size_t asked(enum cog_ask_kind kind);

/* How often an operation was called. */
size_t called(const char *operation);

/* The first text that the person was told with this in it, or NULL. */
const char *told(const char *part);

/* A member of ChallengeResponses of that call, or NULL. */
const char *answer_sent(size_t call, const char *key);

/* Run a login: denied, with nothing of an identity. */
void assert_denied(enum cog_status status);

/* Run a login: alice's. */
void assert_admitted(void);

#endif
