/* SPDX-License-Identifier: Apache-2.0 */
/* The person, as the speaker reaches them: through the module's socket. */
#ifndef COG_SPEAKER_PERSON_H
#define COG_SPEAKER_PERSON_H

#include "cognito/conversation.h"

#include <stdbool.h>

/*
 * A conversation over COG_FD_PERSON. ascii, which must outlive it: whether
 * the terminal is not UTF-8.
 */
struct cog_conversation cog_person_conversation(bool *ascii);

#endif
