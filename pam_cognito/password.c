/* SPDX-License-Identifier: Apache-2.0 */
/*
 * pam_sm_chauthtok: a change of the pool's password. libpam calls twice:
 * PAM_PRELIM_CHECK is a whole login with the old password, whose keeper and
 * speaker stay; PAM_UPDATE_AUTHTOK lets them send the change. Root, too,
 * must know the old password: the pool asks for it.
 */
#include "pam_cognito/phases.h"

#include "pam_cognito/caller.h"
#include "pam_cognito/converse.h"
#include "pam_cognito/first_pass.h"
#include "pam_cognito/item.h"
#include "pam_cognito/operation.h"
#include "pam_cognito/ours.h"
#include "pam_cognito/report.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char run_key[] = "pam_cognito_change";
static const char prompt[] = "Current password: ";

/* New password and its repetition. */
#define AUTHTOK_ANSWERS 2

static void
free_run(pam_handle_t *pamh, void *data, int error_status)
{
    struct cog_operation_run *run = data;

    (void) pamh;
    (void) error_status;
    if (run == NULL)
        return;
    cog_operation_end(run);
    free(run);
}

static enum cog_outcome
prove_old_password(const struct cog_call *call, struct cog_operation_run *run)
{
    enum cog_outcome started, typed;

    started = cog_operation_start(run, call, COG_OPERATION_PRELIM,
                                  cog_caller_flags(call));
    typed = cog_first_pass_get(call, PAM_OLDAUTHTOK, prompt, run);
    if (typed != COG_OUTCOME_NONE)
        return typed;
    if (started != COG_OUTCOME_NONE)
        return started;
    return cog_operation_relay(run);
}

static int
finish(const struct cog_call *call, const struct cog_operation_run *run,
       enum cog_outcome outcome)
{
    const char *sentence = cog_report_sentence(outcome);

    cog_report_log(call->pamh, call->user, outcome, run->request_id,
                   run->detail);
    if (outcome == COG_OUTCOME_ADMITTED)
        return PAM_SUCCESS;
    if (sentence != NULL && (call->flags & PAM_SILENT) == 0)
        cog_converse_tell(call->pamh, PAM_ERROR_MSG, sentence);
    return cog_report_code(outcome, COG_PHASE_PASSWORD);
}

/*
 * A pool user without an account has no password to change here: a change
 * needs a name that the host knows.
 */
static int
prelim(const struct cog_call *call)
{
    struct cog_operation_run *run = calloc(1, sizeof *run);
    int code;

    if (run == NULL)
        return PAM_BUF_ERR;
    *run = (struct cog_operation_run) COG_OPERATION_RUN_EMPTY;
    code = finish(call, run, prove_old_password(call, run));
    if (code == PAM_SUCCESS)
        (void) pam_set_item(call->pamh, PAM_OLDAUTHTOK, run->password.data);
    cog_secret_clear(&run->password);
    if (code == PAM_SUCCESS)
        code = pam_set_data(call->pamh, run_key, run, free_run);
    if (code != PAM_SUCCESS)
        free_run(call->pamh, run, 0);
    return code;
}

/* With use_authtok the new password is what an earlier module set. */
static enum cog_outcome
change(const struct cog_call *call, struct cog_operation_run *run)
{
    cog_cleanup_secret struct cog_secret authtok = COG_SECRET_EMPTY;
    enum cog_outcome outcome;

    if (call->options.use_authtok) {
        if (!cog_item_secret(call->pamh, PAM_AUTHTOK, &authtok)) {
            (void) snprintf(run->detail, sizeof run->detail,
                            "use_authtok, and no earlier module has set a "
                            "new password");
            return COG_OUTCOME_INPUT;
        }
        run->authtok = &authtok;
        run->authtok_left = AUTHTOK_ANSWERS;
    }
    outcome = cog_operation_change(run, call);
    if (outcome == COG_OUTCOME_NONE)
        outcome = cog_operation_relay(run);
    run->authtok = NULL;
    if (outcome == COG_OUTCOME_ADMITTED && run->new_password.data != NULL)
        (void) pam_set_item(call->pamh, PAM_AUTHTOK, run->new_password.data);
    return outcome;
}

/* The old password was proved in this handle, and for this name. */
static struct cog_operation_run *
find_run(const struct cog_call *call)
{
    struct cog_operation_run *run = NULL;
    const void *data = NULL;

    if (pam_get_data(call->pamh, run_key, &data) != PAM_SUCCESS ||
        data == NULL)
        return NULL;
    memcpy(&run, &data, sizeof run); /* libpam hands it as const */
    return strcmp(run->user, call->user) == 0 ? run : NULL;
}

static int
update(const struct cog_call *call)
{
    struct cog_operation_run *run = find_run(call);
    int code;

    if (run == NULL) {
        cog_report_log(call->pamh, call->user, COG_OUTCOME_INPUT, NULL,
                       "the old password of this name was not proved");
        return cog_report_code(COG_OUTCOME_INPUT, COG_PHASE_PASSWORD);
    }
    code = finish(call, run, change(call, run));
    /* Keeper and speaker end here, whatever came of it. */
    (void) pam_set_data(call->pamh, run_key, NULL, NULL);
    return code;
}

int
cog_password(pam_handle_t *pamh, int flags, int argc, const char **argv)
{
    struct cog_call call;
    enum cog_outcome outcome;

    outcome = cog_ours_begin(pamh, flags, argc, argv, &call);
    if (outcome == COG_OUTCOME_NONE && call.whose == COG_WHOSE_NOBODY)
        outcome = COG_OUTCOME_NOT_OURS;
    if (outcome == COG_OUTCOME_NONE && geteuid() != 0)
        outcome = COG_OUTCOME_NOT_ROOT;
    if (outcome != COG_OUTCOME_NONE)
        return cog_ours_refuse(&call, outcome, COG_PHASE_PASSWORD);
    /* The pool enforces its own expiry at login: none is pending here. */
    if ((call.flags & PAM_CHANGE_EXPIRED_AUTHTOK) != 0)
        return PAM_SUCCESS;
    if ((call.flags & PAM_PRELIM_CHECK) != 0)
        return prelim(&call);
    if ((call.flags & PAM_UPDATE_AUTHTOK) != 0)
        return update(&call);
    return PAM_SYSTEM_ERR;
}
