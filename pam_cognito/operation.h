/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One operation of the keeper, seen from the module: start the keeper,
 * relay questions and answers between speaker and person, wait for the
 * verdict, end. The module decides nothing here.
 */
#ifndef COG_PAM_OPERATION_H
#define COG_PAM_OPERATION_H

#include "accounts/account.h"
#include "base/secret.h"
#include "pam_cognito/options.h"
#include "wire/message.h"
#include "wire/outcome.h"

#include <security/pam_modules.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

struct cog_operation_run {
    pam_handle_t *pamh; /* of the current call; libpam owns it */
    const char *user;   /* PAM_USER, libpam owns it */
    bool silent;        /* PAM_SILENT: show no texts */
    /* What the host was told of a provisional name; NULL for others. */
    const struct cog_account *told;
    int keeper_fd;      /* -1 when not started */
    int person_fd;      /* to the speaker, through the keeper */
    pid_t starter_pid;  /* what becomes the keeper's parent and ends at
                           once; -1 when reaped */
    int64_t timeout_ms; /* from the keeper; a default before */
    int64_t deadline_ms;
    struct cog_secret password;       /* handed over once when asked for */
    bool password_ready;              /* not yet handed over */
    const struct cog_secret *authtok; /* use_authtok: answers new-password
                                         questions; NULL: ask the person */
    int authtok_left;                 /* questions it may still answer */
    struct cog_secret new_password;   /* last new password answered */
    int messages_left;                /* a bound on what the speaker may say */
    int questions_left;               /* and ask, among that */
    int notes_left;                   /* and the keeper, before its verdict */
    enum cog_operation expected;      /* the verdict must be about it */
    char request_id[COG_WIRE_ID_MAX + 1]; /* from the verdict, for the log */
    char detail[COG_WIRE_TEXT_MAX + 1];
};

#define COG_OPERATION_RUN_EMPTY                                               \
    {                                                                         \
        .keeper_fd = -1, .person_fd = -1, .starter_pid = -1                   \
    }

/*
 * Start the keeper and send the request. flags is of enum
 * cog_request_flag. Returns COG_OUTCOME_NONE when it was sent, since nothing
 * is decided by that, or COG_OUTCOME_SYSTEM. run->pamh and run->user must be
 * set.
 */
enum cog_outcome cog_operation_start(struct cog_operation_run *run,
                                     const struct cog_options *options,
                                     enum cog_operation operation,
                                     uint64_t flags);

/*
 * Ask a keeper that stayed after PRELIM to go on with the change. Returns
 * COG_OUTCOME_NONE when it was asked, or COG_OUTCOME_KEEPER.
 */
enum cog_outcome cog_operation_change(struct cog_operation_run *run);

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
