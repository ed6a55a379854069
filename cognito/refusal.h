/* SPDX-License-Identifier: Apache-2.0 */
/*
 * An answer that is not 200, as the JSON services of AWS write it: where they
 * put the error's type and its message, and what that means to us.
 */
#ifndef COG_COGNITO_REFUSAL_H
#define COG_COGNITO_REFUSAL_H

#include "cognito/error.h"
#include "cognito/json.h"
#include "cognito/status.h"
#include "cognito/transport.h"

/* Zero it before; it borrows of the response. */
struct cog_refusal {
    struct cog_json *body;
    int http_status;
    char type[COG_ERROR_TYPE_SIZE]; /* bare (cognito/error.h), or "" */
    const char *message;            /* foreign text as it came, or "" */
};

/*
 * The type is looked for in the header, then in the body, as botocore does;
 * the message in the body, then in the header. A body that is no JSON object,
 * and a text of more than 4096 bytes, say nothing. COG_OK or COG_NO_MEMORY.
 */
enum cog_status cog_refusal_read(const struct cog_response *response,
                                 struct cog_refusal *refusal);

/*
 * What it means: by type and message, and by HTTP status only when there is
 * no type (a proxy's page). Never COG_OK.
 */
enum cog_status cog_refusal_status(const struct cog_refusal *refusal);

/* Free; a zeroed one is fine. */
void cog_refusal_clear(struct cog_refusal *refusal);

#define cog_cleanup_refusal __attribute__((cleanup(cog_refusal_clear)))

#endif
