/* SPDX-License-Identifier: Apache-2.0 */
/* The halves of cognitoctl ids. Of use to this command only. */
#ifndef COG_COGNITOCTL_IDS_H
#define COG_COGNITOCTL_IDS_H

#include "cognitoctl/commands.h"
#include "cognitoctl/verify.h"
#include "config/config.h"

/* What is verified; neither of the two: the pool itself. */
struct cog_ids_subject {
    const char *file; /* a list of names; "-": standard input; or NULL */
    bool accounts;    /* the accounts that this host has */
};

/* Prints what is found; returns an exit code. */
int cog_ids_verify(const struct cog_common *common,
                   const struct cog_ids_subject *subject);

/*
 * The pool's users as sync would list them, asked with AWS credentials.
 * Returns an exit code, having said what went wrong.
 */
int cog_ids_verify_pool(struct cog_verify *verify,
                        const struct cog_config *config);

#endif
