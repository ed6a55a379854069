/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which files a speaker can open when it runs as its caller: those of the
 * system that name resolution and TLS need, and none of the caller's own. As
 * the system user _cognito, which owns no files, it needs no fence.
 */
#ifndef COG_SPEAKER_FENCE_H
#define COG_SPEAKER_FENCE_H

#include <stdbool.h>

/*
 * Put the fence up for good, by Landlock (landlock(7)). The job's certificate
 * authorities can be opened, too; NULL for none. True also when this kernel
 * has no Landlock (it came with Linux 5.13) or has it switched off. False when
 * the fence could not be put up otherwise.
 */
bool cog_fence_put_up(const char *ca_file, const char *ca_path);

#endif
