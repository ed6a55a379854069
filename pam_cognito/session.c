/* SPDX-License-Identifier: Apache-2.0 */
/*
 * pam_sm_open_session and pam_sm_close_session: the keeper hands out tokens,
 * and takes them back. A session grants nothing and is never refused here.
 */
#include "pam_cognito/phases.h"

#include "accounts/places.h"
#include "pam_cognito/operation.h"
#include "pam_cognito/ours.h"
#include "pam_cognito/report.h"

#include <stdio.h>
#include <syslog.h>
#include <unistd.h>

/*
 * Sessions are counted where the directory is: the account phase has made it
 * if the configuration wants that. Those that an ordinary user begins (su,
 * sudo) are not: they neither have tokens nor take them away.
 */
static bool
is_counted(void)
{
    return getuid() == 0 && geteuid() == 0 &&
           access(COG_SESSIONS_DIR, F_OK) == 0;
}

static void
note_failure(const struct cog_call *call, enum cog_outcome outcome,
             const char *detail)
{
    char line[COG_WIRE_TEXT_MAX];

    (void) snprintf(line, sizeof line,
                    "session of %s: tokens left alone: %s%s%.600s", call->user,
                    cog_outcome_word(outcome), detail[0] == '\0' ? "" : ": ",
                    detail);
    cog_report_note(call->pamh, LOG_WARNING, line);
}

static void
run_operation(const struct cog_call *call, enum cog_operation operation)
{
    cog_cleanup_operation struct cog_operation_run run =
        COG_OPERATION_RUN_EMPTY;
    enum cog_outcome outcome = cog_operation_start(&run, call, operation, 0);

    if (outcome == COG_OUTCOME_NONE)
        outcome = cog_operation_relay(&run);
    if (outcome != COG_OUTCOME_ADMITTED)
        note_failure(call, outcome, run.detail);
}

int
cog_session(pam_handle_t *pamh, int flags, int argc, const char **argv,
            enum cog_operation operation)
{
    struct cog_call call;
    enum cog_outcome outcome;

    if (!is_counted())
        return PAM_SUCCESS;
    outcome = cog_ours_begin(pamh, flags, argc, argv, &call);
    call.flags |= PAM_SILENT;
    /* A name without an account has no tokens. */
    if (outcome == COG_OUTCOME_NOT_OURS || outcome == COG_OUTCOME_ABORTED ||
        call.whose == COG_WHOSE_NOBODY)
        return PAM_SUCCESS;
    if (outcome == COG_OUTCOME_NONE)
        run_operation(&call, operation);
    else
        note_failure(&call, outcome, call.detail);
    return PAM_SUCCESS;
}
