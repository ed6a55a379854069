/* SPDX-License-Identifier: Apache-2.0 */
/* Documents with credentials; see the header. */
#include "aws/credential_document.h"

#include <string.h>

#include "aws/timestamp.h"
#include "aws/xml.h"
#include "base/text.h"
#include "cognito/json.h"

#define KEY_ID_MAX 128
#define SECRET_MAX 256
#define TOKEN_MAX  16000

#define WEB_TOKEN_MAX 20000

static bool
is_word(const struct cog_secret *text, size_t max)
{
    if (text->len == 0 || text->len > max)
        return false;
    for (size_t i = 0; i < text->len; i++) {
        if (text->data[i] <= ' ' || text->data[i] > '~')
            return false;
    }
    return true;
}

static bool
is_key_id(const struct cog_secret *text)
{
    for (size_t i = 0; i < text->len; i++) {
        char c = text->data[i];

        if (!cog_ascii_is_alnum(c) && c != '_' && c != '-')
            return false;
    }
    return text->len > 0 && text->len <= KEY_ID_MAX;
}

const char *
cog_aws_credentials_check(const struct cog_aws_credentials *credentials)
{
    if (!is_key_id(&credentials->key_id))
        return "the access key id is none";
    if (!is_word(&credentials->secret_key, SECRET_MAX))
        return "the secret access key is none";
    if (credentials->session_token.len > 0 &&
        !is_word(&credentials->session_token, TOKEN_MAX))
        return "the session token is none";
    return NULL;
}

bool
cog_aws_is_web_token(const char *bytes, size_t len)
{
    size_t dots = 0, part = 0;

    if (len > WEB_TOKEN_MAX)
        return false;
    for (size_t i = 0; i < len; i++) {
        char c = bytes[i];

        if (c == '.') {
            if (part == 0)
                return false;
            part = 0;
            dots++;
        } else if (cog_ascii_is_alnum(c) || c == '-' || c == '_') {
            part++;
        } else {
            return false;
        }
    }
    return dots == 2 && part > 0;
}

/* What the kinds call things; a NULL name is not looked for. */
static const struct {
    const char *token;
    bool token_required;
    bool expiry_required;
} forms[] = {
    [COG_AWS_DOCUMENT_PROCESS] = {"SessionToken", false, false},
    [COG_AWS_DOCUMENT_CONTAINER] = {"Token", true, true},
    [COG_AWS_DOCUMENT_EC2] = {"Token", true, true},
};

/* What only one kind has. */
static bool
has_preamble(const struct cog_json *document, enum cog_aws_document kind)
{
    const char *code = NULL;
    int64_t version = 0;

    if (kind == COG_AWS_DOCUMENT_PROCESS)
        return cog_json_integer(document, "Version", &version) == COG_OK &&
               version == 1;
    if (kind == COG_AWS_DOCUMENT_EC2)
        return cog_json_text(document, "Code", 64, &code) == COG_OK &&
               strcmp(code, "Success") == 0;
    return true;
}

/* A text member; absent is fine unless it is required. */
static enum cog_status
read_text(const struct cog_json *document, const char *key, bool required,
          struct cog_secret *out)
{
    const char *text = NULL;
    enum cog_status status;

    if (!required && !cog_json_has(document, key))
        return COG_OK;
    status = cog_json_text(document, key, COG_AWS_DOCUMENT_MAX, &text);
    if (status != COG_OK)
        return status;
    return cog_secret_set_text(out, text) == 0 ? COG_OK : COG_NO_MEMORY;
}

static enum cog_status
read_members(const struct cog_json *document, enum cog_aws_document kind,
             struct cog_aws_credentials *out, const char **problem)
{
    const char *expiry = NULL;
    enum cog_status status;

    *problem = "AccessKeyId, SecretAccessKey or the token is missing or none";
    status = read_text(document, "AccessKeyId", true, &out->key_id);
    if (status == COG_OK)
        status =
            read_text(document, "SecretAccessKey", true, &out->secret_key);
    if (status == COG_OK)
        status = read_text(document, forms[kind].token,
                           forms[kind].token_required, &out->session_token);
    if (status != COG_OK)
        return status;
    *problem = "Expiration is missing or no moment";
    if (!forms[kind].expiry_required && !cog_json_has(document, "Expiration"))
        return COG_OK;
    if (cog_json_text(document, "Expiration", 64, &expiry) != COG_OK ||
        cog_aws_timestamp_parse(expiry, &out->expires_s) != 0)
        return COG_PROTOCOL;
    return COG_OK;
}

/* Hand over what is complete and can be used. */
static enum cog_status
finish(struct cog_aws_credentials *from, struct cog_aws_credentials *to,
       const char **problem)
{
    *problem = cog_aws_credentials_check(from);
    if (*problem != NULL)
        return COG_PROTOCOL;
    *to = *from;
    memset(from, 0, sizeof *from);
    return COG_OK;
}

enum cog_status
cog_aws_document_read(const char *bytes, size_t len,
                      enum cog_aws_document kind,
                      struct cog_aws_credentials *credentials,
                      const char **problem)
{
    cog_cleanup_json struct cog_json *document = NULL;
    cog_cleanup_aws_credentials struct cog_aws_credentials fresh = {.source =
                                                                        NULL};
    enum cog_status status;

    *problem = "it is not one JSON object";
    status = cog_json_parse(bytes, len, &document);
    if (status != COG_OK)
        return status;
    *problem = "its Version is not 1 or its Code not Success";
    if (!has_preamble(document, kind))
        return COG_PROTOCOL;
    status = read_members(document, kind, &fresh, problem);
    return status == COG_OK ? finish(&fresh, credentials, problem) : status;
}

enum cog_status
cog_aws_identity_read(const char *bytes, size_t len,
                      struct cog_aws_credentials *credentials,
                      const char **problem)
{
    cog_cleanup_json struct cog_json *document = NULL;
    cog_cleanup_aws_credentials struct cog_aws_credentials fresh = {.source =
                                                                        NULL};
    const struct cog_json *from = NULL;
    enum cog_status status;

    *problem = "it is not one JSON object with Credentials";
    status = cog_json_parse(bytes, len, &document);
    if (status == COG_OK)
        status = cog_json_object(document, "Credentials", &from);
    if (status != COG_OK)
        return status;
    *problem = "AccessKeyId, SecretKey or SessionToken is missing or none";
    status = read_text(from, "AccessKeyId", true, &fresh.key_id);
    if (status == COG_OK)
        status = read_text(from, "SecretKey", true, &fresh.secret_key);
    if (status == COG_OK)
        status = read_text(from, "SessionToken", true, &fresh.session_token);
    if (status == COG_OK && fresh.session_token.len == 0)
        status = COG_PROTOCOL;
    if (status != COG_OK)
        return status;
    *problem = "Expiration is missing or no moment";
    status = cog_json_seconds(from, "Expiration", &fresh.expires_s);
    return status == COG_OK ? finish(&fresh, credentials, problem) : status;
}

enum cog_status
cog_aws_sts_read(const char *bytes, size_t len,
                 struct cog_aws_credentials *credentials, const char **problem)
{
    cog_cleanup_aws_credentials struct cog_aws_credentials fresh = {.source =
                                                                        NULL};
    cog_cleanup_secret struct cog_secret expiry = COG_SECRET_EMPTY;
    const struct {
        const char *name;
        struct cog_secret *out;
    } members[] = {
        {"AccessKeyId", &fresh.key_id},
        {"SecretAccessKey", &fresh.secret_key},
        {"SessionToken", &fresh.session_token},
        {"Expiration", &expiry},
    };

    *problem = "STS's answer is malformed";
    for (size_t i = 0; i < sizeof members / sizeof members[0]; i++) {
        const char *const path[] = {
            "AssumeRoleWithWebIdentityResponse",
            "AssumeRoleWithWebIdentityResult",
            "Credentials",
            members[i].name,
        };
        enum cog_status status = cog_aws_xml_text(
            bytes, len, path, sizeof path / sizeof path[0], members[i].out);

        if (status != COG_OK)
            return status;
    }
    *problem = "Expiration is no moment";
    if (fresh.session_token.len == 0 || expiry.data == NULL ||
        cog_aws_timestamp_parse(expiry.data, &fresh.expires_s) != 0)
        return COG_PROTOCOL;
    return finish(&fresh, credentials, problem);
}

static void
error_text(const char *bytes, size_t len, const char *name, char *out,
           size_t out_size)
{
    cog_cleanup_secret struct cog_secret text = COG_SECRET_EMPTY;
    const char *const path[] = {"ErrorResponse", "Error", name};

    out[0] = '\0';
    if (cog_aws_xml_text(bytes, len, path, 3, &text) == COG_OK)
        cog_text_for_log(text.data != NULL ? text.data : "", text.len, out,
                         out_size);
}

void
cog_aws_sts_error(const char *bytes, size_t len, char *code, size_t code_size,
                  char *message, size_t message_size)
{
    error_text(bytes, len, "Code", code, code_size);
    error_text(bytes, len, "Message", message, message_size);
}
