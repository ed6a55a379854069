/* SPDX-License-Identifier: Apache-2.0 */
/* What is kept for logins without the pool, after a listing of the pool. */
#ifndef COG_COGNITOCTL_SWEEP_H
#define COG_COGNITOCTL_SWEEP_H

/*
 * Remove the hashes of people who are no account of this host any more, or
 * whose account is disabled. Local users stay: listings have none. What
 * cannot be looked at stays, too: it admits nobody who is not known here.
 */
void cog_sweep_hashes(void);

#endif
