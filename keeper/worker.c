/* SPDX-License-Identifier: Apache-2.0 */
/* Putting a speaker to work; see the header. */
#include "keeper/worker.h"

#include "base/clock.h"
#include "host/key_set.h"
#include "keeper/parent.h"
#include "keeper/places.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <syslog.h>

/* Well below the ten seconds that the module waits for the first word. */
#define WAIT_MOST_MS 5000
/* Between two looks for a place: seldom while a crowd is waiting. */
#define PAUSE_MIN_MS 25
#define PAUSE_MAX_MS 400

/* For another login to write its own. */
#define KEYS_LOCK_MS 300

/* Wait until deadline_ms, and no longer than anybody waits for us. */
static int
wait_for_place(uid_t caller, int64_t deadline_ms, const char **full)
{
    int pause_ms = PAUSE_MIN_MS, place = -1;

    for (;;) {
        int error = cog_places_take(COG_RUN_DIR, caller, &place, full);

        /* Its descriptor is not kept: the place is left at our end. */
        if (error != EAGAIN)
            return error;
        if (cog_parent_is_gone() || cog_clock_left_ms(deadline_ms) <= pause_ms)
            return EAGAIN;
        cog_clock_sleep_ms(pause_ms);
        if (pause_ms < PAUSE_MAX_MS)
            pause_ms *= 2;
    }
}

static bool
take_place(const struct cog_subject *subject, int64_t deadline_ms,
           struct cog_ruling *ruling)
{
    const char *full = "";
    int error = wait_for_place(subject->caller, deadline_ms, &full);

    if (error == 0)
        return true;
    if (error == EAGAIN) {
        ruling->outcome = COG_OUTCOME_BUSY;
        (void) snprintf(ruling->reason, sizeof ruling->reason,
                        "too many logins at a time %s", full);
    } else {
        ruling->outcome = COG_OUTCOME_STORE;
        (void) snprintf(ruling->reason, sizeof ruling->reason,
                        "logins cannot be counted in %s: %s", COG_RUN_DIR,
                        strerror(error));
    }
    return false;
}

/* As whom they sign in: where there is a person in it. */
static bool
name_person(const struct cog_subject *subject, const struct cog_config *config,
            struct cog_speaker_job *job, struct cog_ruling *ruling)
{
    if (job->operation == COG_OPERATION_REVOKE ||
        cog_config_expand(config->sign_in_name, subject->user,
                          job->sign_in_name, sizeof job->sign_in_name) == 0)
        return true;
    cog_rule(ruling, COG_OUTCOME_CONFIG, "sign_in_name is too long");
    return false;
}

bool
cog_worker_start(const struct cog_subject *subject,
                 const struct cog_host_files *files,
                 struct cog_speaker_job *job, int *speaker_fd,
                 struct cog_ruling *ruling)
{
    int64_t timeout_ms = (int64_t) files->config.timeout_s * 1000;
    int64_t begun_ms = cog_clock_ms(), wait_ms = timeout_ms / 2;
    const char *failed;

    if (!name_person(subject, &files->config, job, ruling))
        return false;
    if (wait_ms > WAIT_MOST_MS)
        wait_ms = WAIT_MOST_MS;
    /* Callers that are not root can take none, and use their own limits. */
    if (!subject->is_unprivileged &&
        !take_place(subject, begun_ms + wait_ms, ruling))
        return false;
    job->timeout_ms = (uint64_t) (timeout_ms - (cog_clock_ms() - begun_ms));
    failed = cog_speaker_start(job->operation, subject->is_unprivileged,
                               speaker_fd);
    if (failed == NULL &&
        (cog_speaker_send_job(*speaker_fd, files, job,
                              cog_clock_ms() + COG_WIRE_SEND_MS) != 0 ||
         cog_parent_started(job->timeout_ms) != 0))
        failed = "the speaker takes no job";
    if (failed == NULL)
        return true;
    cog_rule(ruling, COG_OUTCOME_SPEAKER, failed);
    return false;
}

bool
cog_worker_ask(const struct cog_subject *subject,
               const struct cog_host_files *files, struct cog_speaker_job *job,
               struct cog_dialog *dialog, int *speaker_fd,
               struct cog_ruling *ruling)
{
    if (!cog_worker_start(subject, files, job, speaker_fd, ruling))
        return false;
    dialog->speaker_fd = *speaker_fd;
    cog_dialog_listen(dialog, ruling);
    return true;
}

void
cog_worker_keep_keys(const struct cog_subject *subject,
                     const struct cog_host_files *files,
                     const struct cog_dialog *dialog)
{
    const struct cog_field *keys = &dialog->keys.field[COG_KEYS_BYTES];
    int error;

    if (dialog->keys.type != COG_MSG_NEW_KEYS || !subject->caller_is_root ||
        !cog_key_set_may_keep(files, cog_clock_unix_s()))
        return;
    error = cog_key_set_keep(&files->config, keys->bytes, keys->len,
                             cog_clock_ms() + KEYS_LOCK_MS);
    if (error != 0)
        cog_parent_note(LOG_WARNING, "the key set cannot be kept: %s",
                        strerror(error));
    else
        cog_parent_note(LOG_NOTICE, "new key set of %s kept",
                        files->config.pool_id);
}
