/* SPDX-License-Identifier: Apache-2.0 */
/* Two key sets (RFC 7517) against each other. Pure. */
#ifndef COG_COGNITOCTL_KEY_IDS_H
#define COG_COGNITOCTL_KEY_IDS_H

#include <stdbool.h>
#include <stddef.h>

/* Room for a key id made printable, with its NUL. */
#define COG_KEY_ID_SIZE 128

/*
 * Whether one document lacks a key id that the other one has; the first of
 * them is made printable into missing. False, too, when the other one is no
 * key set.
 */
bool cog_key_ids_lack(const char *have, size_t have_len, const char *want,
                      size_t want_len, char missing[COG_KEY_ID_SIZE]);

#endif
