/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Windows of time that root opens for a person (cognitoctl breakglass): while
 * the window is open and the pool cannot be reached, that person comes in by
 * the password alone although the pool wants a second factor. A window ends by
 * the wall clock and lasts a day at most.
 *
 * Functions return 0 or an errno: ENOENT when there is no window, EPERM for a
 * file that is not root's alone, EBADMSG for one of another form.
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
    int64_t until_s;  /* unix time when it closes */
};

/* Whether it is open. Not if now is before opened_s: the clock was set back.
 */
bool cog_breakglass_is_open(const struct cog_breakglass *window,
                            int64_t now_s);

/* Load the window of a name, open or not. */
int cog_breakglass_load(const char *directory, const char *name,
                        struct cog_breakglass *window);

/* Write it. EINVAL when it would be empty, or longer than a day. */
int cog_breakglass_save(const char *directory,
                        const struct cog_breakglass *window);

int cog_breakglass_remove(const char *directory, const char *name);

/* Hand each window, open or not, to visit, in no order. */
int cog_breakglass_walk(const char *directory,
                        void (*visit)(void *context,
                                      const struct cog_breakglass *window),
                        void *context);

/* Parse a file's bytes. Pure. Returns 0 or EBADMSG. */
int cog_breakglass_parse(const char *bytes, size_t len,
                         struct cog_breakglass *window);

#endif
