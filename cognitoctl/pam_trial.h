/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The PAM stacks of this host, tried with the results that their modules
 * would have for somebody. Modules whose result cannot be known from their
 * name say what is asked for.
 */
#ifndef COG_COGNITOCTL_PAM_TRIAL_H
#define COG_COGNITOCTL_PAM_TRIAL_H

#include "cognitoctl/pam_files.h"

/* Who is tried, and what is not known of the modules. */
struct cog_pam_trial {
    bool ours;                   /* one of our users; else a local one */
    enum cog_pam_result answer;  /* of pam_cognito */
    enum cog_pam_result guess;   /* of modules that may say either */
    enum cog_pam_result unix_is; /* of pam_unix for one of ours */
};

/* Whether the stack lets them in; reached as in cog_pam_run. */
bool cog_pam_try(const struct cog_pam_stack *stack,
                 const struct cog_pam_trial *trial, bool *reached);

/* Whether this module may be run for one of our users that all goes well
 * for. */
bool cog_pam_reaches(const struct cog_pam_stack *stack, size_t index);

#endif
