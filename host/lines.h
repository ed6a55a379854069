/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A small file of ours as lines in a fixed order, each ended by a newline.
 * Pure: bytes in, one field after the other out.
 */
#ifndef COG_HOST_LINES_H
#define COG_HOST_LINES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/secret.h"

/* Times up to the year 9999. */
#define COG_LINES_TIME_MAX INT64_C(253402300799)

/* What is left of a file. */
struct cog_lines {
    const char *at, *end;
};

/* The next line as a text; false: none, too long, or with a NUL. */
bool cog_lines_text(struct cog_lines *lines, char *out, size_t size);

/* The next line as a decimal number of at most max. */
bool cog_lines_number(struct cog_lines *lines, uint64_t max, uint64_t *number);

/* The next line as a unix time. */
bool cog_lines_time(struct cog_lines *lines, int64_t *time_s);

/* Whether the next line is this very text. */
bool cog_lines_is(struct cog_lines *lines, const char *text);

/* Whether a text is printable ASCII without blanks, as tokens are. */
bool cog_lines_is_token(const char *text, size_t len);

/*
 * The next line as a token of at most max bytes, maybe none. 0, EBADMSG,
 * ENOMEM.
 */
int cog_lines_token(struct cog_lines *lines, size_t max,
                    struct cog_secret *token);

/* Whether all was read. */
bool cog_lines_end(const struct cog_lines *lines);

#endif
