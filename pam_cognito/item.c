/* SPDX-License-Identifier: Apache-2.0 */
/* Items of a handle; see the header. */
#include "pam_cognito/item.h"

#include <string.h>

const char *
cog_item_text(pam_handle_t *pamh, int type)
{
    const void *item = NULL;

    if (pam_get_item(pamh, type, &item) != PAM_SUCCESS || item == NULL)
        return "";
    return item;
}

bool
cog_item_secret(pam_handle_t *pamh, int type, struct cog_secret *secret)
{
    const void *item = NULL;

    return pam_get_item(pamh, type, &item) == PAM_SUCCESS && item != NULL &&
           strlen(item) <= PAM_MAX_RESP_SIZE &&
           cog_secret_set_text(secret, item) == 0;
}
