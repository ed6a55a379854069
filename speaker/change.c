/* SPDX-License-Identifier: Apache-2.0 */
/* The password change; see the header. */
#include "speaker/change.h"

#include "speaker/job.h"
#include "speaker/result.h"

#include <stdbool.h>
#include <stdio.h>

#define TRIES 3

/* Both typings; they must be the same. */
static enum cog_status
ask_twice(const struct cog_conversation *person, struct cog_secret *password)
{
    cog_cleanup_secret struct cog_secret again = COG_SECRET_EMPTY;
    enum cog_status status;

    status = person->ask(person->context, COG_ASK_NEW_PASSWORD,
                         "New password: ", password);
    if (status == COG_OK)
        status = person->ask(person->context, COG_ASK_NEW_PASSWORD,
                             "New password again: ", &again);
    if (status == COG_OK && !cog_secret_equal(password, &again)) {
        status = person->tell(person->context, COG_TELL_ERROR,
                              "The two passwords are not the same.");
        if (status == COG_OK)
            status = COG_BAD_INPUT;
    }
    return status;
}

static const char *
refusal(enum cog_status status, const struct cog_report *report)
{
    if (report->person[0] != '\0')
        return report->person;
    if (status == COG_HISTORY)
        return "You have used this password before.";
    if (status == COG_BAD_INPUT && report->detail != NULL)
        return report->detail;
    return "against the rules of the pool";
}

static enum cog_status
try_once(struct cog_login *login, const struct cog_conversation *person,
         struct cog_report *report)
{
    cog_cleanup_secret struct cog_secret password = COG_SECRET_EMPTY;
    char text[COG_PROMPT_SIZE];
    enum cog_status status = ask_twice(person, &password);

    if (status != COG_OK)
        return status;
    status = cog_login_change_password(login, &password, report);
    if (status == COG_POLICY || status == COG_HISTORY ||
        status == COG_BAD_INPUT) {
        (void) snprintf(text, sizeof text,
                        "The new password is not accepted: %s",
                        refusal(status, report));
        if (person->tell(person->context, COG_TELL_ERROR, text) != COG_OK)
            return COG_ABORTED;
    }
    if (cog_status_is_open(status))
        (void) person->tell(person->context, COG_TELL_ERROR,
                            COG_PASSWORD_IN_DOUBT);
    return status;
}

void
cog_change_serve(struct cog_login *login,
                 const struct cog_conversation *person)
{
    struct cog_report report = {.detail = NULL};
    enum cog_status status = COG_POLICY;

    if (cog_job_wait_for_change() != 0)
        return;
    for (int i = 0; i < TRIES; i++) {
        status = try_once(login, person, &report);
        if (status != COG_POLICY && status != COG_HISTORY &&
            status != COG_BAD_INPUT)
            break;
    }
    /* Three times refused here: no less a refusal than the pool's. */
    if (status == COG_BAD_INPUT)
        status = COG_POLICY;
    (void) cog_result_send(
        &(const struct cog_result){.operation = COG_OPERATION_CHANGE,
                                   .status = status,
                                   .report = &report});
}
