/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A token of an identity provider, exchanged for credentials: STS
 * AssumeRoleWithWebIdentity (API of 2011-06-15, query protocol), which takes
 * no signature. On EKS the token is a file that the node keeps fresh.
 */
#ifndef COG_AWS_WEB_IDENTITY_H
#define COG_AWS_WEB_IDENTITY_H

#include "aws/source.h"

/*
 * The body of the request, for a token as cog_aws_read_token brings it. The
 * ARN has to begin with "arn:" and hold 20-2048 printable characters, the
 * session's name (NULL or empty: "cognitoctl") to be 2-64 of
 * [A-Za-z0-9_+=,.@-]. Returns COG_OK; COG_MISCONFIGURED and *problem, a fixed
 * text; COG_NO_MEMORY.
 */
enum cog_status cog_aws_sts_body(const struct cog_secret *token,
                                 const struct cog_secret *role_arn,
                                 const struct cog_secret *session_name,
                                 struct cog_secret *body,
                                 const char **problem);

/*
 * Read the token from its file, which must be trusted, and exchange it.
 * Failures as a source's.
 */
enum cog_status cog_aws_web_identity(struct cog_aws_search *search,
                                     const struct cog_secret *token_file,
                                     const struct cog_secret *role_arn,
                                     const struct cog_secret *session_name,
                                     struct cog_aws_credentials *credentials);

#endif
