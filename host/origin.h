/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Where a token is from: the pool and the app client that issued it. A
 * refresh token is of use there only, and nobody else is to see it.
 */
#ifndef COG_HOST_ORIGIN_H
#define COG_HOST_ORIGIN_H

#include <stdbool.h>

#include "base/secret.h"
#include "config/config.h"
#include "host/lines.h"

/* Zeroed: nowhere, which is never equal to anything. */
struct cog_origin {
    char pool_id[sizeof((struct cog_config *) NULL)->pool_id];
    char client_id[sizeof((struct cog_config *) NULL)->client_id];
};

/* What a login under this configuration gets tokens from. */
void cog_origin_of(const struct cog_config *config, struct cog_origin *origin);

/* Whether a token from the one may be sent to the other. */
bool cog_origin_equal(const struct cog_origin *a, const struct cog_origin *b);

/* Pure: the next line, "POOL CLIENT". False, and origin untouched: none. */
bool cog_origin_read(struct cog_lines *lines, struct cog_origin *origin);

/* And back: append the line. EINVAL for nowhere; ENOMEM. */
int cog_origin_append(const struct cog_origin *origin,
                      struct cog_secret *text);

#endif
