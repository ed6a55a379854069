/* SPDX-License-Identifier: Apache-2.0 */
/* What the keeper wants of the speaker. */
#ifndef COG_SPEAKER_JOB_H
#define COG_SPEAKER_JOB_H

#include "cognito/http.h"
#include "cognito/login.h"
#include "wire/message.h"

#include <stdbool.h>

/* A job; its texts point into its messages. */
struct cog_job {
    struct cog_message message;
    struct cog_secret client_secret;
    enum cog_operation operation;
    struct cog_http_settings http;
    struct cog_login_settings login;
    struct cog_keys keys;
    bool ascii; /* the person's terminal is not UTF-8 */
    enum cog_wire_offline offline;
};

#define COG_JOB_EMPTY                                                         \
    {                                                                         \
        .operation = 0                                                        \
    }

/* Receive JOB, SECRET and KEYS, in that order. 0 or an errno. */
int cog_job_receive(struct cog_job *job);

/* Receive OLD_TOKEN. 0 or an errno. */
int cog_job_receive_token(struct cog_secret *token);

/* Receive AWS_FILE, which may be empty. 0 or an errno. */
int cog_job_receive_aws_file(struct cog_secret *file);

/*
 * Wait for COMPARE behind a failed login. ECONNRESET where the keeper wants
 * none; another errno.
 */
int cog_job_wait_for_hash(struct cog_secret *hash);

/* Wait for GO_CHANGE. 0 or an errno. */
int cog_job_wait_for_change(void);

void cog_job_clear(struct cog_job *job);
#define cog_cleanup_job __attribute__((cleanup(cog_job_clear)))

#endif
