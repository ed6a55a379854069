/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The tokens of whoever runs this, in the session they are logged in to:
 * read, renewed when they are about to expire, written back. Everything here
 * is done as that person; root has none.
 */
#ifndef COG_COGNITOCTL_OWN_TOKENS_H
#define COG_COGNITOCTL_OWN_TOKENS_H

#include <stdbool.h>

#include "host/files.h"
#include "host/kept.h"

struct cog_own_tokens {
    struct cog_host_files files; /* the client secret is root's: not loaded */
    struct cog_kept kept;        /* the tokens */
    int dir;                     /* where they lie */
    int lock; /* held, so that a refresh token is not spent twice */
};

#define COG_OWN_TOKENS_EMPTY                                                  \
    {                                                                         \
        .dir = -1, .lock = -1                                                 \
    }

/*
 * Find them, and take the lock. Returns COG_EXIT_OK; or another exit code,
 * having said why. cog_own_tokens_close in any case.
 */
int cog_own_tokens_open(const char *config_path, struct cog_own_tokens *own);

/* Whether they are from the configuration's pool and app client. */
bool cog_own_tokens_are_of_config(const struct cog_own_tokens *own);

/*
 * Have ID and access token that live some minutes more, from the pool if need
 * be. When that fails, tokens that live at all are good enough. As above.
 */
int cog_own_tokens_renew(struct cog_own_tokens *own);

void cog_own_tokens_close(struct cog_own_tokens *own);

#define cog_cleanup_own_tokens __attribute__((cleanup(cog_own_tokens_close)))

#endif
