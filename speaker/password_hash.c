/* SPDX-License-Identifier: Apache-2.0 */
/* Hashes by libcrypt; see the header. crypt_rn(3), crypt_gensalt_rn(3). */
#include "speaker/password_hash.h"

#include <crypt.h>
#include <stdlib.h>
#include <string.h>

/* yescrypt with libcrypt's own default of costs, written out. */
#define METHOD "$y$"
#define COST   5

static bool
compute(const struct cog_secret *password, const char *setting,
        struct cog_secret *hash)
{
    struct crypt_data *data = calloc(1, sizeof *data);
    const char *made;
    bool done;

    if (data == NULL)
        return false;
    made = crypt_rn(password->data, setting, data, (int) sizeof *data);
    done = made != NULL && cog_secret_set_text(hash, made) == 0;
    explicit_bzero(data, sizeof *data);
    free(data);
    return done;
}

/* Salt is from the kernel: libcrypt asks it where it is given none. */
bool
cog_password_hash_make(const struct cog_secret *password,
                       struct cog_secret *hash)
{
    char setting[CRYPT_GENSALT_OUTPUT_SIZE];

    return password->data != NULL && password->len > 0 &&
           crypt_gensalt_rn(METHOD, COST, NULL, 0, setting,
                            (int) sizeof setting) != NULL &&
           compute(password, setting, hash);
}

bool
cog_password_hash_matches(const struct cog_secret *password,
                          const struct cog_secret *hash)
{
    cog_cleanup_secret struct cog_secret made = COG_SECRET_EMPTY;

    return password->data != NULL && password->len > 0 && hash->len > 0 &&
           compute(password, hash->data, &made) &&
           cog_secret_equal(&made, hash);
}
