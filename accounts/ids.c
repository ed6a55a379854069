/* SPDX-License-Identifier: Apache-2.0 */
/* Ids from names; see the header. */
#include "accounts/ids.h"

#include <errno.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>

#include "accounts/siphash.h"
#include "base/text.h"

/* The value of a hexadecimal digit, -1 for other bytes. */
static int
hex_value(char c)
{
    if (cog_ascii_is_digit(c))
        return c - '0';
    c = cog_ascii_to_lower(c);
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static bool
parse_key(const char *text, size_t len, struct cog_id_key *key)
{
    unsigned char any = 0;

    if (len == 2 * COG_ID_KEY_BYTES + 1 && text[len - 1] == '\n')
        len--;
    if (len != 2 * COG_ID_KEY_BYTES)
        return false;
    for (size_t i = 0; i < COG_ID_KEY_BYTES; i++) {
        int high = hex_value(text[2 * i]), low = hex_value(text[2 * i + 1]);

        if (high < 0 || low < 0)
            return false;
        key->bytes[i] = (unsigned char) (high * 16 + low);
        any |= key->bytes[i];
    }
    return any != 0;
}

int
cog_id_key_load(const char *path, struct cog_id_key *key, enum cog_trust *why)
{
    char text[2 * COG_ID_KEY_BYTES + 2] = "";
    cog_cleanup_id_key struct cog_id_key parsed = COG_ID_KEY_EMPTY;
    size_t len = 0;
    bool fine;
    int error;

    error = cog_trusted_read(path, COG_TRUST_SECRET | COG_TRUST_DIRS, text,
                             sizeof text, &len, why);
    if (error != 0)
        return error;
    fine = parse_key(text, len, &parsed);
    explicit_bzero(text, sizeof text);
    if (!fine) {
        if (why != NULL)
            *why = COG_TRUST_MALFORMED;
        return EINVAL;
    }
    *key = parsed;
    return 0;
}

void
cog_id_key_clear(struct cog_id_key *key)
{
    explicit_bzero(key, sizeof *key);
}

uint32_t
cog_id_make(const struct cog_id_key *key, const struct cog_settings *settings,
            enum cog_id_kind kind, const char *name)
{
    /* Pool ids have no NUL, so no two triples make the same bytes. */
    unsigned char message[COG_POOL_ID_MAX + 3 + COG_NAME_MAX];
    size_t pool_len = strnlen(settings->pool_id, COG_POOL_ID_MAX);
    size_t name_len = strnlen(name, COG_NAME_MAX);

    memcpy(message, settings->pool_id, pool_len);
    message[pool_len] = '\0';
    message[pool_len + 1] = (unsigned char) kind;
    message[pool_len + 2] = ':';
    memcpy(message + pool_len + 3, name, name_len);
    return settings->id_base +
           (uint32_t) (cog_siphash24(key->bytes, message,
                                     pool_len + 3 + name_len) %
                       settings->id_range);
}

uint64_t
cog_sub_tag(const struct cog_id_key *key, const char *sub)
{
    unsigned char message[2 + COG_SUB_MAX] = {'s', ':'};
    size_t len = strnlen(sub, COG_SUB_MAX);
    uint64_t tag;

    memcpy(message + 2, sub, len);
    tag = cog_siphash24(key->bytes, message, 2 + len);
    return tag == 0 ? 1 : tag;
}
