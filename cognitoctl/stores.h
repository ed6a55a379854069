/* SPDX-License-Identifier: Apache-2.0 */
/* The accounts files and the login store, as every subcommand needs them. */
#ifndef COG_COGNITOCTL_STORES_H
#define COG_COGNITOCTL_STORES_H

#include "accounts/cache_lock.h"
#include "accounts/places.h"

/* Where everything lies on this host. */
extern const struct cog_places cog_stores;

/* What an errno of accounts/ means to an administrator; never NULL. */
const char *cog_store_error_text(int error);

/* Says "PATH: why" and returns COG_EXIT_FAILED. */
int cog_store_fail(const char *path, int error);

/*
 * Take the writers' lock, waiting some seconds for another holder. Returns
 * COG_EXIT_OK, or COG_EXIT_FAILED having said why.
 */
int cog_stores_lock(struct cog_cache_lock *lock);

/* After a change, without the lock: have nscd forget, where it runs (P77). */
void cog_stores_changed(void);

#endif
