/* SPDX-License-Identifier: Apache-2.0 */
/* Two key sets against each other; see the header. */
#include "cognitoctl/key_ids.h"

#include "base/text.h"
#include "cognito/json.h"

#include <string.h>

/* Longest key id looked at. */
#define KEY_ID_MAX 256

static const struct cog_json *
keys_of(const struct cog_json *document)
{
    const struct cog_json *keys = NULL;

    return cog_json_array(document, "keys", &keys) == COG_OK ? keys : NULL;
}

/* The key id at an index, borrowed, or NULL. */
static const char *
id_at(const struct cog_json *keys, size_t index)
{
    const struct cog_json *key = NULL;
    const char *id = NULL;

    if (cog_json_object_at(keys, index, &key) != COG_OK ||
        cog_json_text(key, "kid", KEY_ID_MAX, &id) != COG_OK)
        return NULL;
    return id;
}

static bool
has(const struct cog_json *keys, const char *id)
{
    for (size_t i = 0; keys != NULL && i < cog_json_count(keys); i++) {
        const char *other = id_at(keys, i);

        if (other != NULL && strcmp(other, id) == 0)
            return true;
    }
    return false;
}

bool
cog_key_ids_lack(const char *have, size_t have_len, const char *want,
                 size_t want_len, char missing[COG_KEY_ID_SIZE])
{
    cog_cleanup_json struct cog_json *first = NULL;
    cog_cleanup_json struct cog_json *second = NULL;
    const struct cog_json *keys;

    if (cog_json_parse(want, want_len, &second) != COG_OK)
        return false;
    if (cog_json_parse(have, have_len, &first) != COG_OK)
        first = NULL;
    keys = keys_of(second);
    for (size_t i = 0; keys != NULL && i < cog_json_count(keys); i++) {
        const char *id = id_at(keys, i);

        if (id == NULL || has(first != NULL ? keys_of(first) : NULL, id))
            continue;
        cog_text_for_log(id, strlen(id), missing, COG_KEY_ID_SIZE);
        return true;
    }
    return false;
}
