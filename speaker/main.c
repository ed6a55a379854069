/* SPDX-License-Identifier: Apache-2.0 */
/*
 * pam-cognito-speaker: started by the keeper as an unprivileged user for
 * one operation. Alone touches the network; what it says is believed only
 * as far as the keeper cannot know better.
 */
#include "base/clock.h"
#include "speaker/change.h"
#include "speaker/job.h"
#include "speaker/person.h"
#include "speaker/result.h"
#include "speaker/sandbox.h"

#include <time.h>
#include <unistd.h>

static void
sleep_ms(int64_t ms)
{
    const struct timespec pause = {.tv_sec = (time_t) (ms / 1000),
                                   .tv_nsec = (long) (ms % 1000) * 1000000};

    (void) nanosleep(&pause, NULL);
}

static const struct cog_clock real_clock = {
    .unix_s = cog_clock_unix_s,
    .monotonic_ms = cog_clock_ms,
    .sleep_ms = sleep_ms,
};

/* The login, and what the keeper is to know of it. */
static enum cog_status
log_in(struct cog_job *job, struct cog_login *login)
{
    static struct cog_identity identity;
    struct cog_report report = {.detail = NULL};
    enum cog_status status =
        cog_login_run(login, &job->keys, &report, &identity);

    if (job->keys.renewed && cog_result_send_keys(&job->keys) != 0)
        return COG_INTERNAL;
    if (cog_result_send(job->operation, status, &report,
                        job->login.sign_in_name, &identity) != 0)
        return COG_INTERNAL;
    return status;
}

static void
serve(struct cog_job *job, struct cog_http *http)
{
    const struct cog_transport transport = cog_http_transport(http);
    const struct cog_conversation person =
        cog_person_conversation(&job->ascii);
    const struct cog_report nothing = {.detail = NULL};
    struct cog_login *login = NULL;
    enum cog_status status =
        cog_login_new(&job->login, &transport, &person, &real_clock, &login);

    if (status != COG_OK) {
        (void) cog_result_send(job->operation, status, &nothing, "", NULL);
        return;
    }
    status = log_in(job, login);
    if (status == COG_OK && job->operation == COG_OPERATION_PRELIM)
        cog_change_serve(login, &person);
    cog_login_free(login);
}

int
main(void)
{
    cog_cleanup_job struct cog_job job = COG_JOB_EMPTY;
    const struct cog_report nothing = {.detail = NULL};
    struct cog_http *http = NULL;
    enum cog_status status;

    /* Without a result the keeper denies: no reason could be told safely. */
    if (cog_sandbox_enter() != NULL || cog_job_receive(&job) != 0)
        _exit(1);
    status = cog_http_new(&job.http, &http);
    if (status == COG_OK)
        serve(&job, http);
    else
        (void) cog_result_send(job.operation, status, &nothing, "", NULL);
    cog_job_clear(&job);
    _exit(0);
}
