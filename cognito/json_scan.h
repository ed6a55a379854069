/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The grammar of JSON (RFC 8259), checked before any library sees the
 * bytes: what is refused here cannot be read in two ways there.
 */
#ifndef COG_COGNITO_JSON_SCAN_H
#define COG_COGNITO_JSON_SCAN_H

#include <stdbool.h>
#include <stddef.h>

/* Deepest nesting taken (P48). */
#define COG_JSON_DEPTH 16

/*
 * Whether the bytes are one JSON value and nothing behind it but white
 * space: well-formed UTF-8 without NUL, at most COG_JSON_DEPTH deep, no
 * lone surrogates, no member name with a NUL in it. Then *members is how many
 * members all objects have together, repeated ones counted each time: a
 * parser that ends up with fewer has dropped a repeated one.
 */
bool cog_json_scan(const char *bytes, size_t len, size_t *members);

#endif
