/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Putting a speaker to work: find a place for it, start it, send its job, and
 * tell the module how long it may take.
 */
#ifndef COG_KEEPER_WORKER_H
#define COG_KEEPER_WORKER_H

#include "host/files.h"
#include "keeper/dialog.h"
#include "keeper/rules.h"
#include "keeper/speaker_process.h"

/*
 * Sets the job's sign_in_name, from the configuration, and its timeout_ms:
 * waiting for a place takes at most half of the configured timeout, and at
 * most five seconds; the job gets the rest. True when the speaker works; else
 * the ruling says why not. *speaker_fd, -1 or its socket, is the caller's to
 * close in both cases. The place is left when this process ends.
 */
bool cog_worker_start(const struct cog_subject *subject,
                      const struct cog_host_files *files,
                      struct cog_speaker_job *job, int *speaker_fd,
                      struct cog_ruling *ruling);

/*
 * The same for a job without a person, and listen until the result. True when
 * the ruling is the speaker's; *speaker_fd must stay open while the dialog is
 * used.
 */
bool cog_worker_ask(const struct cog_subject *subject,
                    const struct cog_host_files *files,
                    struct cog_speaker_job *job, struct cog_dialog *dialog,
                    int *speaker_fd, struct cog_ruling *ruling);

/*
 * Keep a key set for the next logins: only one that has just verified
 * somebody who was admitted, for root's callers, where none is pinned, at most
 * once an hour. The speaker had the same rules; it is not taken at its word
 * (P42).
 */
void cog_worker_keep_keys(const struct cog_subject *subject,
                          const struct cog_host_files *files,
                          const struct cog_dialog *dialog);

#endif
