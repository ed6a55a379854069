/* SPDX-License-Identifier: Apache-2.0 */
/* One header line of an answer: bytes in, name and value out. */
#ifndef COG_COGNITO_HEADER_H
#define COG_COGNITO_HEADER_H

#include <stdbool.h>
#include <stddef.h>

/*
 * Whether the line (RFC 9112, section 5; its end may be there) is the header
 * of this name, which is given in lower case. The value, without blanks
 * around it, is part of the line and not terminated. A value with a NUL is
 * no match.
 */
bool cog_header_match(const char *line, size_t len, const char *name,
                      const char **value, size_t *value_len);

/* Copy a value, cut to the room there is; out is always terminated. */
void cog_header_copy(const char *value, size_t len, char *out,
                     size_t out_size);

#endif
