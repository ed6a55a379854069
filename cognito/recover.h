/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Mending an account that cannot sign in, inside the conversation: a
 * forgotten password or one that must be reset (ForgotPassword,
 * ConfirmForgotPassword), a sign-up that was never confirmed (ConfirmSignUp).
 * For this room only.
 *
 * Nothing is proved when it begins, and it sends messages. So it happens only
 * where the settings say recover, and reads the same whether the name exists
 * or not. It admits nobody: what follows is a whole login.
 */
#ifndef COG_COGNITO_RECOVER_H
#define COG_COGNITO_RECOVER_H

#include <stdbool.h>

#include "cognito/flow.h"
#include "cognito/status.h"

/* Most messages that one login has the service send. */
#define COG_RECOVER_MESSAGES_MAX 2

/*
 * After a login that ended with failed, once. True: something was mended, and
 * the login is worth beginning anew with the flow's password. Otherwise
 * failed stands. A status that it is not for (COG_OK among them), and
 * settings without recover, ask and send nothing.
 */
bool cog_recover(struct cog_flow *flow, enum cog_status failed);

#endif
