/* SPDX-License-Identifier: Apache-2.0 */
/* Starting the speaker and telling it its job. */
#ifndef COG_KEEPER_SPEAKER_PROCESS_H
#define COG_KEEPER_SPEAKER_PROCESS_H

#include "accounts/account.h"
#include "host/files.h"
#include "wire/message.h"

#include <stdbool.h>
#include <stdint.h>

/*
 * Start the speaker for an operation; for ADMIN it is pam-cognito-admin. It
 * runs as the system user _cognito, with groups, gid and uid set for good
 * before its program starts; with as_caller, when we are not root, as we are.
 * It gets the person's socket, which is closed here. Returns NULL, and its
 * socket in *fd for the caller to close, or why it cannot be started.
 */
const char *cog_speaker_start(enum cog_operation operation, bool as_caller,
                              int *fd);

/* What a speaker is wanted for; what it points to is borrowed. */
struct cog_speaker_job {
    enum cog_operation operation;
    uint64_t flags; /* enum cog_request_flag: what may be offered */
    /* By cog_worker_start; "" for REVOKE, whose token says whose it is. */
    char sign_in_name[COG_CONFIG_TEMPLATE_SIZE + COG_NAME_MAX];
    bool keep_tokens;
    enum cog_wire_offline offline;
    const struct cog_secret *old_token; /* REFRESH and REVOKE; else NULL */
    const struct cog_secret *aws_file;  /* ADMIN; else NULL */
    uint64_t timeout_ms;                /* by cog_worker_start: of each
                                           stretch of the network */
};

/*
 * Send the job with what it needs of the configuration, the client secret,
 * the keys, and the old token. Returns 0 or an errno.
 */
int cog_speaker_send_job(int fd, const struct cog_host_files *files,
                         const struct cog_speaker_job *job,
                         int64_t deadline_ms);

#endif
