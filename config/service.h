/* SPDX-License-Identifier: Apache-2.0 */
/* The service's addresses. Of use to this room only. */
#ifndef COG_CONFIG_SERVICE_H
#define COG_CONFIG_SERVICE_H

#include "config/config.h"

/*
 * Fill in what follows from pool_id, which must be valid: region and
 * pool_name, sts_endpoint; endpoint, issuer[0] and issuer[1] unless they were
 * given.
 */
void cog_service_derive(struct cog_config *config);

#endif
