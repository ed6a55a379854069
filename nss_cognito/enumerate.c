/* SPDX-License-Identifier: Apache-2.0 */
/* All entries, one after the other. Nobody is listed yet. */
#include "nss_cognito/entry.h"

#include <errno.h>

#include "nss_cognito/status.h"

enum nss_status
_nss_cognito_setpwent(int stay_open)
{
    (void) stay_open;
    return NSS_STATUS_SUCCESS;
}

enum nss_status
_nss_cognito_getpwent_r(struct passwd *entry, char *buffer, size_t size,
                        int *error)
{
    (void) entry;
    (void) buffer;
    (void) size;
    return cog_nss_status(ENOENT, error);
}

enum nss_status
_nss_cognito_endpwent(void)
{
    return NSS_STATUS_SUCCESS;
}

enum nss_status
_nss_cognito_setgrent(int stay_open)
{
    (void) stay_open;
    return NSS_STATUS_SUCCESS;
}

enum nss_status
_nss_cognito_getgrent_r(struct group *entry, char *buffer, size_t size,
                        int *error)
{
    (void) entry;
    (void) buffer;
    (void) size;
    return cog_nss_status(ENOENT, error);
}

enum nss_status
_nss_cognito_endgrent(void)
{
    return NSS_STATUS_SUCCESS;
}
