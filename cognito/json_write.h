/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Writing the small objects that requests consist of. They may carry
 * passwords, so they are built in a secret and by nobody else.
 */
#ifndef COG_COGNITO_JSON_WRITE_H
#define COG_COGNITO_JSON_WRITE_H

#include <stdbool.h>
#include <stddef.h>

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

/* Begin an object; key is NULL for the outermost only. */
void cog_json_open(struct cog_json_writer *writer, const char *key);

/* End the object begun last. */
void cog_json_close(struct cog_json_writer *writer);

/*
 * A member that is a string. COG_BAD_INPUT when the value is not UTF-8 or
 * holds NUL; COG_NO_MEMORY.
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
