/* SPDX-License-Identifier: Apache-2.0 */
/* The first password; see the header. */
#include "pam_cognito/first_pass.h"

#include "pam_cognito/converse.h"
#include "pam_cognito/item.h"

#include <stdio.h>

static bool
take_earlier(const struct cog_call *call, int item,
             struct cog_secret *password)
{
    return (call->options.try_first_pass || call->options.use_first_pass) &&
           cog_item_secret(call->pamh, item, password);
}

static enum cog_outcome
refuse(struct cog_operation_run *run, const char *why)
{
    (void) snprintf(run->detail, sizeof run->detail, "%s", why);
    return COG_OUTCOME_INPUT;
}

enum cog_outcome
cog_first_pass_get(const struct cog_call *call, int item, const char *prompt,
                   struct cog_operation_run *run)
{
    if (!take_earlier(call, item, &run->password)) {
        if (call->options.use_first_pass)
            return refuse(run, "use_first_pass, and no earlier module has "
                               "asked for a password");
        if (cog_converse_ask(call->pamh, PAM_PROMPT_ECHO_OFF, prompt,
                             &run->password) != PAM_SUCCESS)
            return COG_OUTCOME_ABORTED;
    }
    if (run->password.len == 0)
        return refuse(run, "an empty password");
    if (cog_converse_is_junk(&run->password))
        return refuse(run, "control characters in the password; sshd sends "
                           "them for a name that it refuses or NSS does not "
                           "know");
    run->password_ready = true;
    return COG_OUTCOME_NONE;
}
