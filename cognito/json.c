/* SPDX-License-Identifier: Apache-2.0 */
/* Strict reading over json-c; see the header. */
#include "cognito/json.h"

#include <json-c/json.h>
#include <limits.h>
#include <string.h>

#include "cognito/json_scan.h"

/* Numbers that every JSON program reads alike (RFC 8259 section 6). */
#define LARGEST_INTEGER (INT64_C(1) << 53)

/* A struct cog_json is a json_object under a name that others may know. */
static struct json_object *
inside(const struct cog_json *json)
{
    /* json-c's readers take no const. */
    union {
        const struct cog_json *outer;
        struct json_object *inner;
    } pointer = {.outer = json};

    return pointer.inner;
}

static struct cog_json *
outside(struct json_object *object)
{
    return (struct cog_json *) object;
}

/* How many members all objects below have; the scan bounded the depth. */
static size_t
count_members(struct json_object *value)
{
    size_t sum = 0;

    if (json_object_is_type(value, json_type_object)) {
        json_object_object_foreach(value, key, member)
        {
            (void) key;
            sum += 1 + count_members(member);
        }
    } else if (json_object_is_type(value, json_type_array)) {
        size_t count = json_object_array_length(value);

        for (size_t i = 0; i < count; i++)
            sum += count_members(json_object_array_get_idx(value, i));
    }
    return sum;
}

/* The first byte that is not white space. */
static char
first_of(const char *bytes, size_t len)
{
    size_t i = 0;

    while (i < len && strchr(" \t\r\n", bytes[i]) != NULL)
        i++;
    return i < len ? bytes[i] : '\0';
}

static void
free_tokener(struct json_tokener **tokener)
{
    if (*tokener != NULL)
        json_tokener_free(*tokener);
}

static enum cog_status
parse(const char *bytes, size_t len, enum json_type type,
      struct cog_json **document)
{
    __attribute__((cleanup(free_tokener))) struct json_tokener *tokener = NULL;
    struct json_object *value;
    size_t members;

    if (len > INT_MAX - 1 || !cog_json_scan(bytes, len, &members) ||
        first_of(bytes, len) != (type == json_type_object ? '{' : '['))
        return COG_PROTOCOL;
    /* Its depth counts one more than ours. */
    tokener = json_tokener_new_ex(COG_JSON_DEPTH + 1);
    if (tokener == NULL)
        return COG_NO_MEMORY;
    json_tokener_set_flags(tokener,
                           JSON_TOKENER_STRICT | JSON_TOKENER_VALIDATE_UTF8);
    value = json_tokener_parse_ex(tokener, bytes, (int) len);
    if (value == NULL)
        return COG_NO_MEMORY; /* well-formed, as we know */
    if (json_tokener_get_error(tokener) != json_tokener_success ||
        !json_object_is_type(value, type) || count_members(value) != members) {
        json_object_put(value);
        return COG_PROTOCOL;
    }
    *document = outside(value);
    return COG_OK;
}

enum cog_status
cog_json_parse(const char *bytes, size_t len, struct cog_json **document)
{
    return parse(bytes, len, json_type_object, document);
}

enum cog_status
cog_json_parse_array(const char *bytes, size_t len, struct cog_json **document)
{
    return parse(bytes, len, json_type_array, document);
}

void
cog_json_free(struct cog_json *document)
{
    if (document != NULL)
        json_object_put(inside(document));
}

/* The member of that type, or NULL. */
static struct json_object *
member_of(const struct cog_json *object, const char *key, enum json_type type)
{
    struct json_object *found = NULL;

    if (!json_object_object_get_ex(inside(object), key, &found) ||
        !json_object_is_type(found, type))
        return NULL;
    return found;
}

static enum cog_status
text_of(struct json_object *value, size_t max, const char **text)
{
    const char *bytes;
    size_t len;

    if (value == NULL || !json_object_is_type(value, json_type_string))
        return COG_PROTOCOL;
    bytes = json_object_get_string(value);
    len = (size_t) json_object_get_string_len(value);
    if (len > max || strlen(bytes) != len)
        return COG_PROTOCOL;
    *text = bytes;
    return COG_OK;
}

bool
cog_json_has(const struct cog_json *object, const char *key)
{
    struct json_object *found = NULL;

    return json_object_object_get_ex(inside(object), key, &found) &&
           found != NULL;
}

enum cog_status
cog_json_text(const struct cog_json *object, const char *key, size_t max,
              const char **text)
{
    return text_of(member_of(object, key, json_type_string), max, text);
}

const char *
cog_json_text_or_empty(const struct cog_json *object, const char *key,
                       size_t max)
{
    const char *text = "";

    if (object != NULL)
        (void) cog_json_text(object, key, max, &text);
    return text;
}

bool
cog_json_is_text(const struct cog_json *object, const char *key)
{
    return member_of(object, key, json_type_string) != NULL;
}

enum cog_status
cog_json_integer(const struct cog_json *object, const char *key,
                 int64_t *number)
{
    struct json_object *found = member_of(object, key, json_type_int);
    int64_t value;

    if (found == NULL)
        return COG_PROTOCOL;
    value = json_object_get_int64(found); /* saturates: refused below */
    if (value < 0 || value > LARGEST_INTEGER)
        return COG_PROTOCOL;
    *number = value;
    return COG_OK;
}

enum cog_status
cog_json_true(const struct cog_json *object, const char *key)
{
    struct json_object *found = member_of(object, key, json_type_boolean);

    return found != NULL && json_object_get_boolean(found) ? COG_OK
                                                           : COG_PROTOCOL;
}

enum cog_status
cog_json_bool(const struct cog_json *object, const char *key, bool *truth)
{
    struct json_object *found = member_of(object, key, json_type_boolean);

    if (found == NULL)
        return COG_PROTOCOL;
    *truth = json_object_get_boolean(found) != 0;
    return COG_OK;
}

enum cog_status
cog_json_seconds(const struct cog_json *object, const char *key,
                 int64_t *seconds)
{
    struct json_object *found = member_of(object, key, json_type_double);
    double value;

    if (found == NULL)
        return cog_json_integer(object, key, seconds);
    value = json_object_get_double(found);
    /* Not "less than": an infinity or no number at all is no moment. */
    if (!(value >= 0 && value <= (double) LARGEST_INTEGER))
        return COG_PROTOCOL;
    *seconds = (int64_t) value;
    return COG_OK;
}

enum cog_status
cog_json_object(const struct cog_json *object, const char *key,
                const struct cog_json **member)
{
    struct json_object *found = member_of(object, key, json_type_object);

    if (found == NULL)
        return COG_PROTOCOL;
    *member = outside(found);
    return COG_OK;
}

enum cog_status
cog_json_array(const struct cog_json *object, const char *key,
               const struct cog_json **member)
{
    struct json_object *found = member_of(object, key, json_type_array);

    if (found == NULL)
        return COG_PROTOCOL;
    *member = outside(found);
    return COG_OK;
}

size_t
cog_json_count(const struct cog_json *array)
{
    return json_object_array_length(inside(array));
}

enum cog_status
cog_json_text_at(const struct cog_json *array, size_t index, size_t max,
                 const char **text)
{
    return text_of(json_object_array_get_idx(inside(array), index), max, text);
}

enum cog_status
cog_json_object_at(const struct cog_json *array, size_t index,
                   const struct cog_json **element)
{
    struct json_object *found =
        json_object_array_get_idx(inside(array), index);

    if (found == NULL || !json_object_is_type(found, json_type_object))
        return COG_PROTOCOL;
    *element = outside(found);
    return COG_OK;
}
