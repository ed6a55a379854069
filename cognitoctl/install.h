/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A listing of the pool becomes the accounts of this host: all of it or
 * nothing (P78). The writers' lock is held from the first record to the last,
 * so the listing has to be there already.
 */
#ifndef COG_COGNITOCTL_INSTALL_H
#define COG_COGNITOCTL_INSTALL_H

#include "accounts/places.h"
#include "cognitoctl/installed.h"
#include "cognitoctl/pool_record.h"
#include "cognitoctl/sync_report.h"
#include "config/config.h"
#include "host/account_id.h"

#include <stdbool.h>
#include <stdint.h>

/* Losing more than one in so many accounts needs force (P78). */
#define COG_INSTALL_LOSS 5

struct cog_install {
    const struct cog_places *places;
    const struct cog_config *config;
    const struct cog_id_sources *sources;
    const struct cog_settings *settings; /* of the config */
    struct cog_pool_listing listing;
    /*
     * Who signed in on this host since then stays, though the listing does
     * not have them. Unix time.
     */
    int64_t since_s;
    uint64_t max_accounts;
    bool force;   /* let many accounts be lost */
    bool dry_run; /* change nothing */
    /*
     * It is the pool's own word of now: one in place that is of the future
     * was noted by a clock that was wrong, and must not stop it for ever.
     */
    bool of_now;
    struct cog_installed noted; /* what to note of the listing; created_s is
                                   taken from it */
};

/*
 * Do it, and gather in report what changed. Returns an exit code, having
 * said on standard error why it is not COG_EXIT_OK: COG_EXIT_FORCE when too
 * much would be lost. Then nothing was changed, unless the last writes
 * failed (accounts/cache_bulk.h).
 */
int cog_install(const struct cog_install *install,
                struct cog_sync_report *report);

#endif
