/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the sources of credentials have in common. Each is one function that
 * says whether the source is there at all, and if so brings credentials or a
 * reason; the chain (aws/credentials.c) asks them in its order. Each function
 * stands in the file of the source's name, aws/source_*.c.
 */
#ifndef COG_AWS_SOURCE_H
#define COG_AWS_SOURCE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "aws/credentials.h"
#include "cognito/http_fetch.h"

/* Room for a reason. */
#define COG_AWS_PROBLEM_SIZE 512

/* One look for credentials, as the sources see it. */
struct cog_aws_search {
    const struct cog_aws_chain_settings *settings;
    struct cog_fetcher *fetcher;
    int64_t deadline_ms;                /* of the source being asked */
    char problem[COG_AWS_PROBLEM_SIZE]; /* why the source failed, or why it
                                           is not there where that helps */
};

/*
 * A source. When it is not there *there becomes false and the result does
 * not count; the problem may then hold a hint. COG_OK: *credentials are
 * set, checked by cog_aws_credentials_check; otherwise the problem is.
 * *credentials come in empty.
 */
enum cog_status
cog_aws_from_environment(struct cog_aws_search *search, bool *there,
                         struct cog_aws_credentials *credentials);
enum cog_status
cog_aws_from_web_identity(struct cog_aws_search *search, bool *there,
                          struct cog_aws_credentials *credentials);
enum cog_status cog_aws_from_profile(struct cog_aws_search *search,
                                     bool *there,
                                     struct cog_aws_credentials *credentials);
enum cog_status
cog_aws_from_container(struct cog_aws_search *search, bool *there,
                       struct cog_aws_credentials *credentials);
enum cog_status cog_aws_from_ec2(struct cog_aws_search *search, bool *there,
                                 struct cog_aws_credentials *credentials);

/* The file that came with the settings: its profile "default". */
enum cog_status cog_aws_from_given(struct cog_aws_search *search, bool *there,
                                   struct cog_aws_credentials *credentials);

/* Set the problem, as printf; returns the status handed in. */
enum cog_status cog_aws_fail(struct cog_aws_search *search,
                             enum cog_status status, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* Whether a setting has a value. */
static inline bool
cog_aws_is_set(const struct cog_secret *setting)
{
    return setting->len > 0;
}

/*
 * Fetch a small document. COG_OK for status 200 only; otherwise the problem
 * begins with what, and *http_status (0: no answer came) may decide further.
 */
enum cog_status cog_aws_fetch(struct cog_aws_search *search, const char *what,
                              const struct cog_fetch_request *request,
                              struct cog_secret *document, int *http_status);

/*
 * Read a file that root alone can have written, directories above included
 * (P82). flags as in accounts/trusted_file.h. COG_MISCONFIGURED with the
 * problem set; *missing (or NULL) tells whether that is because it is not
 * there. What is read is text without NUL.
 */
enum cog_status cog_aws_read_file(struct cog_aws_search *search,
                                  const char *path, unsigned flags, size_t max,
                                  struct cog_secret *contents, bool *missing);

/*
 * Read a token from its file. Symbolic links are followed, as Kubernetes
 * makes its volumes of them, so the file itself must be root's and not
 * writable by others, and its contents, one line end apart, what
 * cog_aws_is_web_token takes: whoever chose the path could otherwise have
 * any file of root's sent away. Failures as above.
 */
enum cog_status cog_aws_read_token(struct cog_aws_search *search,
                                   const char *path, struct cog_secret *token);

#endif
