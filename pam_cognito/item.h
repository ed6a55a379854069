/* SPDX-License-Identifier: Apache-2.0 */
/* What a PAM handle holds (pam_get_item(3)), in our types. */
#ifndef COG_PAM_ITEM_H
#define COG_PAM_ITEM_H

#include "base/secret.h"

#include <security/pam_modules.h>
#include <stdbool.h>

/* A text, such as PAM_RHOST; "" when it is not set. libpam owns it. */
const char *cog_item_text(pam_handle_t *pamh, int type);

/*
 * Copy PAM_AUTHTOK or PAM_OLDAUTHTOK. False, and *secret untouched, when an
 * earlier module has not set it, or set more than PAM_MAX_RESP_SIZE bytes, or
 * without memory.
 */
bool cog_item_secret(pam_handle_t *pamh, int type, struct cog_secret *secret);

#endif
