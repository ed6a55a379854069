/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Bytes of a file that are not read yet, or a word among them: what the pure
 * parsers of the host's files share. All borrowed. What is a blank, each
 * format says for itself.
 */
#ifndef COG_COGNITOCTL_SPAN_H
#define COG_COGNITOCTL_SPAN_H

#include "base/text.h"

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

struct cog_span {
    const char *at;
    size_t len;
};

/* Move len bytes on, of which there are as many. */
static inline void
cog_span_skip(struct cog_span *span, size_t len)
{
    span->at += len;
    span->len -= len;
}

/* Move on to the first byte that is not a blank of this format. */
static inline void
cog_span_skip_blanks(struct cog_span *span, bool (*is_blank)(char c))
{
    while (span->len > 0 && is_blank(*span->at))
        cog_span_skip(span, 1);
}

/* Whether these are the bytes of text. */
static inline bool
cog_span_equals(struct cog_span span, const char *text)
{
    return span.len == strlen(text) && memcmp(span.at, text, span.len) == 0;
}

/* The same apart from ASCII case; text is in lower case. */
static inline bool
cog_span_equals_nocase(struct cog_span span, const char *text)
{
    if (span.len != strlen(text))
        return false;
    for (size_t i = 0; i < span.len; i++) {
        if (cog_ascii_to_lower(span.at[i]) != text[i])
            return false;
    }
    return true;
}

#endif
