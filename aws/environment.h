/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What AWS's own programs read from the environment, taken once at the very
 * beginning. Nothing else of this project asks the environment (P31), and
 * the libraries below us shall find none: libcurl writes keys where
 * SSLKEYLOGFILE says (P29), OpenSSL loads what OPENSSL_CONF names.
 *
 * What leads elsewhere is left alone, since `sudo -E` hands it over from
 * whoever typed it (P82): AWS_ENDPOINT_URL*, AWS_CA_BUNDLE,
 * AWS_EC2_METADATA_SERVICE_ENDPOINT, HOME, proxies.
 */
#ifndef COG_AWS_ENVIRONMENT_H
#define COG_AWS_ENVIRONMENT_H

#include "base/secret.h"

/*
 * Each named as its variable; empty when it is not set or set to nothing.
 * Texts that are no secrets are here too, so that all is wiped alike.
 */
struct cog_aws_environment {
    struct cog_secret access_key_id;
    struct cog_secret secret_access_key;
    struct cog_secret session_token;
    struct cog_secret profile;                      /* AWS_PROFILE */
    struct cog_secret shared_credentials_file;      /* a path */
    struct cog_secret config_file;                  /* a path */
    struct cog_secret role_arn;                     /* for web identity */
    struct cog_secret role_session_name;            /* for web identity */
    struct cog_secret web_identity_token_file;      /* a path */
    struct cog_secret container_relative_uri;       /* AWS_CONTAINER_ */
    struct cog_secret container_full_uri;           /* CREDENTIALS_... */
    struct cog_secret container_authorization;      /* ..._TOKEN */
    struct cog_secret container_authorization_file; /* a path */
    struct cog_secret metadata_disabled;            /* "true" */
    struct cog_secret metadata_mode;                /* "IPv4" or "IPv6" */
};

/*
 * Take the variables above from environment, a NULL-terminated list of
 * "NAME=VALUE" (that of main, or environ), wipe the values of all AWS_*
 * variables where they lie, and make the list empty, so that getenv finds
 * nothing from here on. Call it first in main, before any thread and any
 * library. The first of two variables of one name counts. Returns 0, EMSGSIZE
 * for a value above 64 kB, ENOMEM; the list is empty in any case.
 */
int cog_aws_environment_take(char **environment,
                             struct cog_aws_environment *out);

/* Wipe; zeroed and cleared ones are fine. */
void cog_aws_environment_clear(struct cog_aws_environment *environment);

#define cog_cleanup_aws_environment                                           \
    __attribute__((cleanup(cog_aws_environment_clear)))

#endif
