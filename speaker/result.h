/* SPDX-License-Identifier: Apache-2.0 */
/* What the speaker tells the keeper at the end of an operation. */
#ifndef COG_SPEAKER_RESULT_H
#define COG_SPEAKER_RESULT_H

#include "cognito/login.h"
#include "wire/message.h"

/* A key set just fetched. */
int cog_result_send_keys(const struct cog_keys *keys);

/*
 * How it ended. identity and sign_in_name count only with COG_OK of a
 * login; identity may be NULL otherwise.
 */
int cog_result_send(enum cog_operation operation, enum cog_status status,
                    const struct cog_report *report, const char *sign_in_name,
                    const struct cog_identity *identity);

#endif
