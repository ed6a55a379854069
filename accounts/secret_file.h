/* SPDX-License-Identifier: Apache-2.0 */
/* A trusted file that holds a secret, read into the type for secrets. */
#ifndef COG_ACCOUNTS_SECRET_FILE_H
#define COG_ACCOUNTS_SECRET_FILE_H

#include <stddef.h>

#include "accounts/trusted_file.h"
#include "base/secret.h"

/*
 * Open once, check (COG_TRUST_SECRET: root's, 0600 or less; and all
 * directories above where dirs is COG_TRUST_DIRS, else 0) and read at most
 * max bytes, as they are: line ends are the caller's to judge. Returns as
 * cog_trusted_read, or ENOMEM; secret is untouched on failure.
 */
int cog_secret_file_load(const char *path, unsigned dirs, size_t max,
                         struct cog_secret *secret, enum cog_trust *why);

/* The same as cog_trusted_read_lent: group reader may read it, too. */
int cog_secret_file_load_lent(const char *path, unsigned dirs, gid_t reader,
                              size_t max, struct cog_secret *secret,
                              enum cog_trust *why);

#endif
