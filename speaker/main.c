/* SPDX-License-Identifier: Apache-2.0 */
/*
 * pam-cognito-speaker: started by the keeper as an unprivileged user for
 * one operation. Alone touches the network; what it says is believed only
 * as far as the keeper cannot know better.
 */
#include "base/clock.h"
#include "speaker/change.h"
#include "speaker/fence.h"
#include "speaker/job.h"
#include "speaker/offline.h"
#include "speaker/person.h"
#include "speaker/result.h"
#include "speaker/sandbox.h"
#include "speaker/session.h"
#include "wire/message.h"

#include <string.h>
#include <unistd.h>

/* The login, and what the keeper is to know of it. */
static enum cog_status
log_in(struct cog_job *job, struct cog_login *login)
{
    static struct cog_identity identity;
    struct cog_report report = {.detail = NULL};
    struct cog_result result = {.operation = job->operation,
                                .report = &report,
                                .sign_in_name = job->login.sign_in_name,
                                .identity = &identity};
    const struct cog_tokens *tokens;

    result.status = cog_login_run(login, &job->keys, &report, &identity);
    if (job->keys.renewed && cog_result_send_keys(&job->keys) != 0)
        return COG_INTERNAL;
    if ((result.status == COG_OK || report.password_changed) &&
        cog_offline_send(job, result.status, login) != 0)
        return COG_INTERNAL;
    tokens = job->login.keep_tokens ? cog_login_tokens(login) : NULL;
    if (tokens != NULL && cog_result_send_tokens(tokens) != 0)
        return COG_INTERNAL;
    result.expires_s = tokens != NULL ? tokens->expires_s : 0;
    return cog_result_send(&result) == 0 ? result.status : COG_INTERNAL;
}

static void
serve_login(struct cog_job *job, const struct cog_transport *transport)
{
    const struct cog_conversation person =
        cog_person_conversation(&job->ascii);
    struct cog_login *login = NULL;
    enum cog_status status = cog_login_new(&job->login, transport, &person,
                                           &cog_clock_real, &login);

    if (status != COG_OK) {
        (void) cog_result_send_failure(job->operation, status);
        return;
    }
    status = log_in(job, login);
    if (status == COG_OK && job->operation == COG_OPERATION_PRELIM)
        cog_change_serve(login, &person);
    else
        cog_offline_serve(job, status, login);
    cog_login_free(login);
}

static void
serve(struct cog_job *job, struct cog_http *http)
{
    const struct cog_transport transport = cog_http_transport(http);

    switch (job->operation) {
    case COG_OPERATION_LOGIN:
    case COG_OPERATION_PRELIM:
        serve_login(job, &transport);
        return;
    case COG_OPERATION_REFRESH:
        cog_session_refresh(job, &transport, &cog_clock_real);
        return;
    case COG_OPERATION_REVOKE:
        cog_session_revoke(job, &transport, &cog_clock_real);
        return;
    case COG_OPERATION_ACCOUNT:
    case COG_OPERATION_CHANGE:
    case COG_OPERATION_OPEN:
    case COG_OPERATION_CLOSE:
    case COG_OPERATION_ADMIN: /* another program's */
        break;
    }
    (void) cog_result_send_failure(job->operation, COG_INTERNAL);
}

int
main(int argc, char **argv)
{
    bool as_caller = argc == 2 && strcmp(argv[1], COG_SPEAKER_AS_CALLER) == 0;
    cog_cleanup_job struct cog_job job = COG_JOB_EMPTY;
    struct cog_http *http = NULL;
    enum cog_status status;

    /* Without a result the keeper denies: no reason could be told safely. */
    if (cog_sandbox_enter(as_caller) != NULL || cog_job_receive(&job) != 0 ||
        (as_caller && !cog_fence_put_up(job.http.ca_file, job.http.ca_path)))
        _exit(1);
    status = cog_http_new(&job.http, &http);
    if (status == COG_OK)
        serve(&job, http);
    else
        (void) cog_result_send_failure(job.operation, status);
    cog_job_clear(&job);
    _exit(0);
}
