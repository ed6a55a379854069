/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From the errno of a look-up to what glibc is told. The one place where
 * NSS codes are made.
 */
#ifndef COG_NSS_COGNITO_STATUS_H
#define COG_NSS_COGNITO_STATUS_H

#include <nss.h>

/*
 * error: the errno of a look-up (accounts/cache_read.h), ERANGE for a buffer
 * that is too small, ENOMEM for an array that cannot grow. Sets *glibcs,
 * which is glibc's errno variable.
 */
enum nss_status cog_nss_failure(int error, int *glibcs);

/* The same, but 0 is NSS_STATUS_SUCCESS, and *glibcs is left alone then. */
static inline enum nss_status
cog_nss_status(int error, int *glibcs)
{
    return error == 0 ? NSS_STATUS_SUCCESS : cog_nss_failure(error, glibcs);
}

#endif
