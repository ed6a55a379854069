/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Windows that root opens: while one is open, and the pool cannot be reached,
 * its person comes in by the password alone although the pool wants a second
 * factor. It ends by the wall clock, and lasts a day at most.
 *
 * Functions return 0 or an errno: ENOENT when there is none, EPERM for files
 * that are not root's alone, EBADMSG for ones that are not ours.
 */
#ifndef COG_HOST_BREAKGLASS_H
#define COG_HOST_BREAKGLASS_H

#include <stdbool.h>
#include <stdint.h>

#include "accounts/account.h"

#define COG_BREAKGLASS_DIR   COG_STATE_DIR "/private/breakglass"
#define COG_BREAKGLASS_MAX_S 86400 /* a day */

struct cog_breakglass {
    char name[COG_NAME_MAX + 1];
    int64_t opened_s; /* unix time */
    int64_t until_s;  /* open before that */
};

/* Whether it is open; not before it was opened: the clock was set back. */
bool cog_breakglass_is_open(const struct cog_breakglass *window,
                            int64_t now_s);

/* A name's window, open or not; untouched on failure. */
int cog_breakglass_load(const char *directory, const char *name,
                        struct cog_breakglass *window);

/* EINVAL: it would be empty, or longer than a day. */
int cog_breakglass_save(const char *directory,
                        const struct cog_breakglass *window);

int cog_breakglass_remove(const char *directory, const char *name);

/* Each window, open or not, in no order. */
int cog_breakglass_walk(const char *directory,
                        void (*visit)(void *context,
                                      const struct cog_breakglass *window),
                        void *context);

/* Pure: a file's bytes to the structure. EBADMSG. */
int cog_breakglass_parse(const char *bytes, size_t len,
                         struct cog_breakglass *window);

#endif
