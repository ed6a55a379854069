/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The worker of each PAM function. All take the arguments of the function
 * and return its PAM code; authenticate never returns PAM_IGNORE.
 */
#ifndef COG_PAM_PHASES_H
#define COG_PAM_PHASES_H

#include "wire/message.h"

#include <security/pam_modules.h>

int cog_authenticate(pam_handle_t *pamh, int flags, int argc,
                     const char **argv);
int cog_setcred(pam_handle_t *pamh, int flags, int argc, const char **argv);
int cog_account(pam_handle_t *pamh, int flags, int argc, const char **argv);
int cog_password(pam_handle_t *pamh, int flags, int argc, const char **argv);

/* COG_OPERATION_OPEN or COG_OPERATION_CLOSE; always PAM_SUCCESS. */
int cog_session(pam_handle_t *pamh, int flags, int argc, const char **argv,
                enum cog_operation operation);

#endif
