/* SPDX-License-Identifier: Apache-2.0 */
/* Loading test vectors; see the header. */
#include "tests/unit/cognito/vectors.h"

#include <stdarg.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"

struct json_object *
vectors_load(const char *file)
{
    char path[4096];
    struct json_object *document;

    (void) snprintf(path, sizeof path, "%s/%s", COG_VECTORS_DIR, file);
    document = json_object_from_file(path);
    if (document == NULL)
        fail_msg("no test vectors in %s", path);
    return document;
}

struct json_object *
vectors_get(struct json_object *object, const char *key)
{
    struct json_object *member = NULL;

    if (!json_object_object_get_ex(object, key, &member))
        fail_msg("no member %s in the vectors", key);
    return member;
}

const char *
vectors_text(struct json_object *object, const char *key)
{
    return json_object_get_string(vectors_get(object, key));
}

const char *
vectors_text_or_null(struct json_object *object, const char *key)
{
    struct json_object *member = NULL;

    if (!json_object_object_get_ex(object, key, &member) || member == NULL)
        return NULL;
    return json_object_get_string(member);
}

static unsigned
digit(char c)
{
    c = cog_ascii_to_lower(c);
    return (unsigned) (cog_ascii_is_digit(c) ? c - '0' : c - 'a' + 10);
}

size_t
vectors_bytes(const char *hex, unsigned char *bytes, size_t size)
{
    size_t digits = strlen(hex), used = 0, i = 0;

    assert_true((digits + 1) / 2 <= size);
    if (digits % 2 == 1)
        bytes[used++] = (unsigned char) digit(hex[i++]);
    for (; i < digits; i += 2)
        bytes[used++] =
            (unsigned char) (digit(hex[i]) << 4 | digit(hex[i + 1]));
    return used;
}
