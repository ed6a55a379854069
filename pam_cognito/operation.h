/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One operation of the keeper, seen from the module: start it, relay questions
 * and answers between speaker and person, wait for the verdict, end. The
 * module decides nothing here.
 */
#ifndef COG_PAM_OPERATION_H
#define COG_PAM_OPERATION_H

#include "accounts/account.h"
#include "base/secret.h"
#include "pam_cognito/keeper_process.h"
#include "pam_cognito/ours.h"
#include "wire/message.h"
#include "wire/outcome.h"

#include <security/pam_modules.h>
#include <stdbool.h>
#include <stdint.h>

struct cog_operation_run {
    struct cog_keeper_process process;
    pam_handle_t *pamh;          /* of the current call; libpam owns it */
    char user[COG_NAME_MAX + 1]; /* PAM_USER */
    bool silent;                 /* PAM_SILENT: show no texts */
    /* What the host was told of a provisional name; NULL for others. */
    const struct cog_account *told;
    int64_t timeout_ms; /* from the keeper; a default before */
    int64_t deadline_ms;
    struct cog_secret password;       /* handed over once when asked for */
    bool password_ready;              /* not yet handed over */
    const struct cog_secret *authtok; /* use_authtok: answers new-password
                                         questions; NULL: ask the person */
    int authtok_left;                 /* questions it may still answer */
    struct cog_secret new_password;   /* last new password answered */
    int messages_left;                /* that the speaker may still send */
    int questions_left;               /* among them */
    int notes_left;                   /* lines from the keeper for the log */
    enum cog_operation expected;      /* the verdict must be about it */
    char request_id[COG_WIRE_ID_MAX + 1]; /* from the verdict, for the log */
    char detail[COG_WIRE_TEXT_MAX + 1];   /* likewise */
};

#define COG_OPERATION_RUN_EMPTY                                               \
    {                                                                         \
        .process = COG_KEEPER_PROCESS_NONE                                    \
    }

/*
 * Start the keeper for a call and send the request. flags is a sum of enum
 * cog_request_flag; run->told is the caller's to set before. Returns
 * COG_OUTCOME_NONE when the request was sent, since nothing is decided by
 * that, or COG_OUTCOME_SYSTEM.
 */
enum cog_outcome cog_operation_start(struct cog_operation_run *run,
                                     const struct cog_call *call,
                                     enum cog_operation operation,
                                     uint64_t flags);

/*
 * Ask a keeper that stayed after PRELIM to go on with the change. Returns
 * COG_OUTCOME_NONE when it was asked, or COG_OUTCOME_KEEPER.
 */
enum cog_outcome cog_operation_change(struct cog_operation_run *run,
                                      const struct cog_call *call);

/*
 * Relay until the verdict. Returns its outcome; COG_OUTCOME_KEEPER if the
 * keeper ended or spoke wrongly; COG_OUTCOME_TIMEOUT; COG_OUTCOME_BUILD.
 */
enum cog_outcome cog_operation_relay(struct cog_operation_run *run);

/* Close the sockets, which ends keeper and speaker. */
void cog_operation_stop(struct cog_operation_run *run);

/* The same, and wipe. */
void cog_operation_end(struct cog_operation_run *run);

#define cog_cleanup_operation __attribute__((cleanup(cog_operation_end)))

#endif
