/* SPDX-License-Identifier: Apache-2.0 */
/* The keeper as the one who counts guesses. */
#ifndef COG_SPEAKER_GUARD_H
#define COG_SPEAKER_GUARD_H

#include "cognito/login.h"

/* A guard that asks the keeper over COG_FD_PARENT. */
struct cog_guard cog_keeper_guard(void);

#endif
