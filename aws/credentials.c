/* SPDX-License-Identifier: Apache-2.0 */
/* The sources in their order, and when to ask again; see the header. */
#include "aws/credentials.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "aws/source.h"
#include "cognito/address.h"

/* A source that had nothing newer is not asked again before this. */
#define AGAIN_MS 60000

struct cog_aws_chain {
    struct cog_aws_search search;
    struct cog_aws_chain_settings settings;
    struct cog_aws_credentials kept;
    bool nothing_newer; /* the last time the sources were asked */
    int64_t asked_ms;   /* and when that was */
};

enum cog_status
cog_aws_chain_new(const struct cog_aws_chain_settings *settings,
                  struct cog_aws_chain **chain)
{
    const struct cog_fetcher_settings fetcher = {
        .ca_file = settings->ca_file,
        .ca_path = settings->ca_path,
        .proxy = settings->proxy,
        .monotonic_ms = settings->clock->monotonic_ms,
    };
    cog_cleanup_aws_chain struct cog_aws_chain *fresh = NULL;
    enum cog_status status;

    if ((settings->sts_endpoint != NULL &&
         !cog_address_is_valid(settings->sts_endpoint, "https://")) ||
        (settings->metadata_endpoint != NULL &&
         cog_url_kind(settings->metadata_endpoint) == COG_URL_REFUSED))
        return COG_MISCONFIGURED;
    fresh = calloc(1, sizeof *fresh);
    if (fresh == NULL)
        return COG_NO_MEMORY;
    fresh->settings = *settings;
    fresh->search.settings = &fresh->settings;
    status = cog_fetcher_new(&fetcher, &fresh->search.fetcher);
    if (status != COG_OK)
        return status;
    *chain = fresh;
    fresh = NULL;
    return COG_OK;
}

void
cog_aws_chain_free(struct cog_aws_chain *chain)
{
    if (chain == NULL)
        return;
    cog_aws_credentials_clear(&chain->kept);
    cog_fetcher_free(chain->search.fetcher);
    free(chain);
}

/* The first source that is there. */
static enum cog_status
search_sources(struct cog_aws_search *search,
               struct cog_aws_credentials *credentials)
{
    const struct cog_aws_chain_settings *settings = search->settings;
    char hint[COG_AWS_PROBLEM_SIZE / 2];

    for (size_t i = 0; i < settings->source_count; i++) {
        bool there = false;
        enum cog_status status;

        search->problem[0] = '\0';
        search->deadline_ms =
            settings->clock->monotonic_ms() + settings->timeout_ms;
        if (settings->deadline_ms != 0 &&
            settings->deadline_ms < search->deadline_ms)
            search->deadline_ms = settings->deadline_ms;
        status = settings->sources[i].ask(search, &there, credentials);
        if (there)
            return status;
    }
    (void) snprintf(hint, sizeof hint, "%.*s", (int) sizeof hint - 1,
                    search->problem);
    return cog_aws_fail(search, COG_MISCONFIGURED,
                        "no AWS credentials: %s; %s", settings->nowhere, hint);
}

static bool
lives(const struct cog_aws_chain *chain,
      const struct cog_aws_credentials *credentials, int64_t more_s)
{
    int64_t now_s = chain->settings.clock->unix_s();

    return credentials->source != NULL &&
           (credentials->expires_s == 0 ||
            credentials->expires_s > now_s + more_s);
}

/* Whether the kept ones will do without asking. */
static bool
is_fresh(const struct cog_aws_chain *chain)
{
    int64_t since_ms = chain->settings.clock->monotonic_ms() - chain->asked_ms;

    return lives(chain, &chain->kept, COG_AWS_REFRESH_S) ||
           (chain->nothing_newer && since_ms < AGAIN_MS &&
            lives(chain, &chain->kept, 0));
}

static enum cog_status
renew(struct cog_aws_chain *chain)
{
    cog_cleanup_aws_credentials struct cog_aws_credentials fresh = {.source =
                                                                        NULL};
    enum cog_status status = search_sources(&chain->search, &fresh);

    chain->asked_ms = chain->settings.clock->monotonic_ms();
    chain->nothing_newer =
        status != COG_OK || !lives(chain, &fresh, COG_AWS_REFRESH_S);
    if (status != COG_OK)
        return status;
    if (!lives(chain, &fresh, 0))
        return cog_aws_fail(&chain->search, COG_MISCONFIGURED,
                            "%s: the credentials have expired already",
                            fresh.source);
    cog_aws_credentials_clear(&chain->kept);
    chain->kept = fresh;
    memset(&fresh, 0, sizeof fresh);
    return COG_OK;
}

enum cog_status
cog_aws_chain_get(struct cog_aws_chain *chain,
                  const struct cog_aws_credentials **credentials)
{
    if (!is_fresh(chain)) {
        enum cog_status status = renew(chain);

        if (status != COG_OK && !lives(chain, &chain->kept, 0))
            return status;
    }
    chain->search.problem[0] = '\0';
    *credentials = &chain->kept;
    return COG_OK;
}

void
cog_aws_chain_forget(struct cog_aws_chain *chain)
{
    cog_aws_credentials_clear(&chain->kept);
}

const char *
cog_aws_chain_problem(const struct cog_aws_chain *chain)
{
    return chain->search.problem;
}

void
cog_aws_credentials_clear(struct cog_aws_credentials *credentials)
{
    cog_secret_clear(&credentials->key_id);
    cog_secret_clear(&credentials->secret_key);
    cog_secret_clear(&credentials->session_token);
    credentials->expires_s = 0;
    credentials->source = NULL;
}
