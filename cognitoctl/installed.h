/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which listing of the pool the accounts files were made of: LOGINS/listing
 * (0600). It keeps an older one from being installed after it, whether the
 * pool was asked or a snapshot read (P73), and a snapshot that has not
 * changed from being downloaded again.
 */
#ifndef COG_COGNITOCTL_INSTALLED_H
#define COG_COGNITOCTL_INSTALLED_H

#include <stdint.h>

#include "cognitoctl/signature.h"
#include "config/config.h"
#include "host/account_id.h"

#define COG_ETAG_MAX 255 /* bytes of an ETag that is kept */
#define COG_FROM_MAX 511 /* bytes of an address */

struct cog_installed {
    int64_t created_s; /* unix time when that listing began; 0: none yet */
    char from[COG_FROM_MAX + 1]; /* the snapshot's address, or "" */
    char etag[COG_ETAG_MAX + 1]; /* what was served there with it, or "" */
    char key[COG_SIGNATURE_TAG]; /* the public key that had signed it, or "" */
    uint64_t fingerprint;        /* of the settings it was installed with */
};

/*
 * What is noted in a directory. 0, also when nothing is (all is empty then);
 * EBADMSG when the file is damaged; else as cog_trusted_read. *installed is
 * untouched on failure.
 */
int cog_installed_load(const char *directory, struct cog_installed *installed);

/* Note it; the writers' lock is held. 0 or an errno. */
int cog_installed_store(const char *directory,
                        const struct cog_installed *installed);

/*
 * A number that is another one when other accounts would come out of the
 * same listing: of allow_groups, the settings, the id key and the map of ids.
 */
uint64_t cog_installed_fingerprint(const struct cog_config *config,
                                   const struct cog_id_sources *sources,
                                   const struct cog_settings *settings);

#endif
