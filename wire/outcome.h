/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How a login, an account check or a password change ended, as our
 * processes say it to each other. The speaker maps the protocol's status to
 * an outcome, the keeper adds its rules, the module maps the outcome to a
 * PAM code; each in one table.
 */
#ifndef COG_WIRE_OUTCOME_H
#define COG_WIRE_OUTCOME_H

#include <stdbool.h>
#include <stdint.h>

/*
 * The numbers go over the wire between processes of one build only, so they
 * may change from build to build. Zero is a denial: a result nobody wrote
 * admits nobody.
 */
enum cog_outcome {
    COG_OUTCOME_NONE = 0, /* nothing is decided (yet) */
    COG_OUTCOME_ADMITTED,
    /* The pool, or its answers, said no. */
    COG_OUTCOME_PASSWORD,      /* wrong password or no such user */
    COG_OUTCOME_CODE,          /* wrong or spent second factor */
    COG_OUTCOME_LOCKED,        /* too many failures in the pool */
    COG_OUTCOME_DISABLED,      /* user disabled in the pool */
    COG_OUTCOME_NOT_CONFIRMED, /* signed up but never confirmed */
    COG_OUTCOME_RESET_REQUIRED,
    COG_OUTCOME_TEMPORARY_EXPIRED, /* administrator's password too old */
    COG_OUTCOME_BLOCKED,           /* Lambda, threat protection, firewall */
    COG_OUTCOME_NO_FACTOR,         /* no second factor that we can do */
    COG_OUTCOME_UNSUPPORTED,       /* a challenge that we do not do */
    COG_OUTCOME_SESSION_EXPIRED,   /* the person took too long */
    COG_OUTCOME_LIMIT,             /* hourly limit of the pool */
    COG_OUTCOME_TOKEN,             /* the token did not verify */
    COG_OUTCOME_IDENTITY,          /* the token names somebody else */
    /* The person. */
    COG_OUTCOME_INPUT,   /* refused here, or by the pool as malformed */
    COG_OUTCOME_ABORTED, /* the conversation ended */
    COG_OUTCOME_POLICY,  /* new password refused */
    /* The way to the pool. */
    COG_OUTCOME_NETWORK,
    COG_OUTCOME_TLS,
    COG_OUTCOME_TIMEOUT,
    COG_OUTCOME_THROTTLED,
    COG_OUTCOME_SERVICE, /* the service failed or spoke nonsense */
    COG_OUTCOME_CLOCK,   /* the host's clock is off */
    COG_OUTCOME_KEYS,    /* no key set to verify tokens with */
    COG_OUTCOME_CONFIG,  /* our configuration, or the app client's */
    /* This host's rules. */
    COG_OUTCOME_NOT_OURS,
    COG_OUTCOME_NOT_ALLOWED, /* in no group of allow_groups */
    COG_OUTCOME_OTHER_SUB,   /* the name belongs to another person */
    COG_OUTCOME_NAME,        /* reserved, or taken by a local group */
    COG_OUTCOME_ID_TAKEN,    /* uid or gid in use */
    COG_OUTCOME_NO_RECORD,   /* never logged in here */
    COG_OUTCOME_NO_ACCOUNT,  /* nor does a login make an account of it */
    COG_OUTCOME_TOLD,        /* the host was told of another record */
    COG_OUTCOME_STARTS,      /* too many logins begun for new names */
    COG_OUTCOME_FAILURES,    /* too many failures on this host */
    COG_OUTCOME_MARKED,      /* marked disabled on this host */
    COG_OUTCOME_STORE,       /* a store cannot be read or written */
    /* Without the pool: the first two admit at a login, and nowhere else. */
    COG_OUTCOME_OFFLINE,          /* by the hash of an earlier login */
    COG_OUTCOME_BREAKGLASS,       /* the same, in a window that root opened */
    COG_OUTCOME_OFFLINE_PASSWORD, /* another password than that one */
    COG_OUTCOME_OFFLINE_REFUSED,  /* a rule of offline logins says no */
    /* Ourselves. */
    COG_OUTCOME_BUSY,
    COG_OUTCOME_SYSTEM,   /* a system call failed */
    COG_OUTCOME_BUILD,    /* a process of another build */
    COG_OUTCOME_KEEPER,   /* the keeper ended without a verdict */
    COG_OUTCOME_SPEAKER,  /* the speaker ended without a result */
    COG_OUTCOME_NOT_ROOT, /* effective uid is not 0 */
    COG_OUTCOME_COUNT
};

/* The word for log lines, such as "wrong-password"; never NULL. */
const char *cog_outcome_word(enum cog_outcome outcome);

/* Whether a login with this outcome was admitted without the pool. */
bool cog_outcome_is_offline(enum cog_outcome outcome);

/* A number from the wire; false if it names no outcome. */
bool cog_outcome_from_number(uint64_t number, enum cog_outcome *outcome);

#endif
