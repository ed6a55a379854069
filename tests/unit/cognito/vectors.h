/* SPDX-License-Identifier: Apache-2.0 */
/* The shared test vectors (tests/vectors/README.md), read with json-c. */
#ifndef COG_TESTS_VECTORS_H
#define COG_TESTS_VECTORS_H

#include <json-c/json.h>
#include <stddef.h>

/* A vector file; the test fails when there is none. json_object_put it. */
struct json_object *vectors_load(const char *file);

/* A member that must be there. */
struct json_object *vectors_get(struct json_object *object, const char *key);

/* A string member that must be there. */
const char *vectors_text(struct json_object *object, const char *key);

/* A string member, or NULL when it is absent or null. */
const char *vectors_text_or_null(struct json_object *object, const char *key);

/* Hex to bytes, of which there must be at most size; returns how many. */
size_t vectors_bytes(const char *hex, unsigned char *bytes, size_t size);

#endif
