/* SPDX-License-Identifier: Apache-2.0 */
/* The form of an address that a request may go to (P44). */
#ifndef COG_COGNITO_ADDRESS_H
#define COG_COGNITO_ADDRESS_H

#include <stdbool.h>

#define COG_ADDRESS_MAX 384 /* bytes of one */

/*
 * Whether this is the scheme ("https://") with a host, perhaps a port of 1
 * to 65535, and nothing more: no user, path, query or fragment. The host is
 * a name of letters, digits, "." and "-", an IPv4 address, or an IPv6
 * address in brackets. NULL is none.
 */
bool cog_address_is_valid(const char *url, const char *scheme);

#endif
