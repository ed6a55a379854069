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
 * Most values in one document, objects and arrays counted too. A page of 60
 * users with 70 attributes each has 13,000; an empty array of three bytes
 * costs the library below some 400, so the bytes alone are no bound.
 */
#define COG_JSON_VALUES_MAX 100000

/*
 * Whether the bytes are one JSON value and nothing behind it but white
 * space: well-formed UTF-8 without NUL, at most COG_JSON_DEPTH deep and
 * COG_JSON_VALUES_MAX values, no lone surrogates, no member name with a NUL in
 * it. Then *members is how many members all objects have together, repeated
 * ones counted each time: a parser that ends up with fewer has dropped a
 * repeated one.
 */
bool cog_json_scan(const char *bytes, size_t len, size_t *members);

/*
 * For documents that tell of many people, of whom one may have had half of a
 * character stored: each escaped lone surrogate becomes \u0000, in place, so
 * that the document can be read and this one text cannot (cog_json_text
 * refuses it, and the scan a member name). Nothing else is changed; the
 * bytes need not be JSON.
 */
void cog_json_blank_halves(char *bytes, size_t len);

#endif
