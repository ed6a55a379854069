/* SPDX-License-Identifier: Apache-2.0 */
/* What a reading command prints; see the header. */
#include "cognitoctl/output.h"

#include "base/clock.h"
#include "base/text.h"
#include "cognitoctl/commands.h"

#include <inttypes.h>
#include <string.h>

/* Where the values of facts begin, in columns. */
#define VALUES_AT 20

/* The longest text that is shown to people, in bytes. */
#define SHOWN_MAX 4096

/* Hand on what the writer has; it may be any part of the document. */
static void
drain(struct cog_output *output)
{
    struct cog_secret *text = &output->writer.text;

    if (text->len > 0)
        (void) fwrite(text->data, 1, text->len, output->stream);
    cog_secret_clear(text);
}

void
cog_output_begin(struct cog_output *output, FILE *stream, bool json)
{
    *output = (struct cog_output){
        .stream = stream,
        .json = json,
        .writer = COG_JSON_WRITER_EMPTY,
    };
    if (json)
        cog_json_open(&output->writer, NULL);
}

int
cog_output_end(struct cog_output *output)
{
    if (output->json) {
        cog_json_close(&output->writer);
        drain(output);
        (void) fputc('\n', output->stream);
    }
    cog_json_writer_clear(&output->writer);
    if (output->writer.status != COG_OK)
        return cog_fail(COG_EXIT_FAILED, "cannot make JSON of this: %s",
                        cog_status_name(output->writer.status));
    if (fflush(output->stream) != 0 || ferror(output->stream) != 0)
        return cog_fail(COG_EXIT_FAILED, "cannot write the output");
    return COG_EXIT_OK;
}

/* ---- for people */

/* Returns how many columns it took. */
static int
print_label(const struct cog_output *output, const char *name)
{
    int used = fprintf(output->stream, "%*s", (int) output->depth * 2, "");

    for (; *name != '\0'; name++, used++)
        (void) fputc(*name == '_' ? ' ' : *name, output->stream);
    return used;
}

static void
print_name(const struct cog_output *output, const char *name)
{
    int used = print_label(output, name);

    (void) fprintf(output->stream, "%*s",
                   used < VALUES_AT ? VALUES_AT - used : 1, "");
}

static void
print_item(struct cog_output *output, const char *shown)
{
    (void) fprintf(output->stream, "%s%s", output->items++ > 0 ? ", " : "",
                   shown);
}

/* The last one stands without blanks behind it. */
static void
print_cell(struct cog_output *output, const char *shown)
{
    const struct cog_column *column = &output->columns[output->cell++];

    if (column[1].heading == NULL)
        (void) fputs(shown, output->stream);
    else
        (void) fprintf(output->stream, "%-*s  ", column->width, shown);
}

static void
print(struct cog_output *output, const char *name, const char *value)
{
    char shown[SHOWN_MAX];

    cog_text_for_person(value, strlen(value), shown, sizeof shown);
    if (shown[0] == '\0')
        memcpy(shown, "-", 2);
    if (output->in_list) {
        print_item(output, shown);
    } else if (output->in_row) {
        print_cell(output, shown);
    } else {
        print_name(output, name);
        (void) fprintf(output->stream, "%s\n", shown);
    }
}

/* ---- facts */

void
cog_output_text(struct cog_output *output, const char *name, const char *value)
{
    char valid[SHOWN_MAX];

    if (!output->json) {
        print(output, name, value);
        return;
    }
    if (!cog_text_is_utf8(value, strlen(value))) {
        cog_text_for_person(value, strlen(value), valid, sizeof valid);
        value = valid;
    }
    cog_json_put_text(&output->writer, name, value);
}

void
cog_output_number(struct cog_output *output, const char *name, int64_t value)
{
    char digits[24];

    (void) snprintf(digits, sizeof digits, "%" PRId64, value);
    if (output->json)
        cog_json_put_number(&output->writer, name, value);
    else
        print(output, name, digits);
}

void
cog_output_truth(struct cog_output *output, const char *name, bool value)
{
    if (output->json)
        cog_json_put_bool(&output->writer, name, value);
    else
        print(output, name, value ? "yes" : "no");
}

void
cog_time_text(int64_t unix_s, char out[COG_TIME_SIZE])
{
    struct cog_date date;
    int second;

    /* The year 9999 ends there. */
    if (unix_s < 0 || unix_s > INT64_C(253402300799))
        unix_s = 0;
    date = cog_clock_date(unix_s / 86400);
    second = (int) (unix_s % 86400);
    (void) snprintf(out, COG_TIME_SIZE, "%04u-%02u-%02uT%02u:%02u:%02uZ",
                    (unsigned) date.year % 10000U,
                    (unsigned) date.month % 100U, (unsigned) date.day % 100U,
                    (unsigned) second / 3600U % 24U,
                    (unsigned) second / 60U % 60U, (unsigned) second % 60U);
}

void
cog_output_time(struct cog_output *output, const char *name, int64_t unix_s)
{
    char text[COG_TIME_SIZE];

    cog_time_text(unix_s, text);
    if (unix_s == 0)
        cog_output_text(output, name, output->json ? "" : "never");
    else
        cog_output_text(output, name, text);
}

void
cog_output_unknown(struct cog_output *output, const char *name)
{
    if (!output->json)
        print(output, name, "");
}

/* ---- sections, lists, tables */

void
cog_output_open(struct cog_output *output, const char *name)
{
    if (output->json) {
        cog_json_open(&output->writer, name);
        return;
    }
    print_label(output, name);
    (void) fputc('\n', output->stream);
    output->depth++;
}

void
cog_output_close(struct cog_output *output)
{
    if (output->json)
        cog_json_close(&output->writer);
    else
        output->depth--;
}

void
cog_output_open_list(struct cog_output *output, const char *name)
{
    output->in_list = true;
    output->items = 0;
    if (output->json)
        cog_json_open_array(&output->writer, name);
    else if (!output->in_row)
        print_name(output, name);
}

void
cog_output_close_list(struct cog_output *output)
{
    if (output->json) {
        cog_json_close_array(&output->writer);
    } else {
        if (output->items == 0)
            (void) fputc('-', output->stream);
        if (!output->in_row)
            (void) fputc('\n', output->stream);
    }
    output->in_list = false;
}

void
cog_output_open_table(struct cog_output *output, const char *name,
                      const struct cog_column *columns)
{
    output->columns = columns;
    if (output->json) {
        cog_json_open_array(&output->writer, name);
        return;
    }
    for (output->cell = 0; columns[output->cell].heading != NULL;)
        print_cell(output, columns[output->cell].heading);
    (void) fputc('\n', output->stream);
}

void
cog_output_open_row(struct cog_output *output)
{
    output->in_row = true;
    output->cell = 0;
    if (output->json)
        cog_json_open(&output->writer, NULL);
}

void
cog_output_close_row(struct cog_output *output)
{
    output->in_row = false;
    if (output->json) {
        cog_json_close(&output->writer);
        drain(output);
    }
    (void) fputc('\n', output->stream);
}

void
cog_output_close_table(struct cog_output *output)
{
    if (output->json)
        cog_json_close_array(&output->writer);
    output->columns = NULL;
}
