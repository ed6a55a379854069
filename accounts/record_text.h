/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Texts in records: their lengths, one byte each, then the texts with a NUL
 * after each. For the files that know a record.
 */
#ifndef COG_ACCOUNTS_RECORD_TEXT_H
#define COG_ACCOUNTS_RECORD_TEXT_H

#include <stddef.h>

#include "accounts/cache_record.h"

/* A text of a structure; a record has a table of them. */
struct cog_record_text {
    size_t offset; /* of the array in the structure */
    size_t max;    /* longest text */
};

#define COG_RECORD_TEXT(type, field)                                          \
    {                                                                         \
        offsetof(type, field), sizeof((type *) NULL)->field - 1               \
    }
#define COG_RECORD_TEXTS(table) (sizeof(table) / sizeof(table)[0])

/*
 * Begin data with room for a head and fixed bytes; returns where these are,
 * NULL when they do not fit.
 */
unsigned char *cog_record_begin(struct cog_cache_data *data, size_t fixed);

/*
 * Add the texts of a structure; lengths is where their lengths go. EMSGSIZE
 * when there is no room, or one is not terminated in its field.
 */
int cog_record_pack_texts(const void *from,
                          const struct cog_record_text *texts, size_t count,
                          unsigned char *lengths, struct cog_cache_data *data);

/*
 * The opposite, in two passes, so that nothing is written before all is
 * checked. bytes are at the lengths; *end is behind the texts. EBADMSG.
 */
int cog_record_check_texts(const struct cog_record_text *texts, size_t count,
                           const unsigned char *bytes, size_t len,
                           size_t *end);
void cog_record_parse_texts(const struct cog_record_text *texts, size_t count,
                            const unsigned char *bytes, void *to);

#endif
