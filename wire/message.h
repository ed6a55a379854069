/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The messages between module, keeper and speaker, and their one codec.
 * Each message is one packet of a SOCK_SEQPACKET pair: a type, then fields
 * in a fixed order. What fields a type has, of what kind and how long, is
 * one table in message.c; what does not fit it is refused on both sides.
 *
 * Build identity: REQUEST, STARTED, JOB, RESULT and VERDICT carry the build
 * their sender comes from, so that a module, keeper and speaker of
 * different builds refuse each other and the format needs no versions.
 */
#ifndef COG_WIRE_MESSAGE_H
#define COG_WIRE_MESSAGE_H

#include "base/secret.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define COG_WIRE_MAX    32768 /* bytes in one message */
#define COG_WIRE_FIELDS 24    /* fields in one message */

/* Longest values of fields, in bytes without a NUL. */
#define COG_WIRE_NAME_MAX    32    /* a login name, a local group */
#define COG_WIRE_HOME_MAX    255   /* a home directory */
#define COG_WIRE_SHELL_MAX   127   /* a login shell */
#define COG_WIRE_POOL_ID_MAX 64    /* Cognito's own limit is 55 */
#define COG_WIRE_GROUPS_MAX  20000 /* pool groups, each with its NUL */
#define COG_WIRE_ITEM_MAX    256   /* PAM_SERVICE, PAM_RHOST */
#define COG_WIRE_PATH_MAX    4095  /* a file or directory */
#define COG_WIRE_URL_MAX     512   /* endpoint, issuer, proxy */
#define COG_WIRE_ID_MAX      128   /* client id or secret, request id, sub */
#define COG_WIRE_SIGN_IN_MAX 512   /* a name in the pool */
#define COG_WIRE_DISPLAY_MAX 256   /* a person's full name */
#define COG_WIRE_ANSWER_MAX  512   /* what a person types, PAM_MAX_RESP_SIZE */
#define COG_WIRE_TEXT_MAX    1024  /* prompts, texts, log lines */
#define COG_WIRE_KEYS_MAX    32000 /* a key set */
#define COG_WIRE_TOKEN_MAX   32000 /* a token */
#define COG_WIRE_AWS_MAX     4096  /* a file of AWS credentials */
#define COG_WIRE_HASH_MAX    128   /* a hash of a password */

#define COG_WIRE_TIMEOUT_MAX_MS 60000
/* For a peer that reads all the time: one that is slower has gone wrong. */
#define COG_WIRE_SEND_MS 2000

/* Descriptors that a started program finds its sockets at. */
#define COG_FD_PARENT 3 /* keeper: the module; speaker: the keeper */
#define COG_FD_PERSON 4 /* the person: keeper hands it on to the speaker */

/*
 * The speaker's one argument, given when its keeper does not run as root: the
 * speaker then runs as the caller, and keeps the caller's groups.
 */
#define COG_SPEAKER_AS_CALLER "as-caller"

enum cog_message_type {
    /* module to keeper */
    COG_MSG_REQUEST = 1, /* what is wanted; once */
    COG_MSG_CHANGE,      /* after ADMITTED: change the password */
    /* keeper to module */
    COG_MSG_STARTED, /* rules passed; how long to wait for what is begun */
    COG_MSG_LOG,     /* a line for the log */
    COG_MSG_VERDICT, /* the decision; exactly one per operation */
    /* keeper to speaker */
    COG_MSG_JOB,       /* everything needed to talk to the pool */
    COG_MSG_SECRET,    /* the app client's secret, may be empty */
    COG_MSG_KEYS,      /* the pool's key set, may be empty */
    COG_MSG_GO_CHANGE, /* change the password now */
    COG_MSG_GUESS,     /* whether the guess, or code, may be sent */
    COG_MSG_OLD_TOKEN, /* a refresh token, for REFRESH and REVOKE */
    COG_MSG_AWS_FILE,  /* credentials to sign with, for ADMIN; may be empty */
    COG_MSG_COMPARE,   /* a hash to compare the password with; see RESULT */
    /* speaker to keeper */
    COG_MSG_NEW_KEYS,  /* a key set just fetched */
    COG_MSG_MAY_GUESS, /* before each guess at a password or code */
    COG_MSG_GUESSED,   /* how it ended */
    COG_MSG_MAY_SEND,  /* before a code is sent to somebody unproved */
    COG_MSG_TOKEN,     /* a new token, where the job wants them */
    COG_MSG_HASH,      /* of the password just proved; before RESULT. After a
                          failure empty: the password was changed */
    COG_MSG_RESULT,    /* how it ended; one per operation */
    COG_MSG_COMPARED,  /* the answer to COMPARE; after RESULT */
    /* speaker to module */
    COG_MSG_ASK,  /* a question to the person */
    COG_MSG_TELL, /* a text for the person */
    /* module to speaker */
    COG_MSG_ANSWER,    /* what the person typed */
    COG_MSG_NO_ANSWER, /* the conversation ended */
    COG_MSG_COUNT
};

/* Fields by message, in wire order. */
/* REQUEST */
enum {
    COG_REQUEST_BUILD,
    COG_REQUEST_OPERATION, /* enum cog_operation */
    COG_REQUEST_USER,
    COG_REQUEST_RHOST,
    COG_REQUEST_CONFIG, /* absolute path */
    COG_REQUEST_LOCAL_GROUP,
    COG_REQUEST_MINIMUM_UID,
    COG_REQUEST_FLAGS, /* enum cog_request_flag */
    /*
     * What getpwnam(3) told the host of USER, where the accounts files did
     * not have it so: with COG_REQUEST_TOLD, else 0 and empty.
     */
    COG_REQUEST_TOLD_UID,
    COG_REQUEST_TOLD_GID,
    COG_REQUEST_TOLD_HOME,
    COG_REQUEST_TOLD_SHELL,
};
/* STARTED */
enum {
    COG_STARTED_BUILD,
    COG_STARTED_TIMEOUT_MS,
};
/* LOG */
enum {
    COG_LOG_PRIORITY, /* of syslog(3), 0-7 */
    COG_LOG_TEXT,
};
/* VERDICT */
enum {
    COG_VERDICT_BUILD,
    COG_VERDICT_OPERATION,
    COG_VERDICT_USER,       /* the name it is about, as requested */
    COG_VERDICT_OUTCOME,    /* enum cog_outcome */
    COG_VERDICT_REQUEST_ID, /* Cognito's, for the log; may be empty */
    COG_VERDICT_DETAIL,     /* for the log; may be empty */
};
/* JOB */
enum {
    COG_JOB_BUILD,
    COG_JOB_OPERATION,
    COG_JOB_ENDPOINT,
    COG_JOB_POOL_ID,
    COG_JOB_CLIENT_ID,
    COG_JOB_ISSUER,       /* one of the two issued a token that is believed */
    COG_JOB_OTHER_ISSUER, /* may be empty: there is only one */
    COG_JOB_CA_FILE,      /* one of the two is empty */
    COG_JOB_CA_PATH,
    COG_JOB_PROXY, /* empty: none */
    COG_JOB_SIGN_IN_NAME,
    COG_JOB_CLAIM, /* enum cog_wire_claim */
    COG_JOB_CASE_INSENSITIVE,
    COG_JOB_EARLY, /* enum cog_wire_early */
    COG_JOB_TIMEOUT_MS,
    COG_JOB_ENROL,            /* whether a second factor may be set up */
    COG_JOB_ASCII,            /* whether a QR code is drawn in ASCII */
    COG_JOB_RECOVER,          /* whether a lost password may be replaced */
    COG_JOB_CODE_IN_PASSWORD, /* whether a code stands behind it */
    COG_JOB_KEEP_TOKENS,      /* whether the tokens are wanted */
    COG_JOB_OFFLINE,          /* enum cog_wire_offline */
};
/* KEYS */
enum {
    COG_KEYS_BYTES,
    COG_KEYS_FETCHED_S, /* unix time; 0: unknown */
    COG_KEYS_PINNED,
};
/* RESULT */
enum {
    COG_RESULT_BUILD,
    COG_RESULT_OPERATION,
    COG_RESULT_OUTCOME,
    COG_RESULT_REQUEST_ID,
    COG_RESULT_DETAIL,
    COG_RESULT_SIGN_IN_NAME, /* what was proved, as in the job */
    COG_RESULT_SUB,
    COG_RESULT_DISPLAY_NAME, /* may be empty */
    COG_RESULT_EXPIRES_S,    /* of ID and access token, unix time */
    COG_RESULT_GROUPS,       /* list */
};
/* TOKEN */
enum {
    COG_TOKEN_KIND, /* enum cog_wire_token */
    COG_TOKEN_BYTES,
};
/* HASH */
enum {
    COG_HASH_BYTES,      /* empty where none is wanted, or none was made */
    COG_HASH_ONE_FACTOR, /* whether the password alone was enough */
};
/* ASK and TELL */
enum {
    COG_SAY_KIND, /* enum cog_wire_ask or enum cog_wire_tell */
    COG_SAY_TEXT,
};

enum cog_operation {
    COG_OPERATION_LOGIN = 1, /* pam_sm_authenticate */
    COG_OPERATION_ACCOUNT,   /* pam_sm_acct_mgmt: files only */
    COG_OPERATION_PRELIM,    /* pam_sm_chauthtok: a login that stays */
    COG_OPERATION_CHANGE,    /* the change itself, after PRELIM */
    COG_OPERATION_REFRESH,   /* keeper to speaker: fresh tokens, no person */
    COG_OPERATION_REVOKE,    /* keeper to speaker: end refresh tokens */
    COG_OPERATION_OPEN,      /* pam_sm_open_session */
    COG_OPERATION_CLOSE,     /* pam_sm_close_session */
    COG_OPERATION_ADMIN,     /* keeper to speaker: a user as administrators see
                                them, no person */
};

/*
 * Whether the keeper stays a child of the host for this operation, and the
 * module waits for its end: it is over in a moment, and a fork is saved. For
 * the others the keeper leaves the host's process family first, since hosts
 * such as login(1) take the end of any child for the end of the session.
 */
static inline bool
cog_operation_is_brief(enum cog_operation operation)
{
    return operation == COG_OPERATION_ACCOUNT ||
           operation == COG_OPERATION_OPEN;
}

enum cog_wire_early {
    COG_WIRE_EARLY_CONNECT,
    COG_WIRE_EARLY_CHALLENGE,
    COG_WIRE_EARLY_NO,
};

enum cog_wire_offline {
    COG_WIRE_OFFLINE_NO,
    COG_WIRE_OFFLINE_COMPARE, /* HASH without bytes; COMPARE may follow */
    COG_WIRE_OFFLINE_MAKE,    /* the same, HASH with them */
};

enum cog_wire_token {
    COG_WIRE_TOKEN_REFRESH = 1,
    COG_WIRE_TOKEN_ID,
    COG_WIRE_TOKEN_ACCESS,
};

enum cog_wire_claim {
    COG_WIRE_CLAIM_USERNAME,
    COG_WIRE_CLAIM_EMAIL,
};

enum cog_request_flag {
    COG_REQUEST_ALLOW_UNKNOWN = 1 << 0,  /* module argument */
    COG_REQUEST_CREATE_ACCOUNT = 1 << 1, /* module argument */
    COG_REQUEST_PROVED = 1 << 2, /* this handle just proved this user */
    COG_REQUEST_DEBUG = 1 << 3,
    COG_REQUEST_SILENT = 1 << 4,  /* the person is shown prompts only */
    COG_REQUEST_CONSOLE = 1 << 5, /* a terminal of this machine */
    COG_REQUEST_ASCII = 1 << 6,   /* a terminal that is not UTF-8 */
    COG_REQUEST_TOLD = 1 << 7,    /* the fields REQUEST_TOLD_* are set */
    COG_REQUEST_CODE_IN_PASSWORD = 1 << 8, /* module argument */
    COG_REQUEST_FLAGS_ALL = (1 << 9) - 1
};

enum cog_wire_ask {
    COG_WIRE_ASK_PASSWORD = 1, /* the password; once per operation */
    COG_WIRE_ASK_NEW_PASSWORD, /* echo off */
    COG_WIRE_ASK_SHOWN,        /* echo on: codes, choices, texts */
};

enum cog_wire_tell {
    COG_WIRE_TELL_INFO = 1,
    COG_WIRE_TELL_ERROR,
};

/* One field of a parsed message; it points into the packet. */
struct cog_field {
    const char *bytes; /* text fields: NUL-terminated */
    size_t len;        /* without the NUL */
    uint64_t number;   /* number fields */
};

/* A packet being written or a packet that was parsed. */
struct cog_message {
    enum cog_message_type type;
    size_t count; /* fields */
    struct cog_field field[COG_WIRE_FIELDS];
    struct cog_secret packet; /* all bytes, wiped by clear */
    int error;                /* of the first put that failed */
};

#define COG_MESSAGE_EMPTY                                                     \
    {                                                                         \
        0                                                                     \
    }

void cog_message_clear(struct cog_message *message);
#define cog_cleanup_message __attribute__((cleanup(cog_message_clear)))

/*
 * Writing: begin, put each field in order, send. An error in a put is kept
 * and returned by send, so that puts need no check of their own.
 */
void cog_message_begin(struct cog_message *message,
                       enum cog_message_type type);
void cog_message_put_text(struct cog_message *message, const char *text);
void cog_message_put_bytes(struct cog_message *message, const void *bytes,
                           size_t len);
void cog_message_put_number(struct cog_message *message, uint64_t number);

/*
 * Send a finished message as one packet and wipe it. Returns 0; EPROTO if
 * it does not fit its type's table (our mistake, or a value too long);
 * ENOMEM; ETIMEDOUT at deadline_ms (of cog_clock_ms); EPIPE if the other
 * side is gone; another errno.
 */
int cog_message_send(int fd, struct cog_message *message, int64_t deadline_ms);

/*
 * Parse one packet. Pure: the message points into its own copy of the
 * bytes. Returns 0, ENOMEM, or EPROTO for anything that is not exactly one
 * message of the table. The message must be empty.
 */
int cog_message_parse(const void *bytes, size_t len,
                      struct cog_message *message);

/*
 * Receive and parse one packet. Returns 0; ETIMEDOUT; ECONNRESET when the
 * other side is gone; EPROTO for a packet that is not of the table or too
 * long; ENOMEM; another errno. Passed descriptors are never taken.
 */
int cog_message_receive(int fd, struct cog_message *message,
                        int64_t deadline_ms);

/* Whether the build field (always field 0) is our own. */
bool cog_message_same_build(const struct cog_message *message);

/*
 * Lists (RESULT_GROUPS): NUL-terminated texts behind each other. Walk with
 * *at starting at 0; returns NULL at the end.
 */
const char *cog_field_list_next(const struct cog_field *list, size_t *at);

/* The identity of this build: 32 hex digits. */
extern const char cog_build_id[];

#endif
