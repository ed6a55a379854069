/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a reading command prints: for people, or with --json as one JSON
 * document of the same facts under the same names. All text is foreign here
 * and made harmless: a person's terminal gets no commands, JSON is escaped.
 *
 * A document consists of facts, which have a name and a value; of sections,
 * which have a name and facts; of lists of texts; and of tables, whose rows
 * are facts under the names of the columns.
 *
 *     cog_output_begin(&output, stdout, json);
 *     cog_output_text(&output, "name", "alice");
 *     cog_output_open_table(&output, "accounts", columns);
 *     for each: cog_output_open_row, one fact for each column,
 *               cog_output_close_row
 *     cog_output_close_table(&output);
 *     return cog_output_end(&output);
 *
 * Rows are written as they come, each on a line of its own, so that a table
 * may be of any length.
 */
#ifndef COG_COGNITOCTL_OUTPUT_H
#define COG_COGNITOCTL_OUTPUT_H

#include "cognito/json_write.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

/* How a time is printed, RFC 3339, with its NUL. */
#define COG_TIME_SIZE 21

/* A column of a table for people; the last of a table has no heading. */
struct cog_column {
    const char *heading; /* "NAME" */
    int width;           /* usual width; what is longer shifts the rest */
};

struct cog_output {
    FILE *stream; /* borrowed */
    bool json;
    struct cog_json_writer writer;    /* with json: what is not written yet */
    unsigned depth;                   /* open sections */
    const struct cog_column *columns; /* of the open table, or NULL */
    size_t cell;                      /* of the open row */
    bool in_row, in_list;
    size_t items; /* of the open list, so far */
};

/* Begin a document. */
void cog_output_begin(struct cog_output *output, FILE *stream, bool json);

/*
 * End it. Returns COG_EXIT_OK; or COG_EXIT_FAILED, having said why, when it
 * could not be made or written.
 */
int cog_output_end(struct cog_output *output);

/*
 * A fact: its name is of small letters and "_"; NULL in a list. For people
 * the "_" of a name is a blank, an empty text "-", a truth "yes" or "no".
 */
void cog_output_text(struct cog_output *output, const char *name,
                     const char *value);
void cog_output_number(struct cog_output *output, const char *name,
                       int64_t value);
void cog_output_truth(struct cog_output *output, const char *name, bool value);

/*
 * A time, seconds since 1970, printed as 2026-11-21T14:05:09Z. 0 is never:
 * "never" for people, "" in JSON.
 */
void cog_output_time(struct cog_output *output, const char *name,
                     int64_t unix_s);

/* The same without output: for messages. */
void cog_time_text(int64_t unix_s, char out[COG_TIME_SIZE]);

/* A fact that is not known: "-" for people, nothing in JSON. */
void cog_output_unknown(struct cog_output *output, const char *name);

/* A section: facts of their own. */
void cog_output_open(struct cog_output *output, const char *name);
void cog_output_close(struct cog_output *output);

/* A list of texts; in a row it must be the last column. */
void cog_output_open_list(struct cog_output *output, const char *name);
void cog_output_close_list(struct cog_output *output);

/* A table; columns are borrowed until it is closed. No table in a table. */
void cog_output_open_table(struct cog_output *output, const char *name,
                           const struct cog_column *columns);
void cog_output_open_row(struct cog_output *output);
void cog_output_close_row(struct cog_output *output);
void cog_output_close_table(struct cog_output *output);

#endif
