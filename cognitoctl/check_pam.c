/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Looking at the PAM stacks; see checks.h. Each stack that asks us is tried
 * with the results that its modules would have for one of our users, and for
 * a local one.
 */
#include "cognitoctl/checks.h"

#include "cognitoctl/pam_trial.h"

#include <stdio.h>
#include <string.h>

/* Services with the same finding stand in one line. */
struct services {
    enum cog_finding_id id;
    char names[COG_SUBJECT_SIZE - 64];
};

enum { UNREACHED, IGNORED, FALLBACK, LOCKOUT, KINDS };

struct look {
    struct cog_checks *checks;
    struct cog_pam_stack stack;
    struct services found[COG_PAM_FACILITIES][KINDS];
    struct services no_account, password_only, jobs;
    bool anywhere;
};

/* ---- the three questions */

/*
 * A "no" of ours, this one or behind it, that is not heard, or
 * COG_PAM_SUCCESS; unix_is: what pam_unix says.
 */
static enum cog_pam_result
ignored_denial(const struct cog_pam_stack *stack, unsigned from,
               enum cog_pam_result unix_is)
{
    /* Not that it could not be loaded: see check_modules.c. */
    for (unsigned i = from; i < COG_PAM_MODULE_UNKNOWN; i++) {
        const struct cog_pam_trial trial = {true, (enum cog_pam_result) i,
                                            COG_PAM_SUCCESS, unix_is};

        if (cog_pam_try(stack, &trial, NULL))
            return (enum cog_pam_result) i;
    }
    return COG_PAM_SUCCESS;
}

/*
 * Whether the one "no" that is not heard is that of an outage, and nobody
 * but pam_unix says yes behind it: local passwords, as pam_cognito(8) tells.
 */
static bool
is_fallback(const struct cog_pam_stack *stack, enum cog_pam_result denial)
{
    return denial == COG_PAM_AUTHINFO_UNAVAIL &&
           ignored_denial(stack, COG_PAM_AUTHINFO_UNAVAIL + 1,
                          COG_PAM_SUCCESS) == COG_PAM_SUCCESS &&
           ignored_denial(stack, COG_PAM_AUTH_ERR, COG_PAM_AUTH_ERR) ==
               COG_PAM_SUCCESS;
}

/* Whether local users come in without our line and not with it. */
static bool
locks_out(struct cog_pam_stack *stack, size_t ours)
{
    static const struct cog_pam_trial trial = {
        false, COG_PAM_USER_UNKNOWN, COG_PAM_SUCCESS, COG_PAM_SUCCESS};
    int *action = &stack->modules[ours].line.actions[COG_PAM_USER_UNKNOWN];
    int saved = *action;
    bool with = cog_pam_try(stack, &trial, NULL), without;

    *action = COG_PAM_DO_IGNORE;
    without = cog_pam_try(stack, &trial, NULL);
    *action = saved;
    return without && !with;
}

/* ---- all services */

static void
note(struct services *services, enum cog_finding_id id, const char *service)
{
    size_t len = strlen(services->names);

    services->id = id;
    (void) snprintf(services->names + len, sizeof services->names - len,
                    "%s%s", len > 0 ? ", " : "", service);
}

static void
look_at_stack(struct look *look, const char *service,
              enum cog_pam_facility facility, size_t ours)
{
    struct services *found = look->found[facility];
    enum cog_pam_result denial;

    if (!cog_pam_reaches(&look->stack, ours)) {
        note(&found[UNREACHED], COG_FIND_PAM_UNREACHED, service);
        return;
    }
    denial = ignored_denial(&look->stack, COG_PAM_AUTH_ERR, COG_PAM_SUCCESS);
    if (facility == COG_PAM_AUTH && is_fallback(&look->stack, denial)) {
        note(&found[FALLBACK], COG_FIND_PAM_FALLBACK, service);
    } else if (denial != COG_PAM_SUCCESS) {
        char text[128];

        (void) snprintf(text, sizeof text, "%.64s (%s)", service,
                        cog_pam_result_name(denial));
        note(&found[IGNORED], COG_FIND_PAM_IGNORED, text);
    }
    if (locks_out(&look->stack, ours))
        note(&found[LOCKOUT], COG_FIND_PAM_LOCKOUT, service);
}

static size_t
lines_of(struct look *look, const char *service,
         enum cog_pam_facility facility)
{
    return cog_pam_stack_load(service, facility, &look->stack) == 0
               ? look->stack.count
               : 0;
}

/*
 * Of a service that asks us in its auth stack alone. Where it has no account
 * line, libpam takes those of "other"; where it has none for sessions either,
 * it wants to hear of a password and lets nobody in, as screen lockers.
 */
static void
look_at_missing_account(struct look *look, const char *service)
{
    bool none = lines_of(look, service, COG_PAM_ACCOUNT) == 0;

    if (none && lines_of(look, "other", COG_PAM_ACCOUNT) > 0 &&
        cog_pam_stack_ours(&look->stack) < look->stack.count)
        return;
    if (none && lines_of(look, service, COG_PAM_SESSION) == 0)
        note(&look->password_only, COG_FIND_PAM_PASSWORD_ONLY, service);
    else
        note(&look->no_account, COG_FIND_PAM_NO_ACCOUNT, service);
}

/* What runs as somebody who is not there: only the account phase can say that
 * it should not. */
static bool
runs_jobs(const char *service)
{
    static const char *const names[] = {"atd", "cron", "crond",
                                        "systemd-user"};

    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        if (strcmp(service, names[i]) == 0)
            return true;
    }
    return false;
}

static void
look_at_service(void *context, const char *service)
{
    static const enum cog_pam_facility facilities[] = {COG_PAM_AUTH,
                                                       COG_PAM_ACCOUNT};
    struct look *look = context;
    bool has[2] = {false, false};

    for (size_t i = 0; i < 2; i++) {
        size_t ours;

        if (cog_pam_stack_load(service, facilities[i], &look->stack) != 0)
            return;
        ours = cog_pam_stack_ours(&look->stack);
        has[i] = ours < look->stack.count;
        if (has[i])
            look_at_stack(look, service, facilities[i], ours);
    }
    look->anywhere = look->anywhere || has[0] || has[1];
    if (has[0] && !has[1])
        look_at_missing_account(look, service);
    else if (!has[1] && runs_jobs(service))
        note(&look->jobs, COG_FIND_PAM_JOBS, service);
}

static void
add_services(struct look *look, const struct services *services,
             const char *facility)
{
    if (services->names[0] != '\0')
        cog_findings_add(&look->checks->findings, services->id, "%s%s%s",
                         facility, facility[0] != '\0' ? ": " : "",
                         services->names);
}

void
cog_check_pam(struct cog_checks *checks)
{
    struct look look = {.checks = checks};

    cog_pam_services(look_at_service, &look);
    cog_pam_stack_clear(&look.stack);
    if (!look.anywhere)
        cog_findings_add(&checks->findings, COG_FIND_PAM_NOWHERE,
                         COG_PAM_DIRECTORY);
    add_services(&look, &look.no_account, "");
    add_services(&look, &look.password_only, "");
    if (look.anywhere)
        add_services(&look, &look.jobs, "");
    for (unsigned f = 0; f < COG_PAM_FACILITIES; f++) {
        for (unsigned kind = 0; kind < KINDS; kind++)
            add_services(&look, &look.found[f][kind],
                         cog_pam_facility_name((enum cog_pam_facility) f));
    }
}
