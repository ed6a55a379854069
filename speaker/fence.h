/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a speaker sees that runs as its caller: files of the system that name
 * resolution and TLS take, and none of the caller's own. As the system user
 * _cognito it needs no fence: nothing there is its own.
 */
#ifndef COG_SPEAKER_FENCE_H
#define COG_SPEAKER_FENCE_H

#include <stdbool.h>

/*
 * Put it up, for good; with the certificate authorities of the job, NULL for
 * none. By Landlock, which kernels have from Linux 5.13 on: true without a
 * fence where this one has it not, or not switched on. False: it has, and
 * the fence could not be put up.
 */
bool cog_fence_put_up(const char *ca_file, const char *ca_path);

#endif
