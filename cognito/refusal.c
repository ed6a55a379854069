/* SPDX-License-Identifier: Apache-2.0 */
/* Refusals of the services; see the header. */
#include "cognito/refusal.h"

#define TEXT_MAX 4096

/* The first of two that says anything. */
static const char *
first(const char *a, const char *b)
{
    return *a != '\0' ? a : b;
}

enum cog_status
cog_refusal_read(const struct cog_response *response,
                 struct cog_refusal *refusal)
{
    struct cog_json *body = NULL;

    if (cog_json_parse(response->body.data, response->body.len, &body) ==
        COG_NO_MEMORY)
        return COG_NO_MEMORY;
    cog_error_type(
        first(response->error_type,
              first(cog_json_text_or_empty(body, "__type", TEXT_MAX),
                    cog_json_text_or_empty(body, "code", TEXT_MAX))),
        refusal->type);
    refusal->message =
        first(first(cog_json_text_or_empty(body, "message", TEXT_MAX),
                    cog_json_text_or_empty(body, "Message", TEXT_MAX)),
              response->error_message);
    refusal->http_status = response->http_status;
    refusal->body = body;
    return COG_OK;
}

enum cog_status
cog_refusal_status(const struct cog_refusal *refusal)
{
    enum cog_status status =
        refusal->type[0] != '\0'
            ? cog_error_status(refusal->type, refusal->message)
            : cog_error_http(refusal->http_status);

    /* No table of errors may ever say yes. */
    return status == COG_OK ? COG_INTERNAL : status;
}

void
cog_refusal_clear(struct cog_refusal *refusal)
{
    cog_json_free(refusal->body);
    refusal->body = NULL;
}
