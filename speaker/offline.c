/* SPDX-License-Identifier: Apache-2.0 */
/* Hashes of passwords for the keeper; see the header. */
#include "speaker/offline.h"

#include "speaker/password_hash.h"
#include "speaker/result.h"

int
cog_offline_send(const struct cog_job *job, enum cog_status status,
                 const struct cog_login *login)
{
    cog_cleanup_secret struct cog_secret hash = COG_SECRET_EMPTY;

    if (job->offline == COG_WIRE_OFFLINE_NO)
        return 0;
    if (status == COG_OK && job->offline == COG_WIRE_OFFLINE_MAKE)
        (void) cog_password_hash_make(cog_login_password(login), &hash);
    return cog_result_send_hash(&hash, cog_login_was_one_factor(login));
}

/*
 * Whether the keeper may ask if the typed password is the one whose hash is
 * kept: when the pool was not reached, since that lets the person in; when it
 * refused the password, since a kept one was changed elsewhere then; and when
 * it took it from a keeper that writes nothing, since another one is old.
 */
static bool
may_be_compared(const struct cog_job *job, enum cog_status status)
{
    switch (status) {
    case COG_NETWORK:
    case COG_LOST: /* the keeper asks only where no guess was let through */
    case COG_TLS:
    case COG_TIMEOUT:
    case COG_BAD_CREDENTIALS:
        return job->offline != COG_WIRE_OFFLINE_NO;
    case COG_OK:
        return job->offline == COG_WIRE_OFFLINE_COMPARE;
    default:
        return false;
    }
}

void
cog_offline_serve(const struct cog_job *job, enum cog_status status,
                  const struct cog_login *login)
{
    cog_cleanup_secret struct cog_secret hash = COG_SECRET_EMPTY;
    const struct cog_secret *typed = cog_login_typed(login);
    const struct cog_secret *password = cog_login_password(login);
    bool same;

    if (!may_be_compared(job, status) || typed->len == 0 ||
        cog_job_wait_for_hash(&hash) != 0)
        return;
    /* A code behind the password has nobody to judge it. */
    same = cog_password_hash_matches(typed, &hash) ||
           (password != typed && cog_password_hash_matches(password, &hash));
    (void) cog_result_send_compared(same);
}
