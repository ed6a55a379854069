/* SPDX-License-Identifier: Apache-2.0 */
/*
 * pam-cognito-admin: a speaker that asks the pool as an administrator, for
 * account_check = admin. A program of its own, started in the speaker's place
 * and in the same sandbox: what asks the metadata service of EC2 speaks plain
 * HTTP, and what holds AWS credentials shall not be what reads the answers to
 * a login (P41).
 */
#include "base/clock.h"
#include "speaker/admin.h"
#include "speaker/sandbox.h"

#include <unistd.h>

int
main(void)
{
    cog_cleanup_job struct cog_job job = COG_JOB_EMPTY;

    /* Without a result the keeper denies: no reason could be told safely. */
    if (cog_sandbox_enter(false) != NULL || cog_job_receive(&job) != 0 ||
        job.operation != COG_OPERATION_ADMIN)
        _exit(1);
    cog_admin_ask(&job, &cog_clock_real);
    cog_job_clear(&job);
    _exit(0);
}
