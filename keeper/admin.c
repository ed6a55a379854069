/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Asking as an administrator; see the header. When the pool last vouched for
 * somebody is the time in the login record, which each answer that admits
 * writes anew, with the groups of the answer. So the pool is not asked about
 * somebody without a record, who has never proved a password here.
 */
#include "keeper/admin.h"

#include "accounts/places.h"
#include "base/cleanup.h"
#include "host/files.h"
#include "keeper/away.h"
#include "keeper/dialog.h"
#include "keeper/store.h"
#include "keeper/worker.h"

#include <stdio.h>
#include <string.h>

/* A refusal of the person, which holds even while the pool is away. */
static bool
is_about_the_person(enum cog_outcome outcome)
{
    switch (outcome) {
    case COG_OUTCOME_DISABLED:
    case COG_OUTCOME_PASSWORD: /* no such user */
    case COG_OUTCOME_NOT_CONFIRMED:
    case COG_OUTCOME_IDENTITY:
    case COG_OUTCOME_OTHER_SUB:
        return true;
    default:
        return false;
    }
}

/*
 * Missing or refused credentials say nothing about the person. They keep us
 * from asking, so they count as an outage.
 */
static void
count_as_outage(struct cog_ruling *ruling)
{
    if (ruling->outcome == COG_OUTCOME_CONFIG)
        ruling->outcome = COG_OUTCOME_SERVICE;
}

static void
judge(const struct cog_subject *subject, const struct cog_config *config,
      const struct cog_dialog *dialog, const char *sign_in_name,
      struct cog_ruling *ruling)
{
    struct cog_proof proof;

    if (cog_dialog_proof(dialog, sign_in_name, &proof))
        ruling->outcome =
            cog_store_refreshed(subject, config, &proof, ruling->reason);
    else
        cog_rule(ruling, COG_OUTCOME_SPEAKER, "an answer about nobody");
}

static void
ask(const struct cog_subject *subject, const struct cog_host_files *files,
    struct cog_ruling *ruling)
{
    cog_cleanup_dialog struct cog_dialog dialog = {.operation =
                                                       COG_OPERATION_ADMIN};
    struct cog_speaker_job job = {
        .operation = COG_OPERATION_ADMIN,
        .aws_file = &files->admin_credentials,
    };
    cog_cleanup_fd int speaker_fd = -1;

    if (!cog_worker_ask(subject, files, &job, &dialog, &speaker_fd, ruling))
        return;
    count_as_outage(ruling);
    if (ruling->outcome == COG_OUTCOME_ADMITTED)
        judge(subject, &files->config, &dialog, job.sign_in_name, ruling);
    if (is_about_the_person(ruling->outcome))
        cog_store_mark(subject, &files->config);
}

void
cog_admin_check(const struct cog_subject *subject, const char *config_path,
                const struct cog_config *config, struct cog_ruling *ruling)
{
    cog_cleanup_files struct cog_host_files files = {0};
    struct cog_login_entry login;
    int error;

    if (config->account_check != COG_CONFIG_CHECK_ADMIN ||
        (subject->flags & COG_REQUEST_PROVED) != 0)
        return;
    error = cog_logins_find(COG_LOGINS_DIR, subject->user, &login);
    if (error != 0) {
        ruling->outcome = COG_OUTCOME_STORE;
        (void) snprintf(ruling->reason, sizeof ruling->reason,
                        "login store: %s", strerror(error));
        return;
    }
    if (cog_away_is_younger(login.last_login_s, cog_config_max_age_s(config)))
        return;
    cog_rule(ruling, COG_OUTCOME_NONE, "");
    if (cog_files_load(config_path, &files, ruling->reason) &&
        cog_files_load_admin(&files, ruling->reason))
        ask(subject, &files, ruling);
    else
        ruling->outcome = COG_OUTCOME_SERVICE;
    cog_away_fall_back(subject, config, login.last_login_s, ruling);
}
