/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The challenges we answer, as a table: name, kind, and who answers it.
 * What is not in it is refused by name.
 */
#ifndef COG_COGNITO_CHALLENGE_H
#define COG_COGNITO_CHALLENGE_H

#include <stdbool.h>
#include <stddef.h>

#include "cognito/flow.h"
#include "cognito/json.h"
#include "cognito/status.h"

/* What the service may answer to a step, as far as we take it. */
enum cog_reply_kind {
    COG_REPLY_PROOF,        /* PASSWORD_VERIFIER */
    COG_REPLY_NEW_PASSWORD, /* NEW_PASSWORD_REQUIRED */
    COG_REPLY_SELECT,       /* SELECT_MFA_TYPE */
    COG_REPLY_CODE,         /* a second factor's code */
    COG_REPLY_SET_UP,       /* MFA_SETUP */
    COG_REPLY_CUSTOM,       /* CUSTOM_CHALLENGE */
    COG_REPLY_TOKENS,       /* AuthenticationResult */
    COG_REPLY_KINDS
};

struct cog_challenge {
    const char *name;
    enum cog_reply_kind kind;
    /*
     * Answer it, asking the person as often as the same session allows.
     * parameters is NULL when the service sent none. COG_OK with the next
     * answer, which the caller frees.
     */
    enum cog_status (*answer)(struct cog_flow *flow,
                              const struct cog_challenge *challenge,
                              const struct cog_json *parameters,
                              struct cog_json **reply);

    /* COG_REPLY_CODE only. */
    const char *code_key; /* the answer's member */
    const char *prompt;   /* begins the prompt */
    const char *choice;   /* how a list of factors calls it */
    bool by_message;      /* the code was sent: useless in another flow */

    /* Not NULL: a challenge that we know and never answer, and why. */
    const char *refused;
};

/* The row of that name, or NULL. Rows live for ever. */
const struct cog_challenge *cog_challenge_find(const char *name);

/* A string parameter, or NULL when it is absent or no such string. */
const char *cog_challenge_parameter(const struct cog_json *parameters,
                                    const char *key, size_t max);

/*
 * A list that stands in a parameter as JSON text. The service has two names
 * for each, and other_key counts where key is absent. COG_PROTOCOL: neither
 * is there, or it is no array. *list is the caller's.
 */
enum cog_status cog_challenge_list(const struct cog_json *parameters,
                                   const char *key, const char *other_key,
                                   struct cog_json **list);

/* One file each answers these. */
enum cog_status cog_answer_password(struct cog_flow *flow,
                                    const struct cog_challenge *challenge,
                                    const struct cog_json *parameters,
                                    struct cog_json **reply);
enum cog_status cog_answer_new_password(struct cog_flow *flow,
                                        const struct cog_challenge *challenge,
                                        const struct cog_json *parameters,
                                        struct cog_json **reply);
enum cog_status cog_answer_code(struct cog_flow *flow,
                                const struct cog_challenge *challenge,
                                const struct cog_json *parameters,
                                struct cog_json **reply);
enum cog_status cog_answer_select(struct cog_flow *flow,
                                  const struct cog_challenge *challenge,
                                  const struct cog_json *parameters,
                                  struct cog_json **reply);
enum cog_status cog_answer_set_up(struct cog_flow *flow,
                                  const struct cog_challenge *challenge,
                                  const struct cog_json *parameters,
                                  struct cog_json **reply);
enum cog_status cog_answer_custom(struct cog_flow *flow,
                                  const struct cog_challenge *challenge,
                                  const struct cog_json *parameters,
                                  struct cog_json **reply);

/* Whether this is a code: 6 to 8 digits (P56). */
bool cog_is_code(const struct cog_secret *answer);

/* Wrong codes of one login, renewed or not: Cognito locks after the fifth. */
#define COG_WRONG_CODES_MAX 4

/*
 * Ask for a new password, twice the same. COG_POLICY with *fault set, a fixed
 * text for the person, when it cannot be used.
 */
enum cog_status cog_ask_new_password(struct cog_flow *flow,
                                     struct cog_secret *password,
                                     const char **fault);

/*
 * Say why a new password was not accepted: fault, else what the status
 * (COG_POLICY, COG_HISTORY, others) and the report's words for the person
 * say.
 */
enum cog_status cog_tell_new_password_refused(struct cog_flow *flow,
                                              enum cog_status status,
                                              const char *fault);

/*
 * Why a new password is refused before it is sent (P57), as a fixed text
 * for the person; NULL when it may be sent.
 */
const char *cog_new_password_fault(const struct cog_secret *fresh,
                                   const struct cog_secret *old);

#endif
