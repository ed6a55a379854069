/* SPDX-License-Identifier: Apache-2.0 */
/* The password that a login or a password change begins with. */
#ifndef COG_PAM_FIRST_PASS_H
#define COG_PAM_FIRST_PASS_H

#include "pam_cognito/operation.h"
#include "pam_cognito/ours.h"

/*
 * Get it for run to hand over: an earlier module's, in the item
 * (PAM_AUTHTOK, PAM_OLDAUTHTOK), where try_first_pass or use_first_pass says
 * so; else ask the person. Returns COG_OUTCOME_NONE when there is one;
 * COG_OUTCOME_INPUT for junk, or for none with use_first_pass;
 * COG_OUTCOME_ABORTED when the person gave up.
 */
enum cog_outcome cog_first_pass_get(const struct cog_call *call, int item,
                                    const char *prompt,
                                    struct cog_operation_run *run);

#endif
