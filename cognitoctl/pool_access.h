/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The pool, as this host's AWS credentials let an administrator's command
 * see it: what aws/pool_admin.h needs, from configuration and environment.
 */
#ifndef COG_COGNITOCTL_POOL_ACCESS_H
#define COG_COGNITOCTL_POOL_ACCESS_H

#include "aws/pool_admin.h"
#include "config/config.h"

#include <limits.h>

struct cog_pool_access {
    struct cog_pool_admin *admin; /* to ask with; NULL: not open */
    struct cog_aws_chain *chain;
    struct cog_aws_environment environment;
    char home[PATH_MAX];
};

/* How much is asked, and how patiently. */
struct cog_pool_pace {
    int64_t patience_ms; /* all pauses together */
    int interval_ms;     /* between two requests at least */
};

/*
 * Prepare; nothing is asked yet. config must outlive it, and access must not
 * be moved. Returns COG_EXIT_OK; or another exit code, having said why.
 * cog_pool_access_close in any case.
 */
int cog_pool_access_open(const struct cog_config *config,
                         const struct cog_pool_pace *pace,
                         struct cog_pool_access *access);

/*
 * Say why the last call failed, with what the service said. Returns the exit
 * code: COG_EXIT_CONFIG where the administrator has to change something.
 */
int cog_pool_access_fail(const struct cog_pool_access *access,
                         enum cog_status status);

void cog_pool_access_close(struct cog_pool_access *access);

#define cog_cleanup_pool_access __attribute__((cleanup(cog_pool_access_close)))

#endif
