/* SPDX-License-Identifier: Apache-2.0 */
/* The way to the pool for refresh tokens; see the header. */
#include "cognitoctl/pool_call.h"

#include "base/clock.h"

#include <signal.h>
#include <string.h>

/* An option that was not given is NULL there. */
static const char *
given(const char *text)
{
    return text[0] == '\0' ? NULL : text;
}

static enum cog_status
open_transport(const struct cog_config *config, struct cog_pool_call *pool)
{
    const struct cog_http_settings settings = {
        .endpoint = config->endpoint,
        .ca_file = given(config->ca_file),
        .ca_path = given(config->ca_path),
        .proxy = given(config->proxy),
        .monotonic_ms = cog_clock_ms,
    };
    enum cog_status status = cog_http_new(&settings, &pool->http);

    if (status == COG_OK)
        pool->transport = cog_http_transport(pool->http);
    return status;
}

enum cog_status
cog_pool_call_open(const struct cog_host_files *files, const char *name,
                   struct cog_pool_call *pool)
{
    const struct cog_config *config = &files->config;

    memset(pool, 0, sizeof *pool);
    (void) signal(SIGPIPE, SIG_IGN); /* a connection that is lost */
    if (cog_config_expand(config->sign_in_name, name, pool->sign_in_name,
                          sizeof pool->sign_in_name) != 0)
        return COG_MISCONFIGURED;
    pool->settings = (struct cog_login_settings){
        .pool_id = config->pool_id,
        .client_id = config->client_id,
        .client_secret = &files->client_secret,
        .issuer = {given(config->issuer[0]), given(config->issuer[1])},
        .sign_in_name = pool->sign_in_name,
        .login_claim = config->login_claim == COG_CONFIG_CLAIM_EMAIL
                           ? COG_CLAIM_EMAIL
                           : COG_CLAIM_USERNAME,
        .case_insensitive = config->case_insensitive,
        .timeout_ms = (int) config->timeout_s * 1000,
    };
    pool->clock = cog_clock_real;
    pool->clock.sleep_ms = NULL; /* no repeats */
    pool->call = (struct cog_tokens_call){&pool->settings, &pool->transport,
                                          &pool->clock, &pool->report};
    return open_transport(config, pool);
}

void
cog_pool_call_close(struct cog_pool_call *pool)
{
    cog_http_free(pool->http);
    pool->http = NULL;
}
