/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How far long work has come, on standard error: a bar where that is a
 * terminal, else a line each half minute, so that a log stays readable.
 * Work that is done within the first second shows nothing.
 */
#ifndef COG_COGNITOCTL_PROGRESS_H
#define COG_COGNITOCTL_PROGRESS_H

#include <stdbool.h>
#include <stdint.h>

struct cog_progress {
    const char *what;     /* "listing the users of the pool" */
    const char *unit;     /* "users" */
    uint64_t done, total; /* total 0: unknown */
    int64_t next_ms;      /* when something is shown next */
    bool terminal;
    bool shown; /* a bar stands in the current line */
};

/* Begin; the texts are our own, and borrowed. */
void cog_progress_begin(struct cog_progress *progress, const char *what,
                        const char *unit, uint64_t total);

/* Now so much is done, and that is all of it (0: unknown). Cheap. */
void cog_progress_at(struct cog_progress *progress, uint64_t done,
                     uint64_t total);

/*
 * Take the bar away, before something else is printed and at the end. It
 * comes back with the next cog_progress_at.
 */
void cog_progress_end(struct cog_progress *progress);

#endif
