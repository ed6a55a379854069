/* SPDX-License-Identifier: Apache-2.0 */
/* pam_sm_authenticate: a login, from the name to the verdict. */
#include "pam_cognito/phases.h"

#include "pam_cognito/caller.h"
#include "pam_cognito/converse.h"
#include "pam_cognito/first_pass.h"
#include "pam_cognito/operation.h"
#include "pam_cognito/ours.h"
#include "pam_cognito/report.h"

#include <security/pam_ext.h>
#include <stdio.h>

/* As pam_unix asks, so that our names cannot be told from others (P63). */
static const char prompt[] = "Password: ";

/* What pam_unix asks of the host after a failure. */
#define FAIL_DELAY_US 2000000

static uint64_t
request_flags(const struct cog_call *call)
{
    uint64_t flags = cog_caller_flags(call);

    if (call->options.allow_unknown)
        flags |= COG_REQUEST_ALLOW_UNKNOWN;
    if (call->options.create_account)
        flags |= COG_REQUEST_CREATE_ACCOUNT;
    if (call->options.code_in_password)
        flags |= COG_REQUEST_CODE_IN_PASSWORD;
    if (call->options.debug)
        flags |= COG_REQUEST_DEBUG;
    return flags;
}

static enum cog_outcome
start(const struct cog_call *call, struct cog_operation_run *run)
{
    return cog_operation_start(run, call, COG_OPERATION_LOGIN,
                               request_flags(call));
}

/*
 * The keeper is started before the person is asked: it makes the
 * connection while they type. A keeper that could not be started shows
 * only after the password was asked for, as with any other name. One that
 * ended of old age before it was given the password is started anew.
 */
static enum cog_outcome
log_in(const struct cog_call *call, struct cog_operation_run *run)
{
    enum cog_outcome started, typed, outcome;

    run->told = call->is_told ? &call->told : NULL;
    started = start(call, run);
    typed = cog_first_pass_get(call, PAM_AUTHTOK, prompt, run);
    if (typed != COG_OUTCOME_NONE)
        return typed;
    if (started != COG_OUTCOME_NONE)
        return started;
    outcome = cog_operation_relay(run);
    if (outcome != COG_OUTCOME_KEEPER || !run->password_ready)
        return outcome;
    cog_operation_stop(run);
    started = start(call, run);
    return started == COG_OUTCOME_NONE ? cog_operation_relay(run) : started;
}

/* What a keyring module finds behind us: the password that holds now. */
static void
hand_on_password(const struct cog_call *call,
                 const struct cog_operation_run *run)
{
    const struct cog_secret *password =
        run->new_password.data != NULL ? &run->new_password : &run->password;

    if (password->data != NULL)
        (void) pam_set_item(call->pamh, PAM_AUTHTOK, password->data);
}

static bool
is_admission(enum cog_outcome outcome)
{
    return outcome == COG_OUTCOME_ADMITTED || cog_outcome_is_offline(outcome);
}

/* What stays in the handle. A host that goes on as another is denied. */
static enum cog_outcome
remember(const struct cog_call *call, struct cog_operation_run *run,
         enum cog_outcome outcome)
{
    if (!cog_ours_set_proved(call)) {
        (void) snprintf(run->detail, sizeof run->detail,
                        "PAM_USER was changed meanwhile, or no memory");
        return COG_OUTCOME_SYSTEM;
    }
    hand_on_password(call, run);
    return outcome;
}

static void
tell_failure(const struct cog_call *call, enum cog_outcome outcome)
{
    const char *sentence = cog_report_sentence(outcome);

    if (sentence != NULL && (call->flags & PAM_SILENT) == 0)
        cog_converse_tell(call->pamh, PAM_ERROR_MSG, sentence);
}

int
cog_authenticate(pam_handle_t *pamh, int flags, int argc, const char **argv)
{
    cog_cleanup_operation struct cog_operation_run run =
        COG_OPERATION_RUN_EMPTY;
    struct cog_call call;
    enum cog_outcome outcome;

    outcome = cog_ours_begin(pamh, flags, argc, argv, &call);
    if (outcome != COG_OUTCOME_NONE)
        return cog_ours_refuse(&call, outcome, COG_PHASE_AUTH);
    (void) pam_fail_delay(pamh, FAIL_DELAY_US);
    cog_ours_clear_proved(&call);
    outcome = log_in(&call, &run);
    if (is_admission(outcome))
        outcome = remember(&call, &run, outcome);
    cog_report_log(pamh, call.user, outcome, run.request_id, run.detail);
    if (!is_admission(outcome)) {
        tell_failure(&call, outcome);
        return cog_report_code(outcome, COG_PHASE_AUTH);
    }
    /* The one success: the keeper's verdict about this very name. */
    return PAM_SUCCESS;
}

int
cog_setcred(pam_handle_t *pamh, int flags, int argc, const char **argv)
{
    struct cog_call call;

    if (cog_ours_begin(pamh, flags, argc, argv, &call) != COG_OUTCOME_NONE)
        return PAM_IGNORE;
    if (call.whose == COG_WHOSE_NOBODY && !cog_ours_is_proved(&call))
        return PAM_IGNORE;
    return PAM_SUCCESS;
}
