/* SPDX-License-Identifier: Apache-2.0 */
/* What libpam calls. Nothing else of this module is exported. */
#include "pam_cognito/phases.h"

#define EXPORTED __attribute__((visibility("default")))

EXPORTED int
pam_sm_authenticate(pam_handle_t *pamh, int flags, int argc, const char **argv)
{
    return cog_authenticate(pamh, flags, argc, argv);
}

EXPORTED int
pam_sm_setcred(pam_handle_t *pamh, int flags, int argc, const char **argv)
{
    return cog_setcred(pamh, flags, argc, argv);
}

EXPORTED int
pam_sm_acct_mgmt(pam_handle_t *pamh, int flags, int argc, const char **argv)
{
    return cog_account(pamh, flags, argc, argv);
}

EXPORTED int
pam_sm_chauthtok(pam_handle_t *pamh, int flags, int argc, const char **argv)
{
    return cog_password(pamh, flags, argc, argv);
}

EXPORTED int
pam_sm_open_session(pam_handle_t *pamh, int flags, int argc, const char **argv)
{
    return cog_session(pamh, flags, argc, argv, COG_OPERATION_OPEN);
}

EXPORTED int
pam_sm_close_session(pam_handle_t *pamh, int flags, int argc,
                     const char **argv)
{
    return cog_session(pamh, flags, argc, argv, COG_OPERATION_CLOSE);
}
