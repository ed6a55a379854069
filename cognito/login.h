/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One login to a Cognito user pool from beginning to end: password proof,
 * whatever challenges the pool adds, tokens, their verification. Knows
 * neither network nor terminal nor clock: those come in.
 *
 *   login = new(settings, transport, conversation, clock)
 *   run(login, keys, report, identity)        -> COG_OK or why not
 *   change_password(login, new, report)       any time after, optional
 *   free(login)
 */
#ifndef COG_COGNITO_LOGIN_H
#define COG_COGNITO_LOGIN_H

#include <stdbool.h>
#include <stdint.h>

#include "base/clock.h"
#include "base/secret.h"
#include "cognito/conversation.h"
#include "cognito/identity.h"
#include "cognito/status.h"
#include "cognito/transport.h"

/* What is done before the person has typed the password. */
enum cog_early {
    COG_EARLY_CONNECT,   /* the connection: spends no request */
    COG_EARLY_CHALLENGE, /* and InitiateAuth: saves one round trip */
    COG_EARLY_NO         /* nothing */
};

/* The claim that must equal sign_in_name. */
enum cog_login_claim {
    COG_CLAIM_USERNAME, /* cognito:username */
    COG_CLAIM_EMAIL     /* email, and email_verified must be true */
};

/*
 * Who counts guesses: at a password, at a code. before says whether one may
 * be sent (COG_OK), else the login ends with its status. after is told of
 * each that was let through, whether it failed or may have. And of messages
 * that the service sends to a person who has proved nothing: may_send says
 * whether one more may be (COG_OK).
 */
struct cog_guard {
    enum cog_status (*before)(void *context);
    enum cog_status (*may_send)(void *context);
    void (*after)(void *context, bool failed);
    void *context;
};

/* Borrowed: must outlive the login. */
struct cog_login_settings {
    const char *pool_id;
    const char *client_id;
    const struct cog_secret *client_secret; /* NULL or empty: none */
    const char *issuer[2];    /* who may have issued a token; the second
                                 may be NULL */
    const char *sign_in_name; /* what is signed in as: sent as USERNAME,
                                 and what login_claim must equal whole */
    enum cog_login_claim login_claim;
    bool case_insensitive; /* lower the claim's ASCII letters first */
    enum cog_early early;
    struct cog_guard guard; /* zeroed: every guess is sent */
    bool code_in_password;  /* the last six digits of what is typed as the
                               password are an authenticator's code */
    bool keep_tokens;       /* all of them, for cog_login_tokens */
    bool enrol;             /* MFA_SETUP may be answered for this caller */
    bool recover;   /* a forgotten password or an unconfirmed sign-up may be
                       mended for this caller: messages are sent though
                       nothing was proved */
    int timeout_ms; /* from each answer to the next prompt or the end */
};

/* Longest key set document taken from the service or kept. */
#define COG_JWKS_MAX 32000

/* The pool's public keys as far as known; in and out (P42). */
struct cog_keys {
    struct cog_secret jwks; /* the document; empty: none known */
    int64_t fetched_s;      /* wall clock of its fetch; 0: unknown */
    bool pinned;            /* the administrator's: never fetch */
    bool renewed;           /* out: jwks and fetched_s are new, keep them,
                               whatever became of the login */
};

/*
 * What there is to say about a login in a log, filled in along the way and
 * valid whatever the outcome. Printable ASCII but for person, never a secret
 * (a text that could hold one is withheld). Zero it before the first use.
 */
struct cog_report {
    char error_type[64];     /* of the service's last error, or "" */
    char message[256];       /* its text, or a fixed one where it could quote
                                what was typed */
    char person[256];        /* its text fit for a person (UTF-8); only where
                                that helps: the password rules, a Lambda's
                                words; else "" */
    char request_id[80];     /* of the last answer */
    char challenge[64];      /* COG_UNSUPPORTED: its name */
    const char *detail;      /* NULL or a fixed text: which check of ours said
                                no, as "claim aud" */
    const char *problem;     /* NULL or a fixed text: why the last request
                                brought no answer */
    int http_status;         /* of the last answer; 0: none */
    bool offset_known;       /* whether the service's clock was seen */
    int64_t offset_s;        /* its clock minus ours */
    unsigned groups_dropped; /* names in cognito:groups not believed */
    unsigned calls;          /* requests sent or tried */
    unsigned renewals;       /* flows begun again without asking again */
    bool password_changed;   /* a new one was accepted, or sent and the answer
                                did not come */
    unsigned messages;       /* codes that the service was asked to send for
                                recovery */
};

/* What a person is told when the answer to a new password was lost. */
#define COG_PASSWORD_IN_DOUBT                                                 \
    "It is not known whether your new password was accepted: it may be in "   \
    "force already."

struct cog_login;
struct cog_tokens; /* cognito/tokens.h */

/*
 * Prepare a login. Everything handed in must outlive it. COG_MISCONFIGURED
 * for a pool id, client id or name that cannot be right, COG_NO_MEMORY.
 * Nothing is sent or asked yet.
 */
enum cog_status cog_login_new(const struct cog_login_settings *settings,
                              const struct cog_transport *transport,
                              const struct cog_conversation *conversation,
                              const struct cog_clock *clock,
                              struct cog_login **login);

/*
 * Do it, once per object. Asks for the password exactly once, also when the
 * service cannot be reached (so that prompts tell nothing). COG_OK only
 * after an ID token that proves sign_in_name was verified; *identity is
 * written then, and untouched otherwise. After COG_OK the password (the new
 * one, if the pool forced a change) and the access token stay in the login.
 * The transport's deadline is set by this function: from the start, and
 * again from each answer of the person, timeout_ms.
 */
enum cog_status cog_login_run(struct cog_login *login, struct cog_keys *keys,
                              struct cog_report *report,
                              struct cog_identity *identity);

/*
 * Change the password of the person just logged in (ChangePassword), within
 * timeout_ms. May be called again after a refusal:
 *  COG_POLICY, COG_HISTORY  the pool's rules; report->person says which
 *  COG_BAD_INPUT            empty, over 256 bytes, control characters, or
 *                           equal to the old: not sent (report->detail)
 *  COG_LIMIT                too many changes this hour
 *  COG_TOKEN                the login is too old or was not COG_OK
 * or any other status of a request. COG_LOST and COG_TIMEOUT leave open
 * whether it was changed: never repeated here.
 */
enum cog_status cog_login_change_password(struct cog_login *login,
                                          const struct cog_secret *password,
                                          struct cog_report *report);

/* The password held after a COG_OK, for whoever must hand it on. Borrowed. */
const struct cog_secret *cog_login_password(const struct cog_login *login);

/*
 * What was typed as the password, a code behind it included; empty when
 * nothing was. For a login that did not reach the pool. Borrowed.
 */
const struct cog_secret *cog_login_typed(const struct cog_login *login);

/*
 * Whether the pool was content with the password: no code, no factor set up,
 * no question of its own. False before a COG_OK.
 */
bool cog_login_was_one_factor(const struct cog_login *login);

/*
 * The tokens after a COG_OK, ID and refresh token among them only with
 * keep_tokens. Borrowed; NULL before.
 */
const struct cog_tokens *cog_login_tokens(const struct cog_login *login);

/* Wipe and free; NULL is fine. */
void cog_login_free(struct cog_login *login);

static inline void
cog_login_free_at(struct cog_login **login)
{
    cog_login_free(*login);
}

#define cog_cleanup_login __attribute__((cleanup(cog_login_free_at)))

#endif
