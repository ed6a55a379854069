/* SPDX-License-Identifier: Apache-2.0 */
/*
 * pam_sm_acct_mgmt: whether somebody of ours may come in now, decided by
 * the keeper from files. With an ssh key authenticate never ran, and sshd
 * runs the phases in different processes, so nothing here rests on what
 * authenticate left, with the two exceptions below.
 */
#include "pam_cognito/phases.h"

#include "pam_cognito/operation.h"
#include "pam_cognito/ours.h"
#include "pam_cognito/report.h"

/*
 * A name without an account (a database's user) can only rest on this
 * handle: nothing was written. Not so a provisional one (P10): proved, it
 * would have been written, and be an account by now.
 */
static enum cog_outcome
check_nobody(const struct cog_call *call)
{
    if (call->options.allow_unknown && !call->is_told &&
        cog_ours_is_proved(call))
        return COG_OUTCOME_ADMITTED;
    return COG_OUTCOME_NO_RECORD;
}

static enum cog_outcome
check_account(const struct cog_call *call, struct cog_operation_run *run)
{
    /* su and sudo of a person who came with a key write no record. */
    uint64_t flags = cog_ours_is_proved(call) ? COG_REQUEST_PROVED : 0;
    enum cog_outcome outcome;

    if (call->whose == COG_WHOSE_NOBODY)
        return check_nobody(call);
    outcome = cog_operation_start(run, call, COG_OPERATION_ACCOUNT, flags);
    if (outcome != COG_OUTCOME_NONE)
        return outcome;
    return cog_operation_relay(run);
}

int
cog_account(pam_handle_t *pamh, int flags, int argc, const char **argv)
{
    cog_cleanup_operation struct cog_operation_run run =
        COG_OPERATION_RUN_EMPTY;
    struct cog_call call;
    enum cog_outcome outcome;

    outcome = cog_ours_begin(pamh, flags, argc, argv, &call);
    if (outcome != COG_OUTCOME_NONE)
        return cog_ours_refuse(&call, outcome, COG_PHASE_ACCOUNT);
    outcome = check_account(&call, &run);
    cog_report_log(pamh, call.user, outcome, run.request_id, run.detail);
    if (outcome != COG_OUTCOME_ADMITTED)
        return cog_report_code(outcome, COG_PHASE_ACCOUNT);
    return PAM_SUCCESS;
}
