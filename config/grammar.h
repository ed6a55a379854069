/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What texts in cognito.conf may look like: pure questions about one C
 * string. Bytes are compared as bytes; no locale. Of use to this room only.
 */
#ifndef COG_CONFIG_GRAMMAR_H
#define COG_CONFIG_GRAMMAR_H

#include <stdbool.h>

/* Not empty, of letters, digits and the bytes in others. */
bool cog_grammar_word(const char *text, const char *others);

/*
 * REGION_NAME: lower-case letters, digits and inner hyphens, beginning with
 * a letter; letters and digits; at most 55 bytes. Nothing in it can reach
 * into a host name (P44).
 */
bool cog_grammar_pool_id(const char *text);

/*
 * REGION:UUID of an identity pool: a region as above, a UUID in small
 * letters; at most 55 bytes.
 */
bool cog_grammar_identity_pool_id(const char *text);

/*
 * An absolute path of printable ASCII without blanks, without empty parts
 * save one at the end, and without "." or ".." as a part.
 */
bool cog_grammar_path(const char *text);

/*
 * Behind "https://HOST" or "https://HOST:PORT" (borrowed), or NULL. HOST is
 * a DNS name or an IPv4 address; a user, an IPv6 address, an empty or
 * impossible port are not taken.
 */
const char *cog_grammar_https(const char *text);

/* "http://HOST:PORT" or "https://HOST:PORT", nothing behind. */
bool cog_grammar_proxy(const char *text);

/* Printable ASCII without blanks, with one "%u" and no other "%". */
bool cog_grammar_template(const char *text);

/* A local group: [a-z_][a-z0-9_-]*, at most 32 bytes. */
bool cog_grammar_local_group(const char *text);

/* A login name, or the beginning of one followed by "*", or "*". */
bool cog_grammar_match(const char *text);

#endif
