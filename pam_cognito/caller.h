/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Where the person sits, as far as the service says so: what the keeper needs
 * to know to judge what may be offered there.
 */
#ifndef COG_PAM_CALLER_H
#define COG_PAM_CALLER_H

#include "pam_cognito/ours.h"

#include <stdint.h>

/*
 * COG_REQUEST_SILENT, COG_REQUEST_CONSOLE and COG_REQUEST_ASCII of this call.
 *
 * CONSOLE: no remote host, and the terminal is one of this machine (tty1,
 * ttyS0, hvc0, console, a display such as :0); never a pseudo terminal, so
 * never su or sudo inside of an ssh session.
 * ASCII: the service has chosen a locale that is not UTF-8. With a remote
 * host nothing is known of the terminal, and it is not set.
 */
uint64_t cog_caller_flags(const struct cog_call *call);

#endif
