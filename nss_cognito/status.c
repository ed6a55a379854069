/* SPDX-License-Identifier: Apache-2.0 */
/* What glibc is told; see the header. */
#include "nss_cognito/status.h"

#include <errno.h>
#include <stddef.h>

/*
 * The GNU C Library manual, "NSS Modules Interface", names the errno that
 * goes with each status. glibc calls again with twice the buffer whenever it
 * reads TRYAGAIN with ERANGE, so that pair means a small buffer and nothing
 * else (P67). With any other status it asks the next source of
 * nsswitch.conf; if there is none, getpwnam_r(3) returns 0 for NOTFOUND and
 * the errno itself for UNAVAIL: ENOENT, which callers take for "absent", only
 * where no accounts file was ever there, and EIO for a file that cannot be
 * believed, so that a damaged file is not mistaken for an answer.
 */
static const struct outcome {
    int error;
    enum nss_status status;
    int glibcs;
} outcomes[] = {
    {ENOENT, NSS_STATUS_NOTFOUND, ENOENT},
    {ERANGE, NSS_STATUS_TRYAGAIN, ERANGE},
    {ENOMEM, NSS_STATUS_TRYAGAIN, ENOMEM},
    {ENODATA, NSS_STATUS_UNAVAIL, ENOENT},
};

enum nss_status
cog_nss_failure(int error, int *glibcs)
{
    for (size_t i = 0; i < sizeof outcomes / sizeof outcomes[0]; i++) {
        if (outcomes[i].error == error) {
            *glibcs = outcomes[i].glibcs;
            return outcomes[i].status;
        }
    }
    *glibcs = EIO;
    return NSS_STATUS_UNAVAIL;
}
