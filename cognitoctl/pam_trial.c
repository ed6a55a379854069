/* SPDX-License-Identifier: Apache-2.0 */
/* Stacks with the results that their modules would have; see the header. */
#include "cognitoctl/pam_trial.h"

#include <string.h>

/* What a module says of one of ours, and of a local user who gave the right
 * password. */
static const struct {
    const char *module;
    enum cog_pam_result ours, local;
} answers[] = {
    {"pam_deny.so", COG_PAM_AUTH_ERR, COG_PAM_AUTH_ERR},
    {"pam_permit.so", COG_PAM_SUCCESS, COG_PAM_SUCCESS},
    {"pam_rootok.so", COG_PAM_AUTH_ERR, COG_PAM_AUTH_ERR},
    {"pam_localuser.so", COG_PAM_PERM_DENIED, COG_PAM_SUCCESS},
    {"pam_sss.so", COG_PAM_USER_UNKNOWN, COG_PAM_USER_UNKNOWN},
    {"pam_ldap.so", COG_PAM_USER_UNKNOWN, COG_PAM_USER_UNKNOWN},
    {"pam_krb5.so", COG_PAM_USER_UNKNOWN, COG_PAM_USER_UNKNOWN},
    {"pam_winbind.so", COG_PAM_USER_UNKNOWN, COG_PAM_USER_UNKNOWN},
    {"pam_fprintd.so", COG_PAM_AUTHINFO_UNAVAIL, COG_PAM_AUTHINFO_UNAVAIL},
    {"pam_systemd_home.so", COG_PAM_USER_UNKNOWN, COG_PAM_USER_UNKNOWN},
};

/* Modules whose answer depends on what we cannot see. */
static const char *const uncertain[] = {
    "pam_succeed_if.so", "pam_exec.so", "pam_script.so",
    "pam_access.so",     "pam_time.so", "pam_listfile.so",
    "pam_wheel.so",      "pam_u2f.so",  "pam_google_authenticator.so",
    "pam_radius_auth.so"};

static enum cog_pam_result
answer_of(const struct cog_pam_line *line, const struct cog_pam_trial *trial)
{
    const char *name = cog_pam_module_name(line);

    if (strcmp(name, COG_PAM_OURS) == 0)
        return trial->ours ? trial->answer : COG_PAM_USER_UNKNOWN;
    if (strcmp(name, "pam_unix.so") == 0)
        return trial->ours && line->facility == COG_PAM_AUTH ? trial->unix_is
                                                             : COG_PAM_SUCCESS;
    for (size_t i = 0; i < sizeof answers / sizeof answers[0]; i++) {
        if (strcmp(name, answers[i].module) == 0)
            return trial->ours ? answers[i].ours : answers[i].local;
    }
    for (size_t i = 0; i < sizeof uncertain / sizeof uncertain[0]; i++) {
        if (strcmp(name, uncertain[i]) == 0)
            return trial->guess;
    }
    /* Others have no say in who somebody is. */
    return line->facility == COG_PAM_AUTH ? COG_PAM_IGNORE : COG_PAM_SUCCESS;
}

bool
cog_pam_try(const struct cog_pam_stack *stack,
            const struct cog_pam_trial *trial, bool *reached)
{
    enum cog_pam_result results[COG_PAM_STACK_MAX];

    for (size_t i = 0; i < stack->count; i++)
        results[i] = answer_of(&stack->modules[i].line, trial);
    return cog_pam_run(stack->modules, stack->count, results, reached);
}

static bool
is_reached(const struct cog_pam_stack *stack, size_t index,
           enum cog_pam_result guess)
{
    const struct cog_pam_trial trial = {true, COG_PAM_SUCCESS, guess,
                                        COG_PAM_AUTH_ERR};
    bool reached[COG_PAM_STACK_MAX] = {false};

    (void) cog_pam_try(stack, &trial, reached);
    return reached[index];
}

bool
cog_pam_reaches(const struct cog_pam_stack *stack, size_t index)
{
    return is_reached(stack, index, COG_PAM_SUCCESS) ||
           is_reached(stack, index, COG_PAM_AUTH_ERR);
}
