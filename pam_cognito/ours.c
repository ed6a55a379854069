/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Whether a name is ours, from local files; see the header. Names that are
 * not ours come out of here before the effective uid is looked at, so that
 * a screen locker of a local user is never our business.
 */
#include "pam_cognito/ours.h"

#include "accounts/cache_read.h"
#include "accounts/places.h"
#include "pam_cognito/report.h"

#include <pwd.h>
#include <security/pam_ext.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char proved_key[] = "pam_cognito_proved";

/*
 * A name that no file has may still be known by a provisional record: then
 * NSS answers with a uid of our range.
 */
static bool
is_provisional(const char *user)
{
    cog_cleanup_cache struct cog_cache_reader reader =
        COG_CACHE_READER(COG_ACCOUNTS_DIR);
    struct cog_settings settings;
    struct passwd entry, *found = NULL;
    char buffer[4096];

    if (cog_cache_settings(&reader, &settings) != 0)
        return false;
    if (getpwnam_r(user, &entry, buffer, sizeof buffer, &found) != 0 ||
        found == NULL)
        return false;
    return entry.pw_uid >= settings.id_base &&
           entry.pw_uid - settings.id_base < settings.id_range;
}

/* Whether the line of the pam.d file, or NSS, makes nobody's name ours. */
static bool
takes_nobody(const struct cog_call *call)
{
    return call->options.allow_unknown || call->options.create_account ||
           is_provisional(call->user);
}

static enum cog_outcome
decide(struct cog_call *call)
{
    const struct cog_whose_question question = {
        .name = call->user,
        .local_group = call->options.local_group,
        .minimum_uid = call->options.minimum_uid,
    };
    struct cog_whose_ids ids;

    call->whose = cog_whose_is(&question, &ids);
    switch (call->whose) {
    case COG_WHOSE_OTHERS:
        return COG_OUTCOME_NOT_OURS;
    case COG_WHOSE_LOCAL:
    case COG_WHOSE_ACCOUNT:
        return COG_OUTCOME_ADMITTED;
    case COG_WHOSE_NOBODY:
        return takes_nobody(call) ? COG_OUTCOME_ADMITTED
                                  : COG_OUTCOME_NOT_OURS;
    case COG_WHOSE_UNREADABLE:
        break;
    }
    return COG_OUTCOME_STORE;
}

/*
 * A line with a mistake denies everybody who could be ours. Not root and
 * the system's users: nobody must be locked out of mending it.
 */
static enum cog_outcome
refuse_arguments(const struct cog_call *call, const char *bad)
{
    if (cog_whose_is_system(call->user, NULL))
        return COG_OUTCOME_NOT_OURS;
    cog_report_log(call->pamh, call->user, COG_OUTCOME_CONFIG, NULL, bad);
    return COG_OUTCOME_CONFIG;
}

enum cog_outcome
cog_ours_begin(pam_handle_t *pamh, int flags, int argc, const char **argv,
               struct cog_call *call)
{
    enum cog_outcome outcome;
    const char *bad;

    memset(call, 0, sizeof *call);
    call->pamh = pamh;
    call->flags = (unsigned) flags;
    if (pam_get_user(pamh, &call->user, NULL) != PAM_SUCCESS ||
        call->user == NULL) {
        call->user = NULL;
        return COG_OUTCOME_ABORTED;
    }
    bad = cog_options_parse(argc, argv, &call->options);
    if (bad != NULL)
        return refuse_arguments(call, bad);
    outcome = decide(call);
    if (outcome == COG_OUTCOME_ADMITTED && geteuid() != 0)
        outcome = COG_OUTCOME_NOT_ROOT;
    if (outcome != COG_OUTCOME_ADMITTED && outcome != COG_OUTCOME_NOT_OURS)
        cog_report_log(pamh, call->user, outcome, NULL, NULL);
    return outcome;
}

static void
free_name(pam_handle_t *pamh, void *data, int error_status)
{
    (void) pamh;
    (void) error_status;
    free(data);
}

int
cog_ours_set_proved(const struct cog_call *call)
{
    char *copy = strdup(call->user);
    int code;

    if (copy == NULL)
        return PAM_BUF_ERR;
    code = pam_set_data(call->pamh, proved_key, copy, free_name);
    if (code != PAM_SUCCESS)
        free(copy);
    return code;
}

bool
cog_ours_is_proved(const struct cog_call *call)
{
    const void *name = NULL;

    return pam_get_data(call->pamh, proved_key, &name) == PAM_SUCCESS &&
           name != NULL && strcmp(name, call->user) == 0;
}

void
cog_ours_clear_proved(const struct cog_call *call)
{
    (void) pam_set_data(call->pamh, proved_key, NULL, NULL);
}
