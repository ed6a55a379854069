/* SPDX-License-Identifier: Apache-2.0 */
/*
 * AWS credentials for a person, from an identity pool: GetId and
 * GetCredentialsForIdentity of Amazon Cognito Federated Identities (API of
 * 2014-06-30), with the ID token of the user pool. Neither is signed: the
 * token is all that counts.
 */
#ifndef COG_AWS_IDENTITY_POOL_H
#define COG_AWS_IDENTITY_POOL_H

#include <stdint.h>

#include "aws/credentials.h"
#include "cognito/http_fetch.h"
#include "cognito/status.h"

/* All borrowed. */
struct cog_identity_settings {
    struct cog_fetcher *fetcher;
    const char *endpoint; /* "https://HOST[:PORT]" */
    const char *pool_id;  /* "REGION:UUID" */
    const char *login;    /* what the identity pool calls the user pool */
    int64_t deadline_ms;  /* by the fetcher's clock: for both calls */
};

/* Room for what there is to say of a failure. */
#define COG_IDENTITY_PROBLEM_SIZE 512

/*
 * Ask. credentials come in empty, and are untouched on failure: then problem
 * says which call failed and how, printable and without a secret; the status
 * is as of cognito/error.h, or of the way there.
 */
enum cog_status
cog_identity_credentials(const struct cog_identity_settings *settings,
                         const struct cog_secret *id_token,
                         struct cog_aws_credentials *credentials,
                         char problem[COG_IDENTITY_PROBLEM_SIZE]);

/* Longest id of an identity, with its NUL. */
#define COG_IDENTITY_ID_SIZE 56

/*
 * Pure: the answer to GetId. COG_PROTOCOL for one that is none, or whose id is
 * not REGION and more of letters, digits, ":" and "-".
 */
enum cog_status cog_identity_id_read(const char *bytes, size_t len,
                                     char id[COG_IDENTITY_ID_SIZE]);

#endif
