/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reading JSON from strangers: strict, bounded, exact (P48, P49). Nothing is
 * coerced; whoever wants a number gets a number or a refusal. json-c lies
 * behind it and shows nowhere else.
 */
#ifndef COG_COGNITO_JSON_H
#define COG_COGNITO_JSON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "cognito/status.h"

/* A JSON object or array; borrowed pointers live as long as the document. */
struct cog_json;

/*
 * Parse one document that must be an object (or, for the other, an array):
 * grammar and limits of cognito/json_scan.h, and no member name twice in
 * any object. COG_PROTOCOL when it is not that, COG_NO_MEMORY. *document is
 * the caller's (cog_json_free).
 */
enum cog_status cog_json_parse(const char *bytes, size_t len,
                               struct cog_json **document);
enum cog_status cog_json_parse_array(const char *bytes, size_t len,
                                     struct cog_json **document);

/* NULL is fine. */
void cog_json_free(struct cog_json *document);

/* Whether the object has this member; null counts as absent. */
bool cog_json_has(const struct cog_json *object, const char *key);

/*
 * Members by exact type. COG_PROTOCOL when absent, of another type, or out
 * of range; the output is then untouched. Texts are borrowed, of at most
 * max bytes, and hold no NUL; integers lie in 0 to 2^53.
 */
enum cog_status cog_json_text(const struct cog_json *object, const char *key,
                              size_t max, const char **text);
/* The same, or "" for no such text; object may be NULL. */
const char *cog_json_text_or_empty(const struct cog_json *object,
                                   const char *key, size_t max);
/* Whether the member is a text, which cog_json_text may yet refuse. */
bool cog_json_is_text(const struct cog_json *object, const char *key);
enum cog_status cog_json_integer(const struct cog_json *object,
                                 const char *key, int64_t *number);
enum cog_status cog_json_true(const struct cog_json *object, const char *key);
enum cog_status cog_json_bool(const struct cog_json *object, const char *key,
                              bool *truth);

/*
 * A moment as the services write it: a number, seconds since 1970, perhaps
 * with a fraction (cut off) and an exponent (application/x-amz-json-1.1); in
 * 0 to 2^53.
 */
enum cog_status cog_json_seconds(const struct cog_json *object,
                                 const char *key, int64_t *seconds);
enum cog_status cog_json_object(const struct cog_json *object, const char *key,
                                const struct cog_json **member);
enum cog_status cog_json_array(const struct cog_json *object, const char *key,
                               const struct cog_json **member);

/* Elements of an array, likewise. */
size_t cog_json_count(const struct cog_json *array);
enum cog_status cog_json_text_at(const struct cog_json *array, size_t index,
                                 size_t max, const char **text);
enum cog_status cog_json_object_at(const struct cog_json *array, size_t index,
                                   const struct cog_json **element);

static inline void
cog_json_free_at(struct cog_json **document)
{
    cog_json_free(*document);
}

#define cog_cleanup_json __attribute__((cleanup(cog_json_free_at)))

#endif
