/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What an outcome means to PAM, to the log and to the person. The only
 * file that maps outcomes to PAM codes.
 */
#ifndef COG_PAM_REPORT_H
#define COG_PAM_REPORT_H

#include "wire/outcome.h"

#include <security/pam_modules.h>

/* Which function of the module asks. */
enum cog_phase {
    COG_PHASE_AUTH,
    COG_PHASE_ACCOUNT,
    COG_PHASE_PASSWORD,
};

/*
 * The PAM code of an outcome in a phase. COG_OUTCOME_ADMITTED is not in the
 * table: the one place that says success says it itself.
 */
int cog_report_code(enum cog_outcome outcome, enum cog_phase phase);

/*
 * Write the one log line of a decision. request_id and detail may be NULL
 * or empty; all texts are made printable here.
 */
void cog_report_log(pam_handle_t *pamh, const char *user,
                    enum cog_outcome outcome, const char *request_id,
                    const char *detail);

/* Write another line; priority as in syslog(3). */
void cog_report_note(pam_handle_t *pamh, int priority, const char *text);

/*
 * The sentence for the person about an outcome that has one, else NULL.
 * Wrong credentials of any kind have none: the host says the same for all.
 */
const char *cog_report_sentence(enum cog_outcome outcome);

#endif
