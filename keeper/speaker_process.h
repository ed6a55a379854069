/* SPDX-License-Identifier: Apache-2.0 */
/* Starting the speaker and telling it its job. */
#ifndef COG_KEEPER_SPEAKER_PROCESS_H
#define COG_KEEPER_SPEAKER_PROCESS_H

#include "host/files.h"
#include "wire/message.h"

/*
 * Start the speaker as the system user _cognito, for good: groups, gid and
 * uid are set before its program runs. It gets the person's socket, which
 * is closed here. Returns NULL with its socket in *fd, or a reason.
 */
const char *cog_speaker_start(int *fd);

/*
 * Send job, client secret and keys. flags: enum cog_request_flag, of which
 * the job tells what may be offered to this caller. Returns 0 or an errno.
 */
int cog_speaker_send_job(int fd, const struct cog_host_files *files,
                         enum cog_operation operation, uint64_t flags,
                         const char *sign_in_name, int64_t deadline_ms);

#endif
