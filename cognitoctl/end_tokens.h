/* SPDX-License-Identifier: Apache-2.0 */
/* The end of all tokens that this host keeps of somebody. */
#ifndef COG_COGNITOCTL_END_TOKENS_H
#define COG_COGNITOCTL_END_TOKENS_H

/*
 * Remove those kept for the account phase, for a session to come, and those
 * that the person has in sessions; then have the pool revoke them. Tokens that
 * cannot be revoked are removed all the same, and a note says so. Returns
 * COG_EXIT_OK; or COG_EXIT_FAILED, having said what could not be removed.
 */
int cog_end_tokens(const char *config_path, const char *name);

#endif
