/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A password as a hash that it can be compared with later, by libcrypt's
 * yescrypt. The password stays here, in the speaker (P89).
 */
#ifndef COG_SPEAKER_PASSWORD_HASH_H
#define COG_SPEAKER_PASSWORD_HASH_H

#include <stdbool.h>

#include "base/secret.h"

/*
 * Make a hash with a salt of its own: some 20 ms and 16 MB. False when
 * libcrypt will not; *hash is untouched then.
 */
bool cog_password_hash_make(const struct cog_secret *password,
                            struct cog_secret *hash);

/* Whether a hash is of this password; false too when that cannot be told. */
bool cog_password_hash_matches(const struct cog_secret *password,
                               const struct cog_secret *hash);

#endif
