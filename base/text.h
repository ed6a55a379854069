/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Text as bytes: our own ASCII helpers, because the C library's follow the
 * locale of whatever process we are loaded into (in tr_TR strcasecmp finds
 * "TITLE" and "title" different), and making foreign text printable.
 */
#ifndef COG_BASE_TEXT_H
#define COG_BASE_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

bool cog_ascii_is_lower(char c);
bool cog_ascii_is_upper(char c);
bool cog_ascii_is_digit(char c);
bool cog_ascii_is_alnum(char c);
char cog_ascii_to_lower(char c);

/* Whether two C strings are equal but for the case of ASCII letters. */
bool cog_ascii_equal_nocase(const char *a, const char *b);

/* Whether needle occurs in haystack, ASCII case apart. */
bool cog_ascii_contains_nocase(const char *haystack, const char *needle);

/* Whether text begins with prefix. */
bool cog_text_begins(const char *text, const char *prefix);

/*
 * A decimal number: digits only, no sign, no space, no leading zero save
 * "0" itself, at most max. Returns 0, EINVAL for other text, ERANGE above
 * max; *number is untouched on failure.
 */
int cog_text_to_number(const char *text, uint64_t max, uint64_t *number);

/*
 * Append a name to others, ", " between them. list is a C string in size
 * bytes, empty at first; what has no room is cut.
 */
void cog_text_list_add(char *list, size_t size, const char *name);

/* Whether any byte is a control character (0-31 or 127). */
bool cog_text_has_control(const char *bytes, size_t len);

/*
 * The character that the bytes begin with (RFC 3629): its code point in *code,
 * and how many bytes it takes. 0, and *code untouched, when they are not
 * well-formed.
 */
size_t cog_text_decode(const char *bytes, size_t len, uint32_t *code);

/* Whether a character changes how others are shown, or shows nothing. */
bool cog_text_is_hidden(uint32_t code);

/* Whether the bytes are well-formed UTF-8 (RFC 3629) without NUL. */
bool cog_text_is_utf8(const char *bytes, size_t len);

/*
 * Make foreign text fit for one log line: printable ASCII stays, every other
 * byte, the quote and the backslash become \xNN. What does not fit is cut and
 * ends in "...". out_size must be at least 8; out is always terminated.
 */
void cog_text_for_log(const char *bytes, size_t len, char *out,
                      size_t out_size);

/*
 * Make foreign text fit for a person's terminal: well-formed UTF-8 stays,
 * but control, bidirectional, invisible and private characters and broken
 * bytes each become "?". Tabs and line ends each become a space. What does not
 * fit is cut, never inside a character, and ends in "...". out_size must be at
 * least 8; out is always terminated.
 */
void cog_text_for_person(const char *bytes, size_t len, char *out,
                         size_t out_size);

#endif
