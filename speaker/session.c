/* SPDX-License-Identifier: Apache-2.0 */
/* Tokens of a session; see the header. */
#include "speaker/session.h"

#include "cognito/tokens.h"
#include "speaker/result.h"

static struct cog_tokens_call
describe(struct cog_job *job, const struct cog_transport *transport,
         const struct cog_clock *clock, struct cog_report *report)
{
    return (struct cog_tokens_call){&job->login, transport, clock, report};
}

void
cog_session_refresh(struct cog_job *job, const struct cog_transport *transport,
                    const struct cog_clock *clock)
{
    static struct cog_identity identity;
    cog_cleanup_secret struct cog_secret old = COG_SECRET_EMPTY;
    cog_cleanup_tokens struct cog_tokens fresh = COG_TOKENS_EMPTY;
    struct cog_report report = {.detail = NULL};
    const struct cog_tokens_call call =
        describe(job, transport, clock, &report);
    struct cog_result result = {.operation = job->operation,
                                .report = &report,
                                .sign_in_name = job->login.sign_in_name,
                                .identity = &identity};

    if (cog_job_receive_token(&old) != 0)
        return;
    result.status =
        cog_tokens_refresh(&call, &old, &job->keys, &fresh, &identity);
    if (!job->login.keep_tokens || result.status != COG_OK) {
        cog_secret_clear(&fresh.id);
        cog_secret_clear(&fresh.access);
    }
    result.expires_s = fresh.expires_s;
    if ((job->keys.renewed && cog_result_send_keys(&job->keys) != 0) ||
        cog_result_send_tokens(&fresh) != 0)
        return;
    (void) cog_result_send(&result);
}

static int
revoke_one(struct cog_job *job, const struct cog_transport *transport,
           const struct cog_clock *clock)
{
    cog_cleanup_secret struct cog_secret old = COG_SECRET_EMPTY;
    struct cog_report report = {.detail = NULL};
    const struct cog_tokens_call call =
        describe(job, transport, clock, &report);
    struct cog_result result = {.operation = job->operation,
                                .report = &report};

    if (cog_job_receive_token(&old) != 0)
        return -1;
    result.status = cog_tokens_revoke(&call, &old);
    return cog_result_send(&result);
}

void
cog_session_revoke(struct cog_job *job, const struct cog_transport *transport,
                   const struct cog_clock *clock)
{
    while (revoke_one(job, transport, clock) == 0)
        continue;
}
