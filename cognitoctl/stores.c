/* SPDX-License-Identifier: Apache-2.0 */
/* The accounts files and the login store; see the header. */
#include "cognitoctl/stores.h"

#include "base/clock.h"
#include "cognitoctl/commands.h"
#include "host/nscd.h"

#include <errno.h>
#include <stddef.h>
#include <string.h>

#define LOCK_MS 10000

const struct cog_places cog_stores = COG_PLACES;

const char *
cog_store_error_text(int error)
{
    static const struct {
        int error;
        const char *text;
    } texts[] = {
        {ENODATA, "is not there yet; cognitoctl apply makes it"},
        {EBADMSG, "is damaged"},
        {EPERM, "is not root's, or others may write to it"},
        {EFBIG, "is too big"},
        {EPROTONOSUPPORT, "was written by another version"},
        {ETIMEDOUT, "another program keeps the lock"},
    };

    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        if (texts[i].error == error)
            return texts[i].text;
    }
    return strerror(error);
}

int
cog_store_fail(const char *path, int error)
{
    return cog_fail(COG_EXIT_FAILED, "%s: %s", path,
                    cog_store_error_text(error));
}

int
cog_stores_lock(struct cog_cache_lock *lock)
{
    int error =
        cog_cache_lock_take(COG_LOGINS_DIR, cog_clock_ms() + LOCK_MS, lock);

    return error == 0 ? COG_EXIT_OK
                      : cog_store_fail(COG_LOGINS_DIR "/lock", error);
}

void
cog_stores_changed(void)
{
    int error = cog_nscd_forget(COG_NSCD_SOCKET, cog_clock_ms() + COG_NSCD_MS);

    if (error != 0)
        cog_note("nscd could not be told of the change (%s); it may give "
                 "old answers for some minutes",
                 strerror(error));
}
