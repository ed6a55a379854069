/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the operations with a refresh token need (cognito/tokens.h), from the
 * configuration of this host.
 */
#ifndef COG_COGNITOCTL_POOL_CALL_H
#define COG_COGNITOCTL_POOL_CALL_H

#include "accounts/account.h"
#include "cognito/http.h"
#include "cognito/tokens.h"
#include "host/files.h"

struct cog_pool_call {
    struct cog_tokens_call call; /* to ask with */
    struct cog_login_settings settings;
    struct cog_transport transport;
    struct cog_clock clock;
    struct cog_report report;
    struct cog_http *http;
    char sign_in_name[COG_CONFIG_TEMPLATE_SIZE + COG_NAME_MAX];
};

/*
 * Prepare, for tokens of that login name; files must outlive it and it must
 * not be moved. COG_MISCONFIGURED, COG_NO_MEMORY, COG_INTERNAL. Close it in
 * any case.
 */
enum cog_status cog_pool_call_open(const struct cog_host_files *files,
                                   const char *name,
                                   struct cog_pool_call *pool);

void cog_pool_call_close(struct cog_pool_call *pool);

#define cog_cleanup_pool_call __attribute__((cleanup(cog_pool_call_close)))

#endif
