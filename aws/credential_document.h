/* SPDX-License-Identifier: Apache-2.0 */
/* Credentials as documents have them: bytes in, checked credentials out. */
#ifndef COG_AWS_CREDENTIAL_DOCUMENT_H
#define COG_AWS_CREDENTIAL_DOCUMENT_H

#include <stdbool.h>
#include <stddef.h>

#include "aws/credentials.h"

#define COG_AWS_DOCUMENT_MAX (64 * 1024)

/* Who wrote it. */
enum cog_aws_document {
    /* {"Version":1,"AccessKeyId","SecretAccessKey"[,"SessionToken"]
       [,"Expiration"]}: "Sourcing credentials with an external process" */
    COG_AWS_DOCUMENT_PROCESS,
    /* {"AccessKeyId","SecretAccessKey","Token","Expiration"[,...]}: container
       credential provider */
    COG_AWS_DOCUMENT_CONTAINER,
    /* the same and "Code":"Success": EC2 instance metadata */
    COG_AWS_DOCUMENT_EC2
};

/*
 * Read a document. COG_PROTOCOL with *problem, a fixed text; COG_NO_MEMORY.
 * *credentials come in empty, and are untouched on failure.
 */
enum cog_status cog_aws_document_read(const char *bytes, size_t len,
                                      enum cog_aws_document kind,
                                      struct cog_aws_credentials *credentials,
                                      const char **problem);

/*
 * The answer to GetCredentialsForIdentity of an identity pool (API of
 * 2014-06-30): "Credentials" with "AccessKeyId", "SecretKey", "SessionToken"
 * and "Expiration", a number. As above; token and moment are always there.
 */
enum cog_status cog_aws_identity_read(const char *bytes, size_t len,
                                      struct cog_aws_credentials *credentials,
                                      const char **problem);

/*
 * AssumeRoleWithWebIdentityResponse of STS (API of 2011-06-15), XML. As
 * above.
 */
enum cog_status cog_aws_sts_read(const char *bytes, size_t len,
                                 struct cog_aws_credentials *credentials,
                                 const char **problem);

/*
 * The code and text of an ErrorResponse of STS, made fit for a log; "" where
 * it has none.
 */
void cog_aws_sts_error(const char *bytes, size_t len, char *code,
                       size_t code_size, char *message, size_t message_size);

/*
 * Whether credentials from wherever can be used: a key id of 1-128 letters,
 * digits, "_" or "-", a secret of 1-256 and a token of up to 16,000
 * printable characters other than the blank. Returns NULL, or a fixed text.
 */
const char *
cog_aws_credentials_check(const struct cog_aws_credentials *credentials);

/*
 * Whether this is a token as identity providers write them into files: three
 * parts of base64url, joined by dots (RFC 7519), at most 20,000 bytes. A line
 * end behind it has to be cut off before. What is not one is some other
 * file, which must not be sent anywhere (P82).
 */
bool cog_aws_is_web_token(const char *bytes, size_t len);

#endif
