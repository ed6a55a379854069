/* SPDX-License-Identifier: Apache-2.0 */
/* Fetching a snapshot over https, unless it is the one that we have. */
#ifndef COG_COGNITOCTL_DOWNLOAD_H
#define COG_COGNITOCTL_DOWNLOAD_H

#include "cognitoctl/installed.h"
#include "cognitoctl/signature.h"
#include "cognitoctl/spool.h"
#include "config/config.h"

#include <stdbool.h>

struct cog_download {
    bool unchanged; /* the service has what known_etag names: no bytes */
    char etag[COG_ETAG_MAX + 1]; /* of the bytes, or "" */
};

/*
 * Get url, by certificates and proxy of the configuration, and append the
 * bytes to spool. known_etag ("": none) makes it conditional (RFC 9110
 * section 13.1.2). What is not signed by key, or is longer than was signed,
 * is not taken: 4 kB of it at most. Returns COG_EXIT_OK; or another exit code,
 * having said why.
 */
int cog_download(const struct cog_config *config, const char *url,
                 const char *known_etag, const struct cog_signature_key *key,
                 const struct cog_spool *spool, struct cog_download *download);

#endif
