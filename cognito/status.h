/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Every outcome of this room, as one enumeration: what became of a request,
 * of a step of a login, of a whole login. Zero is no outcome yet, so a
 * zeroed result is a denial (P1).
 */
#ifndef COG_COGNITO_STATUS_H
#define COG_COGNITO_STATUS_H

#include <stdbool.h>

enum cog_status {
    COG_INTERNAL = 0, /* nothing decided yet, or our own mistake */
    COG_OK = 1,       /* the only success */

    /* Ours, before or beside the network. */
    COG_NO_MEMORY,
    COG_ABORTED,       /* the person gave up, or the conversation ended */
    COG_BAD_INPUT,     /* refused here (junk password, code not digits) or
                          by the service's patterns; never a wrong proof */
    COG_MISCONFIGURED, /* pool, client, secret or endpoint are wrong */

    /* The way to the service. */
    COG_NETWORK, /* not reached: the request was surely not sent */
    COG_LOST,    /* sent, but the answer did not come whole */
    COG_TLS,     /* reached, but no TLS with who it should be (libcurl has one
                    code for that and for a reset in the handshake) */
    COG_TIMEOUT, /* the deadline passed */

    /* The service itself. */
    COG_THROTTLED,
    COG_SERVICE,  /* its own trouble, or an error type we do not know */
    COG_PROTOCOL, /* a malformed or hostile answer */

    /* The person and the account. */
    COG_BAD_CREDENTIALS, /* also: no such user, which nobody is told */
    COG_LOCKED,          /* too many wrong passwords: seconds to minutes */
    COG_DISABLED,
    COG_NOT_CONFIRMED,
    COG_RESET_REQUIRED,    /* the password must be reset first */
    COG_TEMPORARY_EXPIRED, /* the temporary password is too old */
    COG_WRONG_CODE,
    COG_CODE_EXPIRED, /* too old, or used already */
    COG_SESSION_EXPIRED,
    COG_NO_FACTOR,   /* no second factor that we could ask for */
    COG_UNSUPPORTED, /* a challenge we do not do; the report names it */
    COG_POLICY,      /* new password against the rules */
    COG_HISTORY,     /* new password used before */
    COG_LIMIT,       /* hourly limit of this user: minutes to an hour */
    COG_GUARDED,     /* a guess that the guard did not let through */
    COG_BLOCKED,     /* a Lambda, threat protection or a firewall said no */

    /* What the tokens say. */
    COG_TOKEN,          /* not acceptable; the report's detail says why */
    COG_NO_KEYS,        /* no key set to check it with */
    COG_CLOCK,          /* local clock off by more than 300 s */
    COG_WRONG_IDENTITY, /* a good token of somebody else */

    COG_STATUS_COUNT /* not an outcome: how many there are */
};

/*
 * The reason class for log lines: one short word as "bad-credentials".
 * Never NULL; a number that is none gives "internal".
 */
const char *cog_status_name(enum cog_status status);

/*
 * Whether the service may have acted upon a request that ended so: no answer
 * came, or none that says what was done.
 */
bool cog_status_is_open(enum cog_status status);

#endif
