/* SPDX-License-Identifier: Apache-2.0 */
/* What the speaker tells the keeper at the end of an operation. */
#ifndef COG_SPEAKER_RESULT_H
#define COG_SPEAKER_RESULT_H

#include "cognito/login.h"
#include "cognito/tokens.h"
#include "wire/message.h"

#include <stdbool.h>

/* How an operation ended; all borrowed. */
struct cog_result {
    enum cog_operation operation;
    enum cog_status status;
    const struct cog_report *report;
    /* The rest counts with COG_OK of a login or refresh only. */
    const char *sign_in_name;            /* NULL: none */
    const struct cog_identity *identity; /* NULL: none */
    int64_t expires_s;                   /* of ID and access token; 0: none */
};

/* Send it: the last message of an operation. 0 or an errno, as below. */
int cog_result_send(const struct cog_result *result);

/* The same of an operation that ended before there was anything to report. */
int cog_result_send_failure(enum cog_operation operation,
                            enum cog_status status);

/* Before it: a key set just fetched. */
int cog_result_send_keys(const struct cog_keys *keys);

/* Before it: a hash of the password, which may be empty. */
int cog_result_send_hash(const struct cog_secret *hash, bool one_factor);

/* Behind it: what a comparison said. */
int cog_result_send_compared(bool same);

/* Before it: tokens, where the job wants them. */
int cog_result_send_tokens(const struct cog_tokens *tokens);

#endif
