/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Writing small objects: what requests consist of, and what cognitoctl
 * prints. They may carry passwords, so they are built in a secret and by
 * nobody else. One document ends at COG_SECRET_MAX bytes, and each append
 * copies the whole: write a long list as one object each.
 */
#ifndef COG_COGNITO_JSON_WRITE_H
#define COG_COGNITO_JSON_WRITE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/secret.h"
#include "cognito/status.h"

/*
 * Zero it, write, close what was opened, then look at status: the first
 * failure stays, and everything after it does nothing.
 */
struct cog_json_writer {
    struct cog_secret text; /* what is written so far */
    bool comma;             /* the next member needs one before it */
    enum cog_status status; /* COG_OK while all is well */
};

#define COG_JSON_WRITER_EMPTY                                                 \
    {                                                                         \
        COG_SECRET_EMPTY, false, COG_OK                                       \
    }

/*
 * In all that follows key is the member's name, and NULL for the outermost
 * value and for the elements of an array.
 */

/* Begin an object. */
void cog_json_open(struct cog_json_writer *writer, const char *key);

/* End the object begun last. */
void cog_json_close(struct cog_json_writer *writer);

/* Begin an array, and end the one begun last. */
void cog_json_open_array(struct cog_json_writer *writer, const char *key);
void cog_json_close_array(struct cog_json_writer *writer);

/*
 * An integer. COG_BAD_INPUT outside -2^53 to 2^53, which not every reader
 * takes (RFC 8259 section 6).
 */
void cog_json_put_number(struct cog_json_writer *writer, const char *key,
                         int64_t number);

/* true or false. */
void cog_json_put_bool(struct cog_json_writer *writer, const char *key,
                       bool truth);

/*
 * A string. COG_BAD_INPUT when it is not UTF-8 or holds NUL; COG_NO_MEMORY.
 */
void cog_json_put(struct cog_json_writer *writer, const char *key,
                  const char *value, size_t len);

/* The same for a C string. */
void cog_json_put_text(struct cog_json_writer *writer, const char *key,
                       const char *value);

/* Wipe what was written. */
void cog_json_writer_clear(struct cog_json_writer *writer);

#define cog_cleanup_json_writer __attribute__((cleanup(cog_json_writer_clear)))

#endif
