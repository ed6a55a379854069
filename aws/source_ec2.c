/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The role of an EC2 instance, by its metadata service, version 2: a session
 * token is fetched by PUT and goes along with each request (P83). Version 1,
 * which anything that can be made to fetch a URL can ask, is never tried.
 * ("Use IMDSv2", "Retrieve security credentials from instance metadata" in
 * the EC2 user guide.) Not asked with AWS_EC2_METADATA_DISABLED=true; over
 * IPv6 with AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE=IPv6.
 */
#include <stdio.h>
#include <string.h>

#include "aws/credential_document.h"
#include "aws/source.h"
#include "base/text.h"

/* Where there is no EC2 nobody answers: not worth a longer wait. */
#define TOKEN_WAIT_MS 2000

#define TOKEN_TTL_S                                                           \
    "21600" /* the longest; it is asked for again each time                   \
             */
#define TOKEN_MAX 1024
#define ROLE_MAX  64

static const char what[] = "EC2 metadata";

static const char *
endpoint_of(const struct cog_aws_chain_settings *settings)
{
    const struct cog_aws_environment *from = settings->environment;
    const struct cog_secret *mode = from == NULL ? NULL : &from->metadata_mode;

    if (settings->metadata_endpoint != NULL)
        return settings->metadata_endpoint;
    if (mode != NULL && cog_aws_is_set(mode) &&
        cog_ascii_equal_nocase(mode->data, "ipv6"))
        return "http://[fd00:ec2::254]";
    return "http://169.254.169.254";
}

/* One request of the three; value is of the header called name. */
static enum cog_status
ask(struct cog_aws_search *search, enum cog_fetch_method method,
    const char *path, const char *name, const char *value,
    struct cog_secret *document, int *http_status)
{
    const struct cog_fetch_header header = {name, value};
    char url[COG_URL_MAX + 1];
    const struct cog_fetch_request request = {
        .url = url,
        .method = method,
        .headers = &header,
        .header_count = 1,
        .deadline_ms = search->deadline_ms,
        .max = COG_AWS_DOCUMENT_MAX,
    };
    int len =
        snprintf(url, sizeof url, "%s%s", endpoint_of(search->settings), path);

    if (len < 0 || (size_t) len >= sizeof url)
        return cog_aws_fail(search, COG_INTERNAL, "%s: no address", what);
    return cog_aws_fetch(search, what, &request, document, http_status);
}

/* *there becomes false where nothing of the kind answers. */
static enum cog_status
ask_token(struct cog_aws_search *search, bool *there, struct cog_secret *token)
{
    int64_t deadline_ms = search->deadline_ms;
    int64_t soon_ms = search->settings->clock->monotonic_ms() + TOKEN_WAIT_MS;
    enum cog_status status;
    int http_status;

    if (soon_ms < deadline_ms)
        search->deadline_ms = soon_ms;
    status = ask(search, COG_FETCH_PUT, "/latest/api/token",
                 "X-aws-ec2-metadata-token-ttl-seconds", TOKEN_TTL_S, token,
                 &http_status);
    search->deadline_ms = deadline_ms;
    /* Refused, not found: switched off, or something else's address. */
    *there = status == COG_OK || http_status >= 500 || http_status == 400 ||
             status == COG_NO_MEMORY || status == COG_INTERNAL;
    if (status == COG_TIMEOUT)
        return cog_aws_fail(search, status,
                            "%s: no answer (in a container it takes a hop "
                            "limit of 2)",
                            what);
    if (status != COG_OK)
        return status;
    if (token->len == 0 || token->len > TOKEN_MAX)
        return cog_aws_fail(search, COG_PROTOCOL, "%s: no token", what);
    return COG_OK;
}

/* The one name in the list: of IAM's characters, so nothing of a path. */
static bool
is_role(const struct cog_secret *list)
{
    static const char others[] = "+=,.@_-";
    size_t len = list->len;

    if (len > 0 && list->data[len - 1] == '\n')
        len--;
    if (len == 0 || len > ROLE_MAX)
        return false;
    for (size_t i = 0; i < len; i++) {
        char c = list->data[i];

        if (!cog_ascii_is_alnum(c) && (c == '\0' || strchr(others, c) == NULL))
            return false;
    }
    return strspn(list->data, ".") != len;
}

static enum cog_status
ask_keys(struct cog_aws_search *search, const char *token,
         struct cog_secret *document)
{
    static const char begin[] = "/latest/meta-data/iam/security-credentials/";
    static const char header[] = "X-aws-ec2-metadata-token";
    cog_cleanup_secret struct cog_secret role = COG_SECRET_EMPTY;
    char path[sizeof begin + ROLE_MAX];
    int http_status;
    enum cog_status status =
        ask(search, COG_FETCH_GET, begin, header, token, &role, &http_status);

    if (http_status == 404)
        return cog_aws_fail(search, COG_MISCONFIGURED,
                            "%s: the instance has no role", what);
    if (status != COG_OK)
        return status;
    if (!is_role(&role))
        return cog_aws_fail(search, COG_PROTOCOL,
                            "%s: the name of the role is none", what);
    (void) snprintf(path, sizeof path, "%s%.*s", begin,
                    (int) strcspn(role.data, "\n"), role.data);
    return ask(search, COG_FETCH_GET, path, header, token, document,
               &http_status);
}

static bool
is_disabled(const struct cog_aws_environment *from)
{
    return from != NULL && cog_aws_is_set(&from->metadata_disabled) &&
           cog_ascii_equal_nocase(from->metadata_disabled.data, "true");
}

enum cog_status
cog_aws_from_ec2(struct cog_aws_search *search, bool *there,
                 struct cog_aws_credentials *credentials)
{
    cog_cleanup_secret struct cog_secret token = COG_SECRET_EMPTY;
    cog_cleanup_secret struct cog_secret document = COG_SECRET_EMPTY;
    enum cog_status status;
    const char *problem;

    *there = !is_disabled(search->settings->environment);
    if (!*there)
        return cog_aws_fail(search, COG_OK, "%s: AWS_EC2_METADATA_DISABLED",
                            what);
    status = ask_token(search, there, &token);
    if (status != COG_OK)
        return status;
    status = ask_keys(search, token.data, &document);
    if (status != COG_OK)
        return status;
    status =
        cog_aws_document_read(document.data, document.len,
                              COG_AWS_DOCUMENT_EC2, credentials, &problem);
    if (status != COG_OK)
        return cog_aws_fail(search, status, "%s: %s", what, problem);
    credentials->source = "EC2";
    return COG_OK;
}
