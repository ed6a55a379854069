/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The endpoint that ECS and EKS give to a container ("Container credential
 * provider" of the AWS SDKs): AWS_CONTAINER_CREDENTIALS_RELATIVE_URI is below
 * http://169.254.170.2, else AWS_CONTAINER_CREDENTIALS_FULL_URI is https, or
 * http to loopback or to one of the link-local addresses (cognito/url.h).
 *
 * What proves the caller goes along in Authorization: the contents of
 * AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE, else
 * AWS_CONTAINER_AUTHORIZATION_TOKEN. The file's only to link-local addresses:
 * any user can listen on loopback, and could under `sudo -E` have a token of
 * root's brought there (P82).
 */
#include <stdio.h>
#include <string.h>

#include "aws/credential_document.h"
#include "aws/source.h"

static const char ecs[] = "http://169.254.170.2";

static enum cog_status
make_url(struct cog_aws_search *search, char url[COG_URL_MAX + 1])
{
    const struct cog_aws_environment *from = search->settings->environment;
    bool relative = cog_aws_is_set(&from->container_relative_uri);
    const char *uri = relative ? from->container_relative_uri.data
                               : from->container_full_uri.data;
    int len = snprintf(url, COG_URL_MAX + 1, "%s%s", relative ? ecs : "", uri);

    if (len < 0 || len > COG_URL_MAX || cog_url_kind(url) == COG_URL_REFUSED ||
        (relative && *uri != '/'))
        return cog_aws_fail(search, COG_MISCONFIGURED,
                            "%s is not an address that may be asked",
                            relative ? "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI"
                                     : "AWS_CONTAINER_CREDENTIALS_FULL_URI");
    return COG_OK;
}

static enum cog_status
find_authorization(struct cog_aws_search *search, const char *url,
                   struct cog_secret *authorization)
{
    const struct cog_aws_environment *from = search->settings->environment;
    const struct cog_secret *file = &from->container_authorization_file;

    if (!cog_aws_is_set(file))
        return cog_secret_copy(authorization,
                               &from->container_authorization) == 0
                   ? COG_OK
                   : COG_NO_MEMORY;
    if (cog_url_kind(url) != COG_URL_LINK_LOCAL)
        return cog_aws_fail(search, COG_MISCONFIGURED,
                            "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE is for "
                            "link-local addresses only");
    return cog_aws_read_token(search, file->data, authorization);
}

static enum cog_status
ask(struct cog_aws_search *search, const char *url,
    const struct cog_secret *authorization,
    struct cog_aws_credentials *credentials)
{
    static const char what[] = "container credentials";
    cog_cleanup_secret struct cog_secret document = COG_SECRET_EMPTY;
    const struct cog_fetch_header headers[] = {
        {"Accept", "application/json"},
        {"Authorization", authorization->data},
    };
    const struct cog_fetch_request request = {
        .url = url,
        .method = COG_FETCH_GET,
        .headers = headers,
        .header_count = authorization->len > 0 ? 2 : 1,
        .deadline_ms = search->deadline_ms,
        .max = COG_AWS_DOCUMENT_MAX,
    };
    const char *problem;
    int http_status;
    enum cog_status status =
        cog_aws_fetch(search, what, &request, &document, &http_status);

    if (status != COG_OK)
        return status;
    status = cog_aws_document_read(document.data, document.len,
                                   COG_AWS_DOCUMENT_CONTAINER, credentials,
                                   &problem);
    if (status != COG_OK)
        return cog_aws_fail(search, status, "%s: %s", what, problem);
    credentials->source = "container";
    return COG_OK;
}

enum cog_status
cog_aws_from_container(struct cog_aws_search *search, bool *there,
                       struct cog_aws_credentials *credentials)
{
    const struct cog_aws_environment *from = search->settings->environment;
    cog_cleanup_secret struct cog_secret authorization = COG_SECRET_EMPTY;
    char url[COG_URL_MAX + 1];
    enum cog_status status;

    *there = cog_aws_is_set(&from->container_relative_uri) ||
             cog_aws_is_set(&from->container_full_uri);
    if (!*there)
        return COG_OK;
    status = make_url(search, url);
    if (status == COG_OK)
        status = find_authorization(search, url, &authorization);
    return status == COG_OK ? ask(search, url, &authorization, credentials)
                            : status;
}
