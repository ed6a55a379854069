/* SPDX-License-Identifier: Apache-2.0 */
/* Building small documents; see the header. */
#include "cognito/json_write.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"

/* Numbers that every JSON program reads alike (RFC 8259 section 6). */
#define LARGEST_INTEGER (INT64_C(1) << 53)

/* Bytes of one unit, "\\u" and four digits. */
#define UNIT_LEN 6

static void
append(struct cog_json_writer *writer, const char *bytes, size_t len)
{
    if (writer->status == COG_OK &&
        cog_secret_append(&writer->text, bytes, len) != 0)
        writer->status = COG_NO_MEMORY;
}

/* One UTF-16 unit as \uXXXX. */
static size_t
escape_unit(uint32_t unit, char *out)
{
    static const char hex[] = "0123456789abcdef";

    out[0] = '\\';
    out[1] = 'u';
    for (int i = 0; i < 4; i++)
        out[2 + i] = hex[unit >> (12 - 4 * i) & 15];
    return UNIT_LEN;
}

/*
 * What a character becomes inside a string; returns its length, 2 * UNIT_LEN
 * at most. What is not shown is written in ASCII: a document may be printed
 * on a terminal (P95).
 */
static size_t
escape(const char *bytes, size_t len, uint32_t code, char *out)
{
    if (code == '"' || code == '\\') {
        out[0] = '\\';
        out[1] = (char) code;
        return 2;
    }
    if (!cog_text_is_hidden(code)) {
        memcpy(out, bytes, len);
        return len;
    }
    if (code < 0x10000)
        return escape_unit(code, out);
    code -= 0x10000;
    return escape_unit(0xd800 + (code >> 10), out) +
           escape_unit(0xdc00 + (code & 0x3ff), out + UNIT_LEN);
}

/*
 * In pieces, as each append copies and wipes the whole. What is not UTF-8
 * ends it: the writer's status says so.
 */
static void
append_string(struct cog_json_writer *writer, const char *value, size_t len)
{
    char piece[512];
    size_t used = 0, step;
    uint32_t code = 0;

    append(writer, "\"", 1);
    for (size_t i = 0; i < len; i += step) {
        step = cog_text_decode(value + i, len - i, &code);
        if (step == 0)
            break;
        used += escape(value + i, step, code, piece + used);
        if (used + 2 * UNIT_LEN > sizeof piece) {
            append(writer, piece, used);
            used = 0;
        }
    }
    append(writer, piece, used);
    append(writer, "\"", 1);
    explicit_bzero(piece, sizeof piece);
}

static void
append_key(struct cog_json_writer *writer, const char *key)
{
    if (writer->comma)
        append(writer, ",", 1);
    if (key != NULL) {
        if (writer->status == COG_OK && !cog_text_is_utf8(key, strlen(key)))
            writer->status = COG_BAD_INPUT;
        append_string(writer, key, strlen(key));
        append(writer, ":", 1);
    }
}

static void
open_value(struct cog_json_writer *writer, const char *key,
           const char *bracket)
{
    append_key(writer, key);
    append(writer, bracket, 1);
    writer->comma = false;
}

static void
close_value(struct cog_json_writer *writer, const char *bracket)
{
    append(writer, bracket, 1);
    writer->comma = true;
}

void
cog_json_open(struct cog_json_writer *writer, const char *key)
{
    open_value(writer, key, "{");
}

void
cog_json_close(struct cog_json_writer *writer)
{
    close_value(writer, "}");
}

void
cog_json_open_array(struct cog_json_writer *writer, const char *key)
{
    open_value(writer, key, "[");
}

void
cog_json_close_array(struct cog_json_writer *writer)
{
    close_value(writer, "]");
}

/* A value that needs no quotes. */
static void
put_bare(struct cog_json_writer *writer, const char *key, const char *value)
{
    append_key(writer, key);
    append(writer, value, strlen(value));
    writer->comma = true;
}

void
cog_json_put_number(struct cog_json_writer *writer, const char *key,
                    int64_t number)
{
    char digits[24];

    if (writer->status == COG_OK &&
        (number < -LARGEST_INTEGER || number > LARGEST_INTEGER))
        writer->status = COG_BAD_INPUT;
    (void) snprintf(digits, sizeof digits, "%" PRId64, number);
    put_bare(writer, key, digits);
}

void
cog_json_put_bool(struct cog_json_writer *writer, const char *key, bool truth)
{
    put_bare(writer, key, truth ? "true" : "false");
}

void
cog_json_put(struct cog_json_writer *writer, const char *key,
             const char *value, size_t len)
{
    if (writer->status == COG_OK && !cog_text_is_utf8(value, len))
        writer->status = COG_BAD_INPUT;
    append_key(writer, key);
    append_string(writer, value, len);
    writer->comma = true;
}

void
cog_json_put_text(struct cog_json_writer *writer, const char *key,
                  const char *value)
{
    cog_json_put(writer, key, value, strlen(value));
}

void
cog_json_writer_clear(struct cog_json_writer *writer)
{
    cog_secret_clear(&writer->text);
}
