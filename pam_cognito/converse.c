/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The conversation function is called directly rather than through
 * pam_prompt, which knows no length limit and leaves the wiping to chance.
 */
#include "pam_cognito/converse.h"

#include "base/text.h"

#include <stdlib.h>
#include <string.h>

static void
free_response(struct pam_response *response)
{
    if (response == NULL)
        return;
    if (response->resp != NULL) {
        explicit_bzero(response->resp, strlen(response->resp));
        free(response->resp);
    }
    free(response);
}

static int
converse(pam_handle_t *pamh, int style, const char *text,
         struct pam_response **response)
{
    const struct pam_message message = {.msg_style = style, .msg = text};
    const struct pam_message *messages = &message;
    const struct pam_conv *conv = NULL;
    const void *item = NULL;

    if (pam_get_item(pamh, PAM_CONV, &item) != PAM_SUCCESS || item == NULL)
        return PAM_CONV_ERR;
    conv = item;
    if (conv->conv == NULL)
        return PAM_CONV_ERR;
    return conv->conv(1, &messages, response, conv->appdata_ptr);
}

int
cog_converse_ask(pam_handle_t *pamh, int style, const char *prompt,
                 struct cog_secret *answer)
{
    struct pam_response *response = NULL;
    int code = converse(pamh, style, prompt, &response);
    size_t len;

    if (code != PAM_SUCCESS || response == NULL || response->resp == NULL) {
        free_response(response);
        return PAM_CONV_ERR;
    }
    len = strnlen(response->resp, PAM_MAX_RESP_SIZE + 1);
    if (len > PAM_MAX_RESP_SIZE)
        code = PAM_CONV_ERR;
    else if (cog_secret_set(answer, response->resp, len) != 0)
        code = PAM_BUF_ERR;
    free_response(response);
    return code;
}

void
cog_converse_tell(pam_handle_t *pamh, int style, const char *text)
{
    struct pam_response *response = NULL;

    (void) converse(pamh, style, text, &response);
    free_response(response);
}

bool
cog_converse_is_junk(const struct cog_secret *password)
{
    return password->len == 0 ||
           cog_text_has_control(password->data, password->len);
}
