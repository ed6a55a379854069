/* SPDX-License-Identifier: Apache-2.0 */
/* The exchange at STS; see the header. */
#include "aws/web_identity.h"

#include <stdio.h>
#include <string.h>

#include "aws/credential_document.h"
#include "base/text.h"
#include "cognito/url.h"

static const char name_chars[] = "abcdefghijklmnopqrstuvwxyz"
                                 "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                 "0123456789_+=,.@-";

/* "&NAME=VALUE", the value in percent signs where it must be. */
static enum cog_status
append_parameter(struct cog_secret *body, const char *name, const char *value)
{
    static const char hex[] = "0123456789ABCDEF";
    char coded[3];

    if (cog_secret_append(body, "&", 1) != 0 ||
        cog_secret_append(body, name, strlen(name)) != 0 ||
        cog_secret_append(body, "=", 1) != 0)
        return COG_NO_MEMORY;
    for (; *value != '\0'; value++) {
        unsigned char byte = (unsigned char) *value;
        bool plain =
            cog_ascii_is_alnum(*value) || strchr("-._~", *value) != NULL;

        coded[0] = plain ? *value : '%';
        coded[1] = hex[byte >> 4];
        coded[2] = hex[byte & 15];
        if (cog_secret_append(body, coded, plain ? 1 : 3) != 0)
            return COG_NO_MEMORY;
    }
    return COG_OK;
}

static bool
is_arn(const struct cog_secret *text)
{
    if (text->len < 20 || text->len > 2048 ||
        !cog_text_begins(text->data, "arn:"))
        return false;
    for (size_t i = 0; i < text->len; i++) {
        if (text->data[i] <= ' ' || text->data[i] > '~')
            return false;
    }
    return true;
}

static bool
is_session_name(const char *name)
{
    size_t len = strspn(name, name_chars);

    return len >= 2 && len <= 64 && name[len] == '\0';
}

enum cog_status
cog_aws_sts_body(const struct cog_secret *token,
                 const struct cog_secret *role_arn,
                 const struct cog_secret *session_name,
                 struct cog_secret *body, const char **problem)
{
    static const char begin[] =
        "Action=AssumeRoleWithWebIdentity&Version=2011-06-15";
    const char *name = session_name != NULL && session_name->len > 0
                           ? session_name->data
                           : "cognitoctl";
    enum cog_status status;

    *problem = "the role is no ARN";
    if (!is_arn(role_arn))
        return COG_MISCONFIGURED;
    *problem = "the name of the role's session is none";
    if (!is_session_name(name))
        return COG_MISCONFIGURED;
    *problem = NULL;
    if (cog_secret_set(body, begin, sizeof begin - 1) != 0)
        return COG_NO_MEMORY;
    status = append_parameter(body, "RoleArn", role_arn->data);
    if (status == COG_OK)
        status = append_parameter(body, "RoleSessionName", name);
    /* It was checked: its characters need no percent signs. */
    if (status == COG_OK)
        status = append_parameter(body, "WebIdentityToken", "");
    if (status == COG_OK &&
        cog_secret_append(body, token->data, token->len) != 0)
        status = COG_NO_MEMORY;
    return status;
}

/* What STS says of its refusal; by its code where the status says little. */
static enum cog_status
read_refusal(struct cog_aws_search *search, enum cog_status status,
             int http_status, const struct cog_secret *document)
{
    char code[64], message[256];

    if (http_status == 0 || document->len == 0)
        return status;
    cog_aws_sts_error(document->data, document->len, code, sizeof code,
                      message, sizeof message);
    if (code[0] == '\0')
        return status;
    if (strcmp(code, "Throttling") == 0)
        status = COG_THROTTLED;
    else if (strcmp(code, "IDPCommunicationError") == 0)
        status = COG_SERVICE;
    else if (http_status < 500)
        status = COG_MISCONFIGURED;
    return cog_aws_fail(search, status, "STS: %s: %s", code, message);
}

static enum cog_status
ask_sts(struct cog_aws_search *search, const struct cog_secret *body,
        struct cog_secret *document)
{
    static const struct cog_fetch_header headers[] = {
        {"Content-Type", "application/x-www-form-urlencoded"},
    };
    char url[COG_URL_MAX];
    const struct cog_fetch_request request = {
        .url = url,
        .method = COG_FETCH_POST,
        .headers = headers,
        .header_count = 1,
        .body = body,
        .deadline_ms = search->deadline_ms,
        .max = COG_AWS_DOCUMENT_MAX,
    };
    enum cog_status status;
    int http_status = 0, len;

    len = snprintf(url, sizeof url, "%s/", search->settings->sts_endpoint);
    if (len < 0 || (size_t) len >= sizeof url)
        return cog_aws_fail(search, COG_MISCONFIGURED, "STS: no address");
    status = cog_aws_fetch(search, "STS", &request, document, &http_status);
    return status == COG_OK
               ? COG_OK
               : read_refusal(search, status, http_status, document);
}

enum cog_status
cog_aws_web_identity(struct cog_aws_search *search,
                     const struct cog_secret *token_file,
                     const struct cog_secret *role_arn,
                     const struct cog_secret *session_name,
                     struct cog_aws_credentials *credentials)
{
    cog_cleanup_secret struct cog_secret token = COG_SECRET_EMPTY;
    cog_cleanup_secret struct cog_secret body = COG_SECRET_EMPTY;
    cog_cleanup_secret struct cog_secret document = COG_SECRET_EMPTY;
    const char *problem = NULL;
    const char *path = token_file->data;
    enum cog_status status = cog_aws_read_token(search, path, &token);

    if (status != COG_OK)
        return status;
    status = cog_aws_sts_body(&token, role_arn, session_name, &body, &problem);
    if (problem != NULL)
        return cog_aws_fail(search, status, "%s: %s", path, problem);
    if (status == COG_OK)
        status = ask_sts(search, &body, &document);
    if (status != COG_OK)
        return status;
    status =
        cog_aws_sts_read(document.data, document.len, credentials, &problem);
    if (status != COG_OK)
        return cog_aws_fail(search, status, "STS: %s", problem);
    credentials->source = "web identity";
    return COG_OK;
}

enum cog_status
cog_aws_from_web_identity(struct cog_aws_search *search, bool *there,
                          struct cog_aws_credentials *credentials)
{
    const struct cog_aws_environment *from = search->settings->environment;

    *there = cog_aws_is_set(&from->web_identity_token_file);
    if (!*there)
        return COG_OK;
    if (!cog_aws_is_set(&from->role_arn))
        return cog_aws_fail(search, COG_MISCONFIGURED,
                            "AWS_WEB_IDENTITY_TOKEN_FILE without "
                            "AWS_ROLE_ARN");
    return cog_aws_web_identity(search, &from->web_identity_token_file,
                                &from->role_arn, &from->role_session_name,
                                credentials);
}
