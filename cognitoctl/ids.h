/* SPDX-License-Identifier: Apache-2.0 */
/* The halves of cognitoctl ids. Of use to this command only. */
#ifndef COG_COGNITOCTL_IDS_H
#define COG_COGNITOCTL_IDS_H

#include "cognitoctl/commands.h"

/* What is verified. */
struct cog_ids_subject {
    const char *file; /* a list of names; "-": standard input; or NULL */
    bool accounts;    /* the accounts that this host has */
};

/* Prints what is found; returns an exit code. */
int cog_ids_verify(const struct cog_common *common,
                   const struct cog_ids_subject *subject);

#endif
