/* SPDX-License-Identifier: Apache-2.0 */
/* The two calls to an identity pool; see the header. */
#include "aws/identity_pool.h"

#include <stdio.h>
#include <string.h>

#include "aws/credential_document.h"
#include "base/text.h"
#include "cognito/json.h"
#include "cognito/json_write.h"
#include "cognito/refusal.h"
#include "cognito/url.h"

/* A call, as the log and X-Amz-Target name it. */
static const char get_id[] = "GetId";
static const char get_credentials[] = "GetCredentialsForIdentity";

/* What the service says of its refusal. */
static enum cog_status
read_error(const char *call, const struct cog_response *response,
           char problem[COG_IDENTITY_PROBLEM_SIZE])
{
    cog_cleanup_refusal struct cog_refusal refusal = {.message = ""};
    enum cog_status status = cog_refusal_read(response, &refusal);
    char shown[256];

    if (status != COG_OK)
        return status;
    cog_text_for_log(refusal.message, strlen(refusal.message), shown,
                     sizeof shown);
    if (refusal.type[0] == '\0')
        (void) snprintf(problem, COG_IDENTITY_PROBLEM_SIZE,
                        "%s: HTTP status %d", call, refusal.http_status);
    else
        (void) snprintf(problem, COG_IDENTITY_PROBLEM_SIZE, "%s: %s%s%s", call,
                        refusal.type, shown[0] == '\0' ? "" : ": ", shown);
    return cog_refusal_status(&refusal);
}

/* One call; the document is what came with status 200. */
static enum cog_status
post(const struct cog_identity_settings *settings, const char *call,
     const struct cog_secret *body, struct cog_secret *document,
     char problem[COG_IDENTITY_PROBLEM_SIZE])
{
    cog_cleanup_fetch_answer struct cog_fetch_answer answer = {.etag = ""};
    char url[COG_URL_MAX], target[80];
    const struct cog_fetch_header headers[] = {
        {"X-Amz-Target", target},
        {"Content-Type", "application/x-amz-json-1.1"},
    };
    const struct cog_fetch_request request = {
        .url = url,
        .method = COG_FETCH_POST,
        .headers = headers,
        .header_count = 2,
        .body = body,
        .deadline_ms = settings->deadline_ms,
        .max = COG_AWS_DOCUMENT_MAX,
    };
    enum cog_status status;
    const char *why;

    (void) snprintf(url, sizeof url, "%s/", settings->endpoint);
    (void) snprintf(target, sizeof target, "AWSCognitoIdentityService.%s",
                    call);
    status = cog_fetch(settings->fetcher, &request, &answer);
    if (status != COG_OK) {
        why = cog_fetcher_problem(settings->fetcher);
        (void) snprintf(problem, COG_IDENTITY_PROBLEM_SIZE, "%s: %s", call,
                        why != NULL ? why : cog_status_name(status));
        return status;
    }
    if (answer.response.http_status != 200)
        return read_error(call, &answer.response, problem);
    cog_secret_move(document, &answer.response.body);
    return COG_OK;
}

/* One member and Logins: whose token this is. */
static enum cog_status
write_body(const struct cog_identity_settings *settings, const char *key,
           const char *value, const struct cog_secret *id_token,
           struct cog_json_writer *body)
{
    cog_json_open(body, NULL);
    cog_json_put_text(body, key, value);
    cog_json_open(body, "Logins");
    cog_json_put(body, settings->login, id_token->data, id_token->len);
    cog_json_close(body);
    cog_json_close(body);
    return body->status;
}

static enum cog_status
ask(const struct cog_identity_settings *settings, const char *call,
    const char *key, const char *value, const struct cog_secret *id_token,
    struct cog_secret *document, char problem[COG_IDENTITY_PROBLEM_SIZE])
{
    cog_cleanup_json_writer struct cog_json_writer body =
        COG_JSON_WRITER_EMPTY;
    enum cog_status status = write_body(settings, key, value, id_token, &body);

    return status == COG_OK
               ? post(settings, call, &body.text, document, problem)
               : status;
}

enum cog_status
cog_identity_id_read(const char *bytes, size_t len,
                     char id[COG_IDENTITY_ID_SIZE])
{
    cog_cleanup_json struct cog_json *document = NULL;
    const char *text = NULL;
    enum cog_status status = cog_json_parse(bytes, len, &document);

    if (status == COG_OK)
        status = cog_json_text(document, "IdentityId",
                               COG_IDENTITY_ID_SIZE - 1, &text);
    if (status != COG_OK)
        return status;
    for (const char *at = text; *at != '\0'; at++) {
        if (!cog_ascii_is_alnum(*at) && *at != ':' && *at != '-')
            return COG_PROTOCOL;
    }
    if (strchr(text, ':') == NULL)
        return COG_PROTOCOL;
    memcpy(id, text, strlen(text) + 1);
    return COG_OK;
}

enum cog_status
cog_identity_credentials(const struct cog_identity_settings *settings,
                         const struct cog_secret *id_token,
                         struct cog_aws_credentials *credentials,
                         char problem[COG_IDENTITY_PROBLEM_SIZE])
{
    cog_cleanup_secret struct cog_secret document = COG_SECRET_EMPTY;
    const char *malformed = "no id of an identity";
    const char *call = get_id;
    char id[COG_IDENTITY_ID_SIZE];
    enum cog_status status;

    problem[0] = '\0';
    status = ask(settings, call, "IdentityPoolId", settings->pool_id, id_token,
                 &document, problem);
    if (status == COG_OK)
        status = cog_identity_id_read(document.data, document.len, id);
    if (status == COG_OK) {
        call = get_credentials;
        status = ask(settings, call, "IdentityId", id, id_token, &document,
                     problem);
    }
    if (status == COG_OK)
        status = cog_aws_identity_read(document.data, document.len,
                                       credentials, &malformed);
    if (status != COG_OK && problem[0] == '\0')
        (void) snprintf(problem, COG_IDENTITY_PROBLEM_SIZE, "%s: %s", call,
                        status == COG_PROTOCOL ? malformed
                                               : cog_status_name(status));
    return status;
}
