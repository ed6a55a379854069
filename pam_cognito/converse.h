/* SPDX-License-Identifier: Apache-2.0 */
/* The person, through the conversation that the host gave to libpam. */
#ifndef COG_PAM_CONVERSE_H
#define COG_PAM_CONVERSE_H

#include "base/secret.h"

#include <security/pam_modules.h>
#include <stdbool.h>

/*
 * Ask one question. style is PAM_PROMPT_ECHO_OFF or _ON. Returns
 * PAM_SUCCESS; PAM_CONV_ERR when the host has no conversation, the person
 * gave up, or the answer is longer than PAM_MAX_RESP_SIZE; PAM_BUF_ERR.
 * libpam's copy of the answer is wiped.
 */
int cog_converse_ask(pam_handle_t *pamh, int style, const char *prompt,
                     struct cog_secret *answer);

/*
 * Show a text; style is PAM_TEXT_INFO or PAM_ERROR_MSG. What fails here
 * fails silently: nobody's login depends on having read something.
 */
void cog_converse_tell(pam_handle_t *pamh, int style, const char *text);

/*
 * Whether a password is empty or has control characters. sshd feeds such
 * junk for names it does not know, and nobody's password is like that:
 * neither leaves the host (P59).
 */
bool cog_converse_is_junk(const struct cog_secret *password);

#endif
