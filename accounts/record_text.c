/* SPDX-License-Identifier: Apache-2.0 */
/* Texts in records; see the header. */
#include "accounts/record_text.h"

#include <errno.h>
#include <string.h>

unsigned char *
cog_record_begin(struct cog_cache_data *data, size_t fixed)
{
    if (data->size < COG_HEAD_BYTES + fixed)
        return NULL;
    data->len = COG_HEAD_BYTES + fixed;
    return data->bytes + COG_HEAD_BYTES;
}

int
cog_record_pack_texts(const void *from, const struct cog_record_text *texts,
                      size_t count, unsigned char *lengths,
                      struct cog_cache_data *data)
{
    for (size_t i = 0; i < count; i++) {
        const char *text = (const char *) from + texts[i].offset;
        size_t len = strnlen(text, texts[i].max + 1);

        if (len > texts[i].max || len + 1 > data->size - data->len)
            return EMSGSIZE;
        lengths[i] = (unsigned char) len;
        memcpy(data->bytes + data->len, text, len + 1);
        data->len += len + 1;
    }
    return 0;
}

int
cog_record_check_texts(const struct cog_record_text *texts, size_t count,
                       const unsigned char *bytes, size_t len, size_t *end)
{
    size_t at = count;

    if (len < count)
        return EBADMSG;
    for (size_t i = 0; i < count; i++) {
        size_t text_len = bytes[i];

        if (text_len > texts[i].max || text_len + 1 > len - at ||
            bytes[at + text_len] != '\0')
            return EBADMSG;
        at += text_len + 1;
    }
    *end = at;
    return 0;
}

void
cog_record_parse_texts(const struct cog_record_text *texts, size_t count,
                       const unsigned char *bytes, void *to)
{
    size_t at = count;

    for (size_t i = 0; i < count; i++) {
        memcpy((char *) to + texts[i].offset, bytes + at, bytes[i] + 1U);
        at += bytes[i] + 1U;
    }
}
