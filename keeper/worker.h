/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Putting a speaker to work: a place for it, its start, its job, and word to
 * the module that the limits of time begin.
 */
#ifndef COG_KEEPER_WORKER_H
#define COG_KEEPER_WORKER_H

#include "host/files.h"
#include "keeper/dialog.h"
#include "keeper/rules.h"
#include "keeper/speaker_process.h"

/*
 * The job's sign_in_name is set here, from the configuration, and its
 * timeout_ms: waiting for a place takes at most half of
 * the configured timeout and five seconds, and the job gets the rest. True
 * with the speaker's socket in *speaker_fd, which stays the caller's also on
 * failure; else the ruling says why not. The place is left when this process
 * ends.
 */
bool cog_worker_start(const struct cog_subject *subject,
                      const struct cog_host_files *files,
                      struct cog_speaker_job *job, int *speaker_fd,
                      struct cog_ruling *ruling);

/*
 * The same, and listen to the end of the dialog, which asks nobody anything.
 * True when the ruling is the speaker's; *speaker_fd stays open for as long as
 * the dialog is of use.
 */
bool cog_worker_ask(const struct cog_subject *subject,
                    const struct cog_host_files *files,
                    struct cog_speaker_job *job, struct cog_dialog *dialog,
                    int *speaker_fd, struct cog_ruling *ruling);

#endif
