/* SPDX-License-Identifier: Apache-2.0 */
/*
 * AWS credentials, as the host has them: for reading the pool, never for
 * logging in (P83). The sources and their order are those of AWS's command
 * line (its user guide, "Configuration and credentials precedence"; the
 * order inside a profile is botocore's):
 *
 *  1 environment   AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and, if any,
 *                  AWS_SESSION_TOKEN
 *  2 web identity  AWS_WEB_IDENTITY_TOKEN_FILE and AWS_ROLE_ARN, exchanged
 *                  at STS of the pool's region
 *  3 profile       ~/.aws/credentials and ~/.aws/config (or the files that
 *                  AWS_SHARED_CREDENTIALS_FILE and AWS_CONFIG_FILE name), the
 *                  profile AWS_PROFILE or "default": web identity, keys,
 *                  credential_process, keys in the config file
 *  4 container     AWS_CONTAINER_CREDENTIALS_RELATIVE_URI or _FULL_URI
 *  5 EC2           the instance's metadata service, version 2 only
 *
 * The first source that is there is the one; if it then fails, that is the
 * result: another identity is never used in its place. Files are believed
 * only as written by root alone, and a user's home is never looked into
 * (P82). What each source requires stands in its header.
 */
#ifndef COG_AWS_CREDENTIALS_H
#define COG_AWS_CREDENTIALS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "aws/environment.h"
#include "base/clock.h"
#include "base/secret.h"
#include "cognito/status.h"

struct cog_aws_search;

struct cog_aws_credentials {
    struct cog_secret key_id;
    struct cog_secret secret_key;
    struct cog_secret session_token; /* empty: long-lived keys */
    int64_t expires_s;               /* unix time; 0: never */
    const char *source; /* "environment", "web identity", "profile",
                           "credential_process", "container", "EC2",
                           "file";
                           NULL while there are none */
};

/* Wipe; zeroed and cleared ones are fine. */
void cog_aws_credentials_clear(struct cog_aws_credentials *credentials);

#define cog_cleanup_aws_credentials                                           \
    __attribute__((cleanup(cog_aws_credentials_clear)))

/* A source, as aws/source.h describes it. */
struct cog_aws_source {
    enum cog_status (*ask)(struct cog_aws_search *search, bool *there,
                           struct cog_aws_credentials *credentials);
};

/* All five, in their order, for cognitoctl (aws/host_sources.c). */
extern const struct cog_aws_source cog_aws_host_sources[];
#define COG_AWS_HOST_SOURCES 5

/* All borrowed: must outlive the chain. */
struct cog_aws_chain_settings {
    /* Asked in this order; and what the others are that are not there, as
       "none in the environment": for the problem. */
    const struct cog_aws_source *sources;
    size_t source_count;
    const char *nowhere;
    /* A credentials file already read, for the source "given"; or NULL. */
    const struct cog_secret *given;
    int64_t deadline_ms; /* of all that is asked; 0: none */
    const struct cog_aws_environment *environment; /* NULL: none */
    /*
     * The home whose .aws is read, from the password database and never
     * from the environment: cog_aws_root_home. NULL: no profile files
     * besides those that the environment names.
     */
    const char *home;
    const char *ca_file;           /* as in cognito/http.h */
    const char *ca_path;           /* likewise */
    const char *proxy;             /* for STS; never for metadata */
    const struct cog_clock *clock; /* all three members */
    int timeout_ms;                /* for one source, all its requests; at
                                      least 1000 */
    const char *sts_endpoint;      /* "https://HOST[:PORT]": the
                                      configuration's, of the pool's region;
                                      NULL: no source needs it */
    const char *metadata_endpoint; /* NULL: EC2's; tests have their own, at
                                      an address that may be asked */
};

struct cog_aws_chain;

/*
 * Prepare; nothing is read or asked yet. COG_NO_MEMORY, COG_MISCONFIGURED
 * for an endpoint or a proxy that is none.
 */
enum cog_status
cog_aws_chain_new(const struct cog_aws_chain_settings *settings,
                  struct cog_aws_chain **chain);

/* NULL is fine. */
void cog_aws_chain_free(struct cog_aws_chain *chain);

/*
 * The credentials to use now; borrowed until the next call with this chain.
 * Kept ones are given as long as they live COG_AWS_REFRESH_S more; then they
 * are fetched anew, and if that fails the kept ones are still given while
 * they live at all. Failures, each with words in cog_aws_chain_problem:
 *  COG_MISCONFIGURED  no source is there, or the one that is cannot be used
 *  COG_PROTOCOL       a source's answer is malformed
 *  COG_NETWORK, COG_TLS, COG_LOST, COG_TIMEOUT, COG_THROTTLED, COG_SERVICE,
 *  COG_BLOCKED        the way to a source, or the source itself
 *  COG_NO_MEMORY, COG_INTERNAL
 */
enum cog_status
cog_aws_chain_get(struct cog_aws_chain *chain,
                  const struct cog_aws_credentials **credentials);

/*
 * Forget the kept ones: the service has called them expired or unknown. The
 * next get asks the source again.
 */
void cog_aws_chain_forget(struct cog_aws_chain *chain);

/*
 * Why the last get failed, as "profile \"sync\": /root/.aws/credentials: not
 * owned by root": one line of printable ASCII, no secret in it; "" after a
 * success.
 */
const char *cog_aws_chain_problem(const struct cog_aws_chain *chain);

/* Fetched anew when they have less than this left, in seconds. */
#define COG_AWS_REFRESH_S 600

/*
 * The home of uid 0 as the password database has it (getpwuid), into out.
 * Returns 0, ENOENT when there is none or it is no absolute path, EMSGSIZE,
 * or the look-up's errno.
 */
int cog_aws_root_home(char *out, size_t out_size);

static inline void
cog_aws_chain_free_at(struct cog_aws_chain **chain)
{
    cog_aws_chain_free(*chain);
}

#define cog_cleanup_aws_chain __attribute__((cleanup(cog_aws_chain_free_at)))

#endif
