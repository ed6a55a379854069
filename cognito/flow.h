/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What one login remembers between its steps, and the few things that every
 * step does: ask the person, answer a challenge. For this room only.
 */
#ifndef COG_COGNITO_FLOW_H
#define COG_COGNITO_FLOW_H

#include <stdbool.h>
#include <stddef.h>

#include "base/secret.h"
#include "cognito/conversation.h"
#include "cognito/identity.h"
#include "cognito/json.h"
#include "cognito/json_write.h"
#include "cognito/login.h"
#include "cognito/rpc.h"
#include "cognito/srp.h"
#include "cognito/status.h"
#include "cognito/tokens.h"

/* Session strings have up to 2048 characters (API model). */
#define COG_SESSION_MAX 4096

/* Longest parameter of a challenge: the present attributes, as JSON. */
#define COG_PARAMETER_MAX (128 * 1024)

/* Attributes that a forced password change may demand. */
#define COG_ATTRIBUTES_MAX     16
#define COG_ATTRIBUTE_KEY_SIZE 64

struct cog_challenge; /* a row of the table in cognito/challenge.h */

struct cog_attribute {
    char key[COG_ATTRIBUTE_KEY_SIZE]; /* "userAttributes.name" */
    struct cog_secret value;          /* what the person typed */
};

struct cog_flow {
    const struct cog_login_settings *settings;
    const struct cog_conversation *conversation;
    struct cog_rpc rpc;

    struct cog_secret password; /* of this login; asked once */
    struct cog_secret typed;    /* all of it, where a code was taken off */
    struct cog_srp *srp;        /* of this flow */
    struct cog_secret session;  /* the newest; empty: none */
    char name[COG_NAME_SIZE];   /* the internal name, from the challenge */

    /*
     * What the person has answered, so that a flow begun again need not
     * ask: offered once to the challenge that it was given for.
     */
    const char *answered;       /* that challenge's name; NULL: none */
    struct cog_secret answer;   /* a code, or the new password */
    unsigned wrong_codes;       /* of this login, not of one flow */
    struct cog_secret doubtful; /* a new password that was sent and whose
                                   fate is unknown; empty: none */
    bool password_changed;      /* a new password was accepted in this login */
    bool proof_refused;         /* the last proof of the password was */
    bool proof_taken;           /* the last proof was accepted */
    struct cog_attribute attributes[COG_ATTRIBUTES_MAX];
    size_t attribute_count;
    char factor[COG_ATTRIBUTE_KEY_SIZE];  /* chosen at SELECT_MFA_TYPE */
    const struct cog_challenge *expected; /* the only factor whose code may be
                                             asked for next; NULL: any */
    bool key_shown;  /* an authenticator's key was shown in this login */
    bool enrolled;   /* and the service has taken a code of it */
    bool one_factor; /* tokens came behind proofs of a password alone */

    struct cog_tokens tokens;
};

/*
 * Ask the person; a given answer restarts the deadline. Statuses as
 * struct cog_conversation's; an answer longer than COG_ANSWER_MAX is
 * COG_BAD_INPUT, a success without an answer COG_INTERNAL.
 */
enum cog_status cog_flow_ask(struct cog_flow *flow, enum cog_ask_kind kind,
                             const char *prompt, struct cog_secret *answer);

/* Tell a fixed text of ours. */
enum cog_status cog_flow_tell(struct cog_flow *flow, enum cog_tell_kind kind,
                              const char *text);

/* The same with foreign text behind ours, made printable first. */
enum cog_status cog_flow_tell_foreign(struct cog_flow *flow,
                                      enum cog_tell_kind kind,
                                      const char *text, const char *foreign);

/* One member of ChallengeResponses. */
struct cog_pair {
    const char *key;
    const char *value;
    size_t len;
};

/*
 * RespondToAuthChallenge with these members besides USERNAME and
 * SECRET_HASH, in the newest session. COG_OK with the next answer, which the
 * caller frees; its Session has been taken over.
 */
enum cog_status cog_flow_respond(struct cog_flow *flow, const char *challenge,
                                 const struct cog_pair *pairs, size_t count,
                                 struct cog_json **reply);

/*
 * The same for an answer that is a guess at a secret: past the guard, who is
 * told how it ended.
 */
enum cog_status cog_flow_guess(struct cog_flow *flow, const char *challenge,
                               const struct cog_pair *pairs, size_t count,
                               struct cog_json **reply);

/* Whether the guard lets a guess through, and what became of one. */
enum cog_status cog_flow_may_guess(const struct cog_flow *flow);
void cog_flow_guessed(const struct cog_flow *flow, enum cog_status status);

/*
 * Another operation in the newest session, with these members besides it. The
 * answer's Session is taken over. COG_PROTOCOL when there is no session.
 */
enum cog_status cog_flow_call(struct cog_flow *flow, const char *operation,
                              const struct cog_pair *pairs, size_t count,
                              struct cog_json **reply);

/* Write that member, if the client has a secret: its hash for that name. */
enum cog_status cog_flow_put_hash_as(const struct cog_flow *flow,
                                     const char *key, const char *name,
                                     struct cog_json_writer *body);

/* The same as SECRET_HASH. */
enum cog_status cog_flow_put_secret_hash(const struct cog_flow *flow,
                                         const char *name,
                                         struct cog_json_writer *body);

/* Take over an answer's Session, or forget the old one if it has none. */
enum cog_status cog_flow_take_session(struct cog_flow *flow,
                                      const struct cog_json *reply);

/* The answer kept for this challenge, once; false when there is none. */
bool cog_flow_take_answer(struct cog_flow *flow, const char *challenge,
                          struct cog_secret *answer);

/* Keep what was just answered, for the same challenge of a renewed flow. */
enum cog_status cog_flow_keep_answer(struct cog_flow *flow,
                                     const char *challenge,
                                     const struct cog_secret *answer);

/*
 * Keep a code that was typed with the password, for an authenticator's
 * challenge, which is chosen where there is a choice.
 */
enum cog_status cog_flow_keep_code(struct cog_flow *flow, const char *digits,
                                   size_t len);

/* Its fate is known: do not offer it again. */
void cog_flow_forget_answer(struct cog_flow *flow);

/* Wipe the attributes the person gave. */
void cog_flow_forget_attributes(struct cog_flow *flow);

/* Wipe everything. */
void cog_flow_clear(struct cog_flow *flow);

#endif
